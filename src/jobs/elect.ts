import type { JobRow, JobRows, Jobs } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import { holdLease, type LeaseTerms, takeLease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";

const leaseMs = 15_000;

/** Of all processes that ask for a job one has it at a time; when it falls silent for 15 s, another takes over. */
export function createJobs(parts: {
  readonly rows: JobRows;
  /** Unlike that of any other process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Log;
}): Jobs {
  const { rows } = parts;
  return {
    async elect(name, work, stopping) {
      const terms: LeaseTerms<JobRow> = { ...parts, name, leaseMs };
      while (!stopping.aborted) {
        const taken = await takeLease(terms, stopping);
        if (taken === undefined) return;
        const lease = holdLease(terms, taken, () => undefined);
        await work({ epoch: lease.epoch, over: AbortSignal.any([stopping, lease.over]) });
        await lease.release();
      }
    },
    load: async (name) => (await rows.lease(name)).state,
    save: (name, { epoch }, state) => rows.save(name, epoch, state),
  };
}
