import type { Bus, Parcel, QueueSpec } from "../../contracts.ts";
import { type AppendLog, openAppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { loadQueue, type Queue } from "./queue.ts";
import { createTails } from "./tails.ts";
import { createWriteHealth } from "./write-health.ts";

const gaugesMs = 1_000;

/**
 * The bus for one process, in one SQLite file: an append-only log with a durable cursor for each queue.
 * A queue declared for the first time begins at the end of the log; one that is declared no more is
 * forgotten with what waits in it. Throws SqliteInUseError when another process has the file.
 */
export async function openEmbeddedBus(options: {
  readonly path: string;
  readonly queues: readonly QueueSpec[];
  readonly log: Log;
  readonly metrics: Metrics;
}): Promise<Bus> {
  const { path, log, metrics } = options;
  const events = await openAppendLog({ path, cursors: options.queues.map(({ name }) => name) });
  const load = (spec: QueueSpec) => loadQueue(events, spec, log.child({ queue: spec.name }));
  const queues = await Promise.all(options.queues.map(load));
  const named = (name: string) => queues.find((queue) => queue.name === name);
  let declared = new Set(options.queues.map(({ name }) => name));
  const add = async (spec: QueueSpec) => {
    await events.advance(spec.name, events.last());
    queues.push(await load(spec));
  };
  const gauges = startGauges(queues, metrics);
  const tails = createTails(log);
  const health = createWriteHealth();
  let closed: Promise<void> | undefined;
  const refuseClosed = () => {
    if (closed !== undefined) throw new Error("the bus is closed");
  };
  const append = async (parcels: readonly Parcel[]) => {
    await health.watch(events.append(parcels.map(({ type, bytes }) => ({ key: type, bytes }))));
    const types = parcels.map(({ type }) => type);
    for (const queue of queues) queue.appended(types);
    tails.show(parcels);
  };
  return {
    async publish(parcels, signal) {
      refuseClosed();
      signal.throwIfAborted();
      await unlessAborted(append(parcels), signal);
    },
    async consume({ name }, handle) {
      refuseClosed();
      const queue = named(name);
      if (queue === undefined) throw new Error(`the queue ${name} is not declared`);
      return queue.consume(handle);
    },
    async declare(specs) {
      refuseClosed();
      declared = new Set(specs.map(({ name }) => name));
      for (const spec of specs) await (named(spec.name)?.rebind(spec) ?? add(spec));
    },
    tail: async (pattern, onEvent) => tails.open(pattern, onEvent),
    health: () =>
      closed === undefined
        ? { kind: "embedded", ...health.now() }
        : { kind: "embedded", ready: false, reason: "the bus is closed" },
    queues: async () => queues.map((queue) => queue.state()),
    async removeQueue(name, { force = false } = {}) {
      refuseClosed();
      if (declared.has(name)) throw new Error(`${name} is declared`);
      const queue = named(name);
      if (queue === undefined) return 0;
      const { ready, unacked = 0, dead } = queue.state();
      if (ready + unacked + dead > 0 && !force) return ready + unacked + dead;
      await queue.close();
      queues.splice(queues.indexOf(queue), 1);
      await events.forget(name);
      return 0;
    },
    close() {
      clearInterval(gauges);
      closed ??= closeAll(queues, events);
      return closed;
    },
  };
}

async function closeAll(queues: readonly Queue[], events: AppendLog): Promise<void> {
  await Promise.all(queues.map((queue) => queue.close()));
  await events.close();
}

function startGauges(queues: readonly Queue[], metrics: Metrics): NodeJS.Timeout {
  const measure = () => {
    for (const { name: queue, ready, dead } of queues.map((queue) => queue.state())) {
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
