import type { RowOf } from "../../contracts/table.ts";
import type { Attempt, Delivery, DestinationLease, RunningProcess } from "../../contracts.ts";
import {
  date,
  defineTable,
  flag,
  integer,
  json,
  optional,
  text,
  texts,
} from "../table/define-table.ts";

/** `<destination>:<event id>`. */
export const deliveriesTable = defineTable({
  name: "deliveries",
  fields: {
    destination: text(),
    eventId: text(),
    eventType: text(),
    account: optional(json<NonNullable<Delivery["account"]>>()),
    route: text(),
    routes: optional(json<readonly string[]>()),
    decided: optional(json<readonly string[]>()),
    laneKeys: texts(),
    seq: integer(),
    epoch: integer(),
    state: text<Delivery["state"]>(),
    /** There while the state is `open` or `sending`. */
    open: optional(flag()),
    /** There while the state is `scheduled`; when it is due, also afterwards. */
    scheduled: optional(flag()),
    dueAt: optional(date()),
    replay: optional(text()),
    /** There with `replay`. */
    replayed: optional(flag()),
    again: optional(text()),
    /** There when an attempt may have taken effect, also while the row is dead and when it is opened again. */
    unknown: optional(flag()),
    attempts: integer(),
    nextAt: optional(text()),
    history: json<readonly Attempt[]>(),
    remoteId: optional(text()),
    createdAt: text(),
    doneAt: optional(text()),
    reason: optional(text()),
    /** Events as JSON. */
    emits: optional(text()),
    /** There where these are not all. */
    partial: optional(flag()),
    /** The event as JSON, where the log lacks it or is about to lose it. */
    body: optional(text()),
    /** See `listedBy`; absent of rows of before. */
    listedBy: optional(text()),
    /** How its last attempt ended, but that it was delivered is not said of what is. */
    verdict: optional(text<Attempt["outcome"]>()),
    /** From when it is done. */
    expireAt: optional(date()),
  },
  indexes: [
    // What every write of a row filters.
    { on: ["id", "epoch"], unique: true },
    { on: ["destination", "seq"], where: "open", counted: true },
    { on: ["destination", "dueAt"], where: "scheduled", counted: true },
    // Of two that could lead to a list the first does.
    { on: ["verdict", "destination", "-createdAt", "-id"], having: "verdict" },
    { on: ["destination", "state", "-createdAt", "-id"], counted: true },
    { on: ["listedBy", "-createdAt", "-id"] },
    { on: ["-createdAt", "-id"] },
    { on: ["eventId"] },
    { on: ["replay", "state"], where: "replayed", counted: true },
  ],
  expires: true,
});
/** What a delivery has is a column; one that is missing is an error here. */
type Keeping<Row, _Names extends keyof Row> = Row;
export type DeliveryRow = Keeping<RowOf<typeof deliveriesTable.fields>, keyof Delivery>;

/** By the destination's name: who holds it, its counters and what an on-call engineer asks for. */
export const destinationsTable = defineTable({
  name: "destinations",
  fields: {
    epoch: integer(),
    beat: integer(),
    holder: optional(text()),
    seq: integer(),
    rev: integer(),
    pause: optional(json<NonNullable<DestinationLease["pause"]>>()),
    breaker: optional(text<"closed" | "open">()),
    breakerSince: optional(text()),
    lastSuccessAt: optional(text()),
    lastError: optional(text()),
    lastErrorAt: optional(text()),
    repeats: optional(integer()),
    perHour: optional(integer()),
    prunedEpoch: optional(integer()),
  },
});

/** `<destination>:<conversation id>`: what a destination remembers about it. A contact's stand under a `personKey`. */
export const linksTable = defineTable({
  name: "links",
  fields: {
    conversationId: text(),
    link: json<Readonly<Record<string, string>>>(),
    /** All that stands in it, by which it is found. */
    remote: optional(texts()),
    epoch: integer(),
    savedAt: text(),
    expireAt: date(),
  },
  indexes: [{ on: ["conversationId"] }, { on: ["remote"] }],
  expires: true,
});

/** What runs now, as each process says itself. */
export const processesTable = defineTable({
  name: "processes",
  fields: {
    role: text<RunningProcess["role"]>(),
    host: text(),
    pid: integer(),
    version: text(),
    configHash: text(),
    startedAt: text(),
    seenAt: text(),
    expireAt: date(),
  },
  expires: true,
});

/** `<route>:<destination>:<contact or conversation>`: which delivery of a route with `once` came first. */
export const claimsTable = defineTable({
  name: "claims",
  fields: {
    by: text(),
    at: text(),
    time: optional(text()),
    conversation: optional(text()),
    expireAt: date(),
  },
  expires: true,
});

/** All that lies beside the log's own. */
export const ledgerSpecs = [
  deliveriesTable,
  destinationsTable,
  linksTable,
  claimsTable,
  processesTable,
];
