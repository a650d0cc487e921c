import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Ledger } from "../../src/contracts.ts";
import { settle } from "../../src/deliver/attempt/settle.ts";
import { createTryHead } from "../../src/deliver/attempt/try-head.ts";
import { createHealth } from "../../src/deliver/health.ts";
import { createIntake } from "../../src/deliver/intake.ts";
import { openRow } from "../../src/deliver/lanes/lane.ts";
import { createBodies } from "../../src/deliver/ledger-access.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { createKeyedMutex } from "../../src/support/keyed-mutex.ts";
import { type Lease, LeaseOverError } from "../../src/support/lease.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createStub, delaysMs, event, misconfigured, outage, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const day = 24 * 60 * 60 * 1_000;

/** A lease that is over when the test says so, which its signal does not tell: as when a process was suspended. */
function testLease(): Lease & { over: AbortSignal; out: boolean } {
  const lease = {
    epoch: 1,
    fence: () => 0,
    over: new AbortController().signal,
    out: false,
    leftMs: () => (lease.out ? 0 : 15_000),
    check() {
      if (lease.out) throw new LeaseOverError("it ran out");
    },
    lose() {
      lease.out = true;
    },
    release: async () => undefined,
  };
  return lease;
}

/** A row that others may have tried before. */
function rowOf(eventId: string, state: "open" | "sending" = "open") {
  const delivery = {
    id: `crm:${eventId}`,
    destination: "crm",
    eventId,
    eventType: "whatsapp.message.text",
    route: "everything",
    laneKeys: ["cnv_a"],
    seq: 1,
    state,
    attempts: 0,
    history: [],
    createdAt: "2026-11-20T10:00:00.000Z",
  };
  return openRow(delivery, 0, createFakeClock());
}

describe("an intake whose lease ends while the ledger inserts", () => {
  it("starts nothing and is not acked: the rows are the next holder's", async () => {
    const [lease, clock, log] = [testLease(), createFakeClock(), createArrayLog()];
    const memory = createMemoryLedger();
    await memory.takeLease("crm", await memory.lease("crm"), "test");
    const ledger: Ledger = {
      ...memory,
      async insert(rows, epoch) {
        const existing = await memory.insert(rows, epoch);
        lease.out = true;
        return existing;
      },
    };
    const opened: unknown[] = [];
    const routes = compileRoutes({
      accounts: {},
      routes: [{ name: "everything", when: {}, to: ["crm"], test: false }],
    });
    const rows = {
      load: async () => undefined,
      openDue: async () => undefined,
      open: (all: object) => void opened.push(all),
    };
    const bodies = createBodies(ledger);
    const parts = { name: "crm", routes, ledger, lease, bodies, clock, log, rows };
    const intake = createIntake({
      ...parts,
      health: { done: () => undefined },
      lanes: { has: () => false, isFree: () => true },
    });
    await assert.rejects(
      intake([event("cnv_a")], new AbortController().signal) as Promise<unknown>,
      LeaseOverError,
    );
    assert.deepEqual(opened, []);
    assert.equal(memory.rows.size, 1);
  });
});

describe("an attempt whose time ends while it is marked as sending", () => {
  const setUp = (
    onMark: (lease: ReturnType<typeof testLease>, halting: AbortController) => void,
  ) => {
    const [clock, log, lease] = [createFakeClock(), createArrayLog(), testLease()];
    const [ledger, halting, crm] = [createMemoryLedger(), new AbortController(), createStub()];
    const only = event("cnv_a");
    ledger.append([only]);
    const health = createHealth({
      ...{ name: "crm", clock, log, hooks: {} },
      row: { name: "crm", epoch: 1, heartbeat: 1, seq: 1, revision: 0 },
      savePause: async () => undefined,
      saveRepeats: async () => undefined,
    });
    const written: string[] = [];
    const tryHead = createTryHead({
      setup: { name: "crm", destination: crm, config: { retry: { delaysMs } } },
      contacts: ledger.contacts,
      contactsInTurn: createKeyedMutex(),
      ...{ ledger, lease, health, clock, log, bodies: createBodies(ledger), over: halting.signal },
      publish: async () => undefined,
      async write({ state }) {
        written.push(state);
        onMark(lease, halting);
      },
    });
    return { crm, written, end: tryHead(rowOf(only.id)) };
  };

  it("is not begun when the lease is over: another may be sending it", async () => {
    const { crm, written, end } = setUp((lease) => {
      lease.out = true;
    });
    assert.equal(await end, "waits");
    assert.deepEqual([crm.calls.length, written], [0, ["sending"]]);
  });

  it("is not begun when the program ends", async () => {
    const { crm, written, end } = setUp((_, halting) => halting.abort(new LeaseOverError("ends")));
    assert.equal(await end, "waits");
    assert.deepEqual([crm.calls.length, written], [0, ["sending"]]);
  });

  it("is begun otherwise", async () => {
    const { crm, written, end } = setUp(() => undefined);
    assert.equal(await end, "done");
    assert.deepEqual([crm.calls.length, written], [1, ["sending", "delivered"]]);
  });
});

describe("a row whose earlier outcome is unknown", () => {
  const tried = { at: 0, ms: 1, now: 0, counts: false, delaysMs };
  for (const error of [outage(), misconfigured()]) {
    it(`stays unknown after an attempt that surely did nothing (${error.verdict})`, () => {
      const outcome = { is: error.verdict, error };
      const state = (row: ReturnType<typeof rowOf>) =>
        settle(row, { ...tried, outcome }).change.state;
      assert.equal(state(rowOf("evt_1", "sending")), "sending");
      assert.equal(state(rowOf("evt_1", "open")), "open");
    });
  }

  it("is counted as a repeat again where it may double, however often it failed cleanly", async () => {
    const crm = createStub("none");
    const answers = [new Error("socket hang up"), outage(), "ok"] as const;
    crm.answer = () => answers[crm.calls.length - 1] ?? "ok";
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(event("cnv_a"));
    await clock.advance(60_000);
    assert.equal(crm.effects.length, 1);
    assert.equal((await ledger.lease("crm")).repeats, 2);
    await delivery.close();
  });
});

describe("the events of open deliveries", () => {
  it("are kept for 30 days from each day on, those of rows older than a day, also when the store was away", async () => {
    const crm = createStub();
    crm.answer = () => outage();
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    const old = event("cnv_a");
    await publish(old);
    await clock.advance(0.9 * day);
    assert.equal(ledger.kept.length, 0, "it is younger than a day");
    ledger.failing.add("keepBodies");
    await clock.advance(0.2 * day);
    assert.equal(ledger.kept.length, 0);
    const young = event("cnv_b");
    await publish(young);
    ledger.failing.delete("keepBodies");
    await clock.advance(60_000);
    const ids = () => ledger.kept.map(({ eventIds }) => eventIds);
    assert.deepEqual(ids(), [[old.id]]);
    const left = ledger.kept.map(({ until }) => (until.getTime() - clock.now()) / day);
    assert.ok(Math.min(...left) > 29.9 && Math.max(...left) <= 30, `${left} days`);
    await clock.advance(day + 120_000);
    assert.deepEqual(ids(), [[old.id], [old.id, young.id]]);
    await delivery.close();
  });
});
