import type { Clock } from "../support/clock.ts";
import type { Lane } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { OpenRow } from "./open-row.ts";
import { createWaits } from "./waits.ts";

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
