/** Counts the log in `argv[2]` until it is killed, or until `argv[3]`; prints how far it is after each slice. */
import type { Jobs } from "../../src/contracts.ts";
import { startSeries } from "../../src/jobs/series/series.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { systemClock } from "../../src/support/clock.ts";
import { createArrayLog } from "../support/array-log.ts";

const [path = "", now = ""] = process.argv.slice(2);
const log = createArrayLog();
const store = await openEmbeddedStore({ path, retentionDays: 30, log });
const rows = store.jobs;
const jobs: Jobs = {
  elect: async (name, work, over) => work({ epoch: (await rows.lease(name)).epoch, over }),
  load: async (name) => (await rows.lease(name)).state,
  save: async (name, { epoch }, state) => {
    const saved = await rows.save(name, epoch, state);
    process.stdout.write(`${state["countedTo"]}\n`);
    return saved;
  },
};
const clock = { ...systemClock, now: () => Date.parse(now) };
const { series, figures } = store;
const job = startSeries({ series, figures, jobs, retentionMs: 30 * 86_400_000, log, clock });
const end = new Date(Date.parse(now) - 60_000).toISOString();
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { state } = await rows.lease("waypost.series");
  if ((state?.["countedTo"] ?? "") >= end && (await series.late(1)).length === 0) break;
}
await job.close();
await store.close();
