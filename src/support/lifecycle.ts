import { describeError } from "./describe-error.ts";
import type { Log } from "./log.ts";
import { within } from "./within.ts";

/**
 * Ends a part of the program. `leftMs` is what it may take; what takes longer is left behind, so that those after it
 * still end in time.
 */
type Stop = (leftMs: number) => Promise<void> | void;

interface Part {
  /** For the log. */
  readonly name: string;
  readonly stop: Stop;
  /** Kept for it, however long the parts before it take. */
  readonly needsMs: number;
}

export interface Lifecycle {
  /** Parts stop in the reverse order of their adding. One whose end matters to others than this process says what it needs. */
  add(name: string, stop: Stop, needsMs?: number): void;
  /** True from the first signal on: readiness says so before anything stops. */
  stopping(): boolean;
  /**
   * Stops all parts, once, within `withinMs`; resolves with the exit code: 0, or 1 when a part failed to stop or
   * was left behind.
   */
  stop(withinMs: number): Promise<number>;
}

const fewMs = 100;

export function createLifecycle(log: Log): Lifecycle {
  const parts: Part[] = [];
  let stopped: Promise<number> | undefined;
  const stopAll = async (withinMs: number) => {
    const end = performance.now() + withinMs;
    let code = 0;
    log.info("stopping");
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const kept = parts.reduce((sum, { needsMs }) => sum + needsMs, 0);
      const leftMs = Math.max(fewMs, end - performance.now() - kept);
      try {
        await stopWithin(leftMs, part);
        log.debug("stopped", { reason: part.name });
      } catch (error) {
        code = 1;
        log.error("could not stop", { reason: part.name, error });
      }
    }
    return code;
  };
  return {
    add: (name, stop, needsMs = fewMs) => void parts.push({ name, stop, needsMs }),
    stopping: () => stopped !== undefined,
    stop: (withinMs) => {
      stopped ??= stopAll(withinMs);
      return stopped;
    },
  };
}

async function stopWithin(leftMs: number, { stop }: Part): Promise<void> {
  const stopping = (async () => stop(leftMs))();
  await within(leftMs, stopping, () => {
    throw new Error(`it did not end within ${Math.round(leftMs)} ms`);
  });
}

const deadlineMs = 10_000;
/** The rest of the deadline is for the program's own end. */
const ownMs = 500;

/**
 * SIGTERM and SIGINT stop the program; a second one, or 10 s without an end, exits hard
 * with 1. An uncaught error stops it the same way and exits 1: a process in doubt must not acknowledge.
 */
export function stopOnSignals(life: Lifecycle, log: Log): void {
  const end = (failed: boolean) => {
    if (life.stopping()) process.exit(1);
    setTimeout(() => process.exit(1), deadlineMs).unref();
    void life.stop(deadlineMs - ownMs).then((code) => process.exit(failed ? 1 : code));
  };
  process.on("SIGTERM", () => end(false));
  process.on("SIGINT", () => end(false));
  const crash = (error: unknown) => {
    if (life.stopping()) {
      // The logger may have ended by now.
      process.stderr.write(`${describeError(error)}\n`);
      process.exit(1);
    }
    log.error("stops after an unexpected error", { error });
    end(true);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}
