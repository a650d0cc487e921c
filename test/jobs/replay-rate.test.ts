import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { replayParts } from "../../src/app/replay.ts";
import type { Replay, ReplayRequest, Store } from "../../src/contracts.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { takeSlice } from "../../src/jobs/replay/replayer.ts";
import { startReplaying } from "../../src/jobs/replay/replaying.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { systemClock } from "../../src/support/clock.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

const to = "2100-01-01T00:00:00.000Z";
const everything: ReplayRequest = {
  ...{ to: "crm", again: false, effects: false, rate: 1_000 },
  filter: { of: "events", to },
};

describe("a replay of many", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-replay-"));
    const path = join(folder, "store.db");
    store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const parts = () => {
    const routes = compileRoutes({ accounts: {}, routes: [] });
    const routing = { destinations: {} };
    return replayParts(store, () => ({ routes, routing, laneKeys: new Map() }));
  };
  const append = async (count: number) => {
    const events = Array.from({ length: count }, (_, at) => makeText(`${at}`, { at }));
    await store.append(events);
    return events;
  };

  it("opens in one round all that its rate allows, and no more", async () => {
    await append(700);
    const nothing = { found: 0, opened: 0, had: 0, leftOut: {} };
    const created = { state: "running", createdAt: new Date().toISOString() } as const;
    const replay: Replay = { ...everything, rate: 500, id: "rpl_1", ...nothing, ...created };
    await store.replays.create(replay);
    const log = createArrayLog();
    const jobs = createJobs({ rows: store.jobs, holder: "me", clock: systemClock, log });
    // Its time stands still, so that there is one round.
    const clock = { ...systemClock, monotonic: () => 0, after: () => () => undefined };
    const replaying = startReplaying({
      ...{ ...parts(), replays: store.replays, jobs, clock, log },
      destinations: async () => [],
    });
    const opened = async () => (await store.replays.get("rpl_1"))?.opened ?? 0;
    await waitFor("the round is over", async () => (await opened()) >= 500);
    assert.equal(await opened(), 500);
    // Counted before it began: how far it is can be said while it runs.
    assert.equal((await store.replays.get("rpl_1"))?.total, 700);
    await replaying.close();
  });

  it("keeps the order of what is new and what is opened again", async () => {
    const events = await append(5);
    const gone = events[2]?.id ?? "";
    const lease = await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "me");
    const slice = { position: undefined, limit: 5, replay: "rpl_1" };
    const third = {
      ...everything,
      filter: { of: "events", to, messageId: events[2]?.data.message?.id ?? "" },
    } as const;
    await takeSlice(parts(), third, { ...slice, replay: "rpl_0" });
    const [row] = await store.ledger.claimForeign("crm", lease?.epoch ?? 0, []);
    assert.equal(row?.eventId, gone);
    const dead = { state: "dead", doneAt: new Date().toISOString(), reason: "refused" } as const;
    await store.ledger.write(lease?.epoch ?? 0, [{ id: row?.id ?? "", ...dead }]);
    await takeSlice(parts(), everything, slice);
    const { items } = await store.ledger.deliveries({ destination: "crm" }, { limit: 10 });
    assert.deepEqual(
      items.toSorted((a, b) => a.seq - b.seq).map(({ eventId }) => eventId),
      events.map(({ id }) => id),
    );
  });
});
