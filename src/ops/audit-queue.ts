import { setTimeout as sleep } from "node:timers/promises";
import { type Audit, type AuditEntry, StoreError } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { within } from "./within.ts";

export interface AuditQueue {
  /** Never waits, never throws. `entry` is asked again until the store has taken what it answers with. */
  add(entry: () => Promise<AuditEntry>): void;
  /** Writes what waits, for a second at most. */
  close(): Promise<void>;
}

/** Some minutes of an outage; beyond it the oldest are lost, and counted. */
const maxWaiting = 10_000;
const atOnce = 100;
const againMs = 1_000;
const writeMs = 5_000;
const closeMs = 1_000;

type Waiting = readonly (() => Promise<AuditEntry>)[];

/** Entries on their way to the store, one write at a time. */
export function createAuditQueue(options: {
  readonly record: Audit["record"];
  readonly log: Log;
  readonly metrics: Pick<Metrics, "auditLost">;
}): AuditQueue {
  const { record, log, metrics } = options;
  let waiting: Waiting = [];
  let writing: Promise<void> | undefined;
  const stopping = new AbortController();
  const lose = (some: Waiting, error?: unknown) => {
    const lost = waiting.filter((each) => some.includes(each)).length;
    waiting = waiting.filter((each) => !some.includes(each));
    if (lost === 0) return;
    metrics.auditLost.inc(lost);
    log.error("entries of the audit are lost", {
      count: lost,
      ...(error !== undefined && { error }),
    });
  };
  /** False: the store did not answer. */
  const write = async (some: Waiting): Promise<boolean> => {
    try {
      await within(writeMs, Promise.all(some.map((entry) => entry())).then(record));
      waiting = waiting.filter((each) => !some.includes(each));
      return true;
    } catch (error) {
      const isRefused = error instanceof StoreError && error.verdict === "refused";
      if (isRefused) lose(some, error);
      else log.warn("the audit is not written now; it is tried again", { error });
      return isRefused;
    }
  };
  const writeAll = async () => {
    while (waiting.length > 0 && !stopping.signal.aborted) {
      if (await write(waiting.slice(0, atOnce))) continue;
      await sleep(againMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    // At once, or an entry added before a `finally` had its turn would wait for the next one.
    writing = undefined;
  };
  return {
    add(entry) {
      if (waiting.length >= maxWaiting) lose(waiting.slice(0, 1));
      waiting = [...waiting, entry];
      writing ??= Promise.resolve().then(writeAll);
    },
    async close() {
      await within(closeMs, writing ?? Promise.resolve()).catch(() => undefined);
      stopping.abort();
      lose(waiting);
    },
  };
}
