import type { VerifiedBody } from "../verified-body.ts";
import { anyMatches, fromBase64, hmacOf, type Verify, valuesIn } from "./verify.ts";

const signatureHeader = "x-zendesk-webhook-signature";
/** Nothing stands between the time and the body: with this no JSON can lend its beginning to the time, and still be believed. */
const timeForm = /^[\w:.+-]{1,64}$/;

/**
 * `X-Zendesk-Webhook-Signature: <base64>` over `X-Zendesk-Webhook-Signature-Timestamp` and the body, keyed with the
 * webhook's signing secret as it is written (developer.zendesk.com, "Verifying webhooks"). Zendesk names no tolerance for
 * the time, nor whether a repeated attempt gets a new one: it is part of what is signed, and nothing more.
 */
export const verifyZendesk: Verify = (bytes, headers, secrets) => {
  const values = valuesIn(headers, signatureHeader, `${signatureHeader}-timestamp`);
  if (typeof values === "string") return values;
  const [header = "", time = ""] = values;
  const claimed = fromBase64(header);
  if (claimed === undefined || !timeForm.test(time)) return "malformed";
  const expected = secrets.map((secret) => hmacOf(secret, time, bytes));
  return anyMatches([claimed], expected) ? (bytes as VerifiedBody) : "mismatch";
};
