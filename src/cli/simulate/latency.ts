/** Milliseconds, to two decimals. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Collects durations in ms and answers exact percentiles (nearest rank): 8 bytes a sample. */
export function createLatency() {
  let samples = new Float64Array(1024);
  let count = 0;
  return {
    add(ms: number): void {
      if (count === samples.length) {
        const larger = new Float64Array(count * 2);
        larger.set(samples);
        samples = larger;
      }
      samples[count] = ms;
      count += 1;
    },
    percentiles(): Percentiles {
      const sorted = samples.slice(0, count).sort();
      const rank = (share: number) => round(sorted[Math.ceil(share * count) - 1] ?? 0);
      return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), p999: rank(0.999), max: rank(1) };
    },
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
