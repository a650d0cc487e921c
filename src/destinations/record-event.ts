import type { DeliveryContext, WaypostEvent } from "../contracts.ts";
import { derivedEvent } from "../event/derived-event.ts";

/** Something that a destination made or changed for a person, in the vendor's words. */
export interface VendorRecord {
  /** `contact`, `ticket`, `deal`. */
  readonly object: string;
  readonly id: string;
  /** Where a person looks at it. */
  readonly url?: string;
  readonly created: boolean;
}

/**
 * `business.record.created` or `updated`, about the event's contact: the same id for the same delivery and record, however
 * often it is made. At the source's time, so that a repeat is the same to the last letter.
 */
export function recordEvent(
  source: WaypostEvent,
  { destination, idempotencyKey }: Pick<DeliveryContext, "destination" | "idempotencyKey">,
  { object, id, url, created }: VendorRecord,
): WaypostEvent {
  const type = `business.record.${created ? "created" : "updated"}`;
  return derivedEvent({
    source,
    route: `${idempotencyKey}:${object}:${id}`,
    type,
    data: { destination, object, id, ...(url !== undefined && { url }) },
    at: new Date(source.data.receivedAt),
  });
}

interface Made {
  readonly id: string;
  readonly created: boolean;
}

/** Of those that were created, in the order given; `urlOf`: where a person looks at them. */
export function madeEvents<Kind extends string>(
  { event, context }: { readonly event: WaypostEvent; readonly context: DeliveryContext },
  urlOf: (object: Kind, id: string) => string,
  records: Readonly<Partial<Record<Kind, Made>>>,
): WaypostEvent[] {
  return (Object.entries(records) as [Kind, Made][]).flatMap(([object, { id, created }]) =>
    created ? [recordEvent(event, context, { object, id, url: urlOf(object, id), created })] : [],
  );
}
