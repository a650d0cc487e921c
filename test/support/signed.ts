import { createHmac } from "node:crypto";
import { type VerifiedBody, verifySignature } from "../../src/receive/verified-body.ts";

/** The secret of the tests' app. */
export const appSecret = "an invented app secret";
export const verifyToken = "an-invented-verify-token";

/** The header's value, as Meta makes it. */
export function sign(body: string | Uint8Array, secret = appSecret): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export function verifiedBody(body: string | Uint8Array): VerifiedBody {
  const bytes = Buffer.from(body);
  const verified = verifySignature(bytes, sign(bytes), [appSecret]);
  if (typeof verified === "string") throw new Error(verified);
  return verified;
}
