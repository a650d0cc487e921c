import type { Command } from "commander";
import type { Status } from "../client/client.ts";
import { runbookFile } from "../contracts.ts";
import type { CommandParts } from "./common/command.ts";
import { destinationLines } from "./common/destination-lines.ts";
import { exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { duration, escapeControls, show } from "./common/terminal.ts";

/** `waypost status`: one screen, what is wrong first. Exits 1 when something is. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("status")
    .summary("show whether all is well")
    .description("Shows on one screen whether all is well; what is wrong first, with a remedy.")
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, async (client, { json }: AskFlags) => {
    const status = await client.get("/api/status");
    show(status, json, () => statusLines(status, new Date()));
    return status.ok ? 0 : exitCodes.wrong;
  });
}

/** Pure. */
function statusLines(status: Status, now: Date): string[] {
  const ago = (iso: string) => `${duration(now.getTime() - Date.parse(iso))} ago`;
  const up = duration(now.getTime() - Date.parse(status.startedAt));
  return [
    `Waypost ${status.version} (${status.roles.join(", ")}), up ${up}: ${verdict(status)}`,
    ...status.problems.flatMap(({ kind, level, what, remedy }) => [
      `  ${level === "error" ? "✗" : "!"} ${what}`,
      `    → ${remedy} (${runbookFile(kind)})`,
    ]),
    "",
    `bus       ${status.bus.kind}, ${status.bus.ready ? "ready" : "not ready"}`,
    ...status.bus.queues.map(queueLine),
    ...storeLines(status),
    ...receiverLines(status, ago),
    ...processLines(status, ago),
    ...(status.destinations.length === 0 ? [] : ["destinations"]),
    ...status.destinations
      .flatMap((destination) => destinationLines(destination, now))
      .map((line) => `  ${line}`),
    status.accounts.length === 0
      ? "accounts  none heard of yet; `waypost simulate` sends a message"
      : "accounts",
    ...status.accounts.map(({ id, lastEventAt }) => `  ${id}  last webhook ${ago(lastEventAt)}`),
  ].map(escapeControls);
}

function verdict({ ok, problems }: Status): string {
  if (!ok) return "something is wrong";
  return problems.length > 0 ? "well, with warnings" : "all is well";
}

function queueLine(queue: Status["bus"]["queues"][number]): string {
  const dead = queue.dead > 0 ? `, ${queue.dead} dead` : "";
  const unacked = queue.unacked === undefined ? "" : `, ${queue.unacked} in hand`;
  return `  ${queue.name}  ${queue.ready} wait${unacked}${dead}`;
}

function storeLines({ store }: Status): string[] {
  const { stats } = store;
  if (stats === undefined) return ["store     not ready"];
  const { kind, events, messages, conversations, quarantine } = stats;
  if (events === undefined) return [`store     ${kind}, ready`];
  return [
    `store     ${kind}, ready`,
    `  ${events} events, ${messages} messages, ${conversations} conversations, ${quarantine} in quarantine`,
  ];
}

/** All of them where they run apart; one process alone is in the first line. */
function processLines({ processes }: Status, ago: (iso: string) => string): string[] {
  if (processes.length < 2) return [];
  return [
    "roles",
    ...processes.map(({ role, host, pid, version, configHash, startedAt }) => {
      const what = `${role} on ${host} (process ${pid})`;
      return `  ${what}  ${version}, configuration ${configHash.slice(0, 8)}, started ${ago(startedAt)}`;
    }),
  ];
}

function receiverLines({ receiver }: Status, ago: (iso: string) => string): string[] {
  if (receiver === undefined) return [];
  const { spool, unauthorized, lastUnauthorizedAt } = receiver;
  const last = lastUnauthorizedAt === undefined ? "" : `, last ${ago(lastUnauthorizedAt)}`;
  return [
    spool === undefined
      ? "spool     off"
      : `spool     ${spool.posts === 0 ? "empty" : `${spool.posts} POSTs, ${spool.bytes} bytes`}`,
    `refused   ${unauthorized} POSTs with 401${last}`,
  ];
}
