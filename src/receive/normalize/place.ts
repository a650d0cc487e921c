import { canonicalJson, isSmall } from "./canonical.ts";
import type { Whereabouts } from "./found.ts";
import { idOf, isRecord, type Json, own, textOf, timeOf } from "./pick.ts";

/** Change-level key by which a raw remembers that its item was the n-th of several equal ones in its POST. */
export const OCCURRENCE = "waypost_occurrence";

/** Keys beside the items travel with each, up to this many characters. */
const largestCarried = 256;
/** Of one object: a thousand of them would make each of a thousand items large. */
const mostUnknownKeys = 20;
/** What envelope, entry and change say of their items. */
const known = new Set(["object", "id", "time", "field"]);
const largestMetadata = 512;

/** One change of one entry: where its items stand, and how an envelope around one of them looks. */
export interface Place extends Whereabouts {
  readonly entryTime?: string | undefined;
  readonly entryAt?: string | undefined;
  /** Set when the change is a raw of ours. */
  readonly occurrence?: number | undefined;
  /** The envelope with `value` as the only one. */
  wrap(value: unknown, occurrence: number): unknown;
}

/** Envelope, entry and change without what is taken out of them; null when something unknown does not fit. */
export interface Frames {
  readonly envelope: Json;
  readonly entry: Json;
  readonly change: Json;
}

/**
 * The keys of `source` but `except`. Unknown ones travel along when they are small and few; `onTooLarge` hears of the others.
 */
export function frameOf(
  source: Json,
  except: ReadonlySet<string>,
  onTooLarge: (key: string) => void,
): Json {
  const kept: [string, unknown][] = [];
  let unknown = 0;
  for (const key of Object.keys(source)) {
    if (except.has(key)) continue;
    const value = source[key];
    const isKnown = known.has(key);
    if (!isKnown) unknown += 1;
    const small = isSmallScalar(isKnown ? "" : key, value);
    if (small && (isKnown || unknown <= mostUnknownKeys)) kept.push([key, value]);
    else onTooLarge(key);
  }
  // fromEntries, because assigning to __proto__ would not make a key.
  return Object.fromEntries(kept);
}

function isSmallScalar(key: string, value: unknown): boolean {
  const scalar = typeof value !== "object" || value === null;
  return scalar && isSmall(value, largestCarried - key.length);
}

export function placeOf(frames: Frames, change: Json, value: unknown): Place {
  const { envelope, entry, change: around } = frames;
  const field = textOf(own(around, "field")) ?? "unknown";
  const metadata = isRecord(value) ? own(value, "metadata") : undefined;
  const number = isRecord(metadata) ? metadata : {};
  const occurrence = own(change, OCCURRENCE);
  const time = own(entry, "time");
  return {
    field,
    entryId: idOf(own(entry, "id")),
    entryTime: time === undefined ? undefined : canonicalJson(time),
    entryAt: timeOf(time),
    phoneNumberId: idOf(own(number, "phone_number_id")),
    displayPhoneNumber: textOf(own(number, "display_phone_number")),
    occurrence: isCount(occurrence) ? occurrence : undefined,
    wrap: (wrapped, nth) => ({
      ...envelope,
      entry: [
        {
          ...entry,
          changes: [{ ...around, ...(nth > 0 && { [OCCURRENCE]: nth }), value: wrapped }],
        },
      ],
    }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** `messaging_product` and `metadata`, as far as they travel with each item. */
export function sharedOf(value: Json): {
  readonly shared: Json;
  readonly whole: ReadonlySet<string>;
} {
  const shared: { messaging_product?: unknown; metadata?: unknown } = {};
  const whole = new Set<string>();
  const product = own(value, "messaging_product");
  if (product !== undefined && isSmall(product, largestCarried)) {
    shared.messaging_product = product;
    whole.add("messaging_product");
  }
  const metadata = own(value, "metadata");
  if (metadata !== undefined && isSmall(metadata, largestMetadata)) {
    shared.metadata = metadata;
    whole.add("metadata");
  } else if (isRecord(metadata)) {
    shared.metadata = slim(metadata);
  }
  return { shared, whole };
}

function slim(metadata: Json): Json {
  const kept = ["display_phone_number", "phone_number_id"]
    .map((key) => [key, own(metadata, key)] as const)
    .filter(([, value]) => value !== undefined && isSmall(value, largestCarried));
  return Object.fromEntries(kept);
}
