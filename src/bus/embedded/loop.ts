import { createBell } from "../../support/bell-and-gate.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";

/** After a step that threw. */
const retryMs = 1_000;

export interface Loop {
  /** There may be something to do. */
  ring(): void;
  /** Aborts `halt`; resolves when no step runs. Idempotent. */
  stop(): Promise<void>;
  /** Begins, or goes on after a stop. */
  start(): Promise<void>;
}

/** Runs `step` again and again; when it answers false, waits for a ring. */
export function createLoop(step: (halt: AbortSignal) => Promise<boolean>, log: Log): Loop {
  let halt = AbortSignal.abort();
  let abort = () => {};
  let running: Promise<void> | undefined;
  const bell = createBell();
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      try {
        if (!(await step(signal))) await bell.rung();
      } catch (error) {
        log.error("cannot read the embedded bus, tries again", { error, ms: retryMs });
        await delay(retryMs, { signal });
      }
    }
  };
  return {
    ring: bell.ring,
    async stop() {
      abort();
      bell.ring();
      await running;
    },
    async start() {
      if (!halt.aborted) return;
      const stopped = halt;
      await running;
      // Another start may have been quicker.
      if (halt !== stopped) return;
      const controller = new AbortController();
      halt = controller.signal;
      abort = () => controller.abort();
      running = run(halt);
    },
  };
}
