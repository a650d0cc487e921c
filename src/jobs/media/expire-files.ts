import type { FileVault, Jobs, MediaRows } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";

export interface ExpireFilesOptions {
  readonly rows: Pick<MediaRows, "expire" | "isShared" | "remove">;
  readonly vault: Pick<FileVault, "remove">;
  readonly jobs: Pick<Jobs, "elect">;
  readonly log: Log;
  readonly clock?: Clock;
}

/** The job's name. */
const name = "waypost.media-expiry";
const lookMs = 60_000;
const pageSize = 100;

/**
 * Removes files whose time is over, where no other row has the same bytes: the bytes first, then the row, so that a process that
 * ends in between leaves nothing that nobody knows of. Of all processes that start this, one at a time does it.
 */
export function startExpiringFiles(options: ExpireFilesOptions): Running {
  const parts = { ...options, clock: options.clock ?? systemClock };
  const rhythm = { everyMs: lookMs, failing: "cannot remove expired files now, tries again" };
  return runJob(options.jobs, name, (term) =>
    lookWhileElected(parts, term, rhythm, async () =>
      (await expirePage(parts, parts.clock, term.over)) ? 0 : undefined,
    ),
  );
}

/** Whether there may be more. */
async function expirePage(
  { rows, vault }: ExpireFilesOptions,
  clock: Clock,
  over: AbortSignal,
): Promise<boolean> {
  const expired = await rows.expire(new Date(clock.now()), pageSize);
  for (const row of expired) {
    if (over.aborted) return false;
    if (row.sha256 !== undefined && !(await rows.isShared(row))) await vault.remove(row.sha256);
    await rows.remove([row.mediaId]);
  }
  return expired.length === pageSize;
}
