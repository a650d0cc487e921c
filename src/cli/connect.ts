import type { Command } from "commander";
import { connectionOptions } from "../app/connection.ts";
import type { Connection } from "../contracts.ts";
import type { ConnectionOptions } from "../meta/graph-answers.ts";
import { type ReadConnection, readConnection } from "../meta/read-connection.ts";
import { askTerminal } from "./add/questions.ts";
import type { CommandParts } from "./common/command.ts";
import { CommandError, exitCodes, runCommand } from "./common/ops-client.ts";
import { escapeControls, print, safeJson } from "./common/terminal.ts";
import { applyAll } from "./connect/apply-all.ts";
import { askMissing } from "./connect/ask-missing.ts";
import { runFirstTime } from "./connect/first-time.ts";
import { type KnownHere, knownHere } from "./connect/known-here.ts";
import { connectionLines } from "./connect/lines.ts";

/** The command line of `waypost connect`, parsed. */
interface ConnectFlags {
  readonly appId?: string;
  readonly waba: readonly string[];
  readonly callback?: string;
  readonly fields?: string;
  readonly apply?: true;
  readonly overrides?: true;
  readonly check?: true;
  readonly tunnel?: true;
  readonly json?: true;
  readonly yes?: true;
}

/** `waypost connect`: how Meta sends here, what is missing, and setting it. */
export function register(program: Command, { env }: Pick<CommandParts, "env">): void {
  program
    .command("connect")
    .summary("see and set how Meta sends here")
    .description(
      "Shows the Meta app, its accounts and numbers, where each sends, and what is missing, as a plan. Changes nothing without --apply. Needs META_APP_ID, WHATSAPP_APP_SECRET and META_ACCESS_TOKEN, or asks for them.",
    )
    .option("--apply", "set callback and fields, and subscribe the accounts; asks once")
    .option("--overrides", "with --apply: also take away overrides that lead elsewhere")
    .option(
      "--check",
      "for CI and cron: asks nothing; exit 1 when something differs, 3 when Meta does not answer, 4 when it refuses token or secret",
    )
    .option("--tunnel", "the first time, from nothing to the first message (cloudflared or ngrok)")
    .option("--callback <url>", "where Meta is to send (default: PUBLIC_URL)")
    .option(
      "--fields <names>",
      "the webhook fields that are wanted (default: all that Waypost knows)",
    )
    .option(
      "--waba <id...>",
      "accounts to look at, beside those of the token and of waypost.yaml",
      [],
    )
    .option("--app-id <id>", "the app (default: META_APP_ID)")
    .option("--json", "as one line of JSON; asks nothing")
    .option("--yes", "with --apply: without the question")
    .action((flags: ConnectFlags) => runCommand(() => connect(env, flags)));
}

async function connect(env: NodeJS.ProcessEnv, flags: ConnectFlags): Promise<number> {
  if (flags.tunnel) return runFirstTime(env, (known) => optionsFrom(known, flags));
  const asksNothing = flags.check === true || flags.json === true;
  const known = optionsFrom(await knownHere(env), flags);
  const options = asksNothing ? known : await askMissing(known);
  const found = await readConnection(options);
  const applied = flags.apply === true && (await apply(found, options, flags));
  const after = { ...options, signal: AbortSignal.timeout(answerMs) };
  const { connection } = applied ? await readConnection(after) : found;
  show(connection, flags);
  return codeOf(connection);
}

/** Whether something was done; of what is to be done the plan is shown first. */
async function apply(
  found: ReadConnection,
  { verifyToken = "" }: ConnectionOptions,
  flags: ConnectFlags,
): Promise<boolean> {
  if (!flags.json && !flags.yes) show(found.connection, flags);
  const questions = askTerminal(flags.yes === true);
  try {
    const overrides = flags.overrides === true;
    return (await applyAll(found, { verifyToken, questions, overrides })) === "applied";
  } finally {
    questions.close();
  }
}

function show(connection: Connection, { overrides, json }: ConnectFlags): void {
  const lines = json
    ? [safeJson(connection)]
    : connectionLines(connection, { overrides: overrides === true }).map(escapeControls);
  for (const line of lines) print(line);
}

/** 4: Meta refuses token or secret; 3: it does not answer; 1: something differs. */
function codeOf({ ok, problems }: Connection): number {
  if (ok) return 0;
  const kinds = new Set(problems.filter(({ level }) => level !== "note").map(({ kind }) => kind));
  if (kinds.has("meta_token")) return exitCodes.unauthorized;
  return kinds.has("meta_away") ? exitCodes.unreachable : exitCodes.wrong;
}

function optionsFrom(
  { config, accounts, verifyToken }: KnownHere,
  flags: ConnectFlags,
): ConnectionOptions {
  const options = connectionOptions(config, accounts);
  const callback = flags.callback ?? options.callback;
  if (callback !== undefined) refuseBadCallback(callback);
  return {
    ...options,
    ...{ verifyToken, callback, wabaIds: flags.waba },
    ...(flags.appId !== undefined && { appId: flags.appId }),
    ...(flags.fields !== undefined && { fields: fieldsOf(flags.fields) }),
  };
}

function fieldsOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => /^[a-z_]{3,64}$/.test(name))) return names;
  throw new CommandError("--fields: write it as messages,calls.");
}

const answerMs = 25_000;
const mostCharacters = 200;

/** Meta takes HTTPS alone; on this machine anything may stand for it. */
function refuseBadCallback(callback: string): void {
  const url = URL.canParse(callback) ? new URL(callback) : undefined;
  const isHere = url !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  const fits = url?.protocol === "https:" || (url?.protocol === "http:" && isHere);
  if (fits && callback.length <= mostCharacters && url.search === "" && url.hash === "") return;
  throw new CommandError(
    `The callback must be an https address of at most ${mostCharacters} characters without a query: correct PUBLIC_URL or --callback.`,
  );
}
