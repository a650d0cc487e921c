import type { BusMessage, Consumer, HandleBatch } from "../../contracts.ts";
import { QUARANTINE_TYPE } from "../../event/event.ts";
import { parseBusMessage } from "../../event/parse.ts";
import { quarantinedMessage } from "../../event/quarantined-post.ts";
import type { AppendLog } from "../../support/append-log.ts";
import type { LogRow } from "../../support/append-log-tables.ts";
import { delay } from "../../support/delay.ts";
import { describeError } from "../../support/describe-error.ts";
import type { Log } from "../../support/log.ts";
import { isTurnOver, nextTurn } from "../../support/loop-turn.ts";
import { handleUntilDone } from "./handle-until-done.ts";
import { createLoop } from "./loop.ts";

const maxBatch = 200;
/** A batch costs something however small it is: without rest a reader that keeps up would always be at work, one event at a time. */
const mostRestMs = 10;

export interface QueueReader extends Consumer {
  /** There may be something new. */
  wake(): void;
  /** How many events the handler has now. */
  unacked(): number;
}

export interface QueueReaderOptions {
  readonly name: string;
  readonly takes: (type: string) => boolean;
  /** As QueueSpec has it. */
  readonly misshapen: boolean;
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
    const seqs = await parseRows(rows, options);
    if (seqs.size === 0) return true;
    const handleFit = async (batch: readonly BusMessage[], signal: AbortSignal) => {
      const unfit = (await options.handle(batch, signal)) ?? [];
      for (const { item, reason } of unfit) {
        await setAside(seqs.get(item), reason, options);
      }
    };
    unacked = seqs.size;
    const signals = { closing: closing.signal, halt, log };
    return handleUntilDone([...seqs.keys()], handleFit, signals).finally(() => {
      unacked = 0;
    });
  };
  let restUntil = 0;
  const loop = createLoop(async (halt) => {
    const after = events.cursor(name);
    const restMs = restUntil - performance.now();
    if (restMs > 0 && events.last() > after) await delay(restMs, { signal: halt });
    // Paused or closed while it rested: nothing more is begun.
    if (halt.aborted) return true;
    const { rows, through } = await events.read(after, maxBatch, options.takes);
    if (rows.length === 0) {
      events.skip(name, through);
      return through > after;
    }
    const began = performance.now();
    if (await handle(rows, halt)) {
      options.onDone(rows.length);
      void advance(events, name, through, log);
    }
    // As long as it has worked: what comes meanwhile goes together. Not while it has to catch up.
    const now = performance.now();
    if (through - after < maxBatch) restUntil = now + Math.min(now - began, mostRestMs);
    return true;
  }, log);
  void loop.start();
  return {
    wake: loop.wake,
    unacked: () => unacked,
    pause: loop.stop,
    resume: loop.start,
    async close() {
      closing.abort();
      await loop.end();
    },
  };
}

/**
 * The batch, each item with its row. A row that is no event goes with the batch as a quarantined POST to who takes those,
 * or what has an event's id; else it ends in the queue's dead rows. Its neighbours are handled.
 */
async function parseRows(
  rows: readonly LogRow[],
  options: QueueReaderOptions,
): Promise<Map<BusMessage, number>> {
  const seqs = new Map<BusMessage, number>();
  for (const { bytes, seq } of rows) {
    if (isTurnOver()) await nextTurn();
    try {
      seqs.set(parseBusMessage(bytes), seq);
    } catch (error) {
      const reason = describeError(error);
      const post = quarantinedMessage(bytes, reason);
      const named = options.misshapen && post.eventid !== undefined;
      if (named || options.takes(QUARANTINE_TYPE)) seqs.set(post, seq);
      else await setAside(seq, reason, options);
    }
  }
  return seqs;
}

async function setAside(
  seq: number | undefined,
  reason: string,
  { events, name, log }: QueueReaderOptions,
): Promise<void> {
  if (seq !== undefined && (await events.setAside(name, seq, reason))) {
    log.error("a message that is no event is dead", { reason });
  }
}

/** When the disk fails here the reader goes on: only a restart would bring the batch again. */
async function advance(events: AppendLog, name: string, seq: number, log: Log): Promise<void> {
  try {
    await events.advance(name, seq);
  } catch (error) {
    log.warn("cannot write how far the queue has come", { error });
  }
}
