import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves when the condition holds; rejects with its name when it does not within the time, which is longer than a crowded machine
 * takes. It is asked less and less often, for conditions that ask a server or a page keep these from their work.
 */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const begin = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - begin;
    if (waited > withinMs) throw new Error(`waited in vain for: ${what}`);
    await sleep(Math.min(50, 5 + waited / 20));
  }
}
