import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { replayParts } from "../../src/app/replay.ts";
import type { ReplayRequest, Route, Store } from "../../src/contracts.ts";
import { deliveryId } from "../../src/deliver/delivery.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { planReplay, takeSlice } from "../../src/jobs/replay/replayer.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const to = "2100-01-01T00:00:00.000Z";
const plain = { again: false, effects: false, rate: 1_000 };
const ofEvents = { of: "events", to } as const;
const rules = { retry: { delaysMs: [] }, options: {} };
const destinations = {
  crm: { kind: "slack", ...rules },
  whatsapp: { kind: "whatsapp-reply", writesToContacts: true, ...rules },
} as const;
const writes = "what writes to contacts";
const later = "what routes do later (after)";

describe("a replay of what writes to contacts", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-replay-"));
    store = await openEmbeddedStore({
      path: join(folder, "store.db"),
      retentionDays: 30,
      log: createArrayLog(),
    });
    await store.append([makeText("hello", { id: "evt_1" })]);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const route = (name: string, more: Partial<Route> = {}): Route => ({
    ...{ name, when: {}, to: ["crm", "whatsapp"], test: false },
    ...more,
  });
  const routes = [route("now"), route("later", { after: { delayMs: 1_000 } })];
  const parts = () =>
    replayParts(store, () => ({
      routes: compileRoutes({ accounts: {}, routes }),
      laneKeys: new Map(),
      routing: { destinations },
    }));
  const plan = async (request: ReplayRequest) => {
    const { opened, leftOut } = await planReplay(parts(), request);
    return [opened, leftOut];
  };

  it("leaves it out by the routes, unless its effects are wanted", async () => {
    const request = { ...plain, filter: ofEvents, to: "routed" };
    assert.deepEqual(await plan(request), [1, { [writes]: 2, [later]: 1 }]);
    assert.deepEqual(await plan({ ...request, effects: true }), [4, {}]);
  });

  it("leaves it out by name, unless its effects are wanted", async () => {
    const request = { ...plain, filter: ofEvents, to: "whatsapp" };
    assert.deepEqual(await plan(request), [0, { [writes]: 1 }]);
    assert.deepEqual(await plan({ ...request, effects: true }), [1, {}]);
    assert.deepEqual(await plan({ ...request, to: "crm" }), [1, {}]);
  });

  it("leaves out deliveries that there were, and those that come later, in the same way", async () => {
    const rows = ["crm", "whatsapp"].flatMap((name) =>
      [undefined, "later"].map((own) => ({ name, id: deliveryId(name, "evt_1", own) })),
    );
    for (const { name, id } of rows) {
      const row = { id, eventId: "evt_1", eventType: "whatsapp.message.text", route: "now" };
      const createdAt = new Date().toISOString();
      await store.ledger.enqueue(name, [{ ...row, laneKeys: [id], createdAt }]);
      assert.ok(await store.ledger.giveUp(id, "for the test"));
    }
    const request = {
      ...{ ...plain, to: "routed" },
      filter: { of: "deliveries", state: "dead", to } as const,
    };
    assert.deepEqual(await plan(request), [1, { [writes]: 2, [later]: 1 }]);
    const at = { position: undefined, limit: 9, replay: "rpl_1" };
    assert.equal((await takeSlice(parts(), request, at)).opened, 1);
    const states = async () =>
      Promise.all(rows.map(async ({ id }) => (await store.ledger.delivery(id))?.state));
    assert.deepEqual(await states(), ["open", "dead", "dead", "dead"]);
    const effects = { ...at, replay: "rpl_2" };
    await takeSlice(parts(), { ...request, effects: true }, effects);
    assert.deepEqual(await states(), ["open", "open", "open", "open"]);
  });
});
