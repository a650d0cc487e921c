import { createHmac } from "node:crypto";
import { request } from "undici";

/** Who gets Meta's webhooks. */
export interface Callback {
  readonly url: string;
  readonly appSecret: string;
  readonly wabaId: string;
}

export interface ToldStatus {
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly status: "sent" | "delivered" | "read" | "failed";
  readonly recipient: { readonly phone?: string; readonly userId?: string };
  readonly callback?: string;
  readonly code?: number;
}

export interface ToldMessage {
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly from: { readonly phone?: string; readonly userId?: string };
  readonly text: string;
}

const seconds = () => String(Math.floor(Date.now() / 1_000));

/** As Meta tells a status of what was sent. */
export function statusValue({ wamid, status, recipient, callback, code }: ToldStatus) {
  const { phone, userId } = recipient;
  return {
    statuses: [
      {
        ...{ id: wamid, status, timestamp: seconds() },
        ...(phone !== undefined && { recipient_id: phone }),
        ...(userId !== undefined && { recipient_user_id: userId }),
        ...(callback !== undefined && { biz_opaque_callback_data: callback }),
        ...(code !== undefined && { errors: [{ code, title: `Error ${code}` }] }),
      },
    ],
  };
}

/** As Meta tells a message that a contact wrote. */
export function messageValue({ wamid, from, text }: ToldMessage) {
  const { phone, userId } = from;
  const ids = {
    ...(phone !== undefined && { wa_id: phone }),
    ...(userId !== undefined && { user_id: userId }),
  };
  return {
    contacts: [{ profile: { name: "Mia" }, ...ids }],
    messages: [
      {
        ...(phone !== undefined && { from: phone }),
        ...(userId !== undefined && { from_user_id: userId }),
        ...{ id: wamid, timestamp: seconds(), type: "text", text: { body: text } },
      },
    ],
  };
}

/** POSTs it signed, again until it is answered 200, as Meta does; gives up when `over` aborts. */
export async function tell(
  { url, appSecret, wabaId }: Callback,
  phoneNumberId: string,
  value: object,
  over: AbortSignal,
): Promise<void> {
  const metadata = { display_phone_number: "15555550100", phone_number_id: phoneNumberId };
  const change = {
    field: "messages",
    value: { messaging_product: "whatsapp", metadata, ...value },
  };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: wabaId, changes: [change] }],
  });
  const digest = createHmac("sha256", appSecret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-hub-signature-256": `sha256=${digest}` };
  while (!over.aborted) {
    try {
      const answer = await request(url, { method: "POST", headers, body, signal: over });
      await answer.body.dump();
      if (answer.statusCode === 200) return;
    } catch {
      // The receiver is away for a moment.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
