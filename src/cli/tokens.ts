import { type Command, InvalidArgumentError } from "commander";
import type { ApiToken, Client, Scope } from "../client/client.ts";
import { parseList } from "../config/env.ts";
import { parseDuration } from "../support/duration.ts";
import type { CommandParts } from "./common/command.ts";
import { CommandError } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { escapeControls, localTime, print, safeJson, show, showEach } from "./common/terminal.ts";

interface CreateFlags extends AskFlags {
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
  const creating = tokens
    .command("create [name]")
    .description("Makes a token and shows its secret, once: on stdout, all else on stderr.")
    .option("--name <name>", "the name, where it does not stand by itself")
    .requiredOption("--scope <scopes>", `of ${scopes.join(", ")}, with commas`, parseScopes)
    .option(
      "--account <accounts>",
      "only these: names of waypost.yaml or phone number ids",
      parseList,
    )
    .option("--expires <when>", "90d, 12h, or a date (default: never)", parseExpiry)
    .option("--json", "as one line of JSON");
  asksOps(creating, resolve, create);
  const listing = tokens
    .command("list", { isDefault: true })
    .description("Shows them, without secrets.")
    .option("--json", "as one line of JSON");
  asksOps(listing, resolve, async (client, { json }: AskFlags) => {
    const { items } = await client.get("/api/tokens");
    showEach(items, json, tokenLine, "There is none by name.");
  });
  const revoking = tokens
    .command("revoke <name>")
    .description("Ends a token for good, its sessions and tails too.")
    .option("--json", "as one line of JSON");
  asksOps(revoking, resolve, async (client, { json }: AskFlags, name: string) => {
    const answer = await client.delete("/api/tokens/{name}", { path: { name } });
    show(answer, json, () => `${escapeControls(name)} is revoked.`);
  });
}

async function create(
  client: Client,
  flags: CreateFlags,
  name: string | undefined = flags.name,
): Promise<void> {
  if (name === undefined) throw new CommandError("Say for whom: --name anna.");
  const { scope, account, expires, json } = flags;
  const made = await client.post("/api/tokens", {
    body: {
      ...{ name, scopes: [...scope] },
      ...(account && { accounts: [...account] }),
      ...(expires !== undefined && { expiresAt: expires }),
    },
  });
  if (json) return print(safeJson(made));
  process.stderr.write(`${tokenLine(made)}\nThis is its secret; it is not shown again:\n`);
  print(made.secret);
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

function parseScopes(text: string): Scope[] {
  const given = parseList(text);
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
