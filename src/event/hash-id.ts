import { hash } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
/** Every ten bits as their two letters. */
const pairs = Array.from(
  { length: 1024 },
  (_, bits) => alphabet.charAt(bits >>> 5) + alphabet.charAt(bits & 31),
);

/**
 * `prefix` and 32 letters: the first 160 bits of the SHA-256 of the parts, in lower-case base32. The
 * parts are hashed as a JSON array, so no two different lists are written alike.
 */
export function hashId(prefix: string, parts: readonly (string | null)[]): string {
  return prefix + shortHash(JSON.stringify(parts));
}

/** The first 160 bits of the SHA-256, as 32 letters and digits. */
export function shortHash(data: string | Uint8Array): string {
  // In one call, and as text of one character a byte: objects would cost the collector more than the hash itself.
  const digest = hash("sha256", data, "binary");
  let text = "";
  for (let at = 0; at < 20; at += 5) text += fiveBytes(digest, at);
  return text;
}

function fiveBytes(bytes: string, at: number): string {
  const high = (bytes.charCodeAt(at) << 12) | (bytes.charCodeAt(at + 1) << 4);
  const middle = bytes.charCodeAt(at + 2);
  const low = ((middle & 15) << 16) | (bytes.charCodeAt(at + 3) << 8) | bytes.charCodeAt(at + 4);
  return twenty(high | (middle >>> 4)) + twenty(low);
}

function twenty(bits: number): string {
  return `${pairs[bits >>> 10]}${pairs[bits & 1023]}`;
}
