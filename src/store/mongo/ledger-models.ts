import { type Connection, Schema } from "mongoose";
import type { Attempt, Delivery, DestinationLease } from "../../contracts.ts";
import type { PackedEvent } from "./packed-event.ts";

export interface DeliveryDocument {
  readonly _id: string;
  readonly destination: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly route: string;
  readonly laneKeys: readonly string[];
  readonly seq: number;
  readonly epoch: number;
  readonly state: Delivery["state"];
  /** There while the state is `open` or `sending`: what the partial index holds. */
  readonly open?: true;
  readonly unknown?: true;
  readonly attempts: number;
  readonly nextAt?: string;
  readonly history: readonly Attempt[];
  readonly remoteId?: string;
  readonly createdAt: string;
  readonly doneAt?: string;
  readonly reason?: string;
  readonly body?: PackedEvent;
  /** From when it is done. */
  readonly expireAt?: Date;
}
export interface DestinationDocument extends Omit<DestinationLease, "name"> {
  readonly _id: string;
}
export interface LinkDocument {
  /** `<destination>:<conversation id>`. */
  readonly _id: string;
  readonly conversationId: string;
  readonly link: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly savedAt: string;
  readonly expireAt: Date;
}

const { Mixed } = Schema.Types;
const options = { minimize: false, strictQuery: "throw", versionKey: false, id: false } as const;

const deliveries = new Schema<DeliveryDocument>(
  {
    _id: String,
    destination: String,
    eventId: String,
    eventType: String,
    route: String,
    laneKeys: [String],
    seq: Number,
    epoch: Number,
    state: String,
    open: Boolean,
    unknown: Boolean,
    attempts: Number,
    nextAt: String,
    history: [Mixed],
    remoteId: String,
    createdAt: String,
    doneAt: String,
    reason: String,
    body: Mixed,
    expireAt: Date,
  } as never,
  options,
)
  // What every write of a row filters.
  .index({ _id: 1, epoch: 1 }, { unique: true })
  .index({ destination: 1, seq: 1 }, { partialFilterExpression: { open: true } })
  .index({ destination: 1, state: 1, createdAt: -1, _id: -1 })
  .index({ createdAt: -1, _id: -1 })
  .index({ eventId: 1 })
  .index({ expireAt: 1 }, { expireAfterSeconds: 0 });

const destinations = new Schema<DestinationDocument>(
  {
    _id: String,
    epoch: Number,
    beat: Number,
    holder: String,
    seq: Number,
    rev: Number,
    pause: Mixed,
    breaker: String,
    breakerSince: String,
    lastSuccessAt: String,
    lastError: String,
    lastErrorAt: String,
    repeats: Number,
  } as never,
  options,
);

const links = new Schema<LinkDocument>(
  {
    _id: String,
    conversationId: String,
    link: Mixed,
    epoch: Number,
    savedAt: String,
    expireAt: Date,
  } as never,
  options,
)
  .index({ conversationId: 1 })
  .index({ expireAt: 1 }, { expireAfterSeconds: 0 });

/** The collections of the ledger. */
export function createLedgerModels(connection: Connection) {
  return {
    deliveries: connection.model("deliveries", deliveries, "deliveries"),
    destinations: connection.model("destinations", destinations, "destinations"),
    links: connection.model("links", links, "links"),
  };
}
