import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import type { ToldMessage } from "../contracts.ts";
import { errorCode } from "../support/describe-error.ts";

/** As `POST /api/events` takes. */
const maxBytes = 1_048_576;
const tooLarge = `is larger than ${maxBytes} bytes: tell less, or tell where it is`;

/** What a message of the exchange says, or why it cannot be read, in words that hold nothing of it. */
export function readTold({
  bytes,
  contentEncoding,
}: ToldMessage): { readonly value: unknown } | string {
  if (bytes.byteLength > maxBytes) return `it ${tooLarge}`;
  const plain = isGzip(contentEncoding) ? unzip(bytes) : bytes;
  if (typeof plain === "string") return plain;
  if (isUtf8(plain)) {
    try {
      const text = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString("utf8");
      // `POST /api/events` passes a byte order mark over too.
      return { value: JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text) };
    } catch {
      // Said below.
    }
  }
  return `it is not JSON in UTF-8: ${remedyFor(plain, contentEncoding)}`;
}

function isGzip(contentEncoding = ""): boolean {
  return /^(?:x-)?gzip$/i.test(contentEncoding.trim());
}

function unzip(bytes: Uint8Array): Uint8Array | string {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") return `unpacked it ${tooLarge}`;
    return "its content_encoding is gzip, and it is no gzip: leave content_encoding out, or send it whole";
  }
}

/** Some clients name the character set in it. */
const charsets = /^(?:utf-?8|us-ascii|identity|binary)$/i;

function remedyFor(bytes: Uint8Array, contentEncoding = ""): string {
  if (contentEncoding !== "" && !isGzip(contentEncoding) && !charsets.test(contentEncoding)) {
    return "its content_encoding is none that Waypost unpacks: send it plain, or as gzip";
  }
  const looksZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (looksZipped && !isGzip(contentEncoding)) {
    return "it looks like gzip: say so in content_encoding, or send it plain";
  }
  return "send one event as a JSON object";
}
