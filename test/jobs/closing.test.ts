import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRows, WaypostEvent } from "../../src/contracts.ts";
import { startClosing } from "../../src/jobs/closing/closing.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { makeEvent, type Parts } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemorySilences } from "../support/memory-silences.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
/** Longer than between two looks. */
const look = 20_000;
const closeAfterMs = 20 * minute;
const mia = { waId: "15555550123", name: "Mia" };

function setUp() {
  const clock = createFakeClock();
  const silences = createMemorySilences();
  const rows: JobRows = createJobRows(createMemoryTables(), {
    exclusive: false,
    before: async () => undefined,
  });
  const log = createArrayLog();
  const published: WaypostEvent[] = [];
  const pages: number[] = [];
  const state = { waiting: 0, refuses: false, stores: true, settles: true };
  const receive = (parts: Parts = {}) => {
    const receivedAt = new Date(clock.now()).toISOString();
    const message = { id: "wamid.x", type: "text" };
    const event = makeEvent({ contact: mia, receivedAt, ...parts, data: { message } });
    silences.append([event]);
    return event;
  };
  const start = (holder = "a") =>
    startClosing({
      closeAfterMs,
      store: {
        silences: {
          ...silences,
          settle: async (silent) => {
            if (!state.settles) throw new Error("the store is away");
            await silences.settle(silent);
          },
        },
      },
      bus: {
        async publish(items) {
          const events = items.map(({ bytes }) => JSON.parse(bytes.toString()) as WaypostEvent);
          published.push(...events);
          pages.push(events.length);
          if (state.refuses) throw new Error("nacked");
          if (state.stores) silences.append(events);
        },
        queues: async () => [{ name: "waypost.store.0-of-2", ready: state.waiting, dead: 0 }],
      },
      jobs: createJobs({ rows, holder, clock, log }),
      log,
      clock,
    });
  return { clock, silences, rows, log, published, pages, state, receive, start };
}

async function ended(
  { clock }: ReturnType<typeof setUp>,
  ...jobs: readonly ReturnType<typeof startClosing>[]
) {
  const closing = Promise.all(jobs.map((job) => job.close()));
  await clock.advance(look);
  await closing;
}

describe("closing by silence", () => {
  it("tells once of each conversation, when its silence has lasted long enough", async () => {
    const world = setUp();
    const { clock, published, receive } = world;
    const job = world.start();
    await clock.advance(look);
    receive({ contact: { waId: "15555550124" } });
    await clock.advance(minute);
    const last = receive();
    await clock.advance(19 * minute + look);
    assert.deepEqual(published.length, 1);
    await clock.advance(minute);
    const [, closed, ...others] = published;
    assert.deepEqual(others, []);
    const { data, id, ...envelope } = closed ?? assert.fail();
    const { receivedAt, ...rest } = data;
    const at = Date.parse(last.data.receivedAt) + closeAfterMs;
    assert.deepEqual(rest, {
      account: last.data.account,
      contact: mia,
      conversationId: last.data.conversationId,
      business: { by: "silence", lastMessageAt: last.data.receivedAt },
    });
    assert.deepEqual(
      [envelope.type, envelope.subject, envelope.source, envelope.time],
      ["business.conversation.closed", last.subject, last.source, new Date(at).toISOString()],
    );
    assert.ok(Date.parse(receivedAt) >= at && Date.parse(receivedAt) < at + look);
    await clock.advance(40 * minute);
    assert.equal(published.length, 2);
    const again = receive();
    await clock.advance(21 * minute);
    assert.equal(published.length, 3);
    assert.notEqual(published[2]?.id, id);
    assert.equal(published[2]?.data.business?.["lastMessageAt"], again.data.receivedAt);
    await ended(world, job);
  });

  it("leaves those alone whose silence ended before it first ran, also after years, without reading them", async () => {
    const world = setUp();
    const { clock, published, receive, silences } = world;
    for (let n = 0; n < 300; n += 1) receive({ contact: { waId: `1555556${1_000 + n}` } });
    await clock.advance(30 * minute);
    receive();
    const job = world.start();
    await clock.advance(21 * minute);
    assert.deepEqual(
      published.map(({ data }) => data.contact),
      [mia],
    );
    assert.equal(silences.reads, 1);
    await ended(world, job);
    // What fell silent while nobody was there for a while is told; nothing of a time in which it was switched off.
    receive();
    await clock.advance(3 * day);
    const next = world.start("b");
    await clock.advance(look);
    assert.equal(published.length, 2);
    await ended(world, next);
    receive();
    await clock.advance(30 * day);
    const later = world.start("c");
    await clock.advance(minute);
    assert.equal(published.length, 2);
    await ended(world, later);
  });

  it("makes one event, however often it is tried: unconfirmed, not settled, by another process", async () => {
    const world = setUp();
    const { clock, published, receive, state } = world;
    const jobs = [world.start("a"), world.start("b")];
    await clock.advance(look);
    receive();
    Object.assign(state, { refuses: true });
    await clock.advance(closeAfterMs + minute);
    assert.ok(published.length > 1);
    Object.assign(state, { refuses: false, settles: false, stores: false });
    await clock.advance(look);
    await jobs[0]?.close();
    await clock.advance(look);
    const before = published.length;
    Object.assign(state, { settles: true });
    await clock.advance(look);
    assert.equal(published.length, before + 1);
    await clock.advance(minute);
    assert.equal(published.length, before + 1);
    assert.deepEqual([...new Set(published.map(({ id }) => id))].length, 1);
    await ended(world, ...jobs);
  });

  it("says nothing of what was closed otherwise, or goes on", async () => {
    const world = setUp();
    const { clock, published, receive, silences } = world;
    const job = world.start();
    receive();
    await clock.advance(minute);
    const receivedAt = new Date(clock.now()).toISOString();
    const type = "business.conversation.closed";
    silences.append([makeEvent({ contact: mia, type, receivedAt, data: { business: {} } })]);
    const other = { waId: "15555550124" };
    receive({ contact: other });
    await clock.advance(19.5 * minute);
    receive({ contact: { ...other, userId: "US.8520369147" } });
    await clock.advance(minute);
    assert.equal(published.length, 0);
    await clock.advance(20 * minute);
    assert.deepEqual(
      published.map(({ data }) => data.contact?.userId),
      ["US.8520369147"],
    );
    await ended(world, job);
  });

  it("waits while the log is behind, and goes page by page", async () => {
    const world = setUp();
    const { clock, published, pages, receive, state } = world;
    const job = world.start();
    await clock.advance(look);
    for (let n = 0; n < 450; n += 1) receive({ contact: { waId: `1555556${1_000 + n}` } });
    Object.assign(state, { waiting: 501 });
    await clock.advance(closeAfterMs + look);
    assert.equal(published.length, 0);
    Object.assign(state, { waiting: 500 });
    await clock.advance(look);
    assert.deepEqual(pages, [200, 200, 50]);
    await ended(world, job);
  });
});
