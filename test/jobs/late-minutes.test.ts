import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import type { Jobs, Span, Store } from "../../src/contracts.ts";
import { startSeries } from "../../src/jobs/series/series.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { makeText, second } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
let store: Store;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-late-"));
  const path = join(folder, "store.db");
  store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
});
after(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** Runs the job until all is counted by this moment; answers with the spans of the log that were counted. */
async function countedUntil(now: string): Promise<Span[]> {
  const spans: Span[] = [];
  const clock = createFakeClock(Date.parse(now));
  const { series, jobs: rows } = store;
  const figures: Store["figures"] = {
    ...store.figures,
    counts: (span) => {
      spans.push(span);
      return store.figures.counts(span);
    },
  };
  const jobs: Jobs = {
    elect: async (name, work, over) => work({ epoch: (await rows.lease(name)).epoch, over }),
    load: async (name) => (await rows.lease(name)).state,
    save: (name, { epoch }, state) => rows.save(name, epoch, state),
  };
  const retentionMs = 30 * 86_400_000;
  const job = startSeries({ series, figures, jobs, retentionMs, log: createArrayLog(), clock });
  const end = new Date(Date.parse(now) - 60_000).toISOString();
  await waitFor("all is counted", async () => {
    await clock.advance(20_000);
    const { state } = await rows.lease("waypost.series");
    return (state?.["countedTo"] ?? "") >= end && (await series.late(1)).length === 0;
  });
  let over = false;
  const closing = job.close().then(() => {
    over = true;
  });
  await waitFor("the job has ended", async () => {
    await clock.advance(1_000);
    return over;
  });
  await closing;
  return spans;
}

const times = (spans: readonly Span[], minute: string) =>
  spans.filter(({ from, to }) => from <= minute && minute < to).length;

it("what is late before its minute is counted is counted with it, once; what comes afterwards once more", async () => {
  const minutes = Array.from({ length: 40 }, (_, n) => second(n * 60));
  await store.append(minutes.map((_, n) => makeText(`${n}`, { at: n * 60 + 1 })));
  assert.equal((await store.series.late(100)).length, 40);
  const first = await countedUntil(second(7_200));
  for (const minute of minutes) assert.equal(times(first, minute), 1, minute);

  await store.append([makeText("late", { at: 5 * 60 + 2 })]);
  const again = await countedUntil(second(7_300));
  assert.equal(times(again, second(5 * 60)), 1);
  assert.equal(times(again, second(6 * 60)), 0);
  const span = { from: second(0), to: second(7_200) };
  const rows = await store.series.find("account", "minute", span);
  assert.deepEqual(
    rows.map(({ figures }) => figures.events),
    minutes.map((_, n) => (n === 5 ? 2 : 1)),
  );
});
