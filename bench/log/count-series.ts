/** Counts the last days of a built log, as the elected process would have done while it grew. */
import { join } from "node:path";
import { countDay, countHour, countMinutes } from "../../src/jobs/series/counting.ts";
import { seriesJob } from "../../src/jobs/series/series.ts";
import { floorTo, iso, stepMs, stepsWithin } from "../../src/jobs/series/times.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createLog } from "../../src/support/log.ts";

/** So many days have figures; those of before look the same to who asks for one of these. */
export const countedDays = 14;
const epoch = 1;

export async function countSeries(folder: string, to: number): Promise<void> {
  const log = createLog({ level: "error" });
  const path = join(folder, "store.db");
  const store = await openEmbeddedStore({ path, retentionDays: 400, log });
  try {
    const from = floorTo("day", to - countedDays * stepMs.day);
    const end = floorTo("minute", to);
    for (let hour = from; hour < end; hour += stepMs.hour) {
      const span = { from: iso(hour), to: iso(Math.min(hour + stepMs.hour, end)) };
      await countMinutes(store, span, epoch);
      if (hour + stepMs.hour <= end) await countHour(store, hour, epoch);
    }
    for (const day of stepsWithin("day", from, end)) {
      if (day + stepMs.day <= end) await countDay(store, day, epoch);
    }
    const lease = await store.jobs.lease(seriesJob);
    const held = await store.jobs.takeLease(seriesJob, lease, "bench");
    if (held === undefined) throw new Error("the series are somebody else's");
    await store.jobs.save(seriesJob, held.epoch, { countedTo: iso(end) });
    await store.jobs.releaseLease(seriesJob, held.epoch);
  } finally {
    await store.close();
    await log.close();
  }
}
