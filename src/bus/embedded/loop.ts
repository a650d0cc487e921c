import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import { createWakeUp } from "../../support/wake-up-and-gate.ts";

/** After a step that threw. */
const retryMs = 1_000;

export interface Loop {
  /** There may be something to do. */
  wake(): void;
  /** Aborts `halt`; resolves when no step runs. Idempotent. */
  stop(): Promise<void>;
  /** Begins, or goes on after a stop. */
  start(): Promise<void>;
  /** Stops it for good: a start that waited for it to stop begins nothing. */
  end(): Promise<void>;
}

/** Runs `step` again and again; when it answers false, waits to be woken. */
export function createLoop(step: (halt: AbortSignal) => Promise<boolean>, log: Log): Loop {
  let halt = AbortSignal.abort();
  let abort = () => {};
  let running: Promise<void> | undefined;
  let ended = false;
  const wakeUp = createWakeUp();
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      try {
        if (!(await step(signal))) await wakeUp.woken();
      } catch (error) {
        log.error("cannot read the embedded bus, tries again", { error, ms: retryMs });
        await delay(retryMs, { signal });
      }
    }
  };
  const stop = async () => {
    abort();
    wakeUp.wake();
    await running;
  };
  return {
    wake: wakeUp.wake,
    stop,
    end() {
      ended = true;
      return stop();
    },
    async start() {
      if (!halt.aborted) return;
      const stopped = halt;
      await running;
      // Another start may have been quicker.
      if (halt !== stopped || ended) return;
      const controller = new AbortController();
      halt = controller.signal;
      abort = () => controller.abort();
      running = run(halt);
    },
  };
}
