import type { Contact, FlowRules, Only, WaypostEvent } from "../../../src/contracts.ts";
import { type Circumstances, circumstancesOf } from "../../../src/deliver/flows/circumstances.ts";
import { compileOnly, firstBroken } from "../../../src/deliver/flows/only.ts";
import { makeEvent, type Parts, second } from "../../store/make-events.ts";
import { noRules } from "./flow-engine.ts";
import { createMemoryLog } from "./memory-log.ts";

export interface Asked {
  readonly contact?: Partial<Contact>;
  /** Of the conversation. */
  readonly topic?: string;
  readonly rules?: Partial<FlowRules>;
  /** In ms; unless told, the event's receipt. */
  readonly at?: number;
  /** In ms; unless told, an hour after the first moment. */
  readonly now?: number;
}

/** A millisecond, so many seconds after the first moment. */
export const ms = (seconds: number): number => Date.parse(second(seconds));

/** A log that has these events alone, and what is asked of the first of them. */
export function ask(events: readonly WaypostEvent[], asked: Asked = {}) {
  const [event] = events;
  if (event === undefined) throw new Error("nothing to ask about");
  const log = createMemoryLog();
  log.append(events);
  const { contact, topic, at = Date.parse(event.data.receivedAt), now = ms(3_600) } = asked;
  const contacts = {
    of: async () => contact as Contact | undefined,
    topic: async (_id: string, of?: string) => (of === event.id ? topic : undefined),
  };
  const rules = { ...noRules, ...asked.rules };
  const memory = { query: log, contacts, ledger: {} } as unknown as Parameters<
    typeof circumstancesOf
  >[2];
  const about: Circumstances = circumstancesOf(event, { at, now }, memory);
  return { about, rules, log };
}

/** Whether all keys hold of the first event. */
export async function holds(
  only: Only,
  events: readonly WaypostEvent[],
  asked: Asked = {},
): Promise<boolean> {
  const { about, rules } = ask(events, asked);
  return (await firstBroken(compileOnly(only, rules), about)) === undefined;
}

/** An event of this type so many seconds after the first moment. */
export function come(type: string, at: number, parts: Parts = {}): WaypostEvent {
  return makeEvent({ type, at, ...parts });
}
