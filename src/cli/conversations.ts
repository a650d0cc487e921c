import { type Command, Option } from "commander";
import type { Conversation, ConversationState } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import {
  columns,
  cut,
  duration,
  escapeControls,
  localTime,
  pad,
  print,
  safeJson,
} from "./common/terminal.ts";
import { parseLimit } from "./events.ts";

interface Flags extends OpsFlags {
  readonly unanswered?: true;
  readonly state?: ConversationState;
  readonly closing?: true;
  readonly account?: string;
  readonly limit: number;
  readonly json?: true;
}

const states: ConversationState[] = ["unanswered", "open", "closed"];

/** `waypost conversations`: who waits for an answer, and how long there is time. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
    .command("conversations")
    .summary("show conversations, and who waits for an answer")
    .description(
      "Shows conversations, the latest active on top; those that wait for an answer by their 24-hour window, the one that closes first on top.",
    )
    .addOption(new Option("--unanswered", "as --state unanswered").conflicts("state"))
    .addOption(new Option("--state <state>", "in one state").choices(states))
    .option("--closing", "whose window closes within 4 hours")
    .option("--account <id>", "of one phone number id or WABA id")
    .option("--limit <n>", "how many at most", parseLimit, 50)
    .option("--json", "one conversation per line as JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) => runCommand(() => list(flags, resolve)));
}

async function list(flags: Flags, resolve: ResolveOps): Promise<number> {
  const { account, limit: max, json, closing } = flags;
  const state = flags.unanswered ? "unanswered" : flags.state;
  const query = { state, account, ...(closing && { window: "closing" as const }) };
  const found: Conversation[] = [];
  await askOps(flags, resolve, async (client) => {
    for await (const each of client.list("/api/conversations", { query, max })) found.push(each);
  });
  const now = Date.now();
  for (const conversation of found) {
    if (json) print(safeJson(conversation));
    else for (const line of conversationLines(conversation, now)) print(cut(line, columns()));
  }
  if (found.length === 0) process.stderr.write("No conversation matches.\n");
  return 0;
}

/** Who, how it stands and the last words; below its id whole, so that it can be copied. */
function conversationLines(conversation: Conversation, now: number): string[] {
  const { id, last, lastAt } = conversation;
  const arrow = last?.direction === "out" ? "→" : "←";
  const said = last === undefined ? "" : `${arrow} ${last.text ?? `[${last.type}]`}`;
  return [
    [localTime(last?.at ?? lastAt), pad(who(conversation), 20), said].join("  ").trimEnd(),
    `  ${standing(conversation, now)}  ${id}`,
  ].map(escapeControls);
}

/** The name, else the username, else the last two digits: it is the operator's own terminal, but may be seen. */
function who({ contact, groupId }: Conversation): string {
  const { name, username, waId, userId } = contact;
  const id = waId ?? userId;
  const person = name ?? (username === undefined ? undefined : `@${username}`);
  const shown = person ?? (id === undefined ? "-" : `…${id.slice(-2)}`);
  return cut(groupId === undefined ? shown : "a group", 20);
}

function standing({ state, unansweredSince, windowOpenUntil }: Conversation, now: number): string {
  if (state !== "unanswered" || unansweredSince === undefined) return state;
  const since = `unanswered for ${duration(now - Date.parse(unansweredSince))}`;
  const left = windowOpenUntil === undefined ? 0 : Date.parse(windowOpenUntil) - now;
  return left > 0
    ? `${since}, window closes in ${duration(left)}`
    : `${since}, window closed: only a template reaches them`;
}
