import { setImmediate as nextTurn } from "node:timers/promises";
import type { Transferable } from "node:worker_threads";
import type { EncodedEvent } from "../contracts.ts";
import type { ParsedPost, PostStamp } from "./parse-post.ts";
import type { SourceRules } from "./sources/compile-source.ts";
import type { VerifiedBody } from "./verified-body.ts";

/** What goes to the thread. The brand does not survive the copy, so only `packJob` makes one. */
export interface ParseJob {
  readonly bytes: Uint8Array;
  readonly stamp: PostStamp;
  /** Of a POST that is not Meta's. */
  readonly of?: SourceOfJob;
}

/** What is known of a source's body beside its bytes. */
export interface SourceOfJob {
  readonly rules: SourceRules;
  readonly contentType?: string;
}

/** What comes back, in few pieces: thousands of small objects would take the main thread long to take in. */
export interface PackedPost {
  /** All events' bytes, in a buffer that changes hands instead of being copied. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each event ends in them, and the next begins. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Id, type and routing key of each, a line each: none of them holds a line break. */
  readonly lines: string;
  readonly accounts: readonly string[];
}

/** Unpacked in one go, before others have their turn. */
const unpackedAtOnce = 1_000;

export function packJob(body: VerifiedBody, stamp: PostStamp, of?: SourceOfJob): ParseJob {
  return { bytes: body, stamp, ...(of && { of }) };
}

export function unpackJob({ bytes }: ParseJob): VerifiedBody {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as VerifiedBody;
}

export function packPost(post: ParsedPost): { packed: PackedPost; transfer: Transferable[] } {
  const { events, accounts } = post;
  const bytes = new Uint8Array(events.reduce((sum, event) => sum + event.bytes.length, 0));
  const ends = new Uint32Array(events.length);
  let end = 0;
  for (const [i, event] of events.entries()) {
    bytes.set(event.bytes, end);
    end += event.bytes.length;
    ends[i] = end;
  }
  const lines = events.flatMap(({ id, type, routingKey }) => [id, type, routingKey]).join("\n");
  return { packed: { bytes, ends, lines, accounts }, transfer: [bytes.buffer, ends.buffer] };
}

export async function unpackPost({
  bytes,
  ends,
  lines,
  accounts,
}: PackedPost): Promise<ParsedPost> {
  const texts = lines.split("\n");
  const events: EncodedEvent[] = [];
  let start = 0;
  for (const [i, end] of ends.entries()) {
    const [id = "", type = "", routingKey = ""] = texts.slice(3 * i, 3 * i + 3);
    events.push({ id, type, routingKey, bytes: bytes.subarray(start, end) });
    start = end;
    if (events.length % unpackedAtOnce === 0) await nextTurn();
  }
  return { events, accounts };
}
