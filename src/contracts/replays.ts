/** Sending again what the log has. */
import type { DeliveryFilter } from "./delivery.ts";
import type { EventFilter, Page, PageRequest } from "./log.ts";

export interface ReplayRequest {
  /** Which events (by their receipt), or which deliveries (by their making). Its `to` is frozen: what comes later is not among them. */
  readonly filter:
    | ({ readonly of: "events" } & EventFilter & { readonly to: string })
    | ({ readonly of: "deliveries" } & DeliveryFilter & { readonly to: string });
  /** A destination, or `routed`: where the routes as they are now lead. Of deliveries their own. */
  readonly to: string;
  /** Also those that a destination already has. */
  readonly again: boolean;
  /** Also what writes to contacts, and what routes with `after` would have done later. */
  readonly effects: boolean;
  /** Rows a second. */
  readonly rate: number;
}

/** What a replay has come by so far, or would. */
export interface ReplayCounts {
  /** Events or deliveries of the filter. */
  readonly found: number;
  /** Rows that were opened, or would be. */
  readonly opened: number;
  /** The destination has them, or is about to. */
  readonly had: number;
  /** By why. */
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface ReplayPlan extends ReplayCounts {
  /** false: there are more than could be looked at in a few seconds. */
  readonly complete: boolean;
  /** The first 20 that would be sent. */
  readonly sample: readonly ReplaySample[];
}

export interface ReplaySample {
  readonly destination: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly receivedAt?: string;
}

export interface Replay extends ReplayRequest, ReplayCounts {
  /** `rpl_…`. */
  readonly id: string;
  readonly state: "running" | "done" | "aborted" | "failed";
  readonly createdAt: string;
  /** The name of the token that began it; absent of those of before this was noted. */
  readonly by?: string;
  /** How many events or deliveries the filter has; absent where they were too many to be counted in a few seconds. */
  readonly total?: number;
  /** Of `failed`. */
  readonly reason?: string;
  /** What comes next: a cursor of the log, or of the deliveries. */
  readonly position?: string;
  readonly doneAt?: string;
}

/** The replays, kept for 90 days. All methods throw StoreError (`outage`). */
export interface Replays {
  create(replay: Replay): Promise<void>;
  get(id: string): Promise<Replay | undefined>;
  /** Newest first. */
  list(page: PageRequest): Promise<Page<Replay>>;
  running(): Promise<readonly Replay[]>;
  /** Only while it is running. False: it is not any more. */
  update(id: string, change: Partial<Replay>): Promise<boolean>;
}
