import type { Log } from "../support/log.ts";

const everyMs = 60_000;

/** Warns at once, then at most once a minute, with how many there were: strangers must not fill the log. */
export function createRareWarning(log: Log, message: string): (reason: string) => void {
  let count = 0;
  let quietUntil = 0;
  return (reason) => {
    count += 1;
    if (Date.now() < quietUntil) return;
    log.warn(message, { reason, count });
    count = 0;
    quietUntil = Date.now() + everyMs;
  };
}
