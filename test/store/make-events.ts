import type { WaypostEvent } from "../../src/contracts.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";

export const wabaId = "900100200300400";
export const phoneNumberId = "700700700700700";

type Data = WaypostEvent["data"];
export interface Parts {
  readonly id?: string;
  readonly type?: string;
  /** Seconds after the first moment, by payload and, unless told, by receipt. */
  readonly at?: number;
  readonly receivedAt?: string;
  readonly contact?: Data["contact"];
  readonly account?: Data["account"];
  readonly dataversion?: number;
  readonly data?: Partial<Data>;
}

let count = 0;
const start = Date.UTC(2026, 10, 20, 10, 0, 0);

/** 2026-11-20T10:00 and so many seconds. */
export function second(n: number): string {
  return new Date(start + n * 1000).toISOString();
}

/** An invented event; what is not told is of one customer and one number. */
export function makeEvent(parts: Parts = {}): WaypostEvent {
  count += 1;
  const at = second(parts.at ?? count);
  const account = parts.account ?? { wabaId, phoneNumberId };
  const contact = parts.contact ?? { waId: "15555550123", name: "Mia" };
  const conversationId = conversationIdOf(account.phoneNumberId, {
    groupId: parts.data?.groupId,
    userId: contact.userId,
    phone: contact.waId,
  });
  return {
    specversion: "1.0",
    id: parts.id ?? `evt_${String(count).padStart(6, "0")}`,
    type: parts.type ?? "whatsapp.message.text",
    source: `/whatsapp/${account.wabaId}/${account.phoneNumberId}`,
    ...(conversationId !== undefined && { subject: conversationId }),
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: `pst_${count}`,
    dataversion: parts.dataversion ?? 1,
    data: {
      account,
      contact,
      ...(conversationId !== undefined && { conversationId }),
      receivedAt: parts.receivedAt ?? at,
      raw: { object: "whatsapp_business_account", entry: [{ id: account.wabaId, changes: [] }] },
      ...parts.data,
    },
  };
}

/** A text from the customer. */
export function makeText(body: string, parts: Parts = {}): WaypostEvent {
  const id = `wamid.IN${parts.id ?? count + 1}`;
  return makeEvent({
    ...parts,
    data: { message: { id, type: "text", text: { body } }, ...parts.data },
  });
}

export function makeStatus(messageId: string, status: string, parts: Parts = {}): WaypostEvent {
  const at = second(parts.at ?? count + 1);
  return makeEvent({
    type: `whatsapp.status.${status}`,
    ...parts,
    data: { status: { messageId, status, at }, ...parts.data },
  });
}
