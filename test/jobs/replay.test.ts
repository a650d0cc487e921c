import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { replayParts } from "../../src/app/replay.ts";
import type { Replay, ReplayRequest, Route, Store } from "../../src/contracts.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { mediaLaneKeys } from "../../src/destinations/media/lane-keys.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { planReplay, takeSlice } from "../../src/jobs/replay/replayer.ts";
import { startReplaying } from "../../src/jobs/replay/replaying.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { systemClock } from "../../src/support/clock.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

const to = "2100-01-01T00:00:00.000Z";
const plain = { to: "crm", again: false, effects: false, rate: 1_000 };
const everything: ReplayRequest = { ...plain, filter: { of: "events", to } };

describe("a replay", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-replay-"));
    store = await openEmbeddedStore({
      path: join(folder, "store.db"),
      retentionDays: 30,
      log: createArrayLog(),
    });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const parts = (routes: readonly Route[] = [], media = false) => {
    const compiled = compileRoutes({ accounts: {}, routes, media });
    const laneKeys = new Map([["media", mediaLaneKeys]]);
    return replayParts(store, () => ({
      ...{ routes: compiled, laneKeys },
      routing: { destinations: {} },
    }));
  };
  const append = async (count: number) => {
    const events = Array.from({ length: count }, (_, at) => makeText(`${at}`, { at }));
    await store.append(events);
    return events;
  };
  const rowsOf = async (destination = "crm") => {
    const { items } = await store.ledger.deliveries({ destination }, { limit: 200 });
    return items.sort((a, b) => a.seq - b.seq);
  };

  it("opens a row for each event of the filter, oldest first, and none twice after a crash", async () => {
    const events = await append(5);
    const first = await takeSlice(parts(), everything, {
      position: undefined,
      limit: 2,
      replay: "rpl_1",
    });
    assert.equal(first.opened, 2);
    // The process died before the position was kept.
    const again = await takeSlice(parts(), everything, {
      position: undefined,
      limit: 2,
      replay: "rpl_1",
    });
    assert.equal(again.opened, 2);
    const position = again.position ?? undefined;
    const last = await takeSlice(parts(), everything, { position, limit: 9, replay: "rpl_1" });
    assert.deepEqual([last.opened, last.position], [3, null]);
    const rows = await rowsOf();
    assert.deepEqual(
      rows.map(({ eventId, replay, route }) => [eventId, replay, route]),
      events.map(({ id }) => [id, "rpl_1", "replay"]),
    );
    assert.deepEqual(
      rows.map(({ laneKeys }) => laneKeys[0]),
      events.map(({ data }) => data.conversationId),
    );
  });

  it("opens rows in the destination's own lanes, by name as by the routes", async () => {
    const message = { id: "wamid.1", type: "image", image: { id: "810" } };
    const conversationId = "cnv_mia";
    const data = { message, conversationId };
    const image = makeEvent({ id: "evt_image", type: "whatsapp.message.image", data });
    await store.append([image]);
    const at = { position: undefined, limit: 9 };
    const routes: Route[] = [{ name: "r", when: {}, to: ["crm"], test: false }];
    const routed = { ...everything, to: "routed" };
    await takeSlice(parts(), { ...everything, to: "media" }, { ...at, replay: "rpl_1" });
    const lanes = async (name: string) => (await rowsOf(name)).map(({ laneKeys }) => laneKeys);
    assert.deepEqual(await lanes("media"), [["media:810"]]);
    await store.append([{ ...image, id: "evt_edit" }]);
    const { opened } = await takeSlice(parts(routes, true), routed, { ...at, replay: "rpl_2" });
    assert.equal(opened, 3);
    assert.deepEqual(await lanes("media"), [["media:810"], ["media:810"]]);
    assert.deepEqual(await lanes("crm"), [[conversationId], [conversationId]]);
  });

  it("plans without opening: what is there already, what is left out and why, and a sample", async () => {
    const events = await append(30);
    await takeSlice(parts(), everything, { position: undefined, limit: 3, replay: "rpl_0" });
    const route = (more: Partial<Route>): Route => ({
      name: "r",
      when: {},
      to: ["crm"],
      test: false,
      ...more,
    });
    const routes = [
      route({ name: "all" }),
      route({ name: "later", after: { delayMs: 1_000 } }),
      route({ name: "tells", to: [], emit: { type: "business.told" } }),
    ];
    const plan = await planReplay(parts(routes), { ...everything, to: "routed" });
    assert.deepEqual(
      { ...plan, sample: plan.sample.length },
      {
        ...{ found: 30, opened: 27, had: 3, complete: true, sample: 20 },
        leftOut: { "what routes do later (after)": 30, "what routes set and emit": 30 },
      },
    );
    assert.deepEqual(plan.sample[0], {
      destination: "crm",
      eventId: events[3]?.id,
      eventType: "whatsapp.message.text",
      receivedAt: events[3]?.data.receivedAt,
    });
    const withEffects = await planReplay(parts(routes), {
      ...everything,
      to: "routed",
      effects: true,
    });
    assert.equal(withEffects.opened, 57);
    assert.equal((await rowsOf()).length, 3);
  });

  it("opens what gave up, leaves what waits, and sends again only where it is told to", async () => {
    await append(3);
    await takeSlice(parts(), everything, { position: undefined, limit: 9, replay: "rpl_0" });
    const { epoch = 0 } =
      (await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "me")) ?? {};
    await store.ledger.claimOpen("crm", epoch);
    const [dead, delivered, open] = await rowsOf();
    assert.ok(dead && delivered && open);
    const doneAt = new Date().toISOString();
    await store.ledger.write(epoch, [
      { id: dead.id, state: "dead", doneAt, reason: "no" },
      { id: delivered.id, state: "delivered", doneAt },
    ]);
    const had = await takeSlice(parts(), everything, {
      position: undefined,
      limit: 9,
      replay: "rpl_1",
    });
    assert.deepEqual([had.opened, had.had], [1, 2]);
    const marks = async () =>
      (await rowsOf()).map(({ id, state, replay, again }) => [id, state, replay, again]);
    assert.deepEqual(await marks(), [
      [delivered.id, "delivered", "rpl_0", undefined],
      [open.id, "open", "rpl_0", undefined],
      [dead.id, "open", "rpl_1", undefined],
    ]);
    const request = { ...everything, again: true };
    const again = await takeSlice(parts(), request, {
      position: undefined,
      limit: 9,
      replay: "rpl_2",
    });
    assert.deepEqual([again.opened, again.had], [1, 2]);
    assert.deepEqual((await marks()).at(-1), [delivered.id, "open", "rpl_2", "rpl_2"]);
  });

  it("of deliveries opens those that gave up before it was made", async () => {
    await append(3);
    await takeSlice(parts(), everything, { position: undefined, limit: 9, replay: "rpl_0" });
    const { epoch = 0 } =
      (await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "me")) ?? {};
    await store.ledger.claimOpen("crm", epoch);
    const rows = await rowsOf();
    const doneAt = new Date().toISOString();
    await store.ledger.write(
      epoch,
      rows.slice(0, 2).map(({ id }) => ({ id, state: "dead", doneAt, reason: "no" }) as const),
    );
    const filter = { of: "deliveries", destination: "crm", state: "dead", to } as const;
    const none = await planReplay(parts(), {
      ...plain,
      filter: { ...filter, to: "2020-01-01T00:00:00.000Z" },
    });
    assert.equal(none.opened, 0);
    const slice = await takeSlice(
      parts(),
      { ...plain, filter },
      { position: undefined, limit: 9, replay: "rpl_1" },
    );
    assert.equal(slice.opened, 2);
    assert.deepEqual(
      (await rowsOf()).map(({ state }) => state),
      ["open", "open", "open"],
    );
  });

  it("is worked on by the elected process, at its rate, waits while a destination is crowded, and ends", async () => {
    await append(12);
    let crowded = true;
    const log = createArrayLog();
    const jobs = createJobs({ rows: store.jobs, holder: "me", clock: systemClock, log });
    const replaying = startReplaying({
      ...parts(),
      ...{ replays: store.replays, jobs, clock: systemClock, log },
      destinations: async () =>
        crowded
          ? [
              {
                name: "crm",
                epoch: 1,
                heartbeat: 1,
                seq: 1,
                revision: 1,
                open: 5_000,
                scheduled: 0,
                dead: 0,
              },
            ]
          : [],
    });
    const nothing = { found: 0, opened: 0, had: 0, leftOut: {} };
    const replay: Replay = {
      ...{ ...everything, rate: 5, id: "rpl_1", ...nothing },
      ...{ state: "running", createdAt: new Date().toISOString() },
    };
    await store.replays.create(replay);
    const aborted = { ...replay, id: "rpl_2", to: "erp" };
    await store.replays.create(aborted);
    assert.equal(await store.replays.update("rpl_2", { state: "aborted" }), true);
    assert.equal(await store.replays.update("rpl_2", { state: "running" }), false);
    await waitFor(
      "it was looked at",
      async () => (await store.jobs.lease("replay")).holder === "me",
    );
    assert.equal((await rowsOf()).length, 0);
    crowded = false;
    await waitFor(
      "it is through",
      async () => (await store.replays.get("rpl_1"))?.state === "done",
    );
    const end = await store.replays.get("rpl_1");
    assert.deepEqual([end?.found, end?.opened], [12, 12]);
    assert.equal((await rowsOf()).length, 12);
    assert.equal((await rowsOf("erp")).length, 0);
    assert.deepEqual(
      (await store.replays.list({ limit: 10 })).items.map(({ id }) => id),
      ["rpl_2", "rpl_1"].sort((a, b) => (a < b ? 1 : -1)),
    );
    await replaying.close();
  });
});
