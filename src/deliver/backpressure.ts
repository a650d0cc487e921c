/** Open rows in memory; the bus holds the rest. */
export const maxOpenRows = 100_000;

/** Pauses intake above `most` open rows and resumes it below nine tenths of them. */
export function createBackpressure(
  most: number,
  consumer: { pause(): Promise<void>; resume(): Promise<void> },
): (open: number) => void {
  let paused = false;
  return (open) => {
    if (!paused && open > most) {
      paused = true;
      // Not waited for: it ends with the batch whose intake may have called this.
      void consumer.pause();
    } else if (paused && open < most * 0.9) {
      paused = false;
      void consumer.resume();
    }
  };
}
