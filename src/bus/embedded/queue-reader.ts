import type { Carried, Consumer, HandleBatch } from "../../contracts.ts";
import { parseCarried } from "../../event/parse.ts";
import type { AppendLog, LogRow } from "../../support/append-log.ts";
import { describeError, type Log } from "../../support/log.ts";
import { handleUntilDone } from "./handle-until-done.ts";
import { createLoop } from "./loop.ts";

const maxBatch = 200;

export interface QueueReader extends Consumer {
  /** There may be something new. */
  ring(): void;
  /** How many events the handler has now. */
  unacked(): number;
}

export interface QueueReaderOptions {
  readonly name: string;
  readonly takes: (type: string) => boolean;
  readonly events: AppendLog;
  readonly handle: HandleBatch;
  /** So many rows are done with, handled or set aside. */
  readonly onDone: (count: number) => void;
  readonly log: Log;
}

/** Reads a queue's part of the log in order, batch by batch, from its cursor on. */
export function startQueueReader(options: QueueReaderOptions): QueueReader {
  const { name, events, log } = options;
  const closing = new AbortController();
  let unacked = 0;
  const handle = async (rows: readonly LogRow[], halt: AbortSignal) => {
    const batch = await parseRows(events, name, rows, log);
    if (batch.length === 0) return true;
    unacked = batch.length;
    const signals = { closing: closing.signal, halt, log };
    return handleUntilDone(batch, options.handle, signals).finally(() => {
      unacked = 0;
    });
  };
  const loop = createLoop(async (halt) => {
    const after = events.cursor(name);
    const { rows, through } = await events.read(after, maxBatch, options.takes);
    if (rows.length === 0) {
      events.skip(name, through);
      return through > after;
    }
    if (await handle(rows, halt)) {
      options.onDone(rows.length);
      await advance(events, name, through, log);
    }
    return true;
  }, log);
  void loop.start();
  return {
    ring: loop.ring,
    unacked: () => unacked,
    pause: loop.stop,
    async resume() {
      if (!closing.signal.aborted) await loop.start();
    },
    async close() {
      closing.abort();
      await loop.stop();
    },
  };
}

/** A row that is no event ends in the queue's dead rows; its neighbours are handled. */
async function parseRows(
  events: AppendLog,
  name: string,
  rows: readonly LogRow[],
  log: Log,
): Promise<Carried[]> {
  const batch: Carried[] = [];
  for (const row of rows) {
    try {
      batch.push(parseCarried(row.bytes));
    } catch (error) {
      const reason = describeError(error);
      if (await events.setAside(name, row.seq, reason)) {
        log.error("a message that cannot be decoded is dead", { reason });
      }
    }
  }
  return batch;
}

/** When the disk fails here the reader goes on: only a restart would bring the batch again. */
async function advance(events: AppendLog, name: string, seq: number, log: Log): Promise<void> {
  try {
    await events.advance(name, seq);
  } catch (error) {
    log.warn("cannot write how far the queue has come", { error });
  }
}
