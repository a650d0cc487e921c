import type { Clock } from "../../support/clock.ts";
import { onceATick } from "../../support/once-a-tick.ts";
import { type Batch, type Gather, type Lane, type OpenRow, wakeRow } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import { createLine } from "./line.ts";

/** Which head is tried next. */
export interface Schedule {
  /** Something about this lane changed: a row came, its head is done or waits. */
  offer(lane: Lane): void;
  /** Something about the destination changed. */
  wake(): void;
  /**
   * Holds a slot and a rate token for a head that is about to come, where it could start at this moment; `startHeld` uses them,
   * `free` gives them back.
   */
  hold(): boolean;
  /** Starts the head that a slot is held for, if it is one. Otherwise it waits in line as others do. */
  startHeld(row: OpenRow): void;
  free(): void;
  running(): number;
  /** Something is tried, or could be but for the destination's own waits. */
  busy(): boolean;
  /** Starts nothing more; resolves when nothing runs. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly lanes: Lanes;
  readonly concurrency: number;
  /** How long the whole destination has to wait: 0 goes on, Infinity until `wake`. */
  readonly waitMs: (running: number) => number;
  /** What an attempt uses of the destination's rate. */
  readonly rate: { take(): void; giveBack(): void };
  /** Whether the row is done; when not, it has set `dueAt`. Never rejects. */
  readonly tryHead: (row: OpenRow) => Promise<"done" | "waits">;
  /** Where several go in one call. As `tryHead`, which has the others, but answers with the rows that are done. */
  readonly batches?: Gather & { tryBatch(batch: Batch): Promise<ReadonlySet<OpenRow>> };
  /** A row of this lane is done. */
  readonly onDone: (lane: Lane) => void;
}

/** The heads of lanes whose time has come, first come first served, `concurrency` at once. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { clock, lanes, concurrency, waitMs, batches } = options;
  const line = createLine(clock, () => wake());
  let stopped = false;
  let cancelWake = () => {};
  const held = createHeld(options.rate);
  const taken = () => running.count() + held.count();
  const offer = (lane: Lane) => {
    if (stopped) return;
    batches?.offered(lane);
    line.join(lane);
    wake();
  };
  const running = createRunning(options, offer);
  const wakeNow = () => {
    cancelWake();
    while (!stopped && taken() < concurrency && line.waits()) {
      const ms = waitMs(taken());
      if (ms > 0) return wakeIn(ms);
      const next = line.take();
      if (next !== undefined) start(next);
    }
  };
  // Rows that come, end or become due together go together.
  const wake = batches === undefined ? wakeNow : onceATick(wakeNow);
  const wakeIn = (ms: number) => {
    if (ms < Number.POSITIVE_INFINITY) cancelWake = clock.after(Math.ceil(ms), wake);
  };
  const start = (head: OpenRow) => {
    const batch = batches?.batchOf(head, line.ready());
    void (batch === undefined ? running.runHead(head) : running.runBatch(batch));
  };
  const mayHold = () => !stopped && batches === undefined && !line.waits() && waitMs(taken()) === 0;
  return {
    ...{ offer, wake },
    hold: () => taken() < concurrency && mayHold() && held.hold(),
    startHeld(row) {
      held.free();
      const lane = lanes.laneOf(row);
      row.marked = !stopped && lane.running === 0 && lane.rows[0] === row;
      if (row.marked) void running.runHead(row);
      else offer(lane);
    },
    free() {
      held.free();
      wake();
    },
    running: running.count,
    busy: () => running.count() > 0 || line.waits(),
    async stop() {
      stopped = true;
      cancelWake();
      line.clear();
      await running.ended();
    },
  };
}

/** Slots, each with a token, for heads that are about to come. */
function createHeld(rate: ScheduleOptions["rate"]) {
  let count = 0;
  return {
    count: () => count,
    hold(): true {
      count += 1;
      rate.take();
      return true;
    },
    free() {
      count -= 1;
      rate.giveBack();
    },
  };
}

/** What is being tried; a batch counts as one. */
function createRunning(options: ScheduleOptions, offer: (lane: Lane) => void) {
  const { lanes, tryHead, batches, onDone } = options;
  let count = 0;
  let onIdle = () => {};
  const begin = (row: OpenRow) => {
    lanes.laneOf(row).running += 1;
    row.trying = true;
  };
  const finish = (row: OpenRow, isDone: boolean) => {
    // Not the lane it began in, when lanes were joined meanwhile.
    const lane = lanes.laneOf(row);
    lane.running -= 1;
    row.trying = false;
    if (isDone) {
      lanes.remove(row);
      onDone(lane);
    } else if (row.woken) wakeRow(row);
    offer(lane);
  };
  return {
    count: () => count,
    async runHead(head: OpenRow): Promise<void> {
      begin(head);
      count += 1;
      const end = await tryHead(head);
      count -= 1;
      finish(head, end === "done");
      if (count === 0) onIdle();
    },
    async runBatch(batch: Batch): Promise<void> {
      const rows = batch.flat();
      rows.forEach(begin);
      count += 1;
      const done = await batches?.tryBatch(batch);
      count -= 1;
      for (const row of rows) finish(row, done?.has(row) === true);
      if (count === 0) onIdle();
    },
    /** Resolves when nothing runs. */
    async ended(): Promise<void> {
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
      });
    },
  };
}
