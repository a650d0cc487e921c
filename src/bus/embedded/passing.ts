import type { AppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import { createLoop, type Loop } from "./loop.ts";

const maxRows = 1_000;

/**
 * Moves the cursor of a queue that nobody consumes past what it does not take: otherwise the log would keep
 * all of it for the queue's sake. Stops before the first row that it takes.
 */
export function startPassing(options: {
  readonly name: string;
  readonly events: AppendLog;
  readonly takes: (type: string) => boolean;
  /** Nobody consumes, and nothing waits. */
  readonly idle: () => boolean;
  readonly log: Log;
}): Loop {
  const { name, events, takes, idle, log } = options;
  const loop = createLoop(async () => {
    const after = events.cursor(name);
    if (!idle()) return false;
    const { rows, through } = await events.read(after, maxRows, takes);
    if (rows.length > 0 || through === after) return false;
    // A consumer may have come meanwhile, and have moved it on.
    if (idle() && events.cursor(name) === after) events.skip(name, through);
    return true;
  }, log);
  void loop.start();
  return loop;
}
