import type { Clock } from "../support/clock.ts";

/** Things that wait for their time, however many, with one timer. */
export interface Waits<T> {
  add(at: number, item: T): void;
  clear(): void;
}

interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/** A binary heap by time; `onDue` gets each item when its time (monotonic) has come. */
export function createWaits<T>(clock: Clock, onDue: (item: T) => void): Waits<T> {
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
