import type { HandleBatch, QueueSpec, QueueState } from "../../contracts.ts";
import { QUARANTINE_TYPE } from "../../event/event.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { AppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import { startPassing } from "./passing.ts";
import { type QueueReader, startQueueReader } from "./queue-reader.ts";

/** A declared queue: a cursor on the log, and what is known of it in memory. */
export interface Queue {
  readonly name: string;
  /** Types that were appended, after they are on disk. */
  appended(types: readonly string[]): void;
  /** Takes these types from now on; what waits is looked at anew. */
  rebind(spec: QueueSpec): Promise<void>;
  /** Throws when the queue has its consumer. */
  consume(handle: HandleBatch): Promise<QueueReader>;
  state(): QueueState;
  close(): Promise<void>;
}

export async function loadQueue(events: AppendLog, spec: QueueSpec, log: Log): Promise<Queue> {
  const { name, misshapen = false } = spec;
  let matches = taken(spec);
  const takes = (type: string) => matches(type);
  const count = async () => {
    let waiting = 0;
    for (const [type, rows] of await events.countKeys(events.cursor(name))) {
      if (takes(type)) waiting += rows;
    }
    return waiting;
  };
  /** Waiting, or in the handler's hands. */
  let open = await count();
  let reader: QueueReader | undefined;
  const idle = () => reader === undefined && open === 0;
  const passing = startPassing({ name, events, takes, idle, log });
  return {
    name,
    appended(types) {
      for (const type of types) if (takes(type)) open += 1;
      reader?.wake();
      if (idle()) passing.wake();
    },
    async rebind(spec) {
      matches = taken(spec);
      open = await count();
    },
    async consume(handle) {
      if (reader !== undefined) throw new Error(`the queue ${name} has its consumer`);
      const onDone = (rows: number) => {
        open -= rows;
      };
      const started = startQueueReader({ name, takes, misshapen, events, handle, onDone, log });
      reader = started;
      return {
        ...started,
        async close() {
          await started.close();
          if (reader === started) reader = undefined;
        },
      };
    },
    state() {
      const unacked = reader?.unacked() ?? 0;
      const consumers = reader === undefined ? 0 : 1;
      const ready = Math.max(0, open - unacked);
      return { name, ready, unacked, consumers, dead: events.asideCount(name) };
    },
    async close() {
      await Promise.all([passing.end(), reader?.close()]);
    },
  };
}

/** What a queue takes, by CloudEvents type. */
function taken(spec: QueueSpec): (type: string) => boolean {
  const patterns = spec.patterns.map(compilePattern);
  return (type) =>
    type === QUARANTINE_TYPE ? spec.quarantine : patterns.some((matches) => matches(type));
}
