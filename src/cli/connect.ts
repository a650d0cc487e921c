import type { Command } from "commander";
import { connectionOptions } from "../app/connection.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { loadClient } from "../config/load-client.ts";
import { loadRouting } from "../config/load-routing.ts";
import type { Accounts, Connection } from "../contracts.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import type { ConnectionOptions } from "../meta/facts.ts";
import { readConnection } from "../meta/read-connection.ts";
import { askTerminal } from "./add/questions.ts";
import { applyAll } from "./connect/apply-all.ts";
import { askMissing } from "./connect/ask-missing.ts";
import { runFirstTime } from "./connect/first-time.ts";
import { connectionLines } from "./connect/lines.ts";
import { CommandError, exitCodes, runCommand } from "./ops-client.ts";
import { escapeControls, print, safeJson } from "./terminal.ts";

/** The command line of `waypost connect`, parsed. */
export interface ConnectFlags {
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
export function registerConnect(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command("connect")
    .summary("see and set how Meta sends here")
    .description(
      "Shows the Meta app, its accounts and numbers, where each sends, and what is missing, as a plan. Changes nothing without --apply. Needs META_APP_ID, WHATSAPP_APP_SECRET and META_ACCESS_TOKEN, or asks for them.",
    )
    .option("--apply", "set callback and fields, and subscribe the accounts; asks once")
    .option("--overrides", "with --apply: also take away overrides that lead elsewhere")
    .option("--check", "for CI and cron: asks nothing; exit 1 when something differs, 3 when Meta does not answer, 4 when it refuses token or secret")
    .option("--tunnel", "the first time, from nothing to the first message (cloudflared or ngrok)")
    .option("--callback <url>", "where Meta is to send (default: PUBLIC_URL)")
    .option("--fields <names>", "the webhook fields that are wanted (default: all that Waypost knows)")
    .option("--waba <id...>", "accounts to look at, beside those of the token and of waypost.yaml", [])
    .option("--app-id <id>", "the app (default: META_APP_ID)")
    .option("--json", "as one line of JSON; asks nothing")
    .option("--yes", "with --apply: without the question")
    .action((flags: ConnectFlags) => runCommand(() => connect(env, flags)));
}

async function connect(env: NodeJS.ProcessEnv, flags: ConnectFlags): Promise<number> {
  if (flags.tunnel) return runFirstTime(env, (found) => optionsFrom(found, flags));
  const quiet = flags.check === true || flags.json === true;
  const options = await optionsFrom(await knownHere(env), flags);
  const whole = quiet ? options : await askMissing(options);
  let found = await readConnection(whole);
  if (flags.json) print(safeJson(found.connection));
  else show(found.connection, flags);
  if (flags.apply) {
    const questions = askTerminal(flags.yes === true);
    try {
      const verifyToken = whole.verifyToken ?? "";
      const outcome = await applyAll(found, { verifyToken, questions, overrides: flags.overrides === true });
      if (outcome !== "applied") return outcome === "nothing" ? codeOf(found.connection) : exitCodes.wrong;
    } finally {
      questions.close();
    }
    found = await readConnection({ ...whole, signal: AbortSignal.timeout(25_000) });
    if (flags.json) print(safeJson(found.connection));
    else show(found.connection, flags);
  }
  return codeOf(found.connection);
}

function show(connection: Connection, { overrides }: ConnectFlags): void {
  const lines = connectionLines(connection, { overrides: overrides === true });
  for (const line of lines) print(escapeControls(line));
}

/** 4: Meta refuses token or secret; 3: it does not answer; 1: something differs. */
function codeOf({ ok, problems }: Connection): number {
  if (ok) return 0;
  const kinds = new Set(problems.filter(({ level }) => level !== "note").map(({ kind }) => kind));
  if (kinds.has("meta_token")) return exitCodes.unauthorized;
  return kinds.has("meta_away") ? exitCodes.unreachable : exitCodes.wrong;
}

/** What the environment, `.env`, DATA_DIR and waypost.yaml say. */
export interface KnownHere {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly verifyToken: string | undefined;
}

export async function knownHere(env: NodeJS.ProcessEnv): Promise<KnownHere> {
  const config = await loadConfig(env, "start", { generate: false });
  const { accounts } = await loadRouting(env, destinationKinds);
  return { config, accounts, verifyToken: (await loadClient(env)).verifyToken };
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
  throw new CommandError(exitCodes.usage, "--fields: write it as messages,calls.");
}

const mostCharacters = 200;

/** Meta takes HTTPS alone; on this machine anything may stand for it. */
function refuseBadCallback(callback: string): void {
  const url = URL.canParse(callback) ? new URL(callback) : undefined;
  const isHere = url !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  const fits = url?.protocol === "https:" || (url?.protocol === "http:" && isHere);
  if (fits && callback.length <= mostCharacters && url.search === "" && url.hash === "") return;
  throw new CommandError(
    exitCodes.usage,
    `The callback must be an https address of at most ${mostCharacters} characters without a query: correct PUBLIC_URL or --callback.`,
  );
}
