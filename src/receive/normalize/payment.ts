import type { Amount, Payment, Refund } from "../../event/generated.ts";
import { errorsIn } from "./content.ts";
import { NO_ID, type Understand } from "./found.ts";
import {
  each,
  fields,
  idOf,
  int,
  isRecord,
  type Json,
  num,
  own,
  type Parser,
  segment,
  shape,
  str,
  texts,
  time,
  within,
} from "./pick.ts";
import { receiver, statusKey, statusText } from "./status.ts";

const amount = (currency: string | undefined): Parser<Amount> =>
  shape<Amount>({
    value: num("value"),
    offset: int("offset"),
    currency: (source) => str("currency")(source) ?? currency,
  });

const refund = (currency: string | undefined): Parser<Refund> =>
  shape<Refund>({
    id: str("id"),
    amount: within("amount", amount(currency)),
    speedProcessed: str("speed_processed"),
    status: str("status"),
    createdAt: time("created_timestamp"),
    updatedAt: time("updated_timestamp"),
  });

const transaction = shape<NonNullable<Payment["transaction"]>>({
  id: str("id"),
  pgTransactionId: str("pg_transaction_id"),
  type: str("type"),
  status: str("status"),
  createdAt: time("created_timestamp"),
  updatedAt: time("updated_timestamp"),
  method: (source) => within("method", str("type"))(source) ?? str("method")(source),
  error: within("error", shape({ code: str("code"), reason: str("reason") })),
});

const extraKey = /^(?:udf|additional_info|extra)\d{1,2}$/;

/** `statuses[]` of a payment. */
export const paymentStatus: Understand = (item, where) => {
  const messageId = idOf(own(item, "id"));
  if (messageId === undefined) return NO_ID;
  const source = own(item, "payment");
  const payment = isRecord(source) ? source : {};
  const parsed = paymentFields(payment, str("currency")(payment));
  const at = time("timestamp")(item);
  const bizOpaqueCallbackData = str("biz_opaque_callback_data")(item);
  const errors = errorsIn(item);
  const status = statusText(item) ?? "unknown";
  return {
    type: `whatsapp.payment.${segment(own(item, "status"))}`,
    key: ["p", ...statusKey(item, where, messageId).slice(1), ...steps(parsed)],
    at,
    ...receiver(item),
    data: {
      payment: {
        messageId,
        status,
        ...(at && { at }),
        ...parsed,
        ...(bizOpaqueCallbackData && { bizOpaqueCallbackData }),
        ...(errors && { errors }),
      },
    },
  };
};

function paymentFields(
  source: Json,
  currency: string | undefined,
): Omit<Payment, "messageId" | "status" | "at" | "bizOpaqueCallbackData" | "errors"> {
  return fields<ReturnType<typeof paymentFields>>({
    referenceId: str("reference_id"),
    amount: within("amount", amount(currency)),
    transaction: within("transaction", transaction),
    // In the payment by Meta's page, in the transaction elsewhere.
    refunds: (payment) =>
      each("refunds", refund(currency))(payment) ??
      within("transaction", each("refunds", refund(currency)))(payment),
    receipt: str("receipt"),
    notes: within("notes", (notes) => texts(notes)),
    extras: (payment) => texts(payment, (key) => extraKey.test(key)),
  })(source);
}

/** A refund comes with the id, status and perhaps time of the payment: its own steps tell it apart. */
function steps({ transaction: last, refunds }: Pick<Payment, "transaction" | "refunds">) {
  const step = (of: { id?: string; status?: string; updatedAt?: string } | undefined) => [
    of?.id ?? null,
    of?.status ?? null,
    of?.updatedAt ?? null,
  ];
  return [...step(last), ...(refunds ?? []).flatMap(step)];
}
