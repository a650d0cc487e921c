import { hash } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * `prefix` and 32 letters: the first 160 bits of the SHA-256 of the parts, in lower-case base32. The
 * parts are hashed as a JSON array, so no two different lists are written alike.
 */
export function hashId(prefix: string, parts: readonly (string | null)[]): string {
  return prefix + shortHash(JSON.stringify(parts));
}

/** The first 160 bits of the SHA-256, as 32 letters and digits. */
export function shortHash(data: string | Uint8Array): string {
  // In one call: a Hash object each would cost the collector more than the hash itself.
  const digest = hash("sha256", data, "buffer");
  let text = "";
  for (let at = 0; at < 20; at += 5) text += fiveBytes(digest, at);
  return text;
}

function letter(value: number): string {
  return alphabet.charAt(value & 31);
}

function fiveBytes(bytes: Buffer, at: number): string {
  const high = bytes.readUInt32BE(at);
  const low = bytes.readUInt8(at + 4);
  return (
    letter(high >>> 27) +
    letter(high >>> 22) +
    letter(high >>> 17) +
    letter(high >>> 12) +
    letter(high >>> 7) +
    letter(high >>> 2) +
    letter((high << 3) | (low >>> 5)) +
    letter(low)
  );
}
