import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BusMessage, Delivery, NewDelivery, WaypostEvent } from "../../src/contracts.ts";
import { createIntake, type IntakeParts } from "../../src/deliver/intake.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { aliasEdges } from "../../src/event/alias-edges.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { quarantinedMessage, quarantinedPost } from "../../src/event/quarantined-post.ts";
import { LeaseOverError } from "../../src/support/lease.ts";
import { createArrayLog } from "../support/array-log.ts";
import { event } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const createdAt = "2026-11-20T10:00:00.000Z";
const routes = compileRoutes({
  accounts: {},
  routes: [
    { name: "elsewhere", when: {}, to: ["other"], test: false },
    { name: "texts", when: { type: ["whatsapp.message.text"] }, to: ["crm"], test: false },
  ],
});

/** An intake over a ledger that says what it was asked, and the answers that a test sets. */
function setUp() {
  const log = createArrayLog();
  const lease = { out: false, lost: [] as string[] };
  const answers = {
    first: 41 as number | undefined,
    existing: [] as Pick<Delivery, "id" | "state">[],
  };
  const asked: unknown[][] = [];
  const kept: string[] = [];
  const inserted: NewDelivery[][] = [];
  const opened: NewDelivery[][] = [];
  const loaded: (readonly string[])[] = [];
  const known = new Set<string>();
  const done: unknown[][] = [];
  const parts: IntakeParts = {
    name: "crm",
    routes,
    log,
    clock: createFakeClock(Date.parse(createdAt)),
    lanes: { has: (id) => known.has(id), isFree: () => true },
    ledger: {
      ...createMemoryLedger(),
      async aliases(ids, learnt) {
        asked.push(["aliases", ids, learnt]);
        return (id) => [id, `${id} too`];
      },
      async reserveSeq(...args) {
        asked.push(["reserveSeq", ...args]);
        return answers.first;
      },
      async insert(rows, epoch) {
        asked.push(["insert", epoch]);
        inserted.push([...rows]);
        return answers.existing;
      },
    },
    lease: {
      epoch: 7,
      fence: () => 0,
      over: new AbortController().signal,
      leftMs: () => (lease.out ? 0 : 15_000),
      check() {
        if (lease.out) throw new LeaseOverError("it is over");
      },
      lose(reason) {
        lease.out = true;
        lease.lost.push(reason);
      },
      release: async () => undefined,
    },
    bodies: { keep: ({ id }) => void kept.push(id), get: async () => undefined },
    rows: {
      load: async (ids) => void loaded.push(ids),
      openDue: async () => undefined,
      open: (rows) => void opened.push([...rows]),
    },
    health: { done: ({ eventId }, { state, reason }) => void done.push([eventId, state, reason]) },
  };
  const take = async (...batch: BusMessage[]): Promise<void> =>
    void (await createIntake(parts)(batch, new AbortController().signal));
  return { log, lease, answers, asked, kept, inserted, opened, loaded, known, done, take };
}

const rowOf = ({ id, data }: WaypostEvent, seq: number): NewDelivery => ({
  id: `crm:${id}`,
  destination: "crm",
  eventId: id,
  eventType: "whatsapp.message.text",
  account: data.account,
  route: "texts",
  laneKeys: [data.conversationId ?? "", `${data.conversationId} too`],
  seq,
  createdAt,
});

describe("an intake", () => {
  it("makes rows of what is routed to its destination, in queue order, each once", async () => {
    const { take, asked, inserted, opened, kept, loaded } = setUp();
    const [first, second, third] = [event("cnv_b"), event("cnv_a"), event("cnv_b")];
    const status = { ...event("cnv_c"), type: "whatsapp.status.read" };
    const post = quarantinedPost(Buffer.from("{}"), [], { receivedAt: createdAt, postId: "pst_1" });
    await take(first, status, post, second, first, third);
    const rows = [rowOf(first, 41), rowOf(second, 42), rowOf(third, 43)];
    assert.deepEqual([inserted, opened], [[rows], [rows]]);
    assert.deepEqual(asked, [
      ["aliases", ["cnv_b", "cnv_a"], []],
      ["reserveSeq", "crm", 7, 3],
      ["insert", 7],
    ]);
    assert.deepEqual(
      kept,
      rows.map(({ eventId }) => eventId),
    );
    assert.deepEqual(loaded, []);
  });

  it("asks the ledger for nothing when nothing goes to its destination", async () => {
    const { take, asked, lease } = setUp();
    lease.out = true;
    await take({ ...event("cnv_a"), type: "whatsapp.status.read" });
    assert.deepEqual(asked, []);
  });

  it("tells of the people of its batch, and asks for no conversation where there is none", async () => {
    const { take, asked } = setUp();
    const party = { waId: "15555550123", userId: "DE.7410258963" };
    const link = event(conversationIdOf("700700700700700", { userId: party.userId }) ?? "", {
      contact: party,
    });
    const { conversationId: _, ...data } = event("cnv_a").data;
    await take(link, { ...event("cnv_a"), data });
    assert.equal(aliasEdges(link).length, 1);
    assert.deepEqual(asked[0], ["aliases", [link.data.conversationId], aliasEdges(link)]);
  });

  it("opens new rows, loads open ones that it does not know, and leaves the others", async () => {
    const { take, answers, known, opened, loaded, kept } = setUp();
    const events = Array.from({ length: 6 }, () => event("cnv_a"));
    const states = ["open", "sending", "delivered", "dead", "open"] as const;
    answers.existing = states.map((state, i) => ({ id: `crm:${events[i]?.id}`, state }));
    known.add(`crm:${events[4]?.id}`);
    await take(...events);
    assert.deepEqual(loaded, [[`crm:${events[0]?.id}`, `crm:${events[1]?.id}`]]);
    assert.deepEqual(opened, [[rowOf(events[5] as WaypostEvent, 46)]]);
    assert.equal(kept.length, 6);
  });

  it("begins nothing when its lease is over, and inserts nothing when the ledger says that it is lost", async () => {
    const over = setUp();
    over.lease.out = true;
    await assert.rejects(over.take(event("cnv_a")), LeaseOverError);
    assert.deepEqual([over.asked, over.lease.lost], [[], []]);
    const lost = setUp();
    lost.answers.first = undefined;
    await assert.rejects(lost.take(event("cnv_a")), LeaseOverError);
    assert.deepEqual([lost.inserted, lost.opened], [[], []]);
    assert.deepEqual(lost.lease.lost, ["somebody else took the lease"]);
  });

  it("makes dead rows of what it cannot route and of what is no event, says so, and takes their neighbours", async () => {
    const { take, log, inserted, opened, done } = setUp();
    const [good, bad] = [event("cnv_a"), { ...event("cnv_b"), data: undefined as never }];
    const shapeless = quarantinedMessage(
      Buffer.from(JSON.stringify({ id: "evt_mine", type: "a.b", data: 1 })),
      "data is no object",
    );
    await take(bad, shapeless, good);
    const [first = [], ...more] = inserted;
    assert.deepEqual(more, []);
    assert.deepEqual(
      first.map(({ id, route, reason }) => [id, route, reason]),
      [
        [`crm:${bad.id}`, "none", "an event of an unknown shape"],
        ["crm:evt_mine", "none", "data is no object"],
        [`crm:${good.id}`, "texts", undefined],
      ],
    );
    assert.deepEqual(opened, [[rowOf(good, 43)]]);
    assert.deepEqual(done, [
      [bad.id, "dead", "an event of an unknown shape"],
      ["evt_mine", "dead", "data is no object"],
    ]);
    assert.deepEqual(
      log.lines.map(({ level, message, eventId }) => [level, message, eventId]),
      [["error", "an event of an unknown shape cannot be routed", bad.id]],
    );
  });
});
