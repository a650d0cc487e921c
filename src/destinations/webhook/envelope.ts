import { createHmac } from "node:crypto";
import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";
import { flatEvent } from "./flat-event.ts";
import type { WebhookOptions } from "./options.ts";

/** What goes over the wire for one event. */
export interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signed for `now`: receivers refuse old timestamps, so every attempt is signed anew. Throws DeliveryError. */
export function envelopeOf(
  event: WaypostEvent,
  options: WebhookOptions,
  now: Date,
  effectId = event.id,
): Envelope {
  const body = JSON.stringify(contentOf(event, options));
  const id = webhookId(effectId);
  const { signers, appSecret } = options;
  const headers: Record<string, string> = {
    "user-agent": "waypost",
    "content-type":
      options.format === "event" ? "application/cloudevents+json" : "application/json",
    ...options.headers,
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
  };
  if (signers.length > 0) {
    headers["webhook-signature"] = signers.map((each) => each.sign(id, now, body)).join(" ");
  }
  if (options.format === "meta" && appSecret !== undefined) {
    const digest = createHmac("sha256", appSecret).update(body).digest("hex");
    headers["x-hub-signature-256"] = `sha256=${digest}`;
  }
  return { headers, body };
}

/** What is sent of an event. Throws DeliveryError. */
export function contentOf(
  event: WaypostEvent,
  { format }: Pick<WebhookOptions, "format">,
): unknown {
  if (format === "event") return event;
  if (format === "flat") return flatEvent(event);
  if (event.data.raw === undefined) {
    const message = `${event.type} has no form of Meta's: route only what Meta sends here`;
    throw new DeliveryError("refused", message);
  }
  return event.data.raw;
}

/** The receiver's key to tell repeats by. Standard Webhooks signs `id.timestamp.body`, so it has no dot. */
function webhookId(eventId: string): string {
  return /^[\w-]{1,100}$/.test(eventId) ? eventId : hashId("evt_", [eventId]);
}
