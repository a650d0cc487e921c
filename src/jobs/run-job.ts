import type { Jobs, JobTerm, JobWork } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import { delay } from "../support/delay.ts";
import type { Log } from "../support/log.ts";

export interface Running {
  /** Resolves when nothing of it is under way any more. */
  close(): Promise<void>;
}

/** Of all processes that run this job, one at a time works. */
export function runJob(jobs: Pick<Jobs, "elect">, name: string, work: JobWork): Running {
  const stopping = new AbortController();
  const running = jobs.elect(name, work, stopping.signal);
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}

interface Rhythm {
  /** Between two looks, unless one says otherwise. */
  readonly everyMs: number;
  /** After one that failed; `everyMs` unless told. */
  readonly failedMs?: number;
  /** What is logged then: what cannot be done now. */
  readonly failing: string;
}

/** Looks again and again until the term is over. A look answers how long to rest after it; 0: not at all. */
export async function lookWhileElected(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  { over }: JobTerm,
  { everyMs, failedMs = everyMs, failing }: Rhythm,
  look: () => Promise<number | undefined>,
): Promise<void> {
  while (!over.aborted) {
    let restMs: number | undefined;
    try {
      restMs = await look();
    } catch (error) {
      if (!over.aborted) log.warn(failing, { error });
      restMs = failedMs;
    }
    if (restMs !== 0) await delay(restMs ?? everyMs, { clock, signal: over });
  }
}
