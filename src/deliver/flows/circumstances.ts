import type {
  Contact,
  Contacts,
  EventQuery,
  FlowRules,
  Holder,
  Ledger,
  Party,
  SentMessages,
  WaypostEvent,
} from "../../contracts.ts";
import { type About, findAbout, sentTypes } from "./about.ts";
import { cameLater, lastBefore, newestFirst, receivedAt } from "./order.ts";
import { recentEvents } from "./recent.ts";

/** Of what came after an event so many are looked at, the newest. */
const mostFollowing = 50;

/** What is asked at a delivery's turn, beside its event. */
export interface FlowMemory {
  readonly query: Pick<EventQuery, "event" | "events" | "message" | "conversation"> & SentMessages;
  readonly contacts: Contacts;
  readonly ledger: Pick<Ledger, "aliases" | "claims" | "claim" | "delivery">;
}

/** What may be asked about an event at its turn. Each is asked at most once, and only when somebody wants to know. */
export interface Circumstances {
  readonly event: WaypostEvent;
  /** As of when: the event's receipt, plus `after`. */
  readonly at: number;
  readonly now: number;
  contact(): Promise<Contact | undefined>;
  topic(): Promise<string | undefined>;
  about(): Promise<About | undefined>;
  /** Until when the customer service window is open, in ms. */
  windowUntil(): Promise<number | undefined>;
  /** Whether an event of these types came after it on its conversation, and, if told, is such a one. */
  followedBy(types: readonly string[], isOne?: (event: WaypostEvent) => boolean): Promise<boolean>;
  /** The newest events of these types on its conversation, without itself; times in ms, `from` exclusive, `to` inclusive. */
  newest(
    types: readonly string[],
    which?: { readonly from?: number; readonly to?: number; readonly limit?: number },
  ): Promise<readonly WaypostEvent[]>;
  /** The last of these types that came before it on its conversation; `from` as above. */
  lastBefore(types: readonly string[], from: number): Promise<WaypostEvent | undefined>;
  /** An event of the log, mostly of its conversation. */
  other(id: string): Promise<WaypostEvent | undefined>;
}

export function circumstancesOf(
  event: WaypostEvent,
  times: { readonly at: number; readonly now: number },
  { query, contacts }: FlowMemory,
): Circumstances {
  const { conversationId } = event.data;
  const recent = conversationId === undefined ? undefined : recentEvents(conversationId, query);
  const newest: Circumstances["newest"] = async (types, { limit = 1, ...during } = {}) => {
    const found = (await recent?.newest({ ...during, types, limit: limit + 1 })) ?? [];
    return found.filter(({ id }) => id !== event.id).slice(0, limit);
  };
  return {
    ...times,
    event,
    contact: asked(() => contacts.of(event)),
    topic: asked(async () =>
      conversationId === undefined ? undefined : contacts.topic(conversationId, event.id),
    ),
    about: asked(() => findAbout(event, query)),
    windowUntil: asked(async () => {
      if (conversationId === undefined) return undefined;
      const until = (await query.conversation(conversationId))?.windowOpenUntil;
      return until === undefined ? undefined : Date.parse(until);
    }),
    async followedBy(types, isOne) {
      const at = receivedAt(event);
      const found = await newest(types, { from: at, limit: isOne ? mostFollowing : 1 });
      if (found.some((other) => isOne?.(other) ?? true)) return true;
      const beside = await newest(types, { from: at - 1, to: at, limit: mostFollowing });
      return beside.some((other) => cameLater(other, event) && (isOne?.(other) ?? true));
    },
    newest,
    lastBefore(types, from) {
      const to = receivedAt(event);
      return lastBefore(event, (limit) => newest(types, { from, to, limit }));
    },
    other: async (id) => (await recent?.find(id)) ?? query.event(id),
  };
}

function asked<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

const inbound = "whatsapp.message.*";
const standby = "whatsapp.standby.*";
const closed = "business.conversation.closed";
const handoffRequested = "business.handoff.requested";
const handoffEnded = "business.handoff.ended";

/** Who sent what our side sent; a phone's owner is human. */
function senderOf({ type, data }: WaypostEvent): Party | undefined {
  return type.startsWith("whatsapp.echo.") ? (data.sentBy ?? "human") : data.sentBy;
}

/** An inbound message, and none of either side came in the time of silence before it, or the conversation was closed since. */
export async function opens(
  { event, lastBefore }: Circumstances,
  { conversations: { closeAfterMs } }: FlowRules,
): Promise<boolean> {
  if (!event.type.startsWith("whatsapp.message.")) return false;
  const last = await lastBefore([inbound, standby, ...sentTypes], receivedAt(event) - closeAfterMs);
  if (last === undefined) return true;
  const end = await lastBefore([closed], receivedAt(last) - 1);
  return end !== undefined && cameLater(end, last);
}

/** One of these has the conversation now. */
export async function isHeld(
  about: Circumstances,
  by: readonly Holder[],
  rules: FlowRules,
): Promise<boolean> {
  const endedAt = endedBy(about.event);
  if (by.includes("human") && (await isHeldByHuman(about, rules, { endedAt }))) return true;
  return by.includes("other") && (await isHeldByOther(about));
}

/** Who has the conversation now, for who would reply; `to`: the events that are answered. Who asks for a human is told so. */
export async function holderOf(
  about: Circumstances,
  to: readonly string[],
  rules: FlowRules,
): Promise<Holder | undefined> {
  const endedAt = endedBy(about.event);
  const [byHuman, byOther] = await Promise.all([
    isHeldByHuman(about, rules, { endedAt, to }),
    isHeldByOther(about),
  ]);
  if (byHuman) return "human";
  return byOther ? "other" : undefined;
}

/** What is asked leaves the event itself out: it ends the hold all the same. */
function endedBy(event: WaypostEvent): number {
  return [handoffEnded, closed].includes(event.type) ? receivedAt(event) : 0;
}

/** A human wrote a short while ago, or somebody asked for one; and it is neither closed nor given back since. */
async function isHeldByHuman(
  { now, newest }: Circumstances,
  { conversations: { hold } }: FlowRules,
  { endedAt = 0, to = [] }: { readonly endedAt?: number; readonly to?: readonly string[] } = {},
): Promise<boolean> {
  const recent = Math.max(now - hold.humanMs - 1, endedAt);
  const untilClosed = hold.handoff === "untilClosed";
  const from = hold.handoff === "untilClosed" ? endedAt : now - hold.handoff - 1;
  const types = [handoffRequested, handoffEnded, ...(untilClosed ? [closed] : [])];
  // Asked for together: the store answers them in one go.
  const [[end], sent, [last]] = await Promise.all([
    newest([handoffEnded, closed], { from: recent, to: now }),
    newest(sentTypes, { from: recent, to: now, limit: 50 }),
    newest(types, { from: Math.max(from, endedAt), to: now }),
  ]);
  const since = end === undefined ? recent : receivedAt(end);
  const isRecent = (event: WaypostEvent) => receivedAt(event) > since;
  if (sent.some((event) => isRecent(event) && senderOf(event) === "human")) return true;
  return last?.type === handoffRequested && !to.includes(last.data.derived?.from ?? "");
}

/** Another app of the business, or Meta's agent: what comes then comes as standby. Only what comes in tells it, the last of it. */
async function isHeldByOther({ event, now, newest }: Circumstances): Promise<boolean> {
  if (event.type.startsWith("whatsapp.standby.")) return true;
  const own = /^whatsapp\.(message|handover)\./.test(event.type) ? [event] : [];
  // Of what one POST brings, what happened last.
  const others = await newest([inbound, standby, "whatsapp.handover.*"], { to: now, limit: 5 });
  const [last] = [...own, ...others].toSorted(newestFirst);
  if (last?.type.startsWith("whatsapp.standby.")) return true;
  return last?.data.handover?.newOwnerAppRole === "meta_business_agent";
}

/** One of these wrote on the conversation after the event. */
export async function isAnswered(
  { event, followedBy, newest }: Circumstances,
  by: readonly Party[],
): Promise<boolean> {
  const isByThem = (sent: WaypostEvent) => by.includes(senderOf(sent) ?? "other");
  if (await followedBy(sentTypes, isByThem)) return true;
  // Meta promises no order: what was written on the phone may have come before the message that it answers.
  const which = { from: writtenAt(event), to: receivedAt(event), limit: 50 };
  const earlier = await newest(["whatsapp.echo.*"], which);
  return earlier.some((sent) => isByThem(sent) && writtenAt(sent) > writtenAt(event));
}

function writtenAt(event: WaypostEvent): number {
  const at = Date.parse(event.time);
  return Number.isNaN(at) ? receivedAt(event) : at;
}
