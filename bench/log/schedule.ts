/** What happens in a made log, and when: conversations of very different length over 90 days. */
import { type Chance, chanceOf } from "./people.ts";

const dayMs = 86_400_000;
export const spanMs = 90 * dayMs;
/** The longest conversation of a million events has so many messages; a smaller log has one as much shorter. */
const longest = 5_000;
const million = 1_000_000;
/** Of a conversation's messages lie together. */
const sessionMessages = 12;

const kinds = ["in", "out", "sent", "delivered", "read", "failed", "business", "closed"] as const;
type Kind = (typeof kinds)[number];

/** One event to be. */
export interface Happening {
  readonly kind: Kind;
  /** Of the receipt, in milliseconds. */
  readonly at: number;
  readonly conversation: number;
  /** Which message of the conversation. */
  readonly message: number;
}

interface Noted {
  readonly at: number[];
  readonly what: number[];
  readonly conversation: number[];
  readonly message: number[];
}

/** `count` of them, in the order of their receipt, the last one at `to` at the latest. */
export function* schedule(count: number, to: number): Generator<Happening> {
  const noted: Noted = { at: [], what: [], conversation: [], message: [] };
  for (let conversation = 0; noted.at.length < count; conversation += 1) {
    noteConversation(noted, conversation, messagesOf(conversation, count), to);
  }
  const order = Uint32Array.from(noted.at.keys()).sort(
    (a, b) => (noted.at[a] as number) - (noted.at[b] as number),
  );
  for (const i of order.subarray(order.length - count)) {
    yield {
      kind: kinds[noted.what[i] as number] as Kind,
      at: noted.at[i] as number,
      conversation: noted.conversation[i] as number,
      message: noted.message[i] as number,
    };
  }
}

/** Most have a few; one has thousands. */
function messagesOf(conversation: number, count: number): number {
  const most = Math.max(20, Math.round((longest * count) / million));
  if (conversation === 0) return most;
  const chance = chanceOf(conversation * 31 + 7)();
  return Math.min(Math.ceil(most / 3), Math.floor(2 / (1 - chance) ** (1 / 1.3)));
}

function noteConversation(noted: Noted, conversation: number, messages: number, to: number): void {
  const chance = chanceOf(conversation * 65_537 + 3);
  const sessions = Math.ceil(messages / sessionMessages);
  const begins = Array.from({ length: sessions }, () => daytime(chance, to)).sort((a, b) => a - b);
  let message = 0;
  for (const [i, begin] of begins.entries()) {
    const until = begins[i + 1] ?? to;
    let at = begin;
    for (let left = Math.min(sessionMessages, messages - message); left > 0; left -= 1) {
      // It begins with the customer, as nearly all do, and alternates.
      const inbound = message % sessionMessages === 0 || chance() < 0.5;
      if (at < until) noteMessage(noted, { conversation, message, at, to: until, inbound }, chance);
      at += 5_000 + chance() ** 3 * 40 * 60_000;
      message += 1;
    }
    // A day of silence ends it where nobody has asked anything.
    if (at + dayMs < until && chance() < 0.5) {
      note(noted, { kind: "closed", at: at + dayMs, conversation, message: message - 1 });
    }
  }
}

/** Between 6 and 22 o'clock, mostly around 14. */
function daytime(chance: Chance, to: number): number {
  const day = Math.floor(chance() * (spanMs / dayMs)) * dayMs;
  return to - spanMs + day + 6 * 3_600_000 + ((chance() + chance()) / 2) * 16 * 3_600_000;
}

interface Saying extends Omit<Happening, "kind"> {
  readonly to: number;
  readonly inbound: boolean;
}

function noteMessage(noted: Noted, { to, inbound, ...place }: Saying, chance: Chance): void {
  const add = (kind: Kind, afterMs: number) => {
    const at = Math.round(place.at + afterMs);
    if (at <= to) note(noted, { ...place, kind, at });
  };
  if (inbound) {
    add("in", 0);
    if (chance() < 0.06) add("business", 30_000);
    return;
  }
  // What an agent types elsewhere nobody tells Waypost: it is known by its statuses.
  if (chance() < 0.7) add("out", 0);
  add("sent", 400 + chance() * 2_000);
  const fails = chance() < 0.025;
  if (fails) add("failed", 3_000 + chance() * 5_000);
  else add("delivered", 3_000 + chance() * 20_000);
  if (!fails && chance() < 0.8) add("read", 25_000 + chance() * 2 * 3_600_000);
}

function note(noted: Noted, { kind, at, conversation, message }: Happening): void {
  noted.at.push(Math.round(at));
  noted.what.push(kinds.indexOf(kind));
  noted.conversation.push(conversation);
  noted.message.push(message);
}
