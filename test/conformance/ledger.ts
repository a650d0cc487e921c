import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Delivery, Ledger, NewDelivery, Store, WaypostEvent } from "../../src/contracts.ts";
import { quarantinedPost, quarantineIdOf } from "../../src/event/quarantined-post.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { reserveSeq } from "../support/reserve-seq.ts";

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Puts events and quarantine where the ledger finds bodies. */
  readonly append: Store["append"];
  /** Deletes what has expired at that moment, as the store does from time to time. */
  readonly expire: (at: number) => Promise<void>;
  close(): Promise<void>;
}

const name = "crm";

/** A row of event `n`; its number is `seq`. */
export function row(n: number, seq = n, destination = name): NewDelivery {
  return {
    id: `${destination}:evt_${n}`,
    destination,
    eventId: `evt_${n}`,
    eventType: "whatsapp.message.text",
    route: "everything",
    laneKeys: ["cnv_a", "cnv_b"],
    seq,
    createdAt: new Date(Date.UTC(2026, 10, 20, 10, 0, n)).toISOString(),
  };
}

/** What every ledger promises; the same for each. `open` makes an empty one. */
export function testLedger(
  kind: string,
  options: { skip: string | false },
  open: () => Promise<LedgerUnderTest>,
): void {
  describe(`the ${kind} ledger`, options, () => {
    let opened: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      opened = await open();
      ledger = opened.ledger;
    });
    afterEach(() => opened.close());

    const take = async (holder = "one") => {
      const seen = await ledger.lease(name);
      const taken = await ledger.takeLease(name, seen, holder);
      assert.ok(taken);
      return taken.epoch;
    };
    const claimOpen = async (epoch: number) => {
      await ledger.claimOpen(name, epoch);
      return ledger.openRows(name, epoch, { limit: 1_000 });
    };
    const states = async () =>
      Object.fromEntries(
        (await ledger.deliveries({ destination: name }, { limit: 200 })).items.map((delivery) => [
          delivery.eventId,
          delivery.state,
        ]),
      );
    const seqs = (rows: readonly Delivery[]) => rows.map(({ seq }) => seq);

    it("makes a destination at first sight, unheld", async () => {
      const expected = { name, epoch: 0, heartbeat: 0, seq: 0, revision: 0 };
      assert.deepEqual(await ledger.lease(name), expected);
      assert.deepEqual(await ledger.lease(name), expected);
      assert.deepEqual(await ledger.destinations(), [
        { ...expected, open: 0, scheduled: 0, dead: 0 },
      ]);
    });

    it("tells each destination's own figures, and none of those that have no row", async () => {
      for (const each of ["crm", "desk", "erp", "idle"]) await ledger.lease(each);
      const { epoch } = await ledger.lease(name);
      const rows = [row(1, 1, "crm"), row(2, 2, "crm"), row(3, 1, "desk"), row(4, 1, "erp")];
      await ledger.insert(rows, epoch);
      await ledger.write(epoch, [
        { id: "crm:evt_1", state: "dead", doneAt: second(1) },
        { id: "erp:evt_4", state: "delivered", doneAt: second(1) },
      ]);
      const figures = (await ledger.destinations()).map(
        ({ name: of, open, dead, oldestOpenAt }) => [of, open, dead, oldestOpenAt],
      );
      assert.deepEqual(figures, [
        ["crm", 1, 1, row(2).createdAt],
        ["desk", 1, 0, row(3).createdAt],
        ["erp", 0, 0, undefined],
        ["idle", 0, 0, undefined],
      ]);
    });

    it("gives a lease to one of two who saw the same", async () => {
      const seen = await ledger.lease(name);
      const taken = await Promise.all(
        ["one", "two", "three"].map((holder) => ledger.takeLease(name, seen, holder)),
      );
      const won = taken.filter((row) => row !== undefined);
      assert.equal(won.length, 1);
      assert.equal(won[0]?.epoch, 1);
      const { holder } = await ledger.lease(name);
      assert.equal(holder, won[0]?.holder);
    });

    it("renews, releases and counts for the epoch that holds, and for no other", async () => {
      const first = await take("one");
      assert.equal((await ledger.renewLease(name, first))?.heartbeat, 2);
      const second = await take("two");
      assert.equal(second, first + 1);
      assert.equal(await ledger.renewLease(name, first), undefined);
      assert.equal(await reserveSeq(ledger, name, first, 10), undefined);
      await ledger.releaseLease(name, first);
      assert.equal((await ledger.lease(name)).holder, "two");
      assert.equal(await reserveSeq(ledger, name, second, 10), 1);
      assert.equal(await reserveSeq(ledger, name, second, 5), 11);
      await ledger.releaseLease(name, second);
      const after = await ledger.lease(name);
      assert.equal(after.holder, undefined);
      assert.equal(after.seq, 15);
    });

    it("inserts in order, goes on behind rows that exist, and says what became of those", async () => {
      const epoch = await take();
      assert.deepEqual(await ledger.insert([row(2), row(5), row(6)], epoch), []);
      await ledger.write(epoch, [
        { id: "crm:evt_5", state: "delivered", doneAt: new Date().toISOString() },
        { id: "crm:evt_6", state: "sending" },
      ]);
      const more = [1, 2, 3, 4, 5, 6, 7].map((n) => row(n, n + 10));
      const existing = await ledger.insert(more, epoch);
      assert.deepEqual(
        [...existing].sort((a, b) => (a.id < b.id ? -1 : 1)),
        [
          { id: "crm:evt_2", state: "open" },
          { id: "crm:evt_5", state: "delivered" },
          { id: "crm:evt_6", state: "sending" },
        ],
      );
      assert.deepEqual(seqs(await claimOpen(epoch)), [2, 6, 11, 13, 14, 17]);
    });

    it("numbers rows and inserts them, all or, for who lost the lease, nothing", async () => {
      const old = await take("one");
      const epoch = await take("two");
      await reserveSeq(ledger, name, epoch, 4);
      const next = (n: number) => (first: number) => [row(n, first), row(n + 1, first + 1)];
      assert.equal(
        await ledger.insertNext(name, old, 2, () => assert.fail("it lost it")),
        undefined,
      );
      assert.deepEqual(await ledger.insertNext(name, epoch, 2, next(1)), []);
      assert.deepEqual(await ledger.insertNext(name, epoch, 2, next(2)), [
        { id: "crm:evt_2", state: "open" },
      ]);
      assert.deepEqual(seqs(await claimOpen(epoch)), [5, 6, 8]);
      const failing = ledger.insertNext(name, epoch, 1, () => {
        throw new RangeError("the work's own");
      });
      await assert.rejects(failing, RangeError);
      assert.equal((await states())["evt_3"], "open");
    });

    it("inserts as sending what is about to be tried, and finds it so at the next takeover", async () => {
      const epoch = await take();
      const rows = [{ ...row(1), sending: true } as const, row(2)];
      assert.deepEqual(await ledger.insertNext(name, epoch, 2, () => rows), []);
      const found = await claimOpen(epoch);
      assert.deepEqual(
        found.map(({ eventId, state, nextAt }) => [eventId, state, nextAt]),
        [
          ["evt_1", "sending", undefined],
          ["evt_2", "open", undefined],
        ],
      );
      assert.equal(await ledger.write(epoch, [{ id: "crm:evt_1", state: "delivered" }]), 1);
      assert.deepEqual(seqs(await claimOpen(epoch)), [2]);
    });

    it("inserts a row as dead when it says why, and lets it go like one that died later", async () => {
      const epoch = await take();
      await reserveSeq(ledger, name, epoch, 3);
      const broken = { ...row(2), reason: "it is no event" };
      assert.deepEqual(await ledger.insert([row(1), broken, row(3)], epoch), []);
      const again = [{ ...row(1), reason: "now it is none" }, broken];
      assert.deepEqual(
        [...(await ledger.insert(again, epoch))].sort((a, b) => (a.id < b.id ? -1 : 1)),
        [
          { id: "crm:evt_1", state: "open" },
          { id: "crm:evt_2", state: "dead" },
        ],
      );
      const dead = await ledger.delivery("crm:evt_2");
      assert.deepEqual(dead, {
        ...broken,
        state: "dead",
        attempts: 0,
        history: [],
        doneAt: broken.createdAt,
      });
      assert.deepEqual(seqs(await claimOpen(epoch)), [1, 3]);
      const [counted] = await ledger.destinations();
      assert.deepEqual([counted?.open, counted?.dead], [2, 1]);
      assert.equal(await ledger.reopen("crm:evt_2"), true);
      const [opened] = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual([opened?.state, opened?.seq, opened?.reason], ["open", 4, undefined]);
      await ledger.write(epoch, [
        { id: "crm:evt_2", state: "dead", doneAt: second(1), reason: "still none" },
      ]);
      assert.equal((await ledger.delivery("crm:evt_2"))?.reason, "still none");
    });

    it("hands all open rows to a new holder by seq, and fences the old one out of them", async () => {
      const first = await take("one");
      await ledger.insert([row(3), row(1), row(2), row(4)], first);
      await ledger.insert([row(9, 9, "other")], first);
      await ledger.write(first, [
        { id: "crm:evt_2", state: "sending" },
        { id: "crm:evt_3", state: "dead", doneAt: new Date().toISOString(), reason: "no" },
      ]);
      const second = await take("two");
      const rows = await claimOpen(second);
      assert.deepEqual(
        rows.map(({ eventId, state }) => [eventId, state]),
        [
          ["evt_1", "open"],
          ["evt_2", "sending"],
          ["evt_4", "open"],
        ],
      );
      const done = { state: "delivered", doneAt: new Date().toISOString() } as const;
      assert.equal(await ledger.write(first, [{ id: "crm:evt_1", ...done }]), 0);
      assert.equal(await ledger.write(second, [{ id: "crm:evt_1", ...done }]), 1);
      assert.equal((await states())["evt_1"], "delivered");
    });

    it("answers with the open rows of a holder page by page, or by their numbers", async () => {
      const first = await take("one");
      await ledger.insert(
        [7, 3, 1, 9, 5, 8].map((n) => row(n)),
        first,
      );
      await ledger.insert([row(2, 2, "other")], first);
      await ledger.write(first, [
        { id: "crm:evt_5", state: "sending" },
        { id: "crm:evt_8", state: "dead", doneAt: second(1), reason: "no" },
      ]);
      const open = async (...[epoch, which]: [number, Parameters<Ledger["openRows"]>[2]]) =>
        seqs(await ledger.openRows(name, epoch, which));
      assert.deepEqual(await open(first, { limit: 2 }), [1, 3]);
      assert.deepEqual(await open(first, { limit: 2, after: 3 }), [5, 7]);
      assert.deepEqual(await open(first, { limit: 2, after: 7 }), [9]);
      assert.deepEqual(await open(first, { limit: 2, after: 9 }), []);
      assert.deepEqual(await open(first, { seqs: [9, 3, 2, 8, 5] }), [3, 5, 9]);
      assert.deepEqual(await open(first, { seqs: [] }), []);
      const next = await take("two");
      assert.deepEqual(await open(next, { limit: 9 }), []);
      await ledger.claimOpen(name, next);
      assert.deepEqual(await open(next, { limit: 9 }), [1, 3, 5, 7, 9]);
      assert.deepEqual(await open(first, { seqs: [1, 3] }), []);
      // Opened from outside, it bears no holder's epoch until the holder has looked.
      await ledger.reopen("crm:evt_8");
      assert.deepEqual(await open(next, { limit: 9 }), [1, 3, 5, 7, 9]);
    });

    it("finds the rows that an older holder inserted late, and those it is asked for", async () => {
      const first = await take("one");
      const second = await take("two");
      assert.deepEqual(await claimOpen(second), []);
      await ledger.insert([row(1), row(2)], first);
      await ledger.insert([row(3), row(4), row(5)], second);
      assert.deepEqual(seqs(await ledger.claimForeign(name, second, ["crm:evt_4"])), [1, 2, 4]);
      assert.deepEqual(await ledger.claimForeign(name, second, []), []);
      assert.equal(await ledger.write(second, [{ id: "crm:evt_1", state: "sending" }]), 1);
    });

    it("writes what is told and keeps the rest; a repeated write changes nothing", async () => {
      const epoch = await take();
      await ledger.insert([row(1)], epoch);
      const attempt = { at: second(1), ms: 12, outcome: "outage", answer: "503 \0 busy" } as const;
      const failed = {
        id: "crm:evt_1",
        state: "open",
        attempts: 1,
        nextAt: second(2),
        history: [attempt],
      } as const;
      assert.equal(await ledger.write(epoch, [failed]), 1);
      assert.equal(await ledger.write(epoch, [failed]), 1);
      await ledger.write(epoch, [{ id: "crm:evt_1", state: "sending" }]);
      const [waiting] = await ledger.deliveriesOf("evt_1");
      const { seq: _seq, ...given } = row(1);
      assert.deepEqual(waiting, {
        ...given,
        seq: 1,
        state: "sending",
        attempts: 1,
        nextAt: second(2),
        history: [attempt],
      });
      const done = {
        state: "delivered",
        nextAt: null,
        doneAt: second(3),
        remoteId: "r-1",
      } as const;
      await ledger.write(epoch, [{ id: "crm:evt_1", ...done }]);
      const [delivered] = await ledger.deliveriesOf("evt_1");
      assert.equal(delivered?.nextAt, undefined);
      assert.equal(delivered?.remoteId, "r-1");
      assert.equal(delivered?.attempts, 1);
      assert.deepEqual(await claimOpen(epoch), []);
    });

    it("counts what is open and dead, and keeps notes and pause", async () => {
      const epoch = await take("one");
      await ledger.insert([row(1), row(2), row(3)], epoch);
      await ledger.write(epoch, [
        { id: "crm:evt_1", state: "dead", doneAt: second(1), reason: "x" },
      ]);
      await ledger.note(name, epoch, { breaker: "open", breakerSince: second(1), repeats: 2 });
      await ledger.note(name, epoch, { breaker: "closed", breakerSince: undefined });
      await ledger.note(name, epoch - 1, { repeats: 9 });
      const pause = { by: "operator", reason: "maintenance", at: second(2) } as const;
      const { revision } = await ledger.lease(name);
      await ledger.setPause(name, pause);
      const [found] = await ledger.destinations();
      assert.deepEqual(found, {
        name,
        epoch,
        heartbeat: 1,
        holder: "one",
        seq: 0,
        revision: revision + 1,
        pause,
        breaker: "closed",
        repeats: 2,
        open: 2,
        scheduled: 0,
        dead: 1,
        oldestOpenAt: row(2).createdAt,
      });
      await ledger.setPause(name, undefined);
      const resumed = await ledger.lease(name);
      assert.equal(resumed.pause, undefined);
      assert.equal(resumed.revision, revision + 2);
      await ledger.setPause("never seen", pause);
      assert.deepEqual((await ledger.lease("never seen")).pause, pause);
    });

    it("opens a dead row again behind all others, for the holder to find", async () => {
      const epoch = await take();
      const first = await reserveSeq(ledger, name, epoch, 3);
      await ledger.insert(
        [1, 2, 3].map((n) => row(n, (first ?? 0) + n - 1)),
        epoch,
      );
      await ledger.write(epoch, [
        { id: "crm:evt_1", state: "dead", attempts: 9, doneAt: second(1), reason: "gave up" },
        { id: "crm:evt_2", state: "delivered", doneAt: second(1) },
      ]);
      const { revision } = await ledger.lease(name);
      assert.equal(await ledger.reopen("crm:evt_404"), false);
      assert.equal(await ledger.reopen("crm:evt_2"), false);
      assert.equal(await ledger.reopen("crm:evt_1"), true);
      assert.equal(await ledger.reopen("crm:evt_2", { again: true }), true);
      assert.equal((await ledger.lease(name)).revision, revision + 2);
      const opened = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual(
        opened.map(({ eventId, state, attempts, seq }) => [eventId, state, attempts, seq]),
        [
          ["evt_1", "open", 0, 4],
          ["evt_2", "open", 0, 5],
        ],
      );
      assert.equal(opened[0]?.doneAt, undefined);
      assert.equal(opened[0]?.reason, undefined);
      assert.equal(await ledger.write(epoch, [{ id: "crm:evt_1", state: "sending" }]), 1);
      // An operator who presses twice: it is open, and the holder is told again.
      assert.equal(await ledger.reopen("crm:evt_1"), true);
    });

    it("replays rows in their order: what is new, and what was over, once; what is open stays as it is", async () => {
      const epoch = await take();
      const first = (await reserveSeq(ledger, name, epoch, 4)) ?? 0;
      await ledger.insert(
        [1, 2, 3, 4].map((n) => row(n, first + n - 1)),
        epoch,
      );
      const ended = (n: number, state: "dead" | "delivered" | "skipped") =>
        ({ id: `crm:evt_${n}`, state, doneAt: second(1) }) as const;
      await ledger.write(epoch, [ended(1, "dead"), ended(2, "delivered"), ended(3, "skipped")]);
      const rows = [3, 5, 4, 2, 1].map((n) => {
        const { destination: _1, seq: _2, ...given } = row(n);
        return given;
      });
      const how = { replay: "rpl_1", again: false };
      assert.deepEqual(await ledger.replay(name, rows, how), [true, true, false, false, true]);
      const again = { ...how, again: true };
      assert.deepEqual(await ledger.replay(name, rows, again), [true, true, false, true, true]);
      const opened = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual(
        opened.map(({ eventId, seq, replay, again }) => [eventId, seq, replay, again]),
        [
          ["evt_3", first + 4, "rpl_1", undefined],
          ["evt_5", first + 5, "rpl_1", undefined],
          ["evt_1", first + 6, "rpl_1", undefined],
          ["evt_2", first + 7, "rpl_1", "rpl_1"],
        ],
      );
    });

    it("opens rows from outside behind those that are open, once, whoever holds them", async () => {
      const given = (n: number) => {
        const { seq: _1, destination: _2, ...rest } = row(n);
        return rest;
      };
      assert.deepEqual(await ledger.enqueue(name, []), []);
      assert.deepEqual(await ledger.enqueue(name, [given(1), given(2)]), [], "before any holder");
      const epoch = await take();
      assert.deepEqual(seqs(await claimOpen(epoch)), [1, 2]);
      await reserveSeq(ledger, name, epoch, 3);
      const { revision } = await ledger.lease(name);
      await ledger.write(epoch, [{ id: "crm:evt_1", state: "delivered", doneAt: second(1) }]);
      const bodied = { ...given(4), body: makeText("kept") };
      const wrong = { ...given(5), reason: "is no event" };
      const existing = await ledger.enqueue(name, [given(1), given(2), given(3), bodied, wrong]);
      assert.deepEqual(
        existing.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        [
          { id: "crm:evt_1", state: "delivered" },
          { id: "crm:evt_2", state: "open" },
        ],
      );
      assert.equal((await ledger.lease(name)).revision, revision + 1);
      const found = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual(
        found.map(({ eventId, state }) => [eventId, state]),
        [
          ["evt_3", "open"],
          ["evt_4", "open"],
        ],
      );
      assert.ok(found.every(({ seq }) => seq > 5));
      const next = await reserveSeq(ledger, name, epoch, 1);
      assert.ok(next !== undefined && next > Math.max(...seqs(found)));
      assert.equal((await states())["evt_5"], "dead");
      assert.ok((await ledger.bodies(["evt_4"])).has("evt_4"));
      // What it opened is written by its holder like all others.
      assert.equal(await ledger.write(epoch, [{ id: "crm:evt_3", state: "sending" }]), 1);
    });

    it("gives rows that two open at once numbers of their own", async () => {
      const epoch = await take();
      const given = (n: number) => {
        const { seq: _1, destination: _2, ...rest } = row(n);
        return rest;
      };
      const calls = [0, 10, 20].map((at) => [1, 2, 3, 4, 5].map((n) => given(at + n)));
      await Promise.all([
        ...calls.map((rows) => ledger.enqueue(name, rows)),
        reserveSeq(ledger, name, epoch, 5),
      ]);
      const found = await ledger.claimForeign(name, epoch, []);
      assert.equal(new Set(seqs(found)).size, 15);
      for (const rows of calls) {
        const ids: readonly string[] = rows.map(({ eventId }) => eventId);
        const mine = found.map(({ eventId }) => eventId).filter((id) => ids.includes(id));
        assert.deepEqual(mine, ids, "in the order they were given");
      }
    });

    it("keeps in mind that an outcome is unknown while a row is dead and when it is opened again", async () => {
      const epoch = await take();
      await reserveSeq(ledger, name, epoch, 5);
      await ledger.insert(
        [1, 2, 3, 4, 5].map((n) => row(n)),
        epoch,
      );
      const dead = { state: "dead", doneAt: second(1), reason: "no" } as const;
      await ledger.write(epoch, [
        { id: "crm:evt_1", ...dead, unknown: true },
        { id: "crm:evt_2", ...dead },
        { id: "crm:evt_3", state: "sending" },
        { id: "crm:evt_5", state: "sending", unknown: true },
      ]);
      await ledger.giveUp("crm:evt_3", "by hand");
      await ledger.giveUp("crm:evt_4", "by hand");
      const unknown = async () => {
        const all = (await ledger.deliveries({}, { limit: 9 })).items;
        return all.flatMap((each) => (each.unknown ? each.eventId : [])).sort();
      };
      assert.deepEqual(await unknown(), ["evt_1", "evt_3", "evt_5"]);
      const known = { state: "delivered", doneAt: second(1), unknown: false } as const;
      await ledger.write(epoch, [{ id: "crm:evt_5", ...known }]);
      assert.deepEqual(await unknown(), ["evt_1", "evt_3"]);
      for (const n of [1, 2, 3, 4]) await ledger.reopen(`crm:evt_${n}`);
      assert.deepEqual(
        (await ledger.claimForeign(name, epoch, [])).map(({ state, unknown }) => [state, unknown]),
        [
          ["open", true],
          ["open", undefined],
          ["open", true],
          ["open", undefined],
        ],
      );
      await ledger.write(epoch, [{ id: "crm:evt_3", state: "sending" }]);
      assert.deepEqual(await unknown(), ["evt_1", "evt_3"], "what is absent stays");
      await ledger.giveUp("crm:evt_1", "while it waits for its turn");
      // It took effect; that it is to do so again says nothing about what is unknown.
      await ledger.write(epoch, [{ id: "crm:evt_3", state: "delivered", doneAt: second(1) }]);
      await ledger.reopen("crm:evt_3", { again: true });
      assert.deepEqual(await unknown(), ["evt_1"]);
    });

    it("gives an open row up, whoever holds it, and fences the holder out of it", async () => {
      const epoch = await take();
      await ledger.insert([row(1), row(2), row(3), row(4)], epoch);
      await ledger.write(epoch, [
        { id: "crm:evt_2", state: "sending", nextAt: second(9) },
        { id: "crm:evt_3", state: "delivered", doneAt: second(1) },
      ]);
      const { revision } = await ledger.lease(name);
      assert.equal(await ledger.giveUp("crm:evt_404", "no"), false);
      assert.equal(await ledger.giveUp("crm:evt_3", "no"), false);
      assert.deepEqual(await ledger.givenUp(name), []);
      assert.equal(await ledger.giveUp("crm:evt_1", "they have it by mail"), true);
      assert.equal(await ledger.giveUp("crm:evt_2", "this one too"), true);
      assert.equal(await ledger.giveUp("crm:evt_1", "twice"), false);
      assert.equal((await ledger.lease(name)).revision, revision + 2);
      assert.deepEqual([...(await ledger.givenUp(name))].sort(), ["crm:evt_1", "crm:evt_2"]);
      assert.deepEqual(await ledger.givenUp("other"), []);
      // Attempts of the holder end now: of the rows only the one left is its own.
      const changes = [
        { id: "crm:evt_1", state: "open", nextAt: second(5) },
        { id: "crm:evt_2", state: "delivered", doneAt: second(5) },
        { id: "crm:evt_4", state: "sending" },
      ] as const;
      assert.equal(await ledger.write(epoch, changes), 1);
      assert.deepEqual(await ledger.claimForeign(name, epoch, ["crm:evt_1", "crm:evt_2"]), []);
      const [dead] = await ledger.deliveriesOf("evt_2");
      assert.deepEqual([dead?.state, dead?.reason], ["dead", "this one too"]);
      assert.equal(dead?.nextAt, undefined);
      assert.ok(!Number.isNaN(Date.parse(dead?.doneAt ?? "")));
      assert.deepEqual(seqs(await claimOpen(epoch)), [4]);
      const [counted] = await ledger.destinations();
      assert.deepEqual([counted?.open, counted?.dead], [1, 2]);
      assert.equal(await ledger.reopen("crm:evt_1"), true);
      assert.deepEqual(await ledger.givenUp(name), ["crm:evt_2"]);
      assert.equal((await ledger.claimForeign(name, epoch, [])).length, 1);
    });

    it("gives a row up only while no attempt can be under way, when it is told so", async () => {
      const epoch = await take();
      await ledger.insert([row(1), row(2), row(3), row(4)], epoch);
      await ledger.write(epoch, [
        { id: "crm:evt_2", state: "sending", nextAt: second(9) },
        { id: "crm:evt_3", state: "sending" },
        { id: "crm:evt_4", state: "sending", nextAt: second(9) },
      ]);
      await ledger.write(epoch, [{ id: "crm:evt_4", state: "sending", nextAt: null }]);
      const { revision } = await ledger.lease(name);
      const given = [];
      for (const n of [1, 2, 3, 4]) {
        given.push(await ledger.giveUp(`crm:evt_${n}`, "by hand", { idle: true }));
      }
      assert.deepEqual(given, [true, true, false, false]);
      assert.equal((await ledger.lease(name)).revision, revision + 2);
      assert.equal((await states())["evt_3"], "sending");
      assert.equal(await ledger.giveUp("crm:evt_3", "by hand", { idle: false }), true);
      assert.equal(await ledger.giveUp("crm:evt_1", "twice", { idle: true }), false);
    });

    it("lists deliveries newest first, page by page, by destination, state and event", async () => {
      const epoch = await take();
      await ledger.insert(
        Array.from({ length: 7 }, (_, n) => row(n)),
        epoch,
      );
      await ledger.insert([row(3, 1, "other")], epoch);
      await ledger.write(epoch, [{ id: "crm:evt_5", state: "dead", doneAt: second(1) }]);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = { limit: 3, ...(cursor !== null && { cursor }) };
        const answer = await ledger.deliveries({}, page);
        seen.push(...answer.items.map(({ id }) => id));
        cursor = answer.next;
      } while (cursor !== null);
      const expected = ["crm:evt_6", "crm:evt_5", "crm:evt_4", "other:evt_3", "crm:evt_3"];
      assert.deepEqual(seen, [...expected, "crm:evt_2", "crm:evt_1", "crm:evt_0"]);
      const ids = async (filter: Parameters<Ledger["deliveries"]>[0]) =>
        (await ledger.deliveries(filter, { limit: 50 })).items.map(({ id }) => id);
      assert.deepEqual(await ids({ state: "dead" }), ["crm:evt_5"]);
      assert.deepEqual(await ids({ state: "sending" }), []);
      assert.deepEqual(
        await ids({ state: "open" }),
        seen.filter((id) => id !== "crm:evt_5"),
      );
      assert.deepEqual(
        await ids({ destination: name }),
        seen.filter((id) => id.startsWith("crm")),
      );
      assert.deepEqual(await ids({ destination: name, state: "dead" }), ["crm:evt_5"]);
      assert.deepEqual(await ids({ destination: "none", state: "dead" }), []);
      assert.deepEqual(await ids({ destination: "other" }), ["other:evt_3"]);
      assert.deepEqual(await ids({ event: "evt_3", destination: name }), ["crm:evt_3"]);
      assert.deepEqual(
        (await ledger.deliveriesOf("evt_3")).map(({ id }) => id),
        ["crm:evt_3", "other:evt_3"],
      );
    });

    it("finds a delivery by its id, and nothing by any other", async () => {
      await ledger.insert([row(1), row(2)], await take());
      const [listed] = (await ledger.deliveries({ event: "evt_2" }, { limit: 5 })).items;
      assert.equal(listed?.id, "crm:evt_2");
      assert.deepEqual(await ledger.delivery("crm:evt_2"), listed);
      for (const id of ["", "evt_2", "crm:", "other:evt_2", "crm:evt_2\0"]) {
        assert.equal(await ledger.delivery(id), undefined, id);
      }
    });

    it("finds the body of an event, or that it lies in quarantine, or nothing", async () => {
      const event = makeText("hello", { id: "evt_1" });
      const bytes = Buffer.from("{}");
      const post = quarantinedPost(bytes, [], { receivedAt: second(1), postId: "pst_1" });
      await opened.append([event, { ...post, id: quarantineIdOf("evt_2") }]);
      const found = await ledger.bodies(["evt_1", "evt_2", "evt_3"]);
      assert.deepEqual(
        found,
        new Map<string, unknown>([
          ["evt_1", event],
          ["evt_2", "quarantined"],
        ]),
      );
      await ledger.keepBodies(["evt_1", "evt_3"], new Date());
    });

    it("keeps a body with its row where it is told to, as it came, until the row goes", async () => {
      const epoch = await take();
      const odd = makeText("half a pair: \ud83d", { id: "evt_1" });
      const raw = { "a.b": { $set: 1 }, empty: {}, list: [[]] };
      const body = { ...odd, data: { ...odd.data, raw } } as unknown as WaypostEvent;
      await ledger.insert([{ ...row(1), body }, row(2)], epoch);
      assert.deepEqual(await ledger.bodies(["evt_1", "evt_2"]), new Map([["evt_1", body]]));
      assert.deepEqual(await ledger.delivery("crm:evt_1"), {
        ...row(1),
        state: "open",
        attempts: 0,
        history: [],
      });
      const shown = [await ledger.openRows(name, epoch, { limit: 9 })];
      shown.push(await ledger.claimForeign(name, epoch, ["crm:evt_1"]));
      shown.push((await ledger.deliveries({}, { limit: 9 })).items);
      assert.ok(!JSON.stringify(shown).includes("half a pair"));
      // It may be wanted again after it is done, and goes with the row.
      await ledger.write(epoch, [
        { id: "crm:evt_1", state: "dead", doneAt: second(1), reason: "no" },
      ]);
      assert.equal((await ledger.bodies(["evt_1"])).size, 1);
      const event = makeText("hello", { id: "evt_1" });
      await opened.append([event]);
      assert.deepEqual((await ledger.bodies(["evt_1"])).get("evt_1"), event, "the log is ahead");
    });

    it("keeps events of open rows in the log for as long as it is told", async () => {
      await opened.append([makeText("kept", { id: "evt_1" }), makeText("gone", { id: "evt_2" })]);
      const days = (n: number) => Date.now() + n * 24 * 60 * 60 * 1_000;
      await ledger.keepBodies(["evt_1"], new Date(days(60)));
      await ledger.keepBodies(["evt_1"], new Date(days(40)));
      await opened.expire(days(59));
      assert.deepEqual([...(await ledger.bodies(["evt_1", "evt_2"])).keys()], ["evt_1"]);
      await opened.expire(days(61));
      assert.equal((await ledger.bodies(["evt_1"])).size, 0);
    });

    it("remembers a link under every id of the conversation, and keeps the later holder's", async () => {
      const both = makeEvent({ contact: { userId: "DE.7410258963", waId: "15555550123" } });
      const [user = "", phone = ""] = [
        both.data.conversationId,
        makeEvent({ contact: { waId: "15555550123" } }).data.conversationId,
      ];
      await opened.append([both]);
      assert.deepEqual((await ledger.aliases([phone]))(phone), [phone, user]);
      assert.deepEqual((await ledger.aliases(["cnv_x"]))("cnv_x"), ["cnv_x"]);
      const learnt = { kind: "became", from: user, to: "cnv_x", at: second(1) } as const;
      const joined = (await ledger.aliases(["cnv_x"], [learnt]))("cnv_x");
      assert.deepEqual(new Set(joined), new Set(["cnv_x", phone, user]));
      assert.equal(await ledger.link(name, phone), undefined);
      assert.equal(await ledger.saveLink(name, user, { thread: "1" }, 2), true);
      assert.deepEqual(await ledger.link(name, phone), { thread: "1" });
      assert.equal(await ledger.link("other", phone), undefined);
      assert.equal(await ledger.saveLink(name, user, { thread: "late" }, 1), false);
      assert.equal(await ledger.saveLink(name, user, { thread: "2" }, 2), true);
      assert.deepEqual(await ledger.link(name, user), { thread: "2" });
    });

    it("keeps a link as long as events of its conversation are kept, and not for ever", async () => {
      const contact = { userId: "DE.7410258963", waId: "15555550123" };
      const both = makeEvent({ id: "evt_1", contact });
      const user = both.data.conversationId ?? "";
      const days = (n: number) => Date.now() + n * 24 * 60 * 60 * 1_000;
      const link = { thread: "1" };
      await ledger.saveLink(name, user, link, 1);
      await opened.append([both]);
      await ledger.saveLink(name, "cnv_other", link, 1);
      // Remembered of the event itself, as where it has no conversation.
      await ledger.saveLink(name, "evt_1", link, 1);
      await ledger.keepBodies(["evt_1"], new Date(days(60)));
      await opened.expire(days(31));
      assert.deepEqual(await ledger.link(name, "cnv_other"), link);
      await opened.expire(days(45));
      assert.equal(await ledger.link(name, "cnv_other"), undefined);
      // An event that is kept longer, for an open delivery, keeps the link.
      await opened.expire(days(62));
      assert.deepEqual(await ledger.link(name, user), link);
      assert.deepEqual(await ledger.link(name, "evt_1"), link);
      await opened.expire(days(75));
      assert.equal(await ledger.link(name, user), undefined);
    });

    it("lets a link live on with each event of its conversation, and with each that joins it", async (t) => {
      const day = 24 * 60 * 60 * 1_000;
      const contact = { userId: "DE.7410258963", waId: "15555550123" };
      const user = makeEvent({ contact }).data.conversationId ?? "";
      const phone = makeEvent({ contact: { waId: contact.waId } }).data.conversationId ?? "";
      await ledger.saveLink(name, user, { thread: "1" }, 1);
      await ledger.saveLink(name, phone, { thread: "2" }, 1);
      const now = Date.now();
      t.mock.timers.enable({ apis: ["Date"], now: now + 20 * day });
      await opened.append([makeEvent({ contact })]);
      t.mock.timers.reset();
      await opened.expire(now + 51 * day);
      assert.deepEqual(await ledger.link(name, user), { thread: "1" });
      assert.deepEqual(await ledger.link(name, phone), { thread: "2" });
      await opened.expire(now + 65 * day);
      assert.equal(await ledger.link(name, user), undefined);
    });

    it("remembers a link of a contact over all numbers, apart from those of conversations", async () => {
      const contact = { userId: "DE.7410258963", waId: "15555550123" };
      const [user, phone] = ["user:DE.7410258963", "phone:15555550123"];
      const link = async (key: string) =>
        ledger.link(name, (await ledger.contactAliases([key]))(key));
      await ledger.saveLink(name, phone, { id: "1" }, 2);
      assert.deepEqual((await ledger.contactAliases([user]))(user), [user]);
      const learnt = { kind: "phone", from: phone, to: user, at: second(1) } as const;
      const told = (await ledger.contactAliases([user], [learnt]))(user);
      assert.deepEqual(await ledger.link(name, told), { id: "1" });
      assert.equal(await link(user), undefined);
      const account = { wabaId: "900100200300401", phoneNumberId: "700700700700701" };
      const both = makeEvent({ contact, account });
      await opened.append([both]);
      assert.deepEqual(await link(user), { id: "1" });
      assert.equal(await ledger.link(name, both.data.conversationId ?? ""), undefined);
      assert.equal(await ledger.saveLink(name, user, { id: "2" }, 2), true);
      assert.equal(await ledger.saveLink(name, user, { id: "late" }, 1), false);
      assert.deepEqual(await link(user), { id: "2" });
    });

    it("keeps a contact's link as long as events of the contact, and one that is to live longer so long", async () => {
      const days = (n: number) => Date.now() + n * 24 * 60 * 60 * 1_000;
      const [user, phone] = ["user:DE.7410258963", "phone:15555550123"];
      const keepMs = days(60) - Date.now();
      await ledger.saveLink(name, user, { id: "1" }, 1);
      await ledger.saveLink(name, phone, { id: "2" }, 1, { keepMs });
      await ledger.saveLink(name, "cnv_long", { id: "3" }, 1, { keepMs });
      await opened.expire(days(36));
      assert.deepEqual(await ledger.link(name, [user]), { id: "1" });
      await opened.expire(days(38));
      assert.equal(await ledger.link(name, [user]), undefined);
      assert.deepEqual(await ledger.link(name, [phone]), { id: "2" });
      await opened.expire(days(59));
      assert.deepEqual(await ledger.link(name, "cnv_long"), { id: "3" });
      await opened.expire(days(61));
      assert.equal(await ledger.link(name, [phone]), undefined);
    });

    it("lets a contact's link live on with each of their events, on whichever number", async (t) => {
      const day = 24 * 60 * 60 * 1_000;
      const contact = { userId: "DE.7410258963", waId: "15555550123" };
      const keys = ["user:DE.7410258963", "phone:15555550123"];
      for (const key of keys) await ledger.saveLink(name, key, { id: key }, 1);
      const now = Date.now();
      t.mock.timers.enable({ apis: ["Date"], now: now + 20 * day });
      const account = { wabaId: "900100200300401", phoneNumberId: "700700700700701" };
      const { userId, waId } = contact;
      await opened.append(
        [{ userId }, { waId }].map((each) => makeEvent({ contact: each, account })),
      );
      t.mock.timers.reset();
      await opened.expire(now + 51 * day);
      for (const key of keys) assert.deepEqual(await ledger.link(name, [key]), { id: key });
    });
  });
}

function second(n: number): string {
  return new Date(Date.UTC(2026, 10, 20, 10, 0, n)).toISOString();
}
