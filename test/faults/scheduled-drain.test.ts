import assert from "node:assert/strict";
import { it } from "node:test";
import type { Bus, NewDelivery, Route } from "../../src/contracts.ts";
import { createDelivery } from "../../src/deliver/create-delivery.ts";
import { createDecider } from "../../src/deliver/flows/decide.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { tempDir } from "../config/temp-dir.ts";
import { createStub } from "../deliver/engine.ts";
import { noRules } from "../deliver/flows/flow-engine.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

const total = 10_000;
const batchSize = 1_000;
const maxOpenRows = 500;
/** Rows are opened by the page. */
const pageRows = 1_000;
const ratePerSecond = 2_000;

const route: Route = {
  ...{ name: "later", when: {}, to: ["crm"], test: false },
  after: { delayMs: 3_600_000 },
};
const routes = compileRoutes({ accounts: {}, routes: [route], flows: noRules });

it("10,000 rows that are due at once go out once each, at the rate, with few of them in memory", async (t) => {
  const log = createArrayLog();
  const path = `${await tempDir(t)}/store.db`;
  const store = await openEmbeddedStore({ path, retentionDays: 30, log });
  const events = Array.from({ length: total }, (_, n) => makeText(`number ${n}`));
  const lease = await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "before");
  const nextAt = new Date().toISOString();
  const rowOf = ({ id, type }: { id: string; type: string }, seq: number): NewDelivery => {
    const row = `crm:${id}:later`;
    const event = { eventId: id, eventType: type };
    const routed = { route: "later", routes: ["later"] };
    return {
      id: row,
      destination: "crm",
      ...event,
      ...routed,
      laneKeys: [row],
      seq,
      createdAt: nextAt,
      nextAt,
    };
  };
  for (let at = 0; at < total; at += batchSize) {
    const some = events.slice(at, at + batchSize);
    await store.append(some);
    await store.ledger.insert(
      some.map((event, i) => rowOf(event, at + i)),
      lease?.epoch ?? 0,
    );
  }
  await store.ledger.releaseLease("crm", lease?.epoch ?? 0);
  const crm = createStub();
  const nothing = async () => undefined;
  const consume: Bus["consume"] = async () => ({ pause: nothing, resume: nothing, close: nothing });
  const memory = { query: store, contacts: store.contacts, ledger: store.ledger };
  const delivery = createDelivery({
    destinations: [
      {
        name: "crm",
        destination: crm,
        config: { retry: { delaysMs: [1_000] }, ratePerSecond, concurrency: 32 },
      },
    ],
    ...{ routes, log, maxOpenRows, holder: "test", leaseMs: 900 },
    decider: createDecider({ routes: [route], rules: noRules, memory, now: Date.now }),
    bus: { consume, publish: nothing },
    ledger: store.ledger,
    contacts: store.contacts,
  });
  let most = 0;
  const began = performance.now();
  delivery.start();
  await waitFor(
    "all of them",
    () => {
      most = Math.max(most, delivery.status()[0]?.open ?? 0);
      return crm.effects.length >= total;
    },
    120_000,
  );
  const seconds = (performance.now() - began) / 1_000;
  await delivery.close();
  await store.close();
  assert.equal(new Set(crm.effects).size, total);
  assert.equal(crm.effects.length, total);
  assert.ok(most <= maxOpenRows + pageRows, `${most} in memory`);
  // A second's worth may go at once.
  assert.ok(seconds >= total / ratePerSecond - 1, `${seconds.toFixed(1)} s`);
});
