/** A row of the ledger, and what is written of it. */
import type { WaypostEvent } from "../event/event.ts";
import type { Verdict } from "./errors.ts";

/** One event × one destination, with its attempts: a row of the ledger. */
export interface Delivery {
  /** `<destination>:<event id>`; of a route with `after` also `:<route>`. */
  readonly id: string;
  readonly destination: string;
  readonly eventId: string;
  readonly eventType: string;
  /** Whose number or account its event is about; absent of what is no event. */
  readonly account?: Pick<WaypostEvent["data"]["account"], "wabaId" | "phoneNumberId">;
  /** The route that asked for it, from its turn on the one that held, or `replay`; `none` of what is no event. */
  readonly route: string;
  /** All that took its event, in the file's order, where they are asked at its turn; none: others wait for its turn. */
  readonly routes?: readonly string[];
  /** What was answered at its turn: those that held. They are never asked again. */
  readonly decided?: readonly string[];
  /** Both ids of an id pair: which lane it stands in, with the rows that share one of them. */
  readonly laneKeys: readonly string[];
  /** Order within the destination. */
  readonly seq: number;
  /**
   * `scheduled` opens shortly before `nextAt`; `open` waits for its turn or for `nextAt`; `sending` may have taken effect,
   * nobody knows yet; `skipped`: at its turn no route held, or it was cancelled while it was scheduled.
   */
  readonly state: "scheduled" | "open" | "sending" | "delivered" | "skipped" | "dead";
  /** The replay that opened it, or opened it again: it comes behind what is live in its lane. */
  readonly replay?: string;
  /** The replay that has it take effect once more: it is part of the idempotency key. */
  readonly again?: string;
  /** It ended as dead, or was opened again, although an earlier attempt may have taken effect: nobody knows. */
  readonly unknown?: true;
  /** Attempts that count towards giving up. An outage of the whole destination adds none. */
  readonly attempts: number;
  readonly nextAt?: string;
  /** Of a route with `after`: when it is due. It is no older than that. */
  readonly dueAt?: string;
  /** The last 20. */
  readonly history: readonly Attempt[];
  readonly remoteId?: string;
  readonly createdAt: string;
  readonly doneAt?: string;
  /** Why it is dead or skipped, in our words. */
  readonly reason?: string;
  /** What follows from it: durable before the first of them is published, and published before it is done. */
  readonly emits?: readonly WaypostEvent[];
  /** What follows from it is not all: the delivery failed, and is called again when it is tried again. */
  readonly partial?: true;
}

export interface Attempt {
  readonly at: string;
  readonly ms: number;
  readonly outcome: "delivered" | "found" | Verdict;
  /** May hold what the event says: for people who may read it. */
  readonly answer?: string;
  readonly nextAt?: string;
}

/** What stands in a new row as it is told. */
export const newFields = [
  "id",
  "destination",
  "eventId",
  "eventType",
  "account",
  "route",
  "routes",
  "laneKeys",
  "seq",
  "createdAt",
] as const satisfies readonly (keyof Delivery)[];

export type NewDelivery = Pick<Delivery, (typeof newFields)[number]> & {
  /** `scheduled` until shortly before; ISO 8601. */
  readonly nextAt?: string;
  /** Why it has ended from the start: what came under the event's id is no event. */
  readonly reason?: string;
  /** Not as dead: there is nothing to do, and all is done that came before. With `reason`. */
  readonly skipped?: true;
  /** Kept with the row, and as long as it: the log lacks the event, or is about to lose it. */
  readonly body?: WaypostEvent;
};

/** A row that is opened from outside: its number is given by the ledger. */
export type EnqueuedDelivery = Omit<NewDelivery, "destination" | "seq"> & Pick<Delivery, "replay">;

/** What is written of a row as it is told. `history` is all of it; `doneAt` comes with what ends it. */
export const changedFields = [
  "attempts",
  "history",
  "remoteId",
  "route",
  "decided",
  "doneAt",
  "reason",
] as const satisfies readonly (keyof Delivery)[];

/** What is absent stays. */
export type DeliveryChange = Pick<Delivery, "id" | "state"> &
  Partial<Pick<Delivery, (typeof changedFields)[number] | "emits">> & {
    /** null takes it away. */
    readonly nextAt?: string | null;
    /** false takes it away. */
    readonly unknown?: boolean;
    /** false takes it away. */
    readonly partial?: boolean;
    /** With `route`: what the row is listed by beside it. */
    readonly about?: Pick<Delivery, "eventType" | "account">;
  };

export interface DeliveryFilter {
  /** Of several, any of them. */
  readonly destination?: string | readonly string[];
  readonly state?: Delivery["state"] | readonly Delivery["state"][];
  readonly event?: string;
  readonly route?: string;
  /** How its last attempt ended. */
  readonly verdict?: Attempt["outcome"];
  /** ISO times on `createdAt`: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Of its event, as `EventFilter` has them: what the log lacks is found by its type alone. */
  readonly types?: readonly string[];
  readonly account?: string;
  readonly accounts?: readonly string[];
  readonly conversation?: string;
  readonly contact?: string;
}
