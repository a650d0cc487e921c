import type { EncodedEvent } from "../contracts.ts";
import { encodeEvent, encodeWithRaw } from "../event/encode.ts";
import type { WaypostEvent } from "../event/event.ts";
import { quarantinedPost } from "../event/quarantined-post.ts";
import {
  type JsonProblem,
  parseJson,
  type ScannedJson,
  scanJson,
  type Unreadable,
} from "./json.ts";
import { isOneItem, takeApart, withRaw } from "./normalize.ts";
import type { VerifiedBody } from "./verified-body.ts";

/** Each event repeats what surrounds its item; beyond this the body is kept whole instead. */
const maxBytes = 134_217_728;
const accountShape = /^\d{1,32}$/;

/** What is known of a POST before its body is read. */
export interface PostStamp {
  readonly postId: string;
  /** ISO time. */
  readonly receivedAt: string;
  /** Of a POST that is not Meta's: `/hooks/<name>`. */
  readonly source?: string;
}

/** A POST, ready for the bus. */
export interface ParsedPost {
  /** Every event, and at most one quarantined POST, last. */
  readonly events: readonly EncodedEvent[];
  /** The phone numbers' ids, else WABAs' ids, of its events. */
  readonly accounts: readonly string[];
}

/** Never throws: what cannot be read is kept whole, byte for byte, in quarantine. */
export function parsePost(
  body: VerifiedBody,
  stamp: PostStamp,
  scanned: ScannedJson | Unreadable = scanJson(body),
): ParsedPost {
  try {
    if ("unreadable" in scanned) return keepWhole(body, stamp, scanned.unreadable);
    const parsed = parseJson(scanned);
    if ("unreadable" in parsed) return keepWhole(body, stamp, parsed.unreadable);
    const taken = takeApart(parsed.value, stamp);
    const { events, problems } = taken;
    const [only] = events;
    if (only !== undefined && isOneItem(taken) && scanned.problems.length === 0) {
      return { events: [encodeWithRaw(only, withoutMark(body))], accounts: accountsOf(events) };
    }
    const encoded = encodeEvents(withRaw(taken, parsed.value));
    if (encoded === undefined) return keepWhole(body, stamp, "its events are too large together");
    const all = [...scanned.problems, ...problems];
    if (all.length > 0) encoded.push(toQuarantine(body, stamp, all));
    return { events: encoded, accounts: accountsOf(events) };
  } catch (error) {
    const reason = error instanceof Error ? error.name : typeof error;
    return keepWhole(body, stamp, `could not be normalized: ${reason}`);
  }
}

/** UTF-8 may begin with a byte order mark, which JSON may not. */
function withoutMark(body: VerifiedBody): Uint8Array {
  return body[0] === 0xef ? body.subarray(3) : body;
}

/** The whole body as one quarantined POST. */
export function keepWhole(body: VerifiedBody, stamp: PostStamp, reason: string): ParsedPost {
  return { events: [toQuarantine(body, stamp, [{ path: "", reason }])], accounts: [] };
}

function toQuarantine(
  body: VerifiedBody,
  stamp: PostStamp,
  problems: readonly JsonProblem[],
): EncodedEvent {
  return encodeEvent(quarantinedPost(body, problems, stamp));
}

function encodeEvents(events: readonly WaypostEvent[]): EncodedEvent[] | undefined {
  const all: EncodedEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const encoded = encodeEvent(event);
    bytes += encoded.bytes.length;
    if (bytes > maxBytes) return undefined;
    all.push(encoded);
  }
  return all;
}

function accountsOf(events: readonly WaypostEvent[]): string[] {
  const accounts: string[] = [];
  for (const { data } of events) {
    const account = data.account.phoneNumberId ?? data.account.wabaId;
    // Most POSTs have one: only where it changes it may be another.
    if (account !== undefined && account !== accounts.at(-1)) accounts.push(account);
  }
  const wellShaped = accounts.filter((account) => accountShape.test(account));
  return wellShaped.length > 1 ? [...new Set(wellShaped)] : wellShaped;
}
