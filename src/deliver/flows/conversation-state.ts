import type { FlowRules, Holder, Party, WaypostEvent } from "../../contracts.ts";
import { sentTypes } from "./about.ts";
import type { Circumstances } from "./circumstances.ts";
import { cameLater, receivedAt } from "./order.ts";

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
  if (by.includes("human") && (await isHeldByHuman(about, rules))) return true;
  return by.includes("other") && (await isHeldByOther(about));
}

/** Who has the conversation now, for who would reply; `to`: the events that are answered. What ended it ends the hold, and who asks for a human is told so. */
export async function holderOf(
  about: Circumstances,
  to: readonly string[],
  rules: FlowRules,
): Promise<Holder | undefined> {
  const endedAt = [handoffEnded, closed].includes(about.event.type) ? receivedAt(about.event) : 0;
  if (await isHeldByHuman(about, rules, { endedAt, to })) return "human";
  return (await isHeldByOther(about)) ? "other" : undefined;
}

/** A human wrote a short while ago, or somebody asked for one; and it is neither closed nor given back since. */
async function isHeldByHuman(
  { now, newest }: Circumstances,
  { conversations: { hold } }: FlowRules,
  { endedAt = 0, to = [] }: { readonly endedAt?: number; readonly to?: readonly string[] } = {},
): Promise<boolean> {
  const recent = now - hold.humanMs - 1;
  const [end] = await newest([handoffEnded, closed], { from: recent, to: now });
  const since = Math.max(recent, endedAt, end === undefined ? 0 : receivedAt(end));
  const sent = await newest(sentTypes, { from: since, to: now, limit: 50 });
  if (sent.some((event) => senderOf(event) === "human")) return true;
  const untilClosed = hold.handoff === "untilClosed";
  const from = hold.handoff === "untilClosed" ? endedAt : now - hold.handoff - 1;
  const types = [handoffRequested, handoffEnded, ...(untilClosed ? [closed] : [])];
  const [last] = await newest(types, { from: Math.max(from, endedAt), to: now });
  return last?.type === handoffRequested && !to.includes(last.data.derived?.from ?? "");
}

/** Another app of the business, or Meta's agent: what comes then comes as standby. */
async function isHeldByOther({ event, now, newest }: Circumstances): Promise<boolean> {
  if (event.type.startsWith("whatsapp.standby.")) return true;
  const [last] = await newest([inbound, standby, "whatsapp.handover.*"], { to: now });
  const current = last !== undefined && receivedAt(last) > receivedAt(event) ? last : event;
  if (current.type.startsWith("whatsapp.standby.")) return true;
  return current.data.handover?.newOwnerAppRole === "meta_business_agent";
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
