import { readFileSync } from "node:fs";

/** How long the event loop was blocked at most, in ms. */
export interface LoopProbe {
  stop(): number;
}

/**
 * Ticks through the event loop and takes the longest time between two ticks: processor time of the main
 * thread where the system tells it, so that other processes on a busy machine do not count.
 */
export function startLoopProbe(): LoopProbe {
  const now = clock();
  let longest = 0;
  let last = now();
  const look = () => {
    const at = now();
    longest = Math.max(longest, at - last);
    last = at;
  };
  const timer = setInterval(look, 1);
  return {
    stop() {
      clearInterval(timer);
      look();
      return longest;
    },
  };
}

function clock(): () => number {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  const ofThread = () => Number(readFileSync(file, "latin1").split(" ", 1)[0]) / 1e6;
  try {
    return ofThread() > 0 ? ofThread : () => performance.now();
  } catch {
    return () => performance.now();
  }
}

/** The same, of the time that `work` takes. */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const probe = startLoopProbe();
  try {
    await work();
  } finally {
    probe.stop();
  }
  return probe.stop();
}
