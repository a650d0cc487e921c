import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Unverified, VerifiedBody } from "../verified-body.ts";

/** As `headersDistinct` of Node has them: a header that came twice has two values, and is believed in neither. */
export type Headers = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * Whether the sender of a body is believed. Pure: `nowMs` is since 1970. Every secret is tried, so that the time taken does
 * not say which one matched.
 */
export type Verify = (
  bytes: Buffer,
  headers: Headers,
  secrets: readonly string[],
  nowMs: number,
) => VerifiedBody | Unverified;

/** How far a signed time may be from ours, where a scheme signs one that is fresh at each attempt. */
const toleranceMs = 300_000;
/** Vendors send two while a secret is rotated. */
export const mostSignatures = 16;

/** The headers' values, in this order, if each came once and is not empty. */
export function valuesIn(
  headers: Headers,
  ...names: readonly string[]
): readonly string[] | "missing" | "malformed" {
  const found = names.map((name) => headers[name] ?? []);
  if (found.some((values) => values.length === 0)) return "missing";
  if (found.some(([first, ...others]) => first === "" || others.length > 0)) return "malformed";
  return found.flat();
}

/** `prefix` is what a scheme signs before the body. */
export function hmacOf(key: string | Buffer, prefix: string, bytes: Buffer): Buffer {
  return createHmac("sha256", key).update(prefix).update(bytes).digest();
}

/** The 32 bytes of a signature in base64, written as encoders write them; undefined when it is anything else. */
export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** Compares all with all; each of them has 32 bytes. */
export function anyMatches(claimed: readonly Buffer[], expected: readonly Buffer[]): boolean {
  let matched = false;
  for (const each of claimed) {
    for (const one of expected) matched = timingSafeEqual(each, one) || matched;
  }
  return matched;
}

/** Of texts of any length, in a time that does not say how much of them is equal. */
export function anyEquals(claimed: string, secrets: readonly string[]): boolean {
  return anyMatches([digestOf(claimed)], secrets.map(digestOf));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Whether so many seconds since 1970 are within the tolerance. */
export function isFresh(seconds: string, nowMs: number): boolean {
  return Math.abs(nowMs - Number(seconds) * 1_000) <= toleranceMs;
}
