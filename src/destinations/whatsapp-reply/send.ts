import { createHash } from "node:crypto";
import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type WaypostEvent,
} from "../../contracts.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { pathOf, type Session } from "../http/api.ts";
import type { Outgoing } from "./message.ts";
import type { Recipient } from "./recipient.ts";
import { sentEvent } from "./sent-event.ts";

const longest = 512;
const dayMs = 86_400_000;

/** What Meta gives back with each status: the delivery's key, or its hash where it is longer than Meta takes. */
export function callbackOf(idempotencyKey: string): string {
  if (idempotencyKey.length <= longest) return idempotencyKey;
  return `sha256:${createHash("sha256").update(idempotencyKey).digest("hex")}`;
}

export interface Sending {
  readonly phoneNumberId: string;
  readonly recipient: Recipient;
  readonly callback: string;
}

/** Answers with the wamid; undefined in shadow. Throws DeliveryError. */
export async function sendMessage(
  session: Session,
  { body, type }: Outgoing,
  { phoneNumberId, recipient, callback }: Sending,
): Promise<string | undefined> {
  const answer = await session.write(`send a message of type ${type}`, {
    method: "POST",
    path: pathOf`/${phoneNumberId}/messages`,
    json: {
      messaging_product: "whatsapp",
      recipient_type: "individual",
      ...recipient,
      ...body,
      biz_opaque_callback_data: callback,
    },
  });
  if (answer === undefined) return undefined;
  const { messages } = (answer.json ?? {}) as { readonly messages?: readonly { id?: unknown }[] };
  const id = Array.isArray(messages)
    ? (messages[0] as { id?: unknown } | undefined)?.id
    : undefined;
  if (typeof id === "string" && id !== "") return id;
  throw new DeliveryError("outage", "Meta answered without the id of a message", {
    maybeDone: true,
  });
}

/** Marks the message as read, with `typing` also shows that somebody types: again is the same. */
export async function markRead(
  session: Session,
  {
    phoneNumberId,
    messageId,
    typing,
  }: { phoneNumberId: string; messageId: string; typing: boolean },
): Promise<void> {
  await session.write("mark the message as read", {
    method: "POST",
    path: pathOf`/${phoneNumberId}/messages`,
    json: {
      messaging_product: "whatsapp",
      status: "read",
      message_id: messageId,
      ...(typing && { typing_indicator: { type: "text" } }),
    },
  });
}

interface WasSent {
  readonly wamid: string;
  /** When it was sent, first. */
  readonly at: number;
  /** As the link has it: a day after the one that was the last of an hour. */
  readonly silentUntil: number;
}

/** What follows from a message that was sent: the same however often it is told. */
export function deliveredAs(
  event: WaypostEvent,
  context: Pick<DeliveryContext, "destination" | "idempotencyKey">,
  outgoing: Outgoing | undefined,
  { wamid, at, silentUntil }: WasSent,
): Delivered {
  const sent = outgoing && sentEvent(event, outgoing, { wamid, at });
  const silenced = silentUntil === at + dayMs && silencedEvent(event, context, { at, silentUntil });
  const events = [sent, silenced].filter((each) => typeof each === "object");
  return {
    remoteId: wamid,
    answer: outgoing === undefined ? "sent" : `sent as ${outgoing.type}`,
    ...(events.length > 0 && { events }),
  };
}

function silencedEvent(
  source: WaypostEvent,
  { destination, idempotencyKey }: Pick<DeliveryContext, "destination" | "idempotencyKey">,
  { at, silentUntil }: { readonly at: number; readonly silentUntil: number },
): WaypostEvent {
  return derivedEvent({
    ...{ source, route: `${idempotencyKey}:silenced`, type: "business.reply.silenced" },
    data: { destination, until: new Date(silentUntil).toISOString() },
    at: new Date(at),
  });
}
