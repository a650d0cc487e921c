import type { WaypostEvent } from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";
import { ownEvent } from "../../event/own-event.ts";
import type { Outgoing } from "./message.ts";

/** `whatsapp.outgoing.<type>`, as services tell of what they send: the same id for the same wamid. */
export function sentEvent(
  answered: WaypostEvent,
  { type, message, marks }: Outgoing,
  { wamid, at }: { readonly wamid: string; readonly at: number },
): WaypostEvent {
  const { account, contact } = answered.data;
  const time = new Date(at).toISOString();
  return ownEvent({
    id: hashId("evt_", ["o", account.phoneNumberId ?? null, wamid]),
    type: `whatsapp.outgoing.${type}`,
    source: answered.source,
    time,
    postid: "reply",
    data: {
      account,
      ...(contact && { contact }),
      receivedAt: time,
      message: { ...message, id: wamid, type, direction: "out", sentAt: time },
      sentBy: "bot",
      ...marks,
    },
  });
}
