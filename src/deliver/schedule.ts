import type { Clock } from "../support/clock.ts";
import type { Lane, OpenRow } from "./lane.ts";
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
  /** A row of this lane is done. */
  readonly onDone: (lane: Lane) => void;
}

/** The heads of lanes whose time has come, first come first served, `concurrency` at once. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { clock, lanes, concurrency, waitMs, tryHead, onDone } = options;
  const line = createLine(clock, () => wake());
  let running = 0;
  let stopped = false;
  let cancelWake = () => {};
  let onIdle = () => {};
  const offer = (lane: Lane) => {
    if (stopped) return;
    line.join(lane);
    wake();
  };
  const wake = () => {
    cancelWake();
    while (!stopped && running < concurrency && line.waits()) {
      const ms = waitMs(running);
      if (ms > 0) return wakeIn(ms);
      const next = line.take();
      if (next !== undefined) void start(next);
    }
  };
  const wakeIn = (ms: number) => {
    if (ms < Number.POSITIVE_INFINITY) cancelWake = clock.after(Math.ceil(ms), wake);
  };
  const start = async (head: OpenRow) => {
    lanes.laneOf(head).running += 1;
    head.trying = true;
    running += 1;
    const end = await tryHead(head);
    // Not the lane it began in, when lanes were joined meanwhile.
    const lane = lanes.laneOf(head);
    lane.running -= 1;
    running -= 1;
    head.trying = false;
    if (end === "done") {
      lanes.remove(head);
      onDone(lane);
    }
    offer(lane);
    if (running === 0) onIdle();
  };
  return {
    offer,
    wake,
    running: () => running,
    async stop() {
      stopped = true;
      cancelWake();
      line.clear();
      if (running === 0) return;
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

/** A token bucket that holds one second's attempts, at least one. */
interface Rate {
  /** How long until an attempt may start; 0: now. */
  waitMs(): number;
  take(): void;
}

export function createRate(clock: Clock, perSecond: number | undefined): Rate {
  if (perSecond === undefined) return { waitMs: () => 0, take: () => undefined };
  const most = Math.max(1, perSecond);
  let tokens = most;
  let filledAt = clock.monotonic();
  const fill = () => {
    const now = clock.monotonic();
    tokens = Math.min(most, tokens + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
  };
  return {
    waitMs() {
      fill();
      // Sums of fractions fall short of 1 by a hair.
      return tokens >= 1 - 1e-6 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000);
    },
    take() {
      tokens -= 1;
    },
  };
}
