import { type Command, InvalidArgumentError } from "commander";
import type { Asked, Client, WaypostEvent } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { deliveryWithAttempts } from "./common/delivery-lines.ts";
import { eventLine } from "./common/event-line.ts";
import { CommandError } from "./common/ops-client.ts";
import { type AskFlags, allOf, asksOps } from "./common/ops-command.ts";
import { columns, escapeControls, print, safeJson, show, showEach } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";
import { eventFilterOfView } from "./common/view-filter.ts";

type Query = NonNullable<Asked<"GET", "/api/events">["query"]>;

/** By which events are asked for. */
export type EventFilterFlags = Omit<Query, "limit" | "cursor" | "order" | "messageId"> & {
  readonly message?: string;
};

interface EventsFlags extends AskFlags, EventFilterFlags {
  readonly view?: string;
  readonly limit: number;
  readonly follow?: true;
}

/** What a live tail cannot be filtered by. */
const onlyInTheLog = ["contact", "message", "text", "from", "to"] as const;

/** `waypost events`: the log as a table, one event whole, or what comes in as it comes. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("events")
    .summary("show what came")
    .description(
      "Shows events, oldest on top. With an id, one event whole. With --follow, the last 10 and then what comes in.",
    )
    .argument("[id]", "an event id");
  addEventFilters(command)
    .option("--view <name>", "the filter of a view that was saved in the console")
    .option("--limit <n>", "how many at most", parseLimit, 50)
    .option("-f, --follow", "go on with what comes in (filters: type, account, conversation)")
    .option("--json", "one event per line as JSON");
  asksOps(command, resolve, async (client, flags: EventsFlags, id: string | undefined) => {
    if (id !== undefined) return showEvent(client, id, flags);
    const asked = await withView(client, flags);
    return flags.follow ? follow(client, asked) : listEvents(client, asked);
  });
}

export function addEventFilters(command: Command): Command {
  return command
    .option("--type <pattern>", "e.g. 'whatsapp.message.*'; repeat it for more", collect)
    .option("--account <account>", "a name of waypost.yaml, a phone number or WABA id")
    .option("--conversation <id>", "a conversation id")
    .option("--contact <id>", "a BSUID, WhatsApp id or phone number")
    .option("--message <wamid>", "events about one message")
    .option("--text <words>", "words that must all occur")
    .option("--from <time>", "received since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z", parseTime)
    .option("--to <time>", "received before", parseTime);
}

async function showEvent(client: Client, id: string, flags: EventsFlags): Promise<void> {
  const found = await client.get("/api/events/{id}", { path: { id } });
  if (flags.json) return print(safeJson(found));
  const { deliveries, notDelivered, ...event } = found;
  print(safeJson(event, 2));
  print(deliveries.length === 0 ? "deliveries  none" : "deliveries");
  for (const delivery of deliveries) {
    for (const line of deliveryWithAttempts(delivery, new Date())) print(`  ${line}`);
  }
  if (notDelivered.length > 0) print("not delivered, by the configuration of now");
  for (const { destination, says } of notDelivered)
    print(escapeControls(`  ${destination}: ${says}`));
}

/** What is told beside it goes before what the view says. */
async function withView(client: Client, flags: EventsFlags): Promise<EventsFlags> {
  if (flags.view === undefined) return flags;
  return { ...(await eventFilterOfView(client, flags.view)), ...flags };
}

async function listEvents(client: Client, flags: EventsFlags): Promise<void> {
  const asked = { query: eventQueryOf(flags), max: flags.limit };
  const newestFirst = await allOf(client.list("/api/events", asked));
  showEach(newestFirst.reverse(), flags.json, lineOf, "No event matches.");
}

async function follow(client: Client, flags: EventsFlags): Promise<void> {
  const logOnly = onlyInTheLog.filter((name) => flags[name] !== undefined);
  if (logOnly.length > 0) {
    throw new CommandError(
      `--follow does not go with ${logOnly.map((name) => `--${name}`).join(", ")}.`,
    );
  }
  const shown = createRecentSet(1_000);
  const onLost = () => void process.stderr.write("The connection was lost; trying again.\n");
  const { type, account, conversation } = flags;
  const query = { type, account, conversation };
  for await (const event of client.follow({ query, onLost })) {
    if (shown.add(event.id)) show(event, flags.json, lineOf);
  }
}

function lineOf(event: WaypostEvent): string {
  return eventLine(event, columns());
}

export function eventQueryOf(flags: EventFilterFlags) {
  const { type, account, conversation, contact, message, text, from, to } = flags;
  return { type, account, conversation, contact, messageId: message, text, from, to };
}

/** Remembers the last `size` ids; `add` answers whether it is new. */
function createRecentSet(size: number): { add(id: string): boolean } {
  const ids = new Set<string>();
  return {
    add: (id) => {
      if (ids.has(id)) return false;
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > size && oldest !== undefined) ids.delete(oldest);
      return true;
    },
  };
}

/** Takes an option that may be given more than once. */
export function collect(pattern: string, before: readonly string[] = []): readonly string[] {
  return [...before, pattern];
}

/** 1…10,000. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new InvalidArgumentError("A whole number from 1 to 10000.");
  }
  return limit;
}
