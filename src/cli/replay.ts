import { type Command, Option } from "commander";
import type { Client, Replay, ReplayPlan } from "../client/client.ts";
import { systemClock } from "../support/clock.ts";
import { delay } from "../support/delay.ts";
import { askTerminal } from "./add/questions.ts";
import type { CommandParts } from "./common/command.ts";
import { exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { escapeControls, print, safeJson } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";
import { collect } from "./events.ts";

const verdicts = ["delivered", "found", "outage", "refused", "config"] as const;
type Verdict = (typeof verdicts)[number];

interface Flags extends AskFlags {
  readonly to: string;
  readonly type?: readonly string[];
  readonly contact?: string;
  readonly conversation?: string;
  readonly account?: string;
  readonly from?: string;
  readonly until?: string;
  readonly state?: "dead" | "skipped" | "gave-up" | "not-wanted";
  readonly kind?: string;
  readonly route?: string;
  readonly verdict?: Verdict;
  readonly again?: true;
  readonly effects?: true;
  readonly rate: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `waypost replay`: what the log has is sent again. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = addFlags(program.command("replay"));
  asksOps(command, resolve, run);
  const showing = command
    .command("show")
    .description(
      "how far a replay is, and what became of its deliveries; without an id the newest ones",
    )
    .argument("[id]", "rpl_…");
  asksOps(showing, resolve, show);
  const aborting = command
    .command("abort")
    .description("opens no more; what it has opened is delivered all the same")
    .argument("<id>", "rpl_…");
  asksOps(aborting, resolve, async (client, _flags, id: string) => {
    print(line(await client.post("/api/replays/{id}/abort", { path: { id } })));
  });
}

function addFlags(command: Command): Command {
  return command
    .summary("send again what the log has")
    .description(
      "Shows what would be sent and what is left out, and after a yes opens the deliveries, the oldest first, beside what is live. Ctrl-C leaves it running; `waypost replay abort` ends it.",
    )
    .option("--to <destination>", "a destination, or routed: where the routes lead now", "routed")
    .option("--type <pattern>", "e.g. 'whatsapp.message.*'; repeat it for more", collect)
    .option("--contact <who>", "a phone in any writing, or an id")
    .option("--conversation <id>", "cnv_…")
    .option("--account <account>", "a name of waypost.yaml, a phone number or WABA id")
    .option("--from <time>", "received since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z", parseTime)
    .option("--until <time>", "received before (default: now)", parseTime)
    .addOption(
      new Option(
        "--state <state>",
        "deliveries that ended so; times are those of their making",
      ).choices(["dead", "gave-up", "skipped", "not-wanted"]),
    )
    .option("--kind <kind>", "deliveries to destinations of this kind")
    .option("--route <name>", "deliveries that this route asked for")
    .addOption(
      new Option("--verdict <verdict>", "deliveries whose last attempt ended so").choices(verdicts),
    )
    .option("--again", "also what the destination already has")
    .option("--effects", "also what writes to contacts or comes later (after)")
    .option("--rate <n>", "deliveries a second", "10")
    .option("--dry-run", "shows what would be sent")
    .option("--yes", "sends without asking")
    .option("--json", "as JSON");
}

function requestOf(flags: Flags) {
  const { type, contact, conversation, account, from, until: to } = flags;
  const { state, kind, route, verdict } = flags;
  const filter = { type, contact, conversation, account, from, to, state, kind, route, verdict };
  return {
    filter,
    to: flags.to,
    again: flags.again === true,
    effects: flags.effects === true,
    rate: Number(flags.rate),
  };
}

async function run(client: Client, flags: Flags): Promise<number> {
  const request = requestOf(flags);
  const dryRun = await client.post("/api/replays", { body: { ...request, dryRun: true } });
  const plan = dryRun as ReplayPlan;
  if (flags.json && flags.dryRun) print(safeJson(plan));
  else if (!flags.json) for (const each of planLines(plan)) print(escapeControls(each));
  if (flags.dryRun || plan.opened === 0) return 0;
  if (!(await confirmed(flags))) return exitCodes.wrong;
  const replay = (await client.post("/api/replays", { body: request })) as Replay;
  if (flags.json) {
    print(safeJson(replay));
    return 0;
  }
  return follow(replay.id, client);
}

async function confirmed({ again, yes }: Flags): Promise<boolean> {
  const questions = askTerminal(yes === true);
  try {
    if (!(await questions.confirm("Send it?"))) return false;
    const twice = "What the destination has already is sent once more. Are you sure?";
    return again === undefined || (await questions.confirm(twice));
  } finally {
    questions.close();
  }
}

function planLines({ found, opened, had, leftOut, complete, sample }: ReplayPlan): string[] {
  return [
    `${complete ? "" : "at least "}${found} found: ${opened} would be sent, ${had} are there already`,
    ...Object.entries(leftOut).map(([why, count]) => `  ${count} left out: ${why}`),
    ...sample.map(
      ({ destination, eventId, eventType, receivedAt }) =>
        `  ${receivedAt === undefined ? "" : `${receivedAt.slice(0, 19)} `}${eventType} ${eventId} → ${destination}`,
    ),
  ];
}

const everyMs = 1_000;

/** Until it is over; where someone watches, with a line that counts. */
async function follow(id: string, client: Client): Promise<number> {
  print(`${id} runs.`);
  const status = process.stderr.isTTY ? (text: string) => process.stderr.write(text) : () => false;
  for (;;) {
    const replay = await client.get("/api/replays/{id}", { path: { id } });
    status(`\r\u001b[K${line(replay)}`);
    if (isOver(replay)) {
      status("\r\u001b[K");
      print(line(replay));
      return replay.state === "done" ? 0 : exitCodes.wrong;
    }
    await delay(everyMs, { clock: systemClock });
  }
}

function isOver({ state, rows = {} }: Replay): boolean {
  return state !== "running" && (rows["open"] ?? 0) + (rows["sending"] ?? 0) === 0;
}

async function show(client: Client, _flags: AskFlags, id: string | undefined): Promise<void> {
  if (id !== undefined) return print(line(await client.get("/api/replays/{id}", { path: { id } })));
  for await (const replay of client.list("/api/replays", { max: 20 })) print(line(replay));
}

function line({ id, state, to, by, opened, found, total = found, reason, rows }: Replay): string {
  const became = Object.entries(rows ?? {}).filter(([, count]) => count > 0);
  const words = became.map(([what, count]) => `${count} ${what}`).join(", ");
  const begun = by === undefined ? "" : `begun by ${by}`;
  const parts = [id, state, `to ${to}`, `${opened} of ${total} opened`, words, begun, reason];
  return escapeControls(parts.filter(Boolean).join("  "));
}
