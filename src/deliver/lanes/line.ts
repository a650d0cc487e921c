import type { Clock } from "../../support/clock.ts";
import type { Lane, OpenRow } from "./lane.ts";

/** The lanes that nobody tries now: those whose head may be tried in line, all others until it may. */
export function createLine(clock: Clock, onReady: () => void) {
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
