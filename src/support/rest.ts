import { setTimeout as sleep } from "node:timers/promises";

/** Resolves after so many ms, or when the signal aborts. Never rejects. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** After so many failures in a row: 100 ms, doubling up to `mostMs`; of that a random half to whole. */
export function backoffMs(failures: number, mostMs: number): number {
  return Math.min(100 * 2 ** (failures - 1), mostMs) * (0.5 + Math.random() / 2);
}
