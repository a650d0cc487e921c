import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import type { Jobs, SeriesRow, Span, WaypostEvent } from "../../src/contracts.ts";
import { startSeries } from "../../src/jobs/series/series.ts";
import { createFakeClock, type FakeClock } from "../deliver/fake-clock.ts";
import { makeEvent, makeStatus, makeText, phoneNumberId, second } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import type { StoreUnderTest } from "./store.ts";

const hourMs = 3_600_000;
const always = { from: second(-86_400 * 2), to: second(86_400 * 3) };
const other = { wabaId: "900100200300400", phoneNumberId: "700700700700701" };
const people = [{ waId: "15555550123" }, { waId: "15555550124" }, { waId: "15555550125" }];

/** What the series say of any store's log. */
export function testSeries(
  name: string,
  options: { skip: string | false },
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`series of the ${name} store`, options, () => {
    let opened: StoreUnderTest;
    beforeEach(async () => {
      opened = await open();
      await opened.store.syncIndexes();
    });
    afterEach(() => opened.close());

    it("count what the log has by its index", async () => {
      const { store } = opened;
      const failed = { messageId: "wamid.C", status: "failed", at: second(62) };
      const told = { campaign: "spring", variant: "a", message: template("wamid.A") };
      await store.append([
        makeText("hi", { at: 1, contact: people[0] }),
        makeText("there", { at: 2, contact: people[1] }),
        makeEvent({ at: 3, contact: people[0], type: "whatsapp.message.image" }),
        makeEvent({ at: 4, contact: people[0], type: "whatsapp.message.edit" }),
        makeEvent({ at: 5, contact: people[0], type: "whatsapp.outgoing.template", data: told }),
        makeStatus("wamid.A", "sent", { at: 61 }),
        makeStatus("wamid.C", "failed", {
          at: 62,
          data: { status: { ...failed, errors: [{ code: 131026 }] } },
        }),
        makeText("elsewhere", { at: 63, account: other }),
        makeEvent({ at: 64, account: {}, contact: {}, type: "business.lead.captured" }),
      ]);
      await counted(opened, second(2 * 3600));
      const minutes = await store.series.find("account", "minute", always);
      assert.deepEqual(
        minutes.map(({ at, of, figures }) => [at, of, figures.events]).sort(),
        [
          [second(0), phoneNumberId, 5],
          [second(60), phoneNumberId, 2],
          [second(60), other.phoneNumberId, 1],
          [second(60), "none", 1],
        ].sort(),
      );
      const [hour, ...rest] = (await store.series.find("account", "hour", always)).filter(
        ({ of }) => of === phoneNumberId,
      );
      assert.deepEqual(rest, []);
      assert.deepEqual(hour?.figures, {
        events: 7,
        outgoing: 1,
        inbound: { image: 1, text: 2 },
        statuses: { failed: 1, sent: 1 },
        failures: { "131026": 1 },
        told: [{ template: "offer", campaign: "spring", variant: "a", count: 1 }],
        writers: 2,
        firstResponse: { count: 1, sumMs: 4_000, buckets: [1, ...Array(14).fill(0)] },
      });
    });

    it("are the same in whatever order, how often and how late events come", async () => {
      const events = someDay();
      await opened.store.append(events);
      await counted(opened, second(30 * 3600));
      const scratch = await allRows(opened);
      assert.ok(scratch.length > 20);
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(events, { minLength: events.length }),
          fc.array(fc.nat(events.length - 1), { maxLength: 10 }),
          fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 4 }),
          async (shuffled, again, minutesBetween) => {
            const again_ = again.flatMap((at) => shuffled[at] ?? []);
            const late = await open();
            try {
              await arrive(late, [...shuffled, ...again_], minutesBetween);
              assert.deepEqual(await allRows(late), scratch);
            } finally {
              await late.close();
            }
          },
        ),
        { numRuns: 4 },
      );
    });

    it("are written by no former holder", async () => {
      const { series } = opened.store;
      const row = (events: number): SeriesRow => ({
        ...{ kind: "account", step: "minute", at: second(0), of: phoneNumberId },
        figures: { ...{ events, outgoing: 0, inbound: {}, statuses: {}, failures: {} }, told: [] },
      });
      const kept = async () => (await series.find("account", "minute", always))[0]?.figures.events;
      await series.write([row(2)], 2);
      await series.write([row(1)], 1);
      assert.equal(await kept(), 2);
      await series.write([row(3)], 2);
      assert.equal(await kept(), 3);
    });

    it("stay late when more comes while they are counted", async () => {
      const { store } = opened;
      await store.append([makeText("a", { at: 1 })]);
      const read = await store.series.late(10);
      assert.deepEqual(read, [{ at: second(0), times: 1 }]);
      await store.append([makeText("b", { at: 2 })]);
      await store.series.settle(read);
      assert.deepEqual(await store.series.late(10), [{ at: second(0), times: 2 }]);
      await store.series.settle(await store.series.late(10));
      assert.deepEqual(await store.series.late(10), []);
    });

    it("show when a destination was paused and resumed", async () => {
      const { ledger, series } = opened.store;
      const at = new Date().toISOString();
      const span: Span = { from: at, to: new Date(Date.now() + hourMs).toISOString() };
      const pause = { by: "operator", reason: "moving", at } as const;
      await ledger.setPause("zendesk", pause);
      await ledger.setPause("zendesk", pause);
      await ledger.setPause("zendesk", undefined);
      await ledger.setPause("zendesk", undefined);
      assert.deepEqual(
        (await series.marks(span)).map(({ what, of, detail }) => [what, of, detail]),
        [
          ["pause", "zendesk", "moving"],
          ["resume", "zendesk", undefined],
        ],
      );
    });
  });
}

/** Some of two days: several conversations of two numbers, answered and not. */
function someDay(): WaypostEvent[] {
  const texts = people.flatMap((contact, person) =>
    [5, 7, 95, 1_400, 1_500].flatMap((minute) => [
      makeText("hi", { at: minute * 60 + person, contact }),
      makeEvent({
        at: (minute + 40 * person + 1) * 60,
        contact,
        type: "whatsapp.outgoing.text",
        data: { message: { id: `wamid.${person}.${minute}`, type: "text" }, campaign: "spring" },
      }),
    ]),
  );
  const elsewhere = [3, 61, 62].map((minute) => makeText("x", { at: minute * 60, account: other }));
  const statuses = [6, 8, 97].map((at) => makeStatus(`wamid.0.${at}`, "sent", { at: at * 60 }));
  return [...texts, ...elsewhere, ...statuses];
}

/** A few at a time, with time between. */
async function arrive(
  { store }: StoreUnderTest,
  events: readonly WaypostEvent[],
  minutesBetween: readonly number[],
) {
  const clock = createFakeClock(Date.parse(second(30 * 60)));
  const job = startCounting({ store }, clock);
  const size = Math.ceil(events.length / (minutesBetween.length + 1));
  for (let at = 0; at < events.length; at += size) {
    await store.append(events.slice(at, at + size));
    clock.jump((minutesBetween[at / size] ?? 0) * 60_000);
    await turn(clock);
  }
  clock.jump(Date.parse(second(30 * 3600)) - clock.now());
  await untilCounted({ store }, clock, second(30 * 3600));
  await ended(job, clock);
}

async function turn(clock: FakeClock): Promise<void> {
  for (let n = 0; n < 3; n += 1) await clock.advance(10_000);
}

function startCounting({ store }: Pick<StoreUnderTest, "store">, clock: FakeClock) {
  const log = createArrayLog();
  const { series, figures, jobs: rows } = store;
  // Nobody else asks for the job: its lease would end while the clock is ahead of the store.
  const jobs: Jobs = {
    elect: async (name, work, over) => work({ epoch: (await rows.lease(name)).epoch, over }),
    load: async (name) => (await rows.lease(name)).state,
    save: (name, { epoch }, state) => rows.save(name, epoch, state),
  };
  return startSeries({ series, figures, jobs, retentionMs: 30 * 24 * hourMs, log, clock });
}

/** Runs the job until all is counted that was received before this moment. */
async function counted({ store }: StoreUnderTest, now: string): Promise<void> {
  const clock = createFakeClock(Date.parse(now));
  const job = startCounting({ store }, clock);
  await untilCounted({ store }, clock, now);
  await ended(job, clock);
}

async function untilCounted(
  { store }: Pick<StoreUnderTest, "store">,
  clock: FakeClock,
  now: string,
): Promise<void> {
  const end = new Date(Date.parse(now) - 60_000).toISOString();
  await waitFor("all is counted", async () => {
    await clock.advance(20_000);
    const { state } = await store.jobs.lease("waypost.series");
    return (state?.["countedTo"] ?? "") >= end && (await store.series.late(1)).length === 0;
  });
}

async function ended(job: { close(): Promise<void> }, clock: FakeClock): Promise<void> {
  let over = false;
  const closing = job.close().then(() => {
    over = true;
  });
  await waitFor("the job has ended", async () => {
    await clock.advance(1_000);
    return over;
  });
  await closing;
}

async function allRows({ store }: StoreUnderTest) {
  const rows = [];
  for (const step of ["minute", "hour", "day"] as const) {
    rows.push(...(await store.series.find("account", step, always)));
  }
  // A minute whose events were counted before is there, and empty, where they are gone.
  return rows
    .filter(({ at }) => at < second(29 * 3600))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function template(id: string) {
  return { id, type: "template", template: { name: "offer" } };
}
