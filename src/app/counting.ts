import type { Store } from "../contracts.ts";
import { createJobs } from "../jobs/elect.ts";
import { startSeries } from "../jobs/series/series.ts";
import { systemClock } from "../support/clock.ts";
import type { Base } from "./base.ts";

const dayMs = 86_400_000;

/** Who counts the log for the series. Every worker starts it; the store decides which one does it. */
export function startCounting(
  base: Base,
  { store, holder }: { readonly store: Store; readonly holder: string },
): { close(): Promise<void> } {
  const log = base.log.child({ role: "series" });
  const jobs = createJobs({ rows: store.jobs, holder, clock: systemClock, log });
  const { series, figures } = store;
  const retentionMs = base.config.retentionDays * dayMs;
  return startSeries({ series, figures, jobs, retentionMs, log });
}
