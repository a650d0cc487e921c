import type { WaypostEvent } from "../../src/event/event.ts";

/** Something that a destination made or changed for a person, in the vendor's words. */
export interface VendorRecord {
  readonly destination: string;
  readonly object: string;
  readonly id: string;
  /** Where a person looks at it. */
  readonly url?: string;
  readonly at: string;
  /** The event that told of it. */
  readonly event: string;
}

/** Of `business.record.…`, newest first: each record once, by what was told of it last. Pure. */
export function recordsOf(events: readonly WaypostEvent[]): VendorRecord[] {
  const records = new Map<string, VendorRecord>();
  for (const event of events) {
    const { destination, object, id, url } = event.data.business ?? {};
    if (![destination, object, id].every((each) => typeof each === "string")) continue;
    const key = JSON.stringify([destination, object, id]);
    const link = linkOf(event, url);
    const known = records.get(key);
    records.set(key, {
      ...({ destination, object, id } as { destination: string; object: string; id: string }),
      ...{ at: event.data.receivedAt, event: event.id },
      ...(link !== undefined && { url: link }),
      ...known,
    });
  }
  return [...records.values()];
}

/** Anybody who may tell Waypost of events can write an address: those that a destination made alone are links. */
function linkOf({ data }: WaypostEvent, url: unknown): string | undefined {
  if (data.derived === undefined || typeof url !== "string" || !URL.canParse(url)) return undefined;
  return new URL(url).protocol === "https:" ? url : undefined;
}
