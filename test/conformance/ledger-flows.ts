import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Ledger } from "../../src/contracts.ts";
import { makeText } from "../store/make-events.ts";
import { type LedgerUnderTest, row } from "./ledger.ts";

const name = "crm";
const at = (n: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, n));
const later = (n: number, due: number) => ({
  ...row(n),
  id: `${row(n).id}:reminder`,
  route: "reminder",
  routes: ["reminder"],
  laneKeys: [`${row(n).id}:reminder`],
  nextAt: at(due).toISOString(),
});

/** What every ledger promises of rows that wait for their day, of what was decided, and of claims. */
export function testFlowRows(
  kind: string,
  options: { skip: string | false },
  open: () => Promise<LedgerUnderTest>,
): void {
  describe(`the ${kind} ledger, for routes that remember`, options, () => {
    let opened: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      opened = await open();
      ledger = opened.ledger;
    });
    afterEach(() => opened.close());

    const take = async () => {
      const taken = await ledger.takeLease(name, await ledger.lease(name), "one");
      assert.ok(taken);
      return taken.epoch;
    };
    const listed = async () =>
      (await ledger.deliveries({ destination: name }, { limit: 200 })).items.map(
        ({ eventId, state }) => `${eventId} ${state}`,
      );

    it("keeps a scheduled row from its holder until it is opened, the earliest first", async () => {
      const epoch = await take();
      await ledger.insert([later(1, 50), later(2, 30), later(3, 40), row(4)], epoch);
      await ledger.claimOpen(name, epoch);
      const seqs = async () =>
        (await ledger.openRows(name, epoch, { limit: 9 })).map(({ seq }) => seq);
      assert.deepEqual(await seqs(), [4]);
      const [counted] = await ledger.destinations();
      assert.deepEqual([counted?.open, counted?.scheduled], [1, 3]);
      assert.equal(await ledger.openDue(name, at(20), 9), 0);
      assert.equal((await ledger.lease(name)).revision, 0);
      assert.equal(await ledger.openDue(name, at(60), 2), 2);
      assert.equal((await ledger.lease(name)).revision, 1);
      const loaded = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual(
        loaded.map(({ seq, state, nextAt, routes }) => [seq, state, nextAt, routes]),
        [
          [2, "open", at(30).toISOString(), ["reminder"]],
          [3, "open", at(40).toISOString(), ["reminder"]],
        ],
      );
      // The row that was made last is the oldest: the others are no older than their time.
      assert.equal((await ledger.destinations())[0]?.oldestOpenAt, row(4).createdAt);
      assert.equal(await ledger.openDue("other", at(60), 9), 0);
      assert.equal(await ledger.openDue(name, at(60), 9), 1);
      assert.equal(await ledger.openDue(name, at(60), 9), 0);
      assert.deepEqual(await listed(), ["evt_4 open", "evt_3 open", "evt_2 open", "evt_1 open"]);
    });

    it("finds a scheduled row that exists, whichever way it comes again, and cancels it for good", async () => {
      const epoch = await take();
      await ledger.insert([later(1, 50)], epoch);
      const again = [{ id: later(1, 50).id, state: "scheduled" as const }];
      assert.deepEqual(await ledger.insert([later(1, 50)], epoch), again);
      assert.equal(await ledger.reopen(later(1, 50).id), false);
      assert.equal(await ledger.giveUp(later(1, 50).id, "cancelled by an operator"), true);
      assert.equal(await ledger.openDue(name, at(60), 9), 0);
      const cancelled = await ledger.delivery(later(1, 50).id);
      assert.equal(cancelled?.state, "skipped");
      assert.deepEqual((await ledger.destinations())[0]?.dead, 0);
      assert.equal(cancelled?.unknown, undefined);
      assert.deepEqual((await ledger.destinations())[0]?.scheduled, 0);
      assert.equal(await ledger.reopen(later(1, 50).id), true);
      assert.deepEqual(await listed(), ["evt_1 open"]);
    });

    it("opens what is scheduled from outside as well", async () => {
      const { destination: _1, seq: _2, ...outside } = later(1, 50);
      assert.deepEqual(await ledger.enqueue(name, [outside]), []);
      assert.deepEqual(await listed(), ["evt_1 scheduled"]);
      assert.equal(await ledger.openDue(name, at(60), 9), 1);
      const epoch = await take();
      await ledger.claimOpen(name, epoch);
      assert.equal((await ledger.openRows(name, epoch, { limit: 9 })).length, 1);
    });

    it("opens what a replay asks for once, however often it asks, and counts what became of it", async () => {
      const epoch = await take();
      await ledger.insert([row(1), row(2)], epoch);
      const end = (n: number, state: "delivered" | "dead") =>
        ledger.write(epoch, [{ id: row(n).id, state, doneAt: at(1).toISOString() }]);
      await end(1, "delivered");
      await end(2, "dead");
      const one = { replay: "rpl_1" };
      assert.equal(await ledger.reopen(row(1).id, one), false, "it is delivered");
      assert.equal(await ledger.reopen(row(1).id, { ...one, again: true }), true);
      assert.equal(await ledger.reopen(row(2).id, one), true);
      const marks = async (n: number) => {
        const { state, replay, again } = (await ledger.delivery(row(n).id)) ?? {};
        return [state, replay, again];
      };
      assert.deepEqual(await marks(1), ["open", "rpl_1", "rpl_1"]);
      assert.deepEqual(await marks(2), ["open", "rpl_1", undefined]);
      const { destination: _, seq: __, ...third } = row(3);
      await ledger.enqueue(name, [{ ...third, ...one }]);
      const claimed = await ledger.claimForeign(name, epoch, []);
      assert.deepEqual(
        claimed.map(({ id, replay }) => [id, replay]),
        [1, 2, 3].map((n) => [row(n).id, "rpl_1"]),
      );
      await end(1, "delivered");
      await end(2, "dead");
      const nothing = { scheduled: 0, sending: 0, skipped: 0 };
      const counted = { ...nothing, open: 1, delivered: 1, dead: 1 };
      assert.deepEqual(await ledger.replayed("rpl_1"), counted);
      // A process that went on where another had died asks again.
      assert.equal(await ledger.reopen(row(1).id, { ...one, again: true }), true);
      assert.equal(await ledger.reopen(row(2).id, one), true);
      assert.deepEqual(await ledger.replayed("rpl_1"), counted);
      // A retry by hand keeps the key of what may have taken effect.
      await ledger.reopen(row(2).id);
      assert.deepEqual(await marks(2), ["open", "rpl_1", undefined]);
      assert.equal((await ledger.replayed("rpl_2")).open, 0);
    });

    it("keeps what is unknown through a retry, unless somebody has seen that it is not done", async () => {
      const epoch = await take();
      await ledger.insert([row(1)], epoch);
      const { id } = row(1);
      const doneAt = at(1).toISOString();
      const retried = async (options?: object) => {
        await ledger.claimForeign(name, epoch, []);
        await ledger.write(epoch, [{ id, state: "dead", unknown: true, doneAt }]);
        await ledger.reopen(id, options);
        return (await ledger.delivery(id))?.unknown;
      };
      assert.equal(await retried(), true);
      assert.equal(await retried({ notDone: true }), undefined);
    });

    it("lists the oldest first where it is asked to, page by page", async () => {
      const epoch = await take();
      const rows = [3, 1, 2, 5, 4].map((n) => ({ ...row(n), createdAt: at(n).toISOString() }));
      await ledger.insert(rows, epoch);
      const walk = async (filter: object) => {
        const found: string[] = [];
        let cursor: string | null | undefined;
        do {
          const asked = { limit: 2, order: "oldest" as const, ...(cursor && { cursor }) };
          const page: Awaited<ReturnType<Ledger["deliveries"]>> = await ledger.deliveries(
            filter,
            asked,
          );
          found.push(...page.items.map(({ eventId }) => eventId));
          cursor = page.next;
        } while (cursor !== null);
        return found;
      };
      const all = [1, 2, 3, 4, 5].map((n) => row(n).eventId);
      assert.deepEqual(await walk({}), all);
      assert.deepEqual(await walk({ destination: name, state: "open" }), all);
      assert.deepEqual(await walk({ event: row(2).eventId }), [row(2).eventId]);
    });

    it("keeps what was decided and what follows, through retry and reopening", async () => {
      const epoch = await take();
      const routes = ["vip", "all"];
      await ledger.insert([{ ...row(1), route: "vip", routes }, row(2)], epoch);
      const emits = [makeText("follows", { id: "evt_9" })];
      const decided = ["all"];
      const id = row(1).id;
      await ledger.write(epoch, [{ id, state: "sending", route: "all", decided, emits }]);
      await ledger.write(epoch, [{ id, state: "dead", reason: "no", doneAt: at(1).toISOString() }]);
      const kept = async () => {
        const found = await ledger.delivery(id);
        return [found?.state, found?.route, found?.routes, found?.decided, found?.emits];
      };
      assert.deepEqual(await kept(), ["dead", "all", routes, decided, emits]);
      await ledger.reopen(id);
      assert.deepEqual(await kept(), ["open", "all", routes, decided, emits]);
      const skipped = {
        state: "skipped",
        reason: "all: tag",
        doneAt: at(2).toISOString(),
      } as const;
      await ledger.write(epoch, [{ id: row(2).id, ...skipped }]);
      assert.equal((await ledger.delivery(row(2).id))?.state, "skipped");
      assert.equal((await ledger.destinations())[0]?.open, 1);
      assert.equal((await ledger.destinations())[0]?.dead, 0);
      assert.equal(await ledger.reopen(row(2).id), true, "one that was skipped can be asked again");
    });

    it("keeps that what follows is not all until it is taken away, over a death and reopening", async () => {
      const epoch = await take();
      const id = row(1).id;
      await ledger.insert([row(1)], epoch);
      const emits = [makeText("follows", { id: "evt_9" })];
      const kept = async () => {
        const found = await ledger.delivery(id);
        return [found?.state, found?.partial, found?.emits?.length];
      };
      await ledger.write(epoch, [{ id, state: "sending", emits, partial: true }]);
      assert.deepEqual(await kept(), ["sending", true, 1]);
      await ledger.write(epoch, [{ id, state: "dead", reason: "no", doneAt: at(1).toISOString() }]);
      await ledger.reopen(id);
      assert.deepEqual(await kept(), ["open", true, 1]);
      const [loaded] = await ledger.claimForeign(name, epoch, []);
      assert.equal(loaded?.partial, true);
      await ledger.write(epoch, [{ id, state: "sending", emits, partial: false }]);
      assert.deepEqual(await kept(), ["sending", undefined, 1]);
      const doneAt = at(2).toISOString();
      await ledger.write(epoch, [{ id, state: "delivered", doneAt }]);
      await ledger.reopen(id, { again: true });
      assert.deepEqual(await kept(), ["open", undefined, undefined]);
    });

    it("gives a claim to one of two, and again to whom it was given", async () => {
      const until = new Date(Date.now() + 60_000);
      const times = (n: number) => ({ at: at(n).toISOString(), time: at(n - 1).toISOString() });
      const claimOf = (n: number) => ({ by: row(n).id, ...times(n) });
      const by = (n: number) => ({ ...claimOf(n), expireAt: until });
      const tried = await Promise.all([1, 2, 3].map((n) => ledger.claim("k", by(n))));
      assert.equal(tried.filter(Boolean).length, 1);
      const [first] = await ledger.claims(["k", "other"]);
      assert.ok(first);
      const winner = tried.indexOf(true) + 1;
      assert.deepEqual(first, claimOf(winner));
      assert.equal(await ledger.claim("k", by(winner)), true);
      assert.equal(await ledger.claim("k", by(8)), false);
      const over = await Promise.all([8, 9].map((n) => ledger.claim("k", by(n), first)));
      assert.equal(over.filter(Boolean).length, 1);
      assert.equal(await ledger.claim("k", by(7), first), false, "what it saw is there no more");
    });

    it("knows in which conversation a claim was taken, and that the next was in none", async () => {
      const expireAt = new Date(Date.now() + 60_000);
      const first = { by: row(1).id, at: at(1).toISOString(), conversation: "cnv_1" };
      const next = { by: row(2).id, at: at(2).toISOString() };
      await ledger.claim("k", { ...first, expireAt });
      assert.deepEqual(await ledger.claims(["k"]), [first]);
      assert.equal(await ledger.claim("k", { ...next, expireAt }, first), true);
      assert.deepEqual(await ledger.claims(["k"]), [next]);
    });

    it("forgets a claim when its time is over", async () => {
      const claim = { by: row(1).id, at: at(1).toISOString(), expireAt: new Date(Date.now() - 1) };
      assert.equal(await ledger.claim("k", claim), true);
      assert.deepEqual(await ledger.claims(["k"]), []);
      const until = new Date(Date.now() + 60_000);
      assert.equal(await ledger.claim("k", { ...claim, by: row(2).id, expireAt: until }), true);
      assert.deepEqual(await ledger.claims(["k"]), [{ by: row(2).id, at: claim.at }]);
    });
  });
}
