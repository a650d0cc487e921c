import type { VerifiedBody } from "../verified-body.ts";
import { anyMatches, hmacOf, isFresh, mostSignatures, type Verify, valuesIn } from "./verify.ts";

/**
 * `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over `<t>.<body>`, keyed with the endpoint's `whsec_…` as it is
 * written. Each attempt of Stripe's is signed anew (docs.stripe.com/webhooks), so an old one is refused.
 */
export const verifyStripe: Verify = (bytes, headers, secrets, nowMs) => {
  const values = valuesIn(headers, "stripe-signature");
  if (typeof values === "string") return values;
  const [header = ""] = values;
  const parsed = parseSignature(header);
  if (parsed === undefined) return "malformed";
  const { time, signatures } = parsed;
  const expected = secrets.map((secret) => hmacOf(secret, `${time}.`, bytes));
  if (!anyMatches(signatures, expected)) return "mismatch";
  return isFresh(time, nowMs) ? (bytes as VerifiedBody) : "stale";
};

/** Schemes other than v1 are passed over: `v0` is for tests only. */
function parseSignature(header: string) {
  const parts = header.split(",");
  const [time, ...others] = parts.filter((part) => part.startsWith("t="));
  const ours = parts.filter((part) => part.startsWith("v1="));
  if (time === undefined || others.length > 0 || !/^t=\d{1,12}$/.test(time)) return undefined;
  if (ours.length === 0 || ours.length > mostSignatures) return undefined;
  if (!ours.every((part) => /^v1=[0-9a-f]{64}$/i.test(part))) return undefined;
  const signatures = ours.map((part) => Buffer.from(part.slice("v1=".length), "hex"));
  return { time: time.slice("t=".length), signatures };
}
