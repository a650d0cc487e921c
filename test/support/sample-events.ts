import type { WaypostEvent } from "../../src/contracts.ts";

/** An invented text message; the higher `n`, the later it came. */
export function textEvent(n: number, body = `text ${n}`): WaypostEvent {
  const at = new Date(Date.UTC(2026, 10, 20, 10, 0, n)).toISOString();
  const phoneNumberId = "700700700700700";
  return {
    specversion: "1.0",
    id: `evt_${n}`,
    type: "whatsapp.message.text",
    source: `/whatsapp/900100200300400/${phoneNumberId}`,
    subject: "cnv_mia",
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: `pst_${n}`,
    dataversion: 1,
    data: {
      account: { wabaId: "900100200300400", phoneNumberId },
      contact: { waId: "15555550123", name: "Mia" },
      conversationId: "cnv_mia",
      receivedAt: at,
      message: { id: `wamid.${n}`, type: "text", sentAt: at, text: { body } },
      raw: { object: "whatsapp_business_account", entry: [] },
    },
  };
}

export function statusEvent(n: number, status: string): WaypostEvent {
  const { message: _message, ...data } = textEvent(n).data;
  return {
    ...textEvent(n),
    id: `evt_s${n}`,
    type: `whatsapp.status.${status}`,
    data: { ...data, status: { messageId: `wamid.${n}`, status, at: data.receivedAt } },
  };
}
