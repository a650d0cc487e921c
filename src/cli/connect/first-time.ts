import { randomBytes } from "node:crypto";
import { loadClient } from "../../config/load-client.ts";
import type { Connection } from "../../contracts.ts";
import type { ConnectionOptions } from "../../meta/graph-answers.ts";
import { readConnection } from "../../meta/read-connection.ts";
import { tryCallback } from "../../meta/try-callback.ts";
import { delay } from "../../support/delay.ts";
import { askTerminal, type Questions } from "../add/questions.ts";
import { keepInEnv } from "../common/env-file.ts";
import { eventLine } from "../common/event-line.ts";
import { askOps, CommandError, exitCodes, type ResolveOps } from "../common/ops-client.ts";
import { columns, escapeControls, print } from "../common/terminal.ts";
import { applyAll } from "./apply-all.ts";
import { askFor } from "./ask-missing.ts";
import { type KnownHere, knownHere } from "./known-here.ts";
import { ensureRunning, takesSecret } from "./running.ts";
import { openTunnel, type Tunnel } from "./tunnel.ts";

type OptionsFrom = (known: KnownHere) => Promise<ConnectionOptions> | ConnectionOptions;
const lookMs = 1_000;
const reachableMs = 90_000;

/**
 * From nothing to the first message: asks app id, secret and token, writes `.env`, starts Waypost where none runs, opens a tunnel, sets
 * Meta up, and shows the message when it comes. Ends with Ctrl-C.
 */
export async function runFirstTime(
  env: NodeJS.ProcessEnv,
  optionsFrom: OptionsFrom,
): Promise<number> {
  const questions = askTerminal(false);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    await keepWhatIsMissing(env, questions, optionsFrom);
    return await connectAndWait(env, questions, optionsFrom, stop.signal);
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
    questions.close();
  }
}

/** Into `.env`: what was asked for, and a verify token where there is none. What is there already stays. */
async function keepWhatIsMissing(
  env: NodeJS.ProcessEnv,
  questions: Questions,
  optionsFrom: OptionsFrom,
): Promise<void> {
  const known = await knownHere(env);
  const had = await optionsFrom(known);
  const whole = await askFor(had, questions);
  const [secret] = whole.appSecrets;
  if (whole.appId === undefined || secret === undefined || whole.accessToken === undefined) {
    throw new CommandError("It needs all three: docs/connect.md says where they are.");
  }
  const values = {
    ...(had.appId === undefined && { META_APP_ID: whole.appId }),
    ...(had.appSecrets.length === 0 && { WHATSAPP_APP_SECRET: secret }),
    ...(had.accessToken === undefined && { META_ACCESS_TOKEN: whole.accessToken }),
    ...(known.verifyToken === undefined && {
      WHATSAPP_VERIFY_TOKEN: randomBytes(24).toString("base64url"),
    }),
  };
  await keepInEnv(values);
  const names = Object.keys(values);
  if (names.length > 0) print(`✓ ${names.join(", ")} in .env, readable by you alone`);
}

async function connectAndWait(
  env: NodeJS.ProcessEnv,
  questions: Questions,
  optionsFrom: OptionsFrom,
  signal: AbortSignal,
): Promise<number> {
  const known = await knownHere(env);
  const options = await optionsFrom(known);
  const resolve: ResolveOps = async () => {
    const { opsUrl, opsToken } = await loadClient(env);
    return { url: opsUrl, ...(opsToken !== undefined && { token: opsToken }) };
  };
  const running = await ensureRunning(resolve, env);
  try {
    // One that made its secrets at its start knows the verify token by now.
    const { verifyToken = "", webhookUrl } = await loadClient(env);
    await refuseOtherSecret(webhookUrl, options.appSecrets[0] ?? "");
    print(
      `✓ Waypost ${running.startedHere ? "was started" : "runs here already"}, and has this app's secret`,
    );
    const tunnel = await openTunnel(known.config.http.port, env["PATH"]);
    try {
      const callback = `${tunnel.url}/webhooks/whatsapp`;
      print(`✓ ${tunnel.program}: ${callback}`);
      await untilReachable(callback, verifyToken, signal);
      const connection = await setUp({ ...options, callback, verifyToken }, questions, verifyToken);
      return await untilMessage(connection, resolve, signal, tunnel);
    } finally {
      await tunnel.close();
    }
  } finally {
    await running.close();
  }
}

async function refuseOtherSecret(webhookUrl: string, secret: string): Promise<void> {
  if (await takesSecret(webhookUrl, secret)) return;
  throw new CommandError(
    "The Waypost that runs here has another app secret: every POST of Meta's would get 401.\nStart it again in this folder, so that it reads .env, and run this once more.",
    exitCodes.wrong,
  );
}

/** A tunnel is known everywhere only some seconds after it says that it is there. */
async function untilReachable(
  callback: string,
  verifyToken: string,
  signal: AbortSignal,
): Promise<void> {
  let wrong: string | undefined;
  for (const end = Date.now() + reachableMs; Date.now() < end && !signal.aborted; ) {
    wrong = await tryCallback(callback, verifyToken);
    if (wrong === undefined) return;
    await delay(lookMs, { signal });
  }
  throw new CommandError(
    `The tunnel does not lead here: ${wrong ?? "interrupted"}.`,
    exitCodes.wrong,
  );
}

async function setUp(
  options: ConnectionOptions,
  questions: Questions,
  verifyToken: string,
): Promise<Connection> {
  const fresh = () => readConnection({ ...options, signal: AbortSignal.timeout(25_000) });
  const before = await fresh();
  const outcome = await applyAll(before, { verifyToken, questions, overrides: false });
  if (outcome === "declined")
    throw new CommandError("Nothing was changed at Meta.", exitCodes.wrong);
  const { connection } = outcome === "nothing" ? before : await fresh();
  const errors = connection.problems.filter(({ level }) => level === "error");
  for (const { what, remedy } of errors) print(escapeControls(`✗ ${what}\n  → ${remedy}`));
  if (errors.length > 0)
    throw new CommandError("Until that is mended no message comes.", exitCodes.wrong);
  return connection;
}

/** Shows the first message, or why there is none; then goes on until it is told to end. */
async function untilMessage(
  { accounts }: Connection,
  resolve: ResolveOps,
  signal: AbortSignal,
  tunnel: Tunnel,
): Promise<number> {
  const numbers = accounts.flatMap(({ numbers: all }) =>
    all.map(({ display, id }) => display ?? id),
  );
  // What comes from the invitation on counts.
  let refused = await refusedOf(resolve);
  print("");
  print(
    `Now write to ${numbers.length === 0 ? "your number" : numbers.join(" or ")} from your phone.`,
  );
  const from = new Date().toISOString();
  let shown = false;
  while (!signal.aborted) {
    if (!tunnel.open()) throw new CommandError("The tunnel has ended.", exitCodes.wrong);
    if (!shown) shown = await showFirst(resolve, from);
    refused = await tellRefused(resolve, refused);
    await delay(lookMs, { signal });
  }
  print(
    "The tunnel is closed, and Meta still sends to it: give Waypost a lasting address (PUBLIC_URL), then `waypost connect --apply`.",
  );
  return shown ? 0 : 130;
}

async function showFirst(resolve: ResolveOps, from: string): Promise<boolean> {
  const query = { from, type: ["whatsapp.message.*"], limit: 1 };
  const { items } = await askOps({}, resolve, (client) => client.get("/api/events", { query }));
  const [event] = items;
  if (event === undefined) return false;
  print(`✓ ${eventLine(event, columns())}`);
  print(
    "It works. `waypost events --follow` shows all that comes. The tunnel stays open until Ctrl-C.",
  );
  return true;
}

async function refusedOf(resolve: ResolveOps): Promise<number> {
  const { receiver } = await askOps({}, resolve, (client) => client.get("/api/status"));
  return receiver?.unauthorized ?? 0;
}

async function tellRefused(resolve: ResolveOps, before: number): Promise<number> {
  const now = await refusedOf(resolve);
  if (now > before) {
    print(
      "✗ A POST was answered 401: its signature is not by WHATSAPP_APP_SECRET. Unless a stranger knocked, another app sends here:",
    );
    print(
      "  → compare App settings → Basic of the app whose callback this is (docs/runbooks/posts-unauthorized.md). Meta repeats it for 7 days.",
    );
  }
  return now;
}
