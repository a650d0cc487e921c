import { signal } from "@preact/signals";

/** The session of who is shown is over. What they have open stays behind the page to log in again, and what they asked for waits. */
export const ended = signal(false);

const waiting = new Set<() => void>();

/** The same person has logged in again. */
export function untilBack(abort?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.add(resolve);
    const give = () => {
      waiting.delete(resolve);
      reject(abort?.reason);
    };
    abort?.addEventListener("abort", give, { once: true });
  });
}

export function comeBack(): void {
  ended.value = false;
  for (const goOn of waiting) goOn();
  waiting.clear();
}
