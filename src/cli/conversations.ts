import { type Command, Option } from "commander";
import type { Client, Conversation, ConversationState } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { shownPerson } from "./common/event-line.ts";
import { type AskFlags, allOf, asksOps } from "./common/ops-command.ts";
import { cut, duration, fitted, localTime, pad, showEach } from "./common/terminal.ts";
import { parseLimit } from "./events.ts";

interface Flags extends AskFlags {
  readonly unanswered?: true;
  readonly state?: ConversationState;
  readonly closing?: true;
  readonly account?: string;
  readonly limit: number;
}

const states: ConversationState[] = ["unanswered", "open", "closed"];

/** `waypost conversations`: who waits for an answer, and how long there is time. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("conversations")
    .summary("show conversations, and who waits for an answer")
    .description(
      "Shows conversations, the latest active on top; those that wait for an answer by their 24-hour window, the one that closes first on top.",
    )
    .addOption(new Option("--unanswered", "as --state unanswered").conflicts("state"))
    .addOption(new Option("--state <state>", "in one state").choices(states))
    .option("--closing", "whose window closes within 4 hours")
    .option("--account <account>", "a name of waypost.yaml, a phone number or WABA id")
    .option("--limit <n>", "how many at most", parseLimit, 50)
    .option("--json", "one conversation per line as JSON");
  asksOps(command, resolve, list);
}

async function list(client: Client, flags: Flags): Promise<void> {
  const { account, limit: max, json, closing } = flags;
  const state = flags.unanswered ? "unanswered" : flags.state;
  const query = { state, account, ...(closing && { window: "closing" as const }) };
  const found = await allOf(client.list("/api/conversations", { query, max }));
  const now = Date.now();
  showEach(found, json, (each) => conversationLines(each, now), "No conversation matches.");
}

/** Who, how it stands and the last words; below its id whole, so that it can be copied. */
function conversationLines(conversation: Conversation, now: number): string[] {
  const { id, contact, groupId, last, lastAt } = conversation;
  const who = cut(groupId === undefined ? shownPerson(contact) : "a group", 20);
  const arrow = last?.direction === "out" ? "→" : "←";
  const text = last === undefined ? "" : `${arrow} ${last.text ?? `[${last.type}]`}`;
  return [
    [localTime(last?.at ?? lastAt), pad(who, 20), text].join("  ").trimEnd(),
    `  ${standing(conversation, now)}  ${id}`,
  ].map(fitted);
}

function standing({ state, unansweredSince, windowOpenUntil }: Conversation, now: number): string {
  if (state !== "unanswered" || unansweredSince === undefined) return state;
  const since = `unanswered for ${duration(now - Date.parse(unansweredSince))}`;
  const left = windowOpenUntil === undefined ? 0 : Date.parse(windowOpenUntil) - now;
  return left > 0
    ? `${since}, window closes in ${duration(left)}`
    : `${since}, window closed: only a template reaches them`;
}
