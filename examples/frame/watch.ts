import { setTimeout as sleep } from "node:timers/promises";
import type { StandIn } from "./stand-in.ts";

const everyMs = 50;

/** Says what stand-ins hold, as it comes. */
export interface Watch {
  /** All that was said of them. */
  readonly lines: readonly string[];
  /** Resolves with the next line that fits, which no earlier call has answered with; rejects after `withinMs`. */
  sees(what: RegExp | string, withinMs?: number): Promise<string>;
}

export function watch(
  standIns: Iterable<StandIn>,
  say: (line: string) => void,
  signal: AbortSignal,
): Watch {
  const all = [...standIns];
  const lines: string[] = [];
  const seen = new Set<string>();
  const look = () => {
    const counts = new Map<string, number>();
    for (const line of all.flatMap((each) => each.book())) {
      const count = (counts.get(line) ?? 0) + 1;
      counts.set(line, count);
      const key = `${count} ${line}`;
      if (seen.has(key)) continue;
      seen.add(key);
      lines.push(line);
      say(`    ${line}`);
    }
  };
  const taken = new Set<number>();
  const take = (what: RegExp | string): string | undefined => {
    const fits = (line: string) =>
      typeof what === "string" ? line.includes(what) : what.test(line);
    const at = lines.findIndex((line, index) => !taken.has(index) && fits(line));
    if (at >= 0) taken.add(at);
    return lines[at];
  };
  return {
    lines,
    async sees(what, withinMs = 60_000) {
      const end = Date.now() + withinMs;
      for (;;) {
        look();
        const line = take(what);
        if (line !== undefined) return line;
        if (Date.now() > end) throw new Error(`This should have been seen, and was not: ${what}`);
        await sleep(everyMs, undefined, { signal });
      }
    },
  };
}
