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

/** Entries on their way to the store, one write at a time. */
export function createAuditQueue(options: {
  readonly record: Audit["record"];
  readonly log: Log;
  readonly metrics: Pick<Metrics, "auditLost">;
}): AuditQueue {
  const { record, log, metrics } = options;
  const waiting: (() => Promise<AuditEntry>)[] = [];
  const stopping = new AbortController();
  let writing: Promise<void> | undefined;
  /** Those of them that were lost meanwhile are there no more. */
  const drop = (some: readonly (() => Promise<AuditEntry>)[]) => {
    const before = waiting.length;
    waiting.splice(0, before, ...waiting.filter((each) => !some.includes(each)));
    return before - waiting.length;
  };
  const lose = (count: number, error?: unknown) => {
    if (count === 0) return;
    metrics.auditLost.inc(count);
    log.error("entries of the audit are lost", { count, ...(error !== undefined && { error }) });
  };
  const writeAll = async () => {
    let failing = false;
    while (waiting.length > 0) {
      const some = waiting.slice(0, atOnce);
      try {
        await within(writeMs, Promise.all(some.map((entry) => entry())).then(record));
        drop(some);
        failing = false;
      } catch (error) {
        if (error instanceof StoreError && error.verdict === "refused") lose(drop(some), error);
        if (!failing) log.error("the audit is not written; it is tried again", { error });
        failing = true;
        await sleep(againMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
      }
    }
  };
  return {
    add(entry) {
      if (waiting.length >= maxWaiting) {
        waiting.shift();
        metrics.auditLost.inc();
      }
      waiting.push(entry);
      writing ??= writeAll().finally(() => {
        writing = undefined;
      });
    },
    async close() {
      await within(closeMs, writing ?? Promise.resolve()).catch(() => undefined);
      stopping.abort();
      lose(drop(waiting.slice()));
    },
  };
}
