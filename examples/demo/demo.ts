/**
 * A day of a shop in a few minutes, with nothing but this: `npm run demo`. Starts stand-ins for a CRM, a helpdesk and a team chat, a Waypost in a
 * folder of its own that ends with it, opens the console, and plays the day; the helpdesk is out for a minute of it.
 *
 *   --speed 600       how much faster the day passes; 0: as fast as it goes
 *   --outage 60       seconds that the helpdesk is out
 *   --no-open         does not open a browser
 *   --once            ends when everything has arrived, instead of waiting for Ctrl-C
 */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openInBrowser } from "../frame/open-in-browser.ts";
import { readOptions } from "../frame/read-options.ts";
import { startWaypost, type Waypost } from "../frame/waypost.ts";
import { startStandIns } from "./stand-ins.ts";

const routes = fileURLToPath(new URL("./waypost.yaml", import.meta.url));
const usage = "npm run demo -- [--speed 600] [--outage 60] [--no-open] [--once]";
const { values } = readOptions(usage, {
  options: {
    speed: { type: "string", default: "600" },
    outage: { type: "string", default: "60" },
    "no-open": { type: "boolean", default: false },
    once: { type: "boolean", default: false },
  },
});
const say = (line = "") => process.stdout.write(`${line}\n`);
const outageMs = Number(values.outage) * 1_000;
if (!(outageMs >= 0)) {
  process.stderr.write("--outage takes a number of seconds\n");
  process.exit(2);
}

const dir = await mkdtemp(join(tmpdir(), "waypost-demo-"));
const standIns = await startStandIns(["crm", "helpdesk", "team-chat"]);
const env = {
  ...{ DATA_DIR: dir, LOG_LEVEL: "error", WAYPOST_CONFIG: routes },
  STAND_INS: standIns.url,
  STAND_IN_SECRET: `whsec_${randomBytes(32).toString("base64")}`,
};
let waypost: Waypost | undefined;
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
let failed: unknown;
try {
  waypost = await startWaypost(env);
  await playDay(waypost);
  if (!values.once) await untilStopped();
} catch (error) {
  failed = error;
} finally {
  await waypost?.end();
  await standIns.close();
  await rm(dir, { recursive: true, force: true });
}
if (failed !== undefined && !stopped.signal.aborted) {
  process.stderr.write(`${failed instanceof Error ? failed.message : String(failed)}\n`);
  process.exitCode = 1;
}

async function playDay({ console, run }: Waypost): Promise<void> {
  say(`Waypost runs, with three stand-ins. See all of it here: ${console}`);
  if (!values["no-open"] && !openInBrowser(console)) say("Open that link in a browser.");
  say();
  say("The shop opens. Its customers write …");
  const day = run("simulate", "--scenario", "shop-day", "--speed", values.speed, "--json");
  const [code] = await Promise.all([exitOf(day), outage()]);
  if (code !== 0) throw new Error("The day could not be played: see the lines above.");
  await standIns.settled(stopped.signal, async () => (await openDeliveries(run)) === 0);
  say();
  say("The day is over, and everything has arrived:");
  for (const { name, taken, twice, refused } of standIns.books()) {
    const away = refused > 0 ? `, refused ${refused} attempts while it was out` : "";
    const again = twice > 0 ? `, ${twice} of them told again under the same id` : "";
    say(`  ${name.padEnd(10)} ${taken} events${again}${away}`);
  }
}

async function outage(): Promise<void> {
  if (outageMs === 0) return;
  await standIns.untilTaken("helpdesk", 20, stopped.signal);
  say(`The helpdesk is out for ${values.outage} s: what it should get waits, all else goes on.`);
  await standIns.out("helpdesk", outageMs, stopped.signal);
  say("The helpdesk is back, and gets what waited, in order.");
}

/** How many deliveries are not over. */
async function openDeliveries(run: Waypost["run"]): Promise<number> {
  const child = run("destinations", "--json");
  let shown = "";
  child.stdout?.on("data", (chunk) => {
    shown += String(chunk);
  });
  await once(child, "close");
  const rows = shown.split("\n").filter((line) => line.trim() !== "");
  return rows.map((row) => Number(JSON.parse(row).open)).reduce((sum, open) => sum + open, 0);
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

async function untilStopped(): Promise<void> {
  say();
  say("It goes on running, for you to look around; Ctrl-C ends it and leaves nothing behind.");
  if (!stopped.signal.aborted) await once(stopped.signal, "abort");
}
