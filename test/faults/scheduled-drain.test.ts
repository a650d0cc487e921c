import assert from "node:assert/strict";
import { it } from "node:test";
import type { Bus, NewDelivery, Route, Store } from "../../src/contracts.ts";
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
const concurrency = 32;
/** Far below what any machine does, so that the rate alone is the limit, and about what one does. */
const [slow, fast] = [100, 2_000];
const watchedSeconds = 5;

const route: Route = {
  ...{ name: "later", when: {}, to: ["crm"], test: false },
  after: { delayMs: 3_600_000 },
};
const routes = compileRoutes({ accounts: {}, routes: [route], flows: noRules });

const rowOf = (eventId: string, seq: number, nextAt: Date): NewDelivery => {
  const id = `crm:${eventId}:later`;
  return {
    ...{ id, destination: "crm", eventId, eventType: "whatsapp.message.text" },
    ...{ route: "later", routes: ["later"], laneKeys: [id], seq },
    ...{ createdAt: new Date().toISOString(), nextAt: nextAt.toISOString() },
  };
};

/** As many rows that are due now as ones that are due in an hour. */
async function schedule(store: Store): Promise<void> {
  const [now, inAnHour] = [new Date(), new Date(Date.now() + 3_600_000)];
  const lease = await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "before");
  const epoch = lease?.epoch ?? 0;
  for (let at = 0; at < total; at += batchSize) {
    const events = Array.from({ length: batchSize }, (_, n) => makeText(`number ${at + n}`));
    await store.append(events);
    await store.ledger.insert(
      events.flatMap(({ id }, n) => [
        rowOf(id, 2 * (at + n), now),
        rowOf(`evt_not_due_${at + n}`, 2 * (at + n) + 1, inAnHour),
      ]),
      epoch,
    );
  }
  await store.ledger.releaseLease("crm", epoch);
}

/** A process that takes the destination over, at this rate, until so many are out. */
async function drain(store: Store, ratePerSecond: number, until: number) {
  const crm = createStub();
  const times: number[] = [];
  crm.answer = () => {
    times.push(performance.now());
    return "ok";
  };
  const config = { retry: { delaysMs: [1_000] }, ratePerSecond, concurrency };
  const nothing = async () => undefined;
  const consume: Bus["consume"] = async () => ({ pause: nothing, resume: nothing, close: nothing });
  const memory = { query: store, contacts: store.contacts, ledger: store.ledger };
  const delivery = createDelivery({
    destinations: [{ name: "crm", destination: crm, config }],
    ...{ routes, log: createArrayLog(), maxOpenRows, holder: "test", leaseMs: 15_000 },
    decider: createDecider({ routes: [route], rules: noRules, memory, now: Date.now }),
    bus: { consume, publish: nothing },
    ledger: store.ledger,
    contacts: store.contacts,
  });
  let most = 0;
  delivery.start();
  await waitFor(
    `${until} of them`,
    () => {
      most = Math.max(most, delivery.status()[0]?.open ?? 0);
      return crm.effects.length >= until;
    },
    120_000,
  );
  await delivery.close();
  return { effects: crm.effects, times, most };
}

it("10,000 rows that are due at once go out once each, at the rate, with few of them in memory", async (t) => {
  const path = `${await tempDir(t)}/store.db`;
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  t.after(() => store.close());
  await schedule(store);
  // A second's worth may go at once.
  const watched = slow * watchedSeconds;
  const first = await drain(store, slow, slow + watched + 1);
  const second = await drain(store, fast, total - first.effects.length);
  const effects = [...first.effects, ...second.effects];
  assert.equal(effects.length, total);
  assert.equal(new Set(effects).size, total);
  const most = Math.max(first.most, second.most);
  assert.ok(most <= maxOpenRows + pageRows, `${most} in memory`);
  const [row] = (await store.ledger.destinations()).filter(({ name }) => name === "crm");
  assert.deepEqual([row?.open, row?.scheduled], [0, total], "what is not due stays where it was");

  const seconds = ((first.times[slow + watched] ?? 0) - (first.times[slow] ?? 0)) / 1_000;
  const share = watched / seconds / slow;
  assert.ok(share >= 0.8, `${share.toFixed(2)} of the rate`);
  for (const [{ times }, rate] of [
    [first, slow],
    [second, fast],
  ] as const) {
    const all = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
    assert.ok(times.length <= rate * (all + 1) + concurrency, `${times.length} in ${all} s`);
  }
});
