/** So many times the lowered prefetch are acked before a higher one is tried. */
const widenAfter = 4;

/** The prefetch of the next channel. AMQP counts messages alone: where they are large, fewer are asked for at a time. */
export interface Width {
  now(): number;
  /** The inbox was full with so many; undefined: it was not. */
  narrow(fullAt: number | undefined): void;
  /** Counts what is acked. True when a channel with a higher prefetch is to be opened. */
  widened(acked: number, fullAt: number | undefined): boolean;
}

export function createWidth(most: number): Width {
  let now = most;
  let ackedSoFar = 0;
  const set = (next: number) => {
    now = Math.max(1, Math.min(most, next));
    ackedSoFar = 0;
  };
  return {
    now: () => now,
    narrow: (fullAt) => {
      if (fullAt !== undefined) set(fullAt);
    },
    widened: (acked, fullAt) => {
      ackedSoFar += acked;
      if (now === most || fullAt !== undefined || ackedSoFar < widenAfter * now) return false;
      set(2 * now);
      return true;
    },
  };
}
