/**
 * The architecture on one page. Stages of the flow (receive, bus, store, deliver, destinations, ops)
 * know only this file and `event/`; they meet in `commands/`.
 *
 * Meta ──POST──▶ receive ──Parcel──▶ Bus ──Carried──▶ Store   (the log)
 *                   └─ broker away: Spool ─▶ Bus  └──▶ deliver ──▶ Destination
 */
import type { Carried, WaypostEvent } from "./event/event.ts";

export type { Carried, QuarantinedPost, WaypostEvent } from "./event/event.ts";

/* ------------------------------------------------------------------ carrying */

/** One event or quarantined POST, serialised once on the ack path. Bus and spool move these bytes unread. */
export interface Parcel {
  /** The event id; AMQP `message_id`. */
  readonly id: string;
  /** The CloudEvents type. `waypost.quarantine` goes to the quarantine exchange, all others to `waypost.events`. */
  readonly type: string;
  /** `<type>.<phoneNumberId or "none">`. Holds no personal data. */
  readonly routingKey: string;
  /** The CloudEvent as UTF-8 JSON. */
  readonly bytes: Uint8Array;
}

/** A queue as data. Declared by every role, so that no event slips through before its consumer starts. */
export interface QueueSpec {
  /** E.g. `waypost.store`, `waypost.deliver.slack-support`. */
  readonly name: string;
  /** Type patterns (`whatsapp.message.*`, `whatsapp.#`); `#` is everything. */
  readonly patterns: readonly string[];
  /** Also takes quarantined POSTs (only the store does). */
  readonly quarantine: boolean;
  /** `x-single-active-consumer`: one process holds the queue at a time. */
  readonly single: boolean;
}

/**
 * One batch at a time, in queue order. Resolving acks all of it, throwing acks none: the same batch
 * comes again after a backoff. `signal` aborts when the consumer closes.
 */
export type HandleBatch = (batch: readonly Carried[], signal: AbortSignal) => Promise<void>;

/** A running subscription. All three are idempotent. */
export interface Consumer {
  /** Resolves when no handler runs and nothing is held unacked. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits for the running batch and its ack. */
  close(): Promise<void>;
}

export interface Bus {
  /** Resolves when every parcel is durable. A rejection means unknown: publish again, the ids absorb it. */
  publish(parcels: readonly Parcel[], signal: AbortSignal): Promise<void>;
  consume(queue: QueueSpec, handle: HandleBatch): Promise<Consumer>;
  /** Live events whose type matches, from now on, best effort (nothing is kept for a tail). */
  tail(pattern: string, onEvent: (event: WaypostEvent) => void): Promise<Consumer>;
  health(): BusHealth;
  /** What waits in the declared queues and in their dead queues. */
  queues(): Promise<QueueState[]>;
  /** Waits for confirms, then closes channels, then connections. */
  close(): Promise<void>;
}

export interface BusHealth {
  readonly kind: "rabbitmq" | "embedded";
  /** Can take a publish now. */
  readonly ready: boolean;
  /** In words, when not ready: "connecting to RabbitMQ", "RabbitMQ blocks publishers: low on disk". No secrets. */
  readonly reason?: string;
}

export interface QueueState {
  readonly name: string;
  readonly ready: number;
  readonly unacked?: number;
  readonly consumers?: number;
  readonly dead: number;
}

/** The durable overflow: one row a POST, appended with one fsync for all that wait, drained in order. */
export interface Spool {
  /** Resolves when the POST lies fsynced. Rejects when full (`SPOOL_MAX_BYTES`) or failing. */
  append(post: readonly Parcel[]): Promise<void>;
  /** The oldest POSTs from `after` (exclusive; 0 = start), up to about `maxParcels` parcels but at least one POST. */
  read(after: number, maxParcels: number): Promise<SpooledPost[]>;
  /** Forgets every POST up to `seq`, inclusive. */
  dropThrough(seq: number): Promise<void>;
  /** POSTs and bytes that wait, and when the oldest was appended. Cheap, from memory. */
  depth(): { readonly posts: number; readonly bytes: number; readonly oldestAt?: Date };
  close(): Promise<void>;
}
export interface SpooledPost {
  readonly seq: number;
  readonly parcels: readonly Parcel[];
}

/** Not durable now: 503 with Retry-After, Meta sends the POST again. */
export class NotDurableError extends Error {
  override readonly name = "NotDurableError";
}

/* --------------------------------------------------------------- remembering */

/** `outage`: try the same again later. `refused`: this batch holds something that can never be written. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly verdict: "outage" | "refused";
  constructor(verdict: "outage" | "refused", message: string, options?: ErrorOptions) {
    super(message, options);
    this.verdict = verdict;
  }
}

/** The write face of the log, used by the store consumer. */
export interface EventLog {
  /** Stores and projects a batch; resolves when durable. Idempotent. Throws StoreError. */
  append(batch: readonly Carried[]): Promise<Appended>;
}
export interface Appended {
  /** Ids that were new. */
  readonly stored: readonly string[];
  /** How many were there already. */
  readonly duplicates: number;
  /** How many existing events a higher `dataversion` replaced. */
  readonly replaced: number;
}

/** The read face of the log, used by the ops API. Newest `receivedAt` first; ids break ties. */
export interface EventQuery {
  events(filter: EventFilter, page: PageRequest): Promise<Page<WaypostEvent>>;
  event(id: string): Promise<WaypostEvent | undefined>;
  /** A message's projection and every event about it, oldest payload time first. */
  message(wamid: string): Promise<MessageView | undefined>;
  conversations(filter: ConversationFilter, page: PageRequest): Promise<Page<ConversationView>>;
  conversation(id: string): Promise<ConversationView | undefined>;
  quarantine(filter: QuarantineFilter, page: PageRequest): Promise<Page<QuarantineEntry>>;
  stats(): Promise<StoreStats>;
}

export interface Store extends EventLog, EventQuery {
  /** In words why not, e.g. "MongoDB is not reachable"; undefined when ready. */
  health(): Promise<string | undefined>;
  /** Creates what indexes and tables are missing. */
  syncIndexes(): Promise<void>;
  close(): Promise<void>;
}

export interface PageRequest {
  /** 1…200. */
  readonly limit: number;
  /** Opaque, from the page before. An unreadable one throws InvalidCursorError. */
  readonly cursor?: string;
}
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}
export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

export interface EventFilter {
  /** Any of these patterns (a route's: `whatsapp.message.*`, `whatsapp.#`). */
  readonly types?: readonly string[];
  /** A conversation id; joins through aliases. */
  readonly conversation?: string;
  /** A BSUID, wa_id or phone in any writing; joins through aliases. */
  readonly contact?: string;
  readonly messageId?: string;
  /** A phone number id or a WABA id. */
  readonly account?: string;
  /** Every word must occur. */
  readonly text?: string;
  /** ISO times on `receivedAt`: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
}
export interface ConversationFilter {
  readonly account?: string;
  readonly contact?: string;
}
export interface QuarantineFilter {
  readonly from?: string;
  readonly to?: string;
}

export interface MessageView {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly type?: string;
  readonly conversationId?: string;
  readonly account: { readonly wabaId?: string; readonly phoneNumberId?: string };
  /** The highest status so far: sent < failed < delivered < read < played. Absent for messages received. */
  readonly status?: string;
  /** When each status was first seen, by payload time. */
  readonly statusAt: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly code?: number; readonly title?: string }[];
  readonly pricing?: Readonly<Record<string, unknown>>;
  readonly events: readonly WaypostEvent[];
}
export interface ConversationView {
  readonly id: string;
  /** Ids of the same person's conversation under other identities. */
  readonly aliases: readonly string[];
  readonly account: { readonly wabaId?: string; readonly phoneNumberId?: string };
  readonly contact: {
    readonly userId?: string;
    readonly waId?: string;
    readonly name?: string;
    readonly username?: string;
  };
  readonly groupId?: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastInboundAt?: string;
  /** The 24-hour customer service window, computed when read. */
  readonly windowOpenUntil?: string;
}
export interface QuarantineEntry {
  readonly id: string;
  readonly receivedAt: string;
  readonly postId: string;
  readonly bytes: number;
  /** Where and why; at most 100 are kept. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  readonly dataBase64: string;
}
export interface StoreStats {
  readonly kind: "mongodb" | "embedded";
  readonly events: number;
  readonly messages: number;
  readonly conversations: number;
  readonly quarantine: number;
  /** Events per type in the last 24 h. */
  readonly last24h: Readonly<Record<string, number>>;
  /** The newest `receivedAt` per account (phone number id, else WABA id). */
  readonly lastEventAt: Readonly<Record<string, string>>;
}
