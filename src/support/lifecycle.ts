import { describeError, type Log } from "./log.ts";

/** What a part of the program needs to end: its name for the log, and how. */
interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

export interface Lifecycle {
  /** Parts stop in the reverse order of their adding. */
  add(name: string, stop: Part["stop"]): void;
  /** True from the first signal on: readiness says so before anything stops. */
  stopping(): boolean;
  /** Stops all parts, once; resolves with the exit code: 0, or 1 when a part failed to stop. */
  stop(): Promise<number>;
}

export function createLifecycle(log: Log): Lifecycle {
  const parts: Part[] = [];
  let stopped: Promise<number> | undefined;
  const stopAll = async () => {
    let code = 0;
    log.info("stopping");
    for (const part of parts.reverse()) {
      try {
        await part.stop();
        log.debug("stopped", { reason: part.name });
      } catch (error) {
        code = 1;
        log.error("could not stop", { reason: part.name, error });
      }
    }
    return code;
  };
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    stopping: () => stopped !== undefined,
    stop: () => {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

/**
 * SIGTERM and SIGINT stop the program; a second one, or `deadlineMs` (10 s) without an end, exits hard
 * with 1. An uncaught error stops it the same way and exits 1: a process in doubt must not acknowledge.
 */
export function stopOnSignals(life: Lifecycle, log: Log, deadlineMs = 10_000): void {
  const end = (failed: boolean) => {
    if (life.stopping()) process.exit(1);
    setTimeout(() => process.exit(1), deadlineMs).unref();
    void life.stop().then((code) => process.exit(failed ? 1 : code));
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
