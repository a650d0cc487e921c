import { mongo } from "mongoose";
import type { DeliveryDocument, DestinationDocument, LinkDocument } from "./ledger-models.ts";
import type { EventDocument, Models } from "./models.ts";

/** The driver's own collections: what is written here is made here, and casting would double the time. */
export interface Collections {
  readonly deliveries: mongo.Collection<DeliveryDocument>;
  readonly destinations: mongo.Collection<DestinationDocument>;
  readonly links: mongo.Collection<LinkDocument>;
  readonly events: mongo.Collection<EventDocument>;
  readonly quarantine: mongo.Collection<{ _id: string }>;
}

export type Use = <T>(work: (collections: Collections) => Promise<T>) => Promise<T>;

export function collectionsOf(models: Models): Collections {
  const { deliveries, destinations, links, events, quarantine } = models;
  return {
    deliveries: deliveries.collection as unknown as Collections["deliveries"],
    destinations: destinations.collection as unknown as Collections["destinations"],
    links: links.collection as unknown as Collections["links"],
    events: events.collection as unknown as Collections["events"],
    quarantine: quarantine.collection as unknown as Collections["quarantine"],
  };
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11_000;
}
