/**
 * The architecture on one page. Stages of the flow (receive, bus, store, deliver, destinations, jobs, ops)
 * know only this file, the records of `contracts/` and `event/`; they meet in `app/`.
 *
 * Meta ──POST──▶ receive ──EncodedEvent──▶ Bus ──BusMessage──▶ Store   (the log)
 *                   └─ broker away: spool ─▶ Bus        └──▶ deliver ──▶ Destination
 */
import type { Access } from "./contracts/access.ts";
import type * as bus from "./contracts/bus.ts";
import type { Chats } from "./contracts/chat.ts";
import type { Contacts } from "./contracts/contacts.ts";
import type * as destination from "./contracts/destination.ts";
import type { MediaRows } from "./contracts/files.ts";
import type { Faces } from "./contracts/generated.ts";
import type * as job from "./contracts/jobs.ts";
import type * as ledger from "./contracts/ledger.ts";
import type * as log from "./contracts/log.ts";
import type { LogFigures } from "./contracts/log-figures.ts";
import type { SentMessages } from "./contracts/reply.ts";
import type { Silences } from "./contracts/silences.ts";
import type { BusMessage, EncodedEvent, WaypostEvent } from "./event/event.ts";

export * from "./contracts/records.ts";

/** Carries events to queues, each in order and at least once. */
export interface Bus extends bus.IntakeExchange {
  /** Resolves when every event is durable. A rejection means unknown: publish again, the ids absorb it. */
  publish(events: readonly EncodedEvent[], signal: AbortSignal): Promise<void>;
  consume(queue: bus.QueueSpec, handle: bus.HandleBatch): Promise<bus.Consumer>;
  /** A new queue is there when this resolves; what is declared no more goes on taking until `removeQueue`. */
  declare(queues: readonly bus.QueueSpec[]): Promise<void>;
  /** Live events whose type matches, from now on, best effort (nothing is kept for a tail). */
  tail(pattern: string, onEvent: (event: WaypostEvent) => void): Promise<bus.Consumer>;
  health(): bus.BusHealth;
  /** What waits in the declared queues and in their dead queues; of others, those that the bus knows by itself. */
  queues(): Promise<bus.QueueState[]>;
  /** Of a queue that is declared no more: answers how many messages kept it from being deleted; 0: it is gone. */
  removeQueue(name: string, options?: bus.RemoveOptions): Promise<number>;
  /** Deletes for good what lies in the dead queue of this one: answers how many messages. */
  dropDead(name: string): Promise<number>;
  /** Waits for confirms, then closes channels, then connections. */
  close(): Promise<void>;
}

/** The write face of the log: what was appended is durable, and is there once. Throws StoreError. */
export interface EventLog {
  append(batch: readonly BusMessage[]): Promise<log.Appended>;
}

/** The read face: newest `receivedAt` first unless told. A list that takes longer than 2 s ends with QueryTooWideError; `stats` is cheap. */
export interface EventQuery extends Chats {
  events(filter: log.EventFilter, page: log.OrderedPageRequest): Promise<log.Page<WaypostEvent>>;
  event(id: string): Promise<WaypostEvent | undefined>;
  /** When the log got it; undefined: not known of events of before this was noted, or no such event. */
  storedAt(id: string): Promise<Date | undefined>;
  message(wamid: string): Promise<log.MessageView | undefined>;
  conversations(filter: log.ConversationFilter, page: log.PageRequest): log.Conversations;
  conversation(id: string): Promise<log.ConversationView | undefined>;
  quarantine(filter: log.QuarantineFilter, page: log.PageRequest): log.QuarantineEntries;
  quarantineEntry(id: string): Promise<log.QuarantineEntry | undefined>;
  stats(): Promise<log.StoreStats>;
}

/** All that Waypost remembers, on one connection or in one file. `Faces`: the process registry, series, replays and what else is a collection. */
export interface Store extends EventLog, EventQuery, SentMessages, Faces {
  /** The deliveries, who may work on them, and what was learnt on the way. */
  readonly ledger: ledger.Ledger;
  readonly jobs: job.JobRows;
  /** What is appended is learnt of them before `append` resolves. */
  readonly contacts: Contacts;
  readonly silences: Silences;
  readonly media: MediaRows;
  readonly access: Access;
  readonly figures: LogFigures;
  /** How many POSTs came into quarantine from then on. Cheap. */
  quarantinedSince(from: Date): Promise<number>;
  /** It has been understood, and goes. */
  closeQuarantined(id: string): Promise<void>;
  /** In words why not, e.g. "MongoDB is not reachable"; undefined when ready. */
  health(): Promise<string | undefined>;
  /** Creates what indexes and tables are missing. */
  syncIndexes(): Promise<void>;
  close(): Promise<void>;
}

/** Work that one process of all does. */
export interface Jobs {
  /** Whenever nobody has the job, takes it and works until the term is over; again and again, until `stopping`. */
  elect(name: string, work: job.JobWork, stopping: AbortSignal): Promise<void>;
  load(name: string): Promise<job.JobState | undefined>;
  /** False when another process has been elected since. */
  save(name: string, term: job.JobTerm, state: job.JobState): Promise<boolean>;
}

/** A configured target: makes an event take effect, once. Throws DeliveryError. */
export interface Destination extends destination.DestinationTraits {
  deliver: destination.Deliver;
  readonly deliverBatch?: destination.DeliverBatch;
  /** For `idempotency: "lookup"`: the effect of an earlier attempt, if it happened. */
  find?: destination.Find;
  /** What would be sent, for `routes test`; sends nothing, shows no secret. */
  preview(event: WaypostEvent): unknown;
  /** What each of its guards says as things stand, for `routes test`; sends nothing. Throws DeliveryError. */
  readonly guards?: destination.Guards;
  /** Harmless calls that check credentials and scopes, for `doctor`. */
  check(signal: AbortSignal): Promise<destination.DestinationCheck[]>;
  /** What the vendor must have, for `add`. Throws DeliveryError. */
  requirements?(signal: AbortSignal): Promise<readonly destination.Requirement[]>;
  /** Takes a person out, by what it remembers of them. Repeatable. Throws DeliveryError. */
  erase?(person: destination.Erasing, signal: AbortSignal): Promise<readonly destination.Erased[]>;
  close(): Promise<void>;
}
