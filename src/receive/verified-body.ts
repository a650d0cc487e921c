import { createHmac, timingSafeEqual } from "node:crypto";
import type { QuarantineEntry } from "../contracts.ts";

declare const verified: unique symbol;

/**
 * Bytes whose sender is believed. `verifySignature` makes one of Meta's, the verifiers under `sources/` of everybody else's, and
 * `verifiedAtReceipt` gives one back that went into quarantine; the way to JSON takes nothing else.
 */
export type VerifiedBody = Buffer & { readonly [verified]: true };

/** Why a POST is not believed. For the metric only: the sender is never told. */
export type Unverified = "missing" | "malformed" | "mismatch" | "stale";

/** Two headers of the name arrive joined by a comma, and so do not match. */
const headerShape = /^sha256=[0-9a-f]{64}$/i;

/**
 * Meta signs the body's bytes with the app secret: `X-Hub-Signature-256: sha256=<hex>`. Every secret is
 * tried, so that the time taken does not say which one matched.
 */
export function verifySignature(
  bytes: Buffer,
  header: string | undefined,
  secrets: readonly string[],
  /** Is told the place of the secret that matched. */
  used: (place: number) => void = () => undefined,
): VerifiedBody | Unverified {
  if (header === undefined) return "missing";
  if (!headerShape.test(header)) return "malformed";
  const claimed = Buffer.from(header.slice("sha256=".length), "hex");
  let matched = -1;
  for (const [place, secret] of secrets.entries()) {
    const signature = createHmac("sha256", secret).update(bytes).digest();
    matched = timingSafeEqual(signature, claimed) ? place : matched;
  }
  if (matched === -1) return "mismatch";
  used(matched);
  return bytes as VerifiedBody;
}

/** The bytes of a POST in quarantine: only a verified body gets there, and comes out as it went in. */
export function verifiedAtReceipt(entry: QuarantineEntry): VerifiedBody {
  return Buffer.from(entry.dataBase64, "base64") as VerifiedBody;
}
