import type { Clock } from "./clock.ts";
import type { Lane, Lanes } from "./lanes.ts";
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

/**
 * The head of each lane, when its time has come, first come first served, as many at once as `concurrency`
 * allows. `waitMs` says how long the whole destination has to wait (0: go on, Infinity: until `wake`).
 * `tryHead` answers whether the row is done; when not it has set `dueAt`.
 */
export function createSchedule(options: {
  readonly clock: Clock;
  readonly lanes: Lanes;
  readonly concurrency: number;
  readonly waitMs: (running: number) => number;
  readonly tryHead: (row: OpenRow) => Promise<"done" | "waits">;
  readonly onDone: () => void;
}): Schedule {
  const { clock, lanes, concurrency, waitMs, tryHead, onDone } = options;
  const ready = new Set<Lane>();
  const waits = createWaits<Lane>(clock, (lane) => offer(lane));
  let running = 0;
  let stopped = false;
  let cancelWake = () => {};
  let onIdle = () => {};
  const offer = (lane: Lane) => {
    const [head] = lane.rows;
    if (head === undefined || lane.running > 0 || stopped) return;
    if (head.dueAt > clock.monotonic()) waits.add(head.dueAt, lane);
    else ready.add(lane);
    wake();
  };
  const wake = () => {
    cancelWake();
    while (!stopped && running < concurrency && ready.size > 0) {
      const ms = waitMs(running);
      if (ms > 0) {
        if (ms < Number.POSITIVE_INFINITY) cancelWake = clock.after(Math.ceil(ms), wake);
        return;
      }
      const [lane] = ready;
      if (lane === undefined) return;
      ready.delete(lane);
      const [head] = lane.rows;
      // Lanes that were joined meanwhile may be empty, busy, or have a head that waits.
      if (head === undefined || lane.running > 0) continue;
      if (head.dueAt > clock.monotonic()) waits.add(head.dueAt, lane);
      else void start(lane, head);
    }
  };
  const start = async (lane: Lane, head: OpenRow) => {
    lane.running += 1;
    running += 1;
    const end = await tryHead(head);
    const now = lanes.laneOf(head);
    now.running -= 1;
    running -= 1;
    if (end === "done") {
      lanes.remove(head);
      onDone();
    }
    offer(now);
    wake();
    if (running === 0) onIdle();
  };
  return {
    offer,
    wake,
    running: () => running,
    async stop() {
      stopped = true;
      cancelWake();
      waits.clear();
      if (running > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
    },
  };
}
