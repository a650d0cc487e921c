import type { EncodedEvent } from "../contracts.ts";

/**
 * A POST as one row: the length of the header (4 bytes, big-endian), the header as JSON, one
 * `[id, type, routingKey, length]` for each event, then their bytes, one after the other.
 */
export function framePost(post: readonly EncodedEvent[]): Uint8Array {
  const header = Buffer.from(
    JSON.stringify(
      post.map(({ id, type, routingKey, bytes }) => [id, type, routingKey, bytes.length]),
    ),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, ...post.map((event) => event.bytes)]);
}

/** The events' bytes are views on `frame`. Throws an Error that shows none of the content. */
export function parseFrame(frame: Uint8Array): EncodedEvent[] {
  const { entries, bodyAt } = parseHeader(frame);
  let at = bodyAt;
  const events = entries.map((entry) => {
    const { length, ...event } = parseEntry(entry);
    const bytes = frame.subarray(at, at + length);
    at += length;
    return { ...event, bytes };
  });
  if (at !== frame.length) throw damaged("has another length than it says");
  return events;
}

function parseHeader(frame: Uint8Array): { entries: unknown[]; bodyAt: number } {
  if (frame.length < 4) throw damaged("is cut off");
  const bodyAt = 4 + new DataView(frame.buffer, frame.byteOffset).getUint32(0);
  if (bodyAt > frame.length) throw damaged("is cut off");
  try {
    const entries: unknown = JSON.parse(Buffer.from(frame.subarray(4, bodyAt)).toString("utf8"));
    if (Array.isArray(entries)) return { entries, bodyAt };
  } catch {
    // Said below.
  }
  throw damaged("has no header");
}

function parseEntry(entry: unknown): Omit<EncodedEvent, "bytes"> & { readonly length: number } {
  const [id, type, routingKey, length]: unknown[] = Array.isArray(entry) ? entry : [];
  const named =
    typeof id === "string" && typeof type === "string" && typeof routingKey === "string";
  if (!named || !Number.isSafeInteger(length) || (length as number) < 0) {
    throw damaged("has a header that is none");
  }
  return { id, type, routingKey, length: length as number };
}

function damaged(what: string): Error {
  return new Error(`a row of the spool ${what}`);
}
