import type { VerifiedBody } from "../verified-body.ts";
import { anyMatches, fromBase64, hmacOf, type Verify, valuesIn } from "./verify.ts";

/**
 * `X-Shopify-Hmac-SHA256: <base64>` over the body, keyed with the app's client secret; after a rotation the old one signs
 * for up to an hour (shopify.dev, "Verify webhook deliveries"). No time is signed.
 */
export const verifyShopify: Verify = (bytes, headers, secrets) => {
  const values = valuesIn(headers, "x-shopify-hmac-sha256");
  if (typeof values === "string") return values;
  const [header = ""] = values;
  const claimed = fromBase64(header);
  if (claimed === undefined) return "malformed";
  const expected = secrets.map((secret) => hmacOf(secret, "", bytes));
  return anyMatches([claimed], expected) ? (bytes as VerifiedBody) : "mismatch";
};
