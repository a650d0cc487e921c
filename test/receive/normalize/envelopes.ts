/** Envelopes for tests, and what arbitrary ones look like. */
import fc from "fast-check";

export const context = { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_test" };
export const phoneNumberId = "604410020099881";
export const metadata = { display_phone_number: "493055501200", phone_number_id: phoneNumberId };

export function envelope(field: string, value: unknown, wabaId = "318220114470021") {
  return {
    object: "whatsapp_business_account",
    entry: [{ id: wabaId, changes: [{ field, value }] }],
  };
}

export function messages(...items: unknown[]) {
  return envelope("messages", { messaging_product: "whatsapp", metadata, messages: items });
}

export function textMessage(id: string, from = "4915550002211") {
  return { from, id, timestamp: "1793000000", type: "text", text: { body: `about ${id}` } };
}

const hurtfulText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\ud800",
    "a\udc00b",
    "\u0000",
    "\u202e",
    "DE.123",
    "4915550002211",
    "wamid.A",
  ),
);

const hurtfulKey = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "id",
    "type",
    "from",
    "timestamp",
    "contacts",
    "messages",
    "errors",
    "metadata",
    "history",
    "threads",
    "standby",
    "context",
    "wa_id",
    "user_id",
  ),
);

/** Any JSON, with keys and texts that hurt. */
export const anyJson = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.constantFrom(-0, 1e308, 2 ** 53, -1),
    hurtfulText,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(hurtfulKey, tie("json"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).json;

/** `__proto__` becomes a key of its own, as JSON.parse makes it. */
export function asParsed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** The same value with the keys of every object in another order. */
export function shuffleKeys(value: unknown, order: (a: string, b: string) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, order));
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).sort(order);
  return Object.fromEntries(
    keys.map((key) => [key, shuffleKeys((value as Record<string, unknown>)[key], order)]),
  );
}
