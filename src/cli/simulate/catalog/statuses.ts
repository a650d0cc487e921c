import type { Cast, Json } from "../item.ts";
import { fixtureOf } from "./golden.ts";

export interface StatusBody {
  readonly status: string;
  readonly extra: (c: Cast) => Json;
}

/** Meta's price model since July 2025. */
export function pricing(category: string): Json {
  const free = category === "service";
  return {
    pricing: {
      billable: !free,
      pricing_model: "PMP",
      type: free ? "free_customer_service" : "regular",
      category,
    },
  };
}

/** `errors` of a failed status. */
function failure(code: number, title: string, details: string): Json {
  return {
    errors: [
      {
        code,
        title,
        message: title,
        error_data: { details },
        href: "/documentation/business-messaging/whatsapp/support/error-codes",
      },
    ],
  };
}

export const undeliverable = (): Json =>
  failure(131_026, "Message undeliverable", "Receiver is incapable of receiving this message");
export const tooMuchMarketing = (): Json =>
  failure(131_049, "Not delivered to keep a healthy ecosystem", "Per-user marketing limit");
export const windowClosed = (): Json =>
  failure(131_047, "Re-engagement message", "More than 24 hours since the customer replied");

const payment = (name: string) => fixtureOf("statuses", `payment-${name}`);
const none = (): Json => ({});
const group = (c: Cast): Json => ({
  recipient_id: "Y2FwaV9ncm91cDpFWEFNUExF",
  recipient_type: "group",
  recipient_participant_id: c.person.waId ?? "15555550124",
});

/** Every kind of status, by the name that `--type` takes. */
export const statusBodies: Readonly<Record<string, StatusBody>> = {
  sent: {
    status: "sent",
    extra: (c) => ({
      ...pricing("utility"),
      biz_opaque_callback_data: `order-${c.random.digits(4)}`,
    }),
  },
  sent_free_entry: {
    status: "sent",
    extra: fixtureOf("statuses", "status-sent-in-free-entry-point"),
  },
  delivered: { status: "delivered", extra: () => pricing("service") },
  read: { status: "read", extra: none },
  played: { status: "played", extra: none },
  failed: { status: "failed", extra: undeliverable },
  failed_marketing_limit: { status: "failed", extra: tooMuchMarketing },
  failed_window_closed: { status: "failed", extra: windowClosed },
  deleted: { status: "deleted", extra: none },
  warning: { status: "warning", extra: none },
  delivered_in_group: { status: "delivered", extra: group },
  in_orbit: { status: "in_orbit", extra: none },
  payment_pending: { status: "pending", extra: payment("pending") },
  payment_captured: { status: "captured", extra: payment("captured") },
  payment_refunded: { status: "captured", extra: payment("refunded-same-id-and-status") },
  payment_failed: { status: "failed", extra: payment("failed") },
};
