import type { Bus, EncodedEvent } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import type { Spool } from "./spool.ts";

export interface DurableOptions {
  readonly bus: Pick<Bus, "publish" | "health">;
  /** Undefined with `SPOOL=off`. */
  readonly spool: Spool | undefined;
  /** How long a POST waits for its confirms before it goes to the spool (`ACK_DEADLINE_MS`). */
  readonly deadlineMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface DurableHealth {
  /** Whether a POST could be made durable now. */
  readonly ready: boolean;
  readonly mode: "direct" | "spool";
  /** In words, when not ready. */
  readonly reason?: string;
}

export interface Durable {
  /** Resolves when every event is confirmed by the bus or lies in the spool. Throws NotDurableError. */
  publish(post: readonly EncodedEvent[]): Promise<void>;
  health(): DurableHealth;
  /** Starts the pump and the gauges; in spool mode while there is something to drain. */
  start(): void;
  /** Refuses new POSTs and ends the pump, which leaves in the spool what is not confirmed. */
  close(): Promise<void>;
}
