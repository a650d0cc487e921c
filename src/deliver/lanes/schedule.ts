import type { Clock } from "../../support/clock.ts";
import { onceATick } from "../../support/once-a-tick.ts";
import { type Batch, type Gather, type Lane, type OpenRow, wakeRow } from "./lane.ts";
import type { Lanes } from "./lanes.ts";

/** Which head is tried next. */
export interface Schedule {
  /** Something about this lane changed: a row came, its head is done or waits. */
  offer(lane: Lane): void;
  /** Something about the destination changed. */
  wake(): void;
  running(): number;
  /** Starts nothing more; resolves when nothing runs. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly lanes: Lanes;
  readonly concurrency: number;
  /** How long the whole destination has to wait: 0 goes on, Infinity until `wake`. */
  readonly waitMs: (running: number) => number;
  /** Whether the row is done; when not, it has set `dueAt`. Never rejects. */
  readonly tryHead: (row: OpenRow) => Promise<"done" | "waits">;
  /** Where several go in one call. As `tryHead`, which has the others, but answers with the rows that are done. */
  readonly batches?: Gather & { tryBatch(batch: Batch): Promise<ReadonlySet<OpenRow>> };
  /** A row of this lane is done. */
  readonly onDone: (lane: Lane) => void;
}

/** The heads of lanes whose time has come, first come first served, `concurrency` at once. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { clock, concurrency, waitMs, batches } = options;
  const line = createLine(clock, () => wake());
  let stopped = false;
  let cancelWake = () => {};
  const offer = (lane: Lane) => {
    if (stopped) return;
    batches?.offered(lane);
    line.join(lane);
    wake();
  };
  const running = createRunning(options, offer);
  const wakeNow = () => {
    cancelWake();
    while (!stopped && running.count() < concurrency && line.waits()) {
      const ms = waitMs(running.count());
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
  return {
    offer,
    wake,
    running: running.count,
    async stop() {
      stopped = true;
      cancelWake();
      line.clear();
      await running.ended();
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

/** The lanes that nobody tries now: those whose head may be tried in line, all others until it may. */
function createLine(clock: Clock, onReady: () => void) {
  const ready = new Set<Lane>();
  const waitsUntil = new Map<Lane, number>();
  const waiting = createWaits<Lane>(clock, (lane) => {
    waitsUntil.delete(lane);
    join(lane);
    onReady();
  });
  const join = (lane: Lane) => {
    const [head] = lane.rows;
    if (head === undefined || lane.running > 0) return;
    if (head.dueAt <= clock.monotonic()) ready.add(lane);
    else if (waitsUntil.get(lane) !== head.dueAt) {
      // Once, however many rows come in behind the head.
      waitsUntil.set(lane, head.dueAt);
      waiting.add(head.dueAt, lane);
    }
  };
  return {
    join,
    ready: (): Iterable<Lane> => ready,
    waits: () => ready.size > 0,
    /** The first head; undefined where the lane changed since it joined. */
    take(): OpenRow | undefined {
      const [lane] = ready;
      if (lane === undefined) return undefined;
      ready.delete(lane);
      const [head] = lane.rows;
      if (lane.running === 0 && head !== undefined && head.dueAt <= clock.monotonic()) return head;
      join(lane);
      return undefined;
    },
    clear() {
      ready.clear();
      waitsUntil.clear();
      waiting.clear();
    },
  };
}

/** Things that wait for their time, however many, with one timer. */
interface Waits<T> {
  add(at: number, item: T): void;
  clear(): void;
}

interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/** A binary heap by time; `onDue` gets each item when its time (monotonic) has come. */
function createWaits<T>(clock: Clock, onDue: (item: T) => void): Waits<T> {
  const heap: Entry<T>[] = [];
  let cancel = () => {};
  let armedFor = Number.POSITIVE_INFINITY;
  const arm = () => {
    const first = heap[0];
    if (first === undefined || first.at >= armedFor) return;
    cancel();
    armedFor = first.at;
    cancel = clock.after(Math.max(1, Math.ceil(first.at - clock.monotonic())), fire);
  };
  const fire = () => {
    armedFor = Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    const due: T[] = [];
    for (let first = heap[0]; first !== undefined && first.at <= now; first = heap[0]) {
      due.push(first.item);
      takeFirst(heap);
    }
    for (const item of due) onDue(item);
    arm();
  };
  return {
    add(at, item) {
      push(heap, { at, item });
      arm();
    },
    clear() {
      cancel();
      heap.length = 0;
    },
  };
}

function push<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const above = heap[up] as Entry<T>;
    if (above.at <= entry.at) break;
    heap[at] = above;
    at = up;
  }
  heap[at] = entry;
}

function takeFirst<T>(heap: Entry<T>[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = heap[left + 1];
    let below = heap[left];
    let next = left;
    if (right !== undefined && below !== undefined && right.at < below.at) {
      below = right;
      next = left + 1;
    }
    if (below === undefined || below.at >= last.at) break;
    heap[at] = below;
    at = next;
  }
  heap[at] = last;
}
