import { readFileSync } from "node:fs";

/**
 * The longest that the event loop was busy without a turn for others while `work` ran, in milliseconds. On Linux the
 * main thread's own processor time, so that other programs on the same cores do not count.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = busyMs();
  let over = false;
  const turn = () => {
    const now = busyMs();
    longest = Math.max(longest, now - last);
    // What reading the clock takes is no part of the next turn.
    last = busyMs();
    if (!over) setTimeout(turn, 1);
  };
  const first = setTimeout(turn, 1);
  try {
    await work();
  } finally {
    over = true;
    clearTimeout(first);
  }
  return longest;
}

/** The main thread has the id of its process. */
const schedule = `/proc/self/task/${process.pid}/schedstat`;

function busyMs(): number {
  try {
    return Number(readFileSync(schedule, "latin1").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
