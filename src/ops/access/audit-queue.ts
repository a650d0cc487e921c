import { type Audit, type AuditEntry, StoreError } from "../../contracts.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";

export interface AuditQueue {
  /**
   * Never throws. `entry` is asked again until the store has taken what it answers with: then it resolves. Rejects when the entry is
   * lost. Who does not wait for it has nothing to catch.
   */
  add(entry: () => Promise<AuditEntry>): Promise<void>;
  /** Writes what waits, for a second at most. */
  close(): Promise<void>;
}

/** Some minutes of an outage; beyond it the oldest are lost, and counted. */
const maxWaiting = 10_000;
const atOnce = 100;
const againMs = 1_000;
const writeMs = 5_000;
const closeMs = 1_000;

interface Pending {
  readonly entry: () => Promise<AuditEntry>;
  readonly written: () => void;
  readonly lost: (why: Error) => void;
}
type Waiting = readonly Pending[];

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
    const lost = waiting.filter((each) => some.includes(each));
    waiting = waiting.filter((each) => !some.includes(each));
    for (const each of lost) each.lost(new Error("the entry is lost", { cause: error }));
    if (lost.length === 0) return;
    metrics.auditLost.inc(lost.length);
    log.error("entries of the audit are lost", {
      count: lost.length,
      ...(error !== undefined && { error }),
    });
  };
  /** False: the store did not answer. */
  const write = async (some: Waiting): Promise<boolean> => {
    try {
      await within(writeMs, Promise.all(some.map(({ entry }) => entry())).then(record));
      waiting = waiting.filter((each) => !some.includes(each));
      for (const { written } of some) written();
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
      await delay(againMs, { signal: stopping.signal });
    }
    // At once, or an entry added before a `finally` had its turn would wait for the next one.
    writing = undefined;
  };
  return {
    add(entry) {
      if (waiting.length >= maxWaiting) lose(waiting.slice(0, 1));
      const written = new Promise<void>((resolve, reject) => {
        waiting = [...waiting, { entry, written: resolve, lost: reject }];
      });
      written.catch(() => undefined);
      writing ??= Promise.resolve().then(writeAll);
      return written;
    },
    async close() {
      await within(closeMs, writing ?? Promise.resolve()).catch(() => undefined);
      stopping.abort();
      lose(waiting);
    },
  };
}
