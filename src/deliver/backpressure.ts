import type { Consumer } from "../contracts.ts";

/** Open rows in memory, of all lanes; the bus holds the rest. */
export const maxOpenRows = 100_000;

/** Pauses intake above `most` open rows and resumes it below nine tenths of them. */
export interface Backpressure {
  control(consumer: Pick<Consumer, "pause" | "resume">): void;
  /** The number of open rows has changed. */
  check(): void;
}

export function createBackpressure(most: number, open: { size(): number }): Backpressure {
  let consumer: Pick<Consumer, "pause" | "resume"> | undefined;
  let paused = false;
  const check = () => {
    if (!paused && open.size() > most) {
      paused = true;
      // Not waited for: it ends with the batch whose intake may have called this.
      void consumer?.pause();
    } else if (paused && open.size() < most * 0.9) {
      paused = false;
      void consumer?.resume();
    }
  };
  return {
    control(controlled) {
      consumer = controlled;
      paused = false;
      check();
    },
    check,
  };
}
