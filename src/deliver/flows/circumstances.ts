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
import { type ConversationLog, conversationLog } from "./conversation-log.ts";
import { cameLater, lastOf, newestFirst, receivedAt } from "./order.ts";

/** What is asked at a delivery's turn, beside its event. */
export interface FlowMemory {
  readonly query: Pick<EventQuery, "event" | "events" | "message" | "conversation"> & SentMessages;
  readonly contacts: Contacts;
  readonly ledger: Pick<Ledger, "aliases" | "claims" | "claim" | "delivery">;
}

/** What may be asked about an event at its turn. Each is asked at most once, and only when somebody wants to know. */
export interface Circumstances extends ConversationLog {
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
}

export function circumstancesOf(
  event: WaypostEvent,
  times: { readonly at: number; readonly now: number },
  { query, contacts }: FlowMemory,
): Circumstances {
  const { conversationId } = event.data;
  const log = conversationLog(event, query);
  return {
    ...log,
    ...times,
    event,
    contact: asked(() => contacts.of(event)),
    topic: asked(async () =>
      conversationId === undefined ? undefined : contacts.topic(conversationId, event.id),
    ),
    about: asked(() => findAbout(event, query, log)),
    windowUntil: asked(async () => {
      if (conversationId === undefined) return undefined;
      const until = (await query.conversation(conversationId))?.windowOpenUntil;
      return until === undefined ? undefined : Date.parse(until);
    }),
    async followedBy(types, isOne) {
      const at = receivedAt(event);
      const isThere = isOne
        ? await log.some(types, { from: at }, isOne)
        : (await log.newest(types, { from: at })).length > 0;
      if (isThere) return true;
      return log.some(
        types,
        { from: at - 1, to: at },
        (other) => cameLater(other, event) && (isOne?.(other) ?? true),
      );
    },
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
  { now, newest, some }: Circumstances,
  { conversations: { hold } }: FlowRules,
  { endedAt = 0, to = [] }: { readonly endedAt?: number; readonly to?: readonly string[] } = {},
): Promise<boolean> {
  const recent = Math.max(now - hold.humanMs - 1, endedAt);
  const untilClosed = hold.handoff === "untilClosed";
  const from = hold.handoff === "untilClosed" ? endedAt : now - hold.handoff - 1;
  const types = [handoffRequested, handoffEnded, ...(untilClosed ? [closed] : [])];
  const isByHuman = (event: WaypostEvent) => senderOf(event) === "human";
  // Asked for together: the store answers them in one go.
  const [[end], wrote, [last]] = await Promise.all([
    newest([handoffEnded, closed], { from: recent, to: now }),
    some(sentTypes, { from: recent, to: now }, isByHuman),
    newest(types, { from: Math.max(from, endedAt), to: now }),
  ]);
  const since = end && { from: receivedAt(end), to: now };
  if (wrote && (since === undefined || (await some(sentTypes, since, isByHuman)))) return true;
  return last?.type === handoffRequested && !to.includes(last.data.derived?.from ?? "");
}

/** Another app of the business, or Meta's agent: what comes then comes as standby. Only what comes in tells it, the last of it. */
async function isHeldByOther({ event, now, newest }: Circumstances): Promise<boolean> {
  if (event.type.startsWith("whatsapp.standby.")) return true;
  const own = /^whatsapp\.(message|handover)\./.test(event.type) ? [event] : [];
  const types = [inbound, standby, "whatsapp.handover.*"];
  const other = await lastOf((limit) => newest(types, { to: now, limit }));
  const [last] = [...own, ...(other ? [other] : [])].toSorted(newestFirst);
  if (last?.type.startsWith("whatsapp.standby.")) return true;
  return last?.data.handover?.newOwnerAppRole === "meta_business_agent";
}

/** One of these wrote on the conversation after the event. */
export async function isAnswered(
  { event, followedBy, some }: Circumstances,
  by: readonly Party[],
): Promise<boolean> {
  const isByThem = (sent: WaypostEvent) => by.includes(senderOf(sent) ?? "other");
  if (await followedBy(sentTypes, isByThem)) return true;
  // Meta promises no order: what was written on the phone may have come before the message that it answers.
  const which = { from: writtenAt(event), to: receivedAt(event) };
  const isLater = (sent: WaypostEvent) => isByThem(sent) && writtenAt(sent) > writtenAt(event);
  return some(["whatsapp.echo.*"], which, isLater);
}

function writtenAt(event: WaypostEvent): number {
  const at = Date.parse(event.time);
  return Number.isNaN(at) ? receivedAt(event) : at;
}
