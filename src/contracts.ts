/**
 * The architecture on one page. Stages of the flow (receive, bus, store, deliver, destinations, ops)
 * know only this file and `event/`; they meet in `commands/`.
 *
 * Meta ──POST──▶ receive ──Parcel──▶ Bus ──Carried──▶ Store   (the log)
 *                   └─ broker away: Spool ─▶ Bus  └──▶ deliver ──▶ Destination
 */
import type { AliasEdge } from "./event/alias-edges.ts";
import type { Carried, Parcel, WaypostEvent } from "./event/event.ts";

export type { Carried, Parcel, QuarantinedPost, WaypostEvent } from "./event/event.ts";

/* ------------------------------------------------------------------ carrying */

/** A queue as data. Declared by every role, so that no event slips through before its consumer starts. */
export interface QueueSpec {
  /** E.g. `waypost.store`, `waypost.deliver.slack-support`. */
  readonly name: string;
  /** Type patterns (`whatsapp.message.*`, `whatsapp.#`); `#` is everything. */
  readonly patterns: readonly string[];
  /**
   * Also takes quarantined POSTs (only the store does), and as one of those what is no event. Of every other queue that
   * lies in its dead queue.
   */
  readonly quarantine: boolean;
  /** Given for destinations' queues: takes as a quarantined POST what has an event's id without being an event. */
  readonly misshapen?: true;
  /** `x-single-active-consumer`: one process holds the queue at a time. */
  readonly single: boolean;
  /**
   * Given for the queue that may be split by phone number (the store's): over so many queues on RabbitMQ, each in order. The embedded
   * bus has one. A change moves what waits, in order.
   */
  readonly shards?: number;
}

/**
 * One batch at a time, in queue order. Resolving acks all of it, once those that the answer names lie in the dead
 * queue; throwing acks none: the same batch comes again after a backoff. `signal` aborts when the consumer closes.
 */
export type HandleBatch = (
  batch: readonly Carried[],
  signal: AbortSignal,
) => Promise<readonly Unfit[]> | Promise<void>;

/** Of a batch, what can never be handled. */
export interface Unfit {
  readonly item: Carried;
  /** In our words, without content. */
  readonly reason: string;
}

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
  /**
   * From now on these queues, with these patterns; a new one is there when this resolves. What is declared no
   * more, also since an earlier start, keeps what it holds and goes on taking more until `removeQueue`.
   */
  declare(queues: readonly QueueSpec[]): Promise<void>;
  /** Live events whose type matches, from now on, best effort (nothing is kept for a tail). */
  tail(pattern: string, onEvent: (event: WaypostEvent) => void): Promise<Consumer>;
  health(): BusHealth;
  /** What waits in the declared queues and in their dead queues; of others, those that the bus knows by itself. */
  queues(): Promise<QueueState[]>;
  /**
   * Deletes a queue that is declared no more, with its dead queue; 0: it is gone, or never was. Answers how many
   * messages kept it from that, unless `force`d. Events that come meanwhile are lost to that queue.
   */
  removeQueue(name: string, options?: { readonly force?: boolean }): Promise<number>;
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
  override readonly name: string = "StoreError";
  readonly verdict: "outage" | "refused";
  constructor(verdict: "outage" | "refused", message: string, options?: ErrorOptions) {
    super(message, options);
    this.verdict = verdict;
  }
}

/** A list took longer than the store lets it: the filter leaves too much to look through. */
export class QueryTooWideError extends StoreError {
  override readonly name = "QueryTooWideError";
  /** Which parts of the filter were given. */
  readonly filter: readonly string[];
  constructor(filter: readonly string[], options?: ErrorOptions) {
    super("outage", "the query was ended: its filter is too wide", options);
    this.filter = filter;
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

/**
 * The read face of the log, used by the ops API. Newest `receivedAt` first; ids break ties. A list that
 * takes longer than 2 s is ended with QueryTooWideError; what is being stored does not wait for it.
 */
export interface EventQuery {
  events(filter: EventFilter, page: PageRequest): Promise<Page<WaypostEvent>>;
  event(id: string): Promise<WaypostEvent | undefined>;
  /** A message's projection and every event about it, oldest payload time first. */
  message(wamid: string): Promise<MessageView | undefined>;
  conversations(filter: ConversationFilter, page: PageRequest): Promise<Page<ConversationView>>;
  conversation(id: string): Promise<ConversationView | undefined>;
  quarantine(filter: QuarantineFilter, page: PageRequest): Promise<Page<QuarantineEntry>>;
  quarantineEntry(id: string): Promise<QuarantineEntry | undefined>;
  /** Cheap. */
  stats(): Promise<StoreStats>;
}

export interface Store extends EventLog, EventQuery {
  /** On the same connection, or in the same file. */
  readonly ledger: Ledger;
  readonly processes: ProcessRegistry;
  /** How many POSTs came into quarantine from then on. Cheap. */
  quarantinedSince(from: Date): Promise<number>;
  /** In words why not, e.g. "MongoDB is not reachable"; undefined when ready. */
  health(): Promise<string | undefined>;
  /** Creates what indexes and tables are missing. */
  syncIndexes(): Promise<void>;
  close(): Promise<void>;
}

/** Which processes run, as they say themselves. All methods throw StoreError (`outage`). */
export interface ProcessRegistry {
  /** To be repeated every 10 s. */
  heartbeat(process: RunningProcess): Promise<void>;
  /** A process that ends well need not be waited for. */
  deregister(id: string): Promise<void>;
  /** Those heard of in the last minute, by id. */
  alive(): Promise<RunningProcess[]>;
}
export interface RunningProcess {
  /** Unlike that of any other process; a destination's `holder` begins with it. */
  readonly id: string;
  readonly role: "start" | "receive" | "work" | "ops";
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Of waypost.yaml as this process runs it. */
  readonly configHash: string;
  readonly startedAt: string;
  /** By its own clock. */
  readonly seenAt: string;
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
  /** Events per type in the last 24 h, give or take ten minutes. */
  readonly last24h: Readonly<Record<string, number>>;
  /** The newest `receivedAt` per account (phone number id, else WABA id). */
  readonly lastEventAt: Readonly<Record<string, string>>;
}

/* ---------------------------------------------------------------- delivering */

/** A configured target. One folder per kind; each passes test/conformance/destination.ts. */
export interface Destination {
  readonly kind: string;
  /** What a second call after an unknown outcome does: nothing new | ask `find` first | may double. */
  readonly repeat: "safe" | "find" | "unsafe";
  /** false: it neither reads `context.link` nor answers with one, so none is looked up. */
  readonly links?: false;
  /** Makes the event take effect once. Throws DeliveryError; anything else counts as an outage that may be done. */
  deliver(event: WaypostEvent, context: DeliveryContext, signal: AbortSignal): Promise<Delivered>;
  /** For `repeat: "find"`: the effect of an earlier attempt, if it happened. Throws DeliveryError. */
  find?(
    event: WaypostEvent,
    context: DeliveryContext,
    signal: AbortSignal,
  ): Promise<Delivered | undefined>;
  /** What would be sent, for `routes test`; sends nothing, shows no secret. */
  preview(event: WaypostEvent): unknown;
  /** Harmless calls that check credentials and scopes, for `doctor`. */
  check(signal: AbortSignal): Promise<DestinationCheck[]>;
  close(): Promise<void>;
}

export interface DeliveryContext {
  /** The destination's name. */
  readonly destination: string;
  /** The same for every attempt of this delivery: `<event id>:<destination>`. */
  readonly idempotencyKey: string;
  /** 1 for the first; of a long outage the last 20 count. */
  readonly attempt: number;
  /** What this destination remembers about the event's conversation (a Slack thread, a ticket); its order is the lane's. */
  readonly link: Readonly<Record<string, string>> | undefined;
}

export interface Delivered {
  /** The vendor's id of what was made. */
  readonly remoteId?: string;
  /** The vendor's answer in short: status and what helps an on-call engineer. No secret; at most 500 characters are kept. */
  readonly answer?: string;
  /** Replaces the conversation's link, written durably before the delivery counts as delivered. */
  readonly link?: Readonly<Record<string, string>>;
}

export interface DestinationCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, and when not ok what to do. */
  readonly detail: string;
}

/**
 * `outage`: the destination cannot take anything now (429, 5xx, timeout); never uses up attempts.
 * `refused`: this event will never be taken. `config`: credentials, a missing channel: pauses the destination.
 */
export type Verdict = "outage" | "refused" | "config";

export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly verdict: Verdict;
  /** The effect may have happened although there was no answer. */
  readonly maybeDone: boolean;
  /** Not before this many milliseconds (Retry-After). */
  readonly afterMs?: number;
  /** The vendor's answer, redacted, at most 500 characters are kept. It stays with the attempt in the ledger. */
  readonly answer?: string;
  /** `message` goes to logs, alerts and reasons: in our words alone, with a status or a vendor's code that is known. */
  constructor(
    verdict: Verdict,
    message: string,
    details: { maybeDone?: boolean; afterMs?: number; answer?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.verdict = verdict;
    this.maybeDone = details.maybeDone ?? false;
    if (details.afterMs !== undefined) this.afterMs = details.afterMs;
    if (details.answer !== undefined) this.answer = details.answer.slice(0, 500);
  }
}

/** One event × one destination, with its attempts: a row of the ledger. */
export interface Delivery {
  /** `<destination>:<event id>`. */
  readonly id: string;
  readonly destination: string;
  readonly eventId: string;
  readonly eventType: string;
  /** The route that asked for it, or `replay`; `none` of what is no event. */
  readonly route: string;
  /** Both ids of an id pair: which lane it stands in, with the rows that share one of them. */
  readonly laneKeys: readonly string[];
  /** Order within the destination. */
  readonly seq: number;
  /** `open` waits for its turn or for `nextAt`; `sending` may have taken effect, nobody knows yet. */
  readonly state: "open" | "sending" | "delivered" | "dead";
  /** It ended as dead, or was opened again, although an earlier attempt may have taken effect: nobody knows. */
  readonly unknown?: true;
  /** Attempts that count towards giving up. An outage of the whole destination adds none. */
  readonly attempts: number;
  readonly nextAt?: string;
  /** The last 20. */
  readonly history: readonly Attempt[];
  readonly remoteId?: string;
  readonly createdAt: string;
  readonly doneAt?: string;
  /** Why it is dead, in our words. */
  readonly reason?: string;
}

export interface Attempt {
  readonly at: string;
  readonly ms: number;
  readonly outcome: "delivered" | "found" | Verdict;
  /** May hold what the event says: for people who may read it. */
  readonly answer?: string;
  readonly nextAt?: string;
}

/**
 * The deliveries and who may work on them: one process holds a destination at a time. `epoch` counts the
 * holders and fences every write; what a holder of an older epoch writes matches nothing.
 * All methods throw StoreError (`outage`).
 */
export interface Ledger {
  /** Nobody else can have this ledger while this process has it: a taker of a lease need not wait. */
  readonly exclusive: boolean;
  /** The destination's lease, made at first sight. Cheap. */
  destination(name: string): Promise<DestinationLease>;
  /** Every destination that ever had a lease, by name. Counts rows: for people, not for loops. */
  destinations(): Promise<DestinationRow[]>;
  /** Takes the lease if `epoch` and `beat` are still as seen: `epoch` + 1, `beat` + 1. undefined: they are not. */
  takeLease(
    name: string,
    seen: { readonly epoch: number; readonly beat: number },
    holder: string,
  ): Promise<DestinationLease | undefined>;
  /** `beat` + 1. undefined: the lease is lost. */
  renewLease(name: string, epoch: number): Promise<DestinationLease | undefined>;
  /** The next taker need not wait. */
  releaseLease(name: string, epoch: number): Promise<void>;
  /** Reserves `count` numbers and answers with the first. undefined: the lease is lost. */
  allot(name: string, epoch: number, count: number): Promise<number | undefined>;
  /**
   * Inserts in order, going on behind rows that exist; answers with the states of those. Not fenced: rows of
   * an older epoch may come late, and are then in the way of the same rows from the new holder.
   */
  insert(
    rows: readonly NewDelivery[],
    epoch: number,
  ): Promise<{ readonly id: string; readonly state: Delivery["state"] }[]>;
  /** Stamps all open rows (`open`, `sending`) with the epoch. */
  takeOver(name: string, epoch: number): Promise<void>;
  /** Of the open rows that bear the epoch, by `seq`: the first `limit` behind `after`, or those of these numbers. */
  openRows(
    name: string,
    epoch: number,
    which:
      | { readonly after?: number; readonly limit: number }
      | { readonly seqs: readonly number[] },
  ): Promise<Delivery[]>;
  /**
   * Stamps those open rows that bear another epoch, and those with these ids, and answers with them by `seq`: what the
   * holder does not know.
   */
  takeMore(name: string, epoch: number, ids: readonly string[]): Promise<Delivery[]>;
  /** One bulk write; each change filters exactly `{ _id, epoch }`. Answers with how many matched. Repeatable. */
  write(epoch: number, changes: readonly DeliveryChange[]): Promise<number>;
  /** The event, from the log or as a row keeps it, or that it lies in quarantine. Absent: not stored yet. */
  bodies(eventIds: readonly string[]): Promise<Map<string, WaypostEvent | "quarantined">>;
  /** These events do not expire before `until`. */
  keepBodies(eventIds: readonly string[], until: Date): Promise<void>;
  /**
   * For each id all ids of the same person's conversation, as far as the store knows or `learnt` tells; the id
   * itself first.
   */
  aliases(
    conversationIds: readonly string[],
    learnt?: readonly AliasEdge[],
  ): Promise<(id: string) => readonly string[]>;
  /**
   * What a destination remembers about a conversation, joined through aliases. It outlives the last event that the
   * store keeps of the conversation by some days, then goes.
   */
  link(name: string, conversationId: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Fenced: false when a holder of a later epoch has written it. */
  saveLink(
    name: string,
    conversationId: string,
    link: Readonly<Record<string, string>>,
    epoch: number,
  ): Promise<boolean>;
  /** Merges into the row what an on-call engineer asks for; undefined takes away. Fenced by the epoch. */
  note(name: string, epoch: number, facts: DestinationNote): Promise<void>;
  /** By an operator, or by the engine after a `config` verdict; undefined resumes. Not fenced. Bumps `rev`. */
  setPause(name: string, pause: DestinationRow["pause"]): Promise<void>;
  /**
   * A dead (or delivered, with `again`) row becomes open with a new `seq`; then `rev` + 1. False: no such row. A dead one
   * stays `unknown` if it is; one that took effect is to do so again.
   */
  reopen(deliveryId: string, options?: { readonly again?: boolean }): Promise<boolean>;
  /**
   * An open row becomes dead for this reason, whoever holds it; then `rev` + 1. One that is `sending` becomes `unknown`. What
   * a holder still writes of it matches nothing. False: no such row, or none that is open; with `idle` also when an attempt
   * may be under way (`sending` without `nextAt`).
   */
  giveUp(
    deliveryId: string,
    reason: string,
    options?: { readonly idle?: boolean },
  ): Promise<boolean>;
  /** Ids of the destination's dead rows that `giveUp` ended. */
  givenUp(name: string): Promise<string[]>;
  delivery(id: string): Promise<Delivery | undefined>;
  /** Newest first. QueryTooWideError like the lists of EventQuery. */
  deliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>>;
  /** By destination. */
  deliveriesOf(eventId: string): Promise<Delivery[]>;
}

/** What an on-call engineer asks first. At most 5 s old. */
export interface DestinationFacts {
  readonly breaker?: "closed" | "open";
  readonly breakerSince?: string;
  readonly lastSuccessAt?: string;
  readonly lastError?: string;
  readonly lastErrorAt?: string;
  /** Second effects that could not be ruled out (`repeat: "unsafe"`). */
  readonly repeats?: number;
  /** The destination is no longer configured and its queue was removed: holds while it is the row's `epoch`. */
  readonly prunedEpoch?: number;
}
export type DestinationNote = {
  readonly [K in keyof DestinationFacts]: DestinationFacts[K] | undefined;
};

export interface DestinationLease extends DestinationFacts {
  readonly name: string;
  readonly epoch: number;
  /** Grows with every renewal. */
  readonly beat: number;
  /** Host, process and role of who holds the lease; absent: released. */
  readonly holder?: string;
  readonly seq: number;
  /** Grows when rows were opened or given up from outside, and with a pause; the holder looks then. */
  readonly rev: number;
  readonly pause?: {
    readonly by: "operator" | "config";
    readonly reason: string;
    readonly at: string;
  };
}

export interface DestinationRow extends DestinationLease {
  /** Rows `open` or `sending`. */
  readonly open: number;
  readonly dead: number;
  /** `createdAt` of the oldest open row. */
  readonly oldestOpenAt?: string;
}

export type NewDelivery = Pick<
  Delivery,
  "id" | "destination" | "eventId" | "eventType" | "route" | "laneKeys" | "seq" | "createdAt"
> & {
  /** Why it is dead from the start: what came under the event's id is no event. */
  readonly reason?: string;
  /** Kept with the row, and as long as it: the log lacks the event, or is about to lose it. */
  readonly body?: WaypostEvent;
};

/** What is written of a row; what is absent stays. */
export interface DeliveryChange {
  readonly id: string;
  readonly state: Delivery["state"];
  /** false takes it away. */
  readonly unknown?: boolean;
  readonly attempts?: number;
  /** null takes it away. */
  readonly nextAt?: string | null;
  /** All of it. */
  readonly history?: readonly Attempt[];
  readonly remoteId?: string;
  /** Given with `delivered` and `dead`. */
  readonly doneAt?: string;
  readonly reason?: string;
}

export interface DeliveryFilter {
  readonly destination?: string;
  readonly state?: Delivery["state"];
  readonly event?: string;
}

/** A team's own queue, declared as a quorum queue when it is missing, or an exchange that the team has. */
export type QueueTarget =
  | { readonly queue: string; readonly maxLength?: number }
  /** Without a routing key the event's own is used. */
  | { readonly exchange: string; readonly routingKey?: string };

/** Puts events into queues of other teams; the kind `queue` uses it. Both throw DeliveryError. */
export interface QueuePublisher {
  /** Resolves when RabbitMQ has confirmed it. A repeat carries the same `message_id`. */
  publish(target: QueueTarget, parcel: Parcel, signal: AbortSignal): Promise<void>;
  /** Declares or finds the target; what it found, in words. */
  check(target: QueueTarget, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
