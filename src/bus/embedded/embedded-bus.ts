import type { Bus, EncodedEvent, QueueSpec } from "../../contracts.ts";
import { type AppendLog, openAppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";
import { loadQueues, type Queues } from "./queues.ts";
import { createTails } from "./tails.ts";
import { createWriteHealth } from "./write-health.ts";

const gaugesMs = 1_000;
/** At the end, for the handlers: by then their consumers have been closed, and all that is left is what hangs. */
const handlersMs = 2_000;

/**
 * The bus for one process, in one SQLite file: an append-only log with a durable cursor for each queue.
 * A queue declared for the first time begins at the end of the log; one that is declared no more goes on
 * taking what its patterns say until it is removed, and so does the log for it. Throws SqliteInUseError when another process has the file.
 */
export async function openEmbeddedBus(options: {
  readonly path: string;
  readonly queues: readonly QueueSpec[];
  readonly log: Log;
  readonly metrics: Metrics;
}): Promise<Bus> {
  const { path, log, metrics } = options;
  const events = await openAppendLog({ path, cursors: options.queues.map(({ name }) => name) });
  const queues = await loadQueues(events, options.queues, log);
  const gauges = startGauges(queues, metrics);
  const tails = createTails(log);
  const health = createWriteHealth();
  let closed: Promise<void> | undefined;
  const refuseClosed = () => {
    if (closed !== undefined) throw new Error("the bus is closed");
  };
  const append = async (encoded: readonly EncodedEvent[]) => {
    await health.watch(events.append(encoded.map(({ type, bytes }) => ({ key: type, bytes }))));
    const types = encoded.map(({ type }) => type);
    for (const queue of queues.all()) queue.appended(types);
    tails.show(encoded);
  };
  return {
    async publish(encoded, signal) {
      refuseClosed();
      signal.throwIfAborted();
      await unlessAborted(append(encoded), signal);
    },
    async consume({ name }, handle) {
      refuseClosed();
      const queue = queues.named(name);
      if (queue === undefined) throw new Error(`the queue ${name} is not declared`);
      return queue.consume(handle);
    },
    async declare(specs) {
      refuseClosed();
      await queues.declare(specs);
    },
    tail: async (pattern, onEvent) => tails.open(pattern, onEvent),
    health: () =>
      closed === undefined
        ? { kind: "embedded", ...health.now() }
        : { kind: "embedded", ready: false, reason: "the bus is closed" },
    queues: async () => queues.all().map((queue) => queue.state()),
    async removeQueue(name, { force = false } = {}) {
      refuseClosed();
      const waiting = await queues.remove(name, force);
      if (waiting === 0) {
        for (const gauge of [metrics.queueReady, metrics.queueDead]) gauge.remove({ queue: name });
      }
      return waiting;
    },
    dropDead: (name) => events.dropAside(name),
    close() {
      clearInterval(gauges);
      closed ??= closeAll(queues, events, log);
      return closed;
    },
  };
}

/** A handler that does not end keeps neither the file open nor the program from ending: its batch comes again. */
async function closeAll(queues: Queues, events: AppendLog, log: Log): Promise<void> {
  await within(handlersMs, queues.close(), () => undefined);
  const waiting = queues.all().filter((queue) => (queue.state().unacked ?? 0) > 0);
  for (const { name: queue } of waiting)
    log.warn("a handler did not end, its batch comes again", { queue });
  await events.close();
}

function startGauges(queues: Queues, metrics: Metrics): NodeJS.Timeout {
  const measure = () => {
    for (const { name: queue, ready, dead } of queues.all().map((queue) => queue.state())) {
      metrics.queueReady.set({ queue }, ready);
      metrics.queueDead.set({ queue }, dead);
    }
  };
  measure();
  return setInterval(measure, gaugesMs).unref();
}

/** Rejects at once when the signal aborts; what was begun goes on and may still become durable. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
