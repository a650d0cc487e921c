import { type Command, InvalidArgumentError } from "commander";
import type { ApiToken, Client, Scope } from "../client/client.ts";
import { parseDuration } from "../support/duration.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  CommandError,
  exitCodes,
  type OpsFlags,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { escapeControls, localTime, print, safeJson } from "./common/terminal.ts";

type Flags = OpsFlags & { readonly json?: true };
interface CreateFlags extends Flags {
  readonly name?: string;
  readonly scope: readonly Scope[];
  readonly account?: readonly string[];
  readonly expires?: string;
}

const scopes: readonly Scope[] = ["read", "content", "publish", "operate", "privacy", "admin"];

/** `waypost tokens`: who may ask the API, by name. */
export function register(program: Command, { resolve }: CommandParts): void {
  const tokens = program
    .command("tokens")
    .summary("who may ask the API, by name")
    .description("Makes, lists and revokes tokens by name. It needs a token with the scope admin.");
  const withOps = (command: Command) =>
    command.option("--json", "as one line of JSON").addOption(urlOption).addOption(tokenOption);
  withOps(
    tokens
      .command("create [name]")
      .description("Makes a token and shows its secret, once: on stdout, all else on stderr.")
      .option("--name <name>", "the name, where it does not stand by itself")
      .requiredOption("--scope <scopes>", `of ${scopes.join(", ")}, with commas`, parseScopes)
      .option(
        "--account <accounts>",
        "only these: names of waypost.yaml or phone number ids",
        parts,
      )
      .option("--expires <when>", "90d, 12h, or a date (default: never)", parseExpiry),
  ).action((given: string | undefined, flags: CreateFlags) =>
    runCommand(() => {
      const name = given ?? flags.name;
      if (name === undefined) throw new CommandError(exitCodes.usage, "Say for whom: --name anna.");
      return askOps(flags, resolve, (client) => create(name, flags, client));
    }),
  );
  withOps(
    tokens.command("list", { isDefault: true }).description("Shows them, without secrets."),
  ).action((flags: Flags) =>
    runCommand(() => askOps(flags, resolve, (client) => list(flags, client))),
  );
  withOps(
    tokens
      .command("revoke <name>")
      .description("Ends a token for good, its sessions and tails too."),
  ).action((name: string, { json, ...flags }: Flags) =>
    runCommand(() =>
      askOps(flags, resolve, async (client) => {
        const answer = await client.delete("/api/tokens/{name}", { path: { name } });
        print(json ? safeJson(answer) : `${escapeControls(name)} is revoked.`);
        return 0;
      }),
    ),
  );
}

async function create(
  name: string,
  { scope, account, expires, json }: CreateFlags,
  client: Client,
): Promise<number> {
  const made = await client.post("/api/tokens", {
    body: {
      ...{ name, scopes: [...scope] },
      ...(account && { accounts: [...account] }),
      ...(expires !== undefined && { expiresAt: expires }),
    },
  });
  if (json) print(safeJson(made));
  else {
    process.stderr.write(`${tokenLine(made)}\nThis is its secret; it is not shown again:\n`);
    print(made.secret);
  }
  return 0;
}

async function list({ json }: Flags, client: Client): Promise<number> {
  const { items } = await client.get("/api/tokens");
  for (const token of items) print(json ? safeJson(token) : tokenLine(token));
  if (items.length === 0) process.stderr.write("There is none by name.\n");
  return 0;
}

/** One line. */
function tokenLine({ name, scopes: has, accounts, ...token }: ApiToken): string {
  const { expiresAt, lastUsedAt, createdBy } = token;
  const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
  const parts = [
    has.join(","),
    accounts === undefined ? "all accounts" : `only ${accounts.join(", ")}`,
    expiresAt && `${isOver ? "over since" : "until"} ${localTime(expiresAt)}`,
    lastUsedAt === undefined ? "not used yet" : `last used ${localTime(lastUsedAt)}`,
    `made by ${createdBy}`,
  ];
  return escapeControls(`${name}  ${parts.filter(Boolean).join("  ")}`);
}

function parts(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseScopes(text: string): Scope[] {
  const given = parts(text);
  const known = given.filter((each): each is Scope => scopes.some((scope) => scope === each));
  if (known.length === 0 || known.length < given.length) {
    throw new InvalidArgumentError(`There are ${scopes.join(", ")}.`);
  }
  return known;
}

/** A time from now on, or the date itself: the API says what is wrong with it. */
function parseExpiry(text: string): string {
  const ms = parseDuration(text);
  const at = ms === undefined ? new Date(text) : new Date(Date.now() + ms);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError("Write 90d, 12h or 2027-06-30.");
  return at.toISOString();
}
