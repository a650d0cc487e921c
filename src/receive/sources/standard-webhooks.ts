import type { VerifiedBody } from "../verified-body.ts";
import {
  anyMatches,
  fromBase64,
  hmacOf,
  isFresh,
  mostSignatures,
  type Verify,
  valuesIn,
} from "./verify.ts";

/** A point would let bytes pass from the id into the time and from there into the body. */
const idForm = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
const secretForm = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/;

/**
 * Standard Webhooks 1.0: `webhook-signature: v1,<base64>[ v1,<base64>…]` over `<webhook-id>.<webhook-timestamp>.<body>`,
 * keyed with the bytes that `whsec_<base64>` holds. Not by the package `standardwebhooks`: it reads the body as text, in which
 * bytes that are no UTF-8 are all alike, and hashes in JavaScript.
 */
export const verifyStandardWebhooks: Verify = (bytes, headers, secrets, nowMs) => {
  const values = valuesIn(headers, "webhook-id", "webhook-timestamp", "webhook-signature");
  if (typeof values === "string") return values;
  const [id = "", time = "", list = ""] = values;
  const signatures = parseSignatures(list);
  if (!idForm.test(id) || !/^\d{1,12}$/.test(time) || signatures.length === 0) return "malformed";
  const expected = secrets.map((secret) => hmacOf(keyOf(secret), `${id}.${time}.`, bytes));
  if (!anyMatches(signatures, expected)) return "mismatch";
  return isFresh(time, nowMs) ? (bytes as VerifiedBody) : "stale";
};

/** None when any of them is misshapen. Other versions, such as `v1a`, are passed over. */
function parseSignatures(list: string): Buffer[] {
  const ours = list.split(" ").filter((each) => each.startsWith("v1,"));
  if (ours.length > mostSignatures) return [];
  const signatures = ours.map((each) => fromBase64(each.slice("v1,".length)));
  return signatures.some((each) => each === undefined) ? [] : (signatures as Buffer[]);
}

/** The key's bytes. Throws a TypeError, which does not show it, when it is not base64. */
export function keyOf(secret: string): Buffer {
  const base64 = secretForm.exec(secret)?.[1];
  if (base64 === undefined) throw new TypeError("a secret must be whsec_ and base64");
  return Buffer.from(base64, "base64");
}
