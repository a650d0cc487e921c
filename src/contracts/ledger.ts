/** The faces of the ledger, as their users see them. */
import type { AliasEdge } from "../event/alias-edges.ts";
import type { WaypostEvent } from "../event/event.ts";
import type {
  Delivery,
  DeliveryChange,
  DeliveryFilter,
  EnqueuedDelivery,
  NewDelivery,
} from "./delivery.ts";
import type { DestinationLease, DestinationNote, DestinationRow } from "./destination-row.ts";
import type { OrderedPageRequest, Page } from "./log.ts";

export * from "./delivery.ts";
export type * from "./destination-row.ts";

/**
 * One process holds a destination at a time. `epoch` counts the holders and fences every write: what a holder of an
 * older epoch writes matches nothing. All methods of the ledger throw StoreError (`outage`).
 */
interface Leases {
  /** Nobody else can have this ledger while this process has it: a taker of a lease need not wait. */
  readonly exclusive: boolean;
  /** The destination's lease, made at first sight. Cheap. */
  lease(name: string): Promise<DestinationLease>;
  /** Takes the lease if `epoch` and `heartbeat` are still as seen: `epoch` + 1, `heartbeat` + 1. undefined: they are not. */
  takeLease(
    name: string,
    seen: { readonly epoch: number; readonly heartbeat: number },
    holder: string,
  ): Promise<DestinationLease | undefined>;
  /** `heartbeat` + 1. undefined: the lease is lost. */
  renewLease(name: string, epoch: number): Promise<DestinationLease | undefined>;
  /** The next taker need not wait. */
  releaseLease(name: string, epoch: number): Promise<void>;
  /** Merges into the row what an on-call engineer asks for; undefined takes away. Fenced by the epoch. */
  note(name: string, epoch: number, note: DestinationNote): Promise<void>;
}

/** The rows, as their holder writes them. */
interface DeliveryRows {
  /**
   * Inserts in order, going on behind rows that exist; answers with the states of those. Not fenced: rows of
   * an older epoch may come late, and are then in the way of the same rows from the new holder.
   */
  insert(
    rows: readonly NewDelivery[],
    epoch: number,
  ): Promise<{ readonly id: string; readonly state: Delivery["state"] }[]>;
  /**
   * Reserves `count` numbers and inserts the rows that are made of the first of them, as `insert` does: in one commit where the store
   * has such. undefined: the lease is lost, and nothing was reserved or inserted. Rejects with what `rowsFrom` throws.
   */
  insertNext(
    name: string,
    epoch: number,
    count: number,
    rowsFrom: (first: number) => readonly NewDelivery[],
  ): Promise<{ readonly id: string; readonly state: Delivery["state"] }[] | undefined>;
  /** Stamps all open rows (`open`, `sending`) with the epoch. */
  claimOpen(name: string, epoch: number): Promise<void>;
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
  claimForeign(name: string, epoch: number, ids: readonly string[]): Promise<Delivery[]>;
  /** One bulk write; each change filters exactly `{ _id, epoch }`. Answers with how many matched. Repeatable. */
  write(epoch: number, changes: readonly DeliveryChange[]): Promise<number>;
  /**
   * Opens what is scheduled for a time before `until`, the first of them first, `limit` at most, as from outside; then `revision` + 1.
   * Answers with how many; not fenced, repeatable.
   */
  openDue(name: string, until: Date, limit: number): Promise<number>;
  /** Ids of the destination's dead rows that `giveUp` ended. */
  givenUp(name: string): Promise<string[]>;
}

/** What a destination remembers. */
export interface RememberedLink {
  readonly destination: string;
  /** A conversation id, a contact's `personKey`, or an event id. */
  readonly about: string;
  readonly link: Readonly<Record<string, string>>;
  readonly savedAt: string;
}

/** What an attempt needs to know of the log and of its conversation. */
interface DeliveryMemory {
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
  /** As `aliases`, of contacts over all numbers, by `personKey`. */
  contactAliases(
    keys: readonly string[],
    learnt?: readonly AliasEdge[],
  ): Promise<(key: string) => readonly string[]>;
  /**
   * What a destination remembers about a conversation, joined through aliases, or about the contact who has these keys. It
   * outlives the last event that the store keeps of them by some days, then goes.
   */
  link(
    name: string,
    about: string | readonly string[],
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** Those that hold one of these values: what a vendor calls its ticket, contact or thread. At most 50. */
  linksTo(remote: readonly string[]): Promise<RememberedLink[]>;
  /** Fenced: false when a holder of a later epoch has written it. `keepMs`: it is kept so long at least. */
  saveLink(
    name: string,
    about: string,
    link: Readonly<Record<string, string>>,
    epoch: number,
    options?: { readonly keepMs?: number },
  ): Promise<boolean>;
}

/** Which delivery of a route with `once` came first, by what it is once per. */
export interface Claim {
  /** The delivery's. */
  readonly by: string;
  /** `receivedAt` of its event. */
  readonly at: string;
  /** When it happened, by its payload. Absent in those of earlier versions. */
  readonly time?: string;
  /** In which conversation: one person may have several. Absent in those of earlier versions, and of events that are in none. */
  readonly conversation?: string;
}

/** What keeps a route with `once` to one delivery. */
interface Claims {
  /** Those that stand under any of these keys. */
  claims(keys: readonly string[]): Promise<Claim[]>;
  /**
   * Takes the key for this delivery, where it is free or held by the claim that was seen; kept until `expireAt`. False: another
   * delivery was faster. Repeatable.
   */
  claim(key: string, claim: Claim & { readonly expireAt: Date }, seen?: Claim): Promise<boolean>;
}

/** For people. */
interface DeliveryQuery {
  /** Every destination that ever had a lease, by name. Counts rows: for people, not for loops. */
  destinations(): Promise<DestinationRow[]>;
  delivery(id: string): Promise<Delivery | undefined>;
  /**
   * Newest first unless told: by `createdAt`; those of a conversation or a contact by their event. QueryTooWideError like the lists of
   * EventQuery.
   */
  deliveries(filter: DeliveryFilter, page: OrderedPageRequest): Promise<Page<Delivery>>;
  /** Of the rows that a replay opened, how many are in which state. Counts rows. */
  replayed(replay: string): Promise<Readonly<Record<Delivery["state"], number>>>;
  /** By destination. */
  deliveriesOf(eventId: string): Promise<Delivery[]>;
}

/** What is changed from outside, whoever holds the destination. */
interface DeliveryControl {
  /** By an operator, or by the engine after a `config` verdict; undefined resumes. Not fenced. Bumps `revision`. */
  setPause(name: string, pause: DestinationRow["pause"]): Promise<void>;
  /**
   * Opens rows behind all that are open, in this order, whoever holds the destination, or will; then `revision` + 1. Answers with the
   * states of those that existed, which stay as they are. Repeatable: what a call that failed had opened is open.
   */
  enqueue(
    name: string,
    rows: readonly EnqueuedDelivery[],
  ): Promise<{ readonly id: string; readonly state: Delivery["state"] }[]>;
  /**
   * A dead or skipped (or delivered, with `again`) row becomes open with a new `seq`; then `revision` + 1. False: no such row. A dead one
   * stays `unknown` if it is, unless somebody has seen that it is `notDone`; one that took effect is to do so again. `replay` opens each row once, however often it asks.
   */
  reopen(
    deliveryId: string,
    options?: { readonly again?: boolean; readonly replay?: string; readonly notDone?: boolean },
  ): Promise<boolean>;
  /**
   * What a replay sends to a destination, in this order and behind all that are open: new rows as `enqueue`, those that were over as
   * `reopen`; others stay as they are. Answers which are opened, by this or an earlier call of the replay.
   */
  replay(
    name: string,
    rows: readonly EnqueuedDelivery[],
    options: { readonly replay: string; readonly again: boolean },
  ): Promise<readonly boolean[]>;
  /**
   * An open row becomes dead, a scheduled one skipped, for this reason, whoever holds it; then `revision` + 1. One that is `sending` becomes `unknown`. What
   * a holder still writes of it matches nothing. False: no such row, or none that is open; with `idle` also when an attempt
   * may be under way (`sending` without `nextAt`).
   */
  giveUp(
    deliveryId: string,
    reason: string,
    options?: { readonly idle?: boolean },
  ): Promise<boolean>;
}

/** The deliveries, who may work on them, and what was learnt on the way. */
export interface Ledger
  extends Leases,
    DeliveryRows,
    DeliveryMemory,
    Claims,
    DeliveryQuery,
    DeliveryControl {}
