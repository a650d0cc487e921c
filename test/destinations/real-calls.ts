import type { Destination } from "../../src/contracts.ts";
import type { FakeClock } from "../deliver/fake-clock.ts";
import { waitFor } from "../support/wait-for.ts";

/** A destination whose calls are watched: they take real time, while the engine's stands still. */
export interface WatchedCalls {
  readonly destination: Destination;
  /** Calls of `deliver`, `deliverBatch` and `find` that have not ended. */
  running(): number;
  /** Those that run, and all later ones, never end: what a process that is killed looks like to its engine. */
  kill(): void;
}

export function watchCalls(destination: Destination): WatchedCalls {
  let running = 0;
  let killed = false;
  const watch = <Given extends readonly unknown[], Answer>(
    call: (...given: Given) => Promise<Answer>,
  ) => {
    return async (...given: Given): Promise<Answer> => {
      running += 1;
      try {
        return await call(...given);
      } finally {
        running -= 1;
        if (killed) await new Promise(() => undefined);
      }
    };
  };
  const { deliver, deliverBatch, find } = destination;
  return {
    destination: {
      ...destination,
      deliver: watch((...given) => deliver.call(destination, ...given)),
      ...(deliverBatch && { deliverBatch: watch((...given) => deliverBatch(...given)) }),
      ...(find && { find: watch((...given) => find.call(destination, ...given)) }),
    },
    running: () => running,
    kill: () => {
      killed = true;
    },
  };
}

/**
 * Lets the engine's time pass in steps, and the calls that each sets off end, until it is so. `waits`: the calls that have not ended wait
 * for the time to pass.
 */
export async function passUntil(
  what: string,
  { clock, calls }: { readonly clock: FakeClock; readonly calls: WatchedCalls },
  isSo: () => boolean,
  {
    stepMs = 250,
    mostMs = 3_600_000,
    waits = () => false,
  }: { stepMs?: number; mostMs?: number; waits?: () => boolean } = {},
): Promise<void> {
  for (let passed = 0; !isSo(); passed += stepMs) {
    if (passed > mostMs) throw new Error(`${mostMs} ms were not enough for: ${what}`);
    await clock.advance(stepMs);
    await waitFor("the calls to end", () => calls.running() === 0 || isSo() || waits());
  }
}
