import { setTimeout as sleep } from "node:timers/promises";

/** Resolves when the condition holds; rejects with its name when it does not within the time. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await sleep(5);
  }
}
