import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type {
  Bus,
  BusMessage,
  EncodedEvent,
  QueueSpec,
  WaypostEvent,
} from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { isQuarantined, QUARANTINE_TYPE, type QuarantinedPost } from "../../src/event/event.ts";
import { quarantineIdOf } from "../../src/event/quarantined-post.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";

export interface ConformanceQueues {
  /** Everything, quarantine too. */
  readonly all: QueueSpec;
  /** `whatsapp.message.*`. */
  readonly messages: QueueSpec;
  /** `whatsapp.status.#` and `business.order`; takes what is misshapen. */
  readonly others: QueueSpec;
}

/** A bus under test, with nothing in it and the queues declared. */
export interface BusUnderTest {
  readonly bus: Bus;
  readonly queues: ConformanceQueues;
  /** Closes the bus and opens it again over the same data, with the same queues declared or with these. */
  reopen(queues?: readonly QueueSpec[]): Promise<Bus>;
  /** Closes what is open and removes the data. */
  cleanup(): Promise<void>;
}

/** The queues a factory declares; the prefix keeps tests on one server apart. */
export function conformanceQueues(prefix: string): ConformanceQueues {
  const queue = (name: string, patterns: string[], quarantine: boolean, single: boolean) => ({
    name: `${prefix}.${name}`,
    patterns,
    quarantine,
    single,
  });
  return {
    all: queue("all", ["#"], true, false),
    messages: queue("messages", ["whatsapp.message.*"], false, true),
    others: {
      ...queue("others", ["whatsapp.status.#", "business.order"], false, true),
      misshapen: true,
    },
  };
}

/** What every Bus promises. At least once: an event may come again after a reopen or a failed handler. */
export function busConformance(name: string, factory: () => Promise<BusUnderTest>): void {
  describe(`${name}: a bus`, () => {
    let test: BusUnderTest;
    let bus: Bus;
    let queues: ConformanceQueues;
    beforeEach(async () => {
      test = await factory();
      ({ bus, queues } = test);
    });
    afterEach(() => test.cleanup());

    it("hands events to a queue in the order of their publishing", async () => {
      const seen = await collect(bus, queues.all);
      const sent = texts(0, 300);
      for (let i = 0; i < sent.length; i += 10) await publish(bus, sent.slice(i, i + 10));
      await seen.has(sent);
      assert.deepEqual(seen.ids(), idsOf(sent));
    });

    it("hands over the events as they were published", async () => {
      const seen = await collect(bus, queues.all);
      const sent = [textEvent(1, 'a "quoted" ä😀 line\n'), statusEvent(2, "read")];
      await publish(bus, sent);
      await seen.has(sent);
      assert.deepEqual(seen.items, sent);
    });

    it("keeps for a queue what is published before its consumer starts", async () => {
      const sent = texts(0, 30);
      await publish(bus, sent);
      const seen = await collect(bus, queues.messages);
      await seen.has(sent);
      assert.deepEqual(seen.ids(), idsOf(sent));
    });

    it("routes by type pattern, to each queue on its own", async () => {
      const [all, messages, others] = [
        await collect(bus, queues.all),
        await collect(bus, queues.messages),
        await collect(bus, queues.others),
      ];
      const order = { ...textEvent(3), id: "evt_order", type: "business.order" };
      const orders = { ...textEvent(4), id: "evt_orders", type: "business.orders.new" };
      const sent = [textEvent(1), statusEvent(2, "sent"), order, orders, textEvent(5)];
      await publish(bus, sent);
      await Promise.all([
        all.has(sent),
        messages.has([textEvent(1), textEvent(5)]),
        others.has([statusEvent(2, "sent"), order]),
      ]);
      assert.deepEqual(all.ids(), idsOf(sent));
      assert.deepEqual(messages.ids(), ["evt_1", "evt_5"]);
      assert.deepEqual(others.ids(), ["evt_s2", "evt_order"]);
    });

    it("declares another queue while it runs, and takes other types for a known one", async () => {
      const extra = { ...queues.others, name: `${queues.all.name}.extra` };
      await bus.declare([
        queues.all,
        queues.messages,
        { ...queues.others, patterns: ["#"] },
        extra,
      ]);
      const [widened, added] = [await collect(bus, queues.others), await collect(bus, extra)];
      const sent = [textEvent(1), statusEvent(2, "read")];
      await publish(bus, sent);
      await widened.has(sent);
      await added.has(sent.slice(1));
      assert.deepEqual(added.ids(), idsOf(sent.slice(1)));
    });

    it("removes a queue that is declared no more, but not with what waits in it unless forced", async () => {
      const seen = await collect(bus, queues.all);
      await assert.rejects(bus.removeQueue(queues.messages.name), /is declared/);
      const sent = texts(0, 3);
      await publish(bus, sent);
      await seen.has(sent);
      await bus.declare([queues.all, queues.others]);
      await waitFor("what waits is counted", async () => {
        return (await bus.removeQueue(queues.messages.name)) === 3;
      });
      assert.equal(await bus.removeQueue(queues.messages.name, { force: true }), 0);
      assert.equal(await bus.removeQueue(queues.messages.name), 0);
      await bus.declare(Object.values(queues));
      const anew = await collect(bus, queues.messages);
      await publish(bus, texts(3, 4));
      await anew.has(texts(3, 4));
      assert.deepEqual(anew.ids(), ["evt_3"]);
    });

    it("keeps what waits in a queue that it is opened without, and what comes for it meanwhile", async () => {
      const first = [textEvent(1), statusEvent(2, "read"), textEvent(3)];
      await publish(bus, first);
      bus = await test.reopen([queues.all]);
      const all = await collect(bus, queues.all);
      const meanwhile = [statusEvent(4, "read"), textEvent(5)];
      await publish(bus, meanwhile);
      await all.has([...first, ...meanwhile]);
      bus = await test.reopen();
      const messages = await collect(bus, queues.messages);
      await messages.has([textEvent(5)]);
      assert.deepEqual(messages.ids(), ["evt_1", "evt_3", "evt_5"]);
      const others = await collect(bus, queues.others);
      await others.has([statusEvent(4, "read")]);
      assert.deepEqual(others.ids(), ["evt_s2", "evt_s4"]);
    });

    it("removes a queue that it is opened without, but not with what waits in it unless forced", async () => {
      await publish(bus, [textEvent(1), statusEvent(2, "read")]);
      bus = await test.reopen([queues.all]);
      await publish(bus, [textEvent(3)]);
      await waitFor("what waits is counted", async () => {
        return (await bus.removeQueue(queues.messages.name)) === 2;
      });
      assert.equal(await bus.removeQueue(queues.messages.name, { force: true }), 0);
      bus = await test.reopen();
      const [messages, others] = [
        await collect(bus, queues.messages),
        await collect(bus, queues.others),
      ];
      const sent = [textEvent(4), statusEvent(5, "read")];
      await publish(bus, sent);
      await Promise.all([messages.has(sent.slice(0, 1)), others.has(sent.slice(1))]);
      assert.deepEqual(messages.ids(), ["evt_4"]);
      assert.deepEqual(others.ids(), ["evt_s2", "evt_s5"]);
    });

    it("lets a queue whose handler hangs delay no other", async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const stuck = await bus.consume(queues.messages, () => held);
      const seen = await collect(bus, queues.all);
      await publish(bus, texts(0, 5));
      await seen.has(texts(0, 5));
      release();
      await stuck.close();
    });

    it("hands quarantined POSTs only to queues that take them", async () => {
      const all = await collect(bus, queues.all);
      const messages = await collect(bus, queues.messages);
      const sent = [quarantined("qrn_1"), textEvent(1)];
      await publish(bus, sent);
      await Promise.all([all.has(sent), messages.has([textEvent(1)])]);
      assert.deepEqual(all.items.toSorted(byId), sent.toSorted(byId));
      assert.deepEqual(messages.ids(), ["evt_1"]);
    });

    it("gives the handler the same batch again, in the same order, until it resolves", async () => {
      const sent = texts(0, 20);
      await publish(bus, sent);
      const calls: string[][] = [];
      const consumer = await bus.consume(queues.messages, async (batch) => {
        calls.push(idsOf(batch));
        if (calls.length < 3) throw new Error("not now");
      });
      await waitFor("all are handled", () => new Set(calls.slice(2).flat()).size === sent.length);
      await consumer.close();
      const [first, second, third, ...rest] = calls;
      assert.ok(first !== undefined && first.length > 0);
      assert.deepEqual(second, first);
      assert.deepEqual(third, first);
      assert.deepEqual([...first, ...rest.flat()], idsOf(sent));
    });

    it("hands over one batch at a time", async () => {
      let running = 0;
      let most = 0;
      let count = 0;
      const consumer = await bus.consume(queues.messages, async (batch) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        count += batch.length;
      });
      await Promise.all(texts(0, 200).map((event) => publish(bus, [event])));
      await waitFor("all are handled", () => count === 200);
      await consumer.close();
      assert.equal(most, 1);
    });

    it("loses nothing that was published when it is closed and opened again", async () => {
      const sent = texts(0, 50);
      await Promise.all(sent.map((event) => publish(bus, [event])));
      bus = await test.reopen();
      const seen = await collect(bus, queues.messages);
      await seen.has(sent);
      assert.equal(seen.ids().length, sent.length);
    });

    it("goes on behind what was handled when it is opened again, and repeats what was not", async () => {
      const sent = texts(0, 10);
      await publish(bus, sent);
      const first = await collect(bus, queues.messages);
      await first.has(sent);
      await first.close();
      const more = texts(10, 20);
      await publish(bus, more);
      const failing = await bus.consume(queues.messages, async () => {
        throw new Error("never");
      });
      await failing.close();
      bus = await test.reopen();
      const second = await collect(bus, queues.messages);
      await second.has(more);
      assert.deepEqual(second.ids(), idsOf(more));
    });

    it("hands nothing over while a consumer is paused, and all of it after", async () => {
      const seen = await collect(bus, queues.messages);
      await publish(bus, texts(0, 5));
      await seen.has(texts(0, 5));
      await seen.consumer.pause();
      await seen.consumer.pause();
      const other = await collect(bus, queues.all);
      await publish(bus, texts(5, 10));
      await other.has(texts(5, 10));
      assert.equal(seen.ids().length, 5);
      await seen.consumer.resume();
      await seen.consumer.resume();
      await seen.has(texts(0, 10));
      assert.deepEqual(seen.ids(), idsOf(texts(0, 10)));
    });

    it("pauses also while a handler keeps failing", async () => {
      let failing = true;
      const handled: string[] = [];
      let calls = 0;
      const consumer = await bus.consume(queues.messages, async (batch) => {
        calls += 1;
        if (failing) throw new Error("not now");
        handled.push(...idsOf(batch));
      });
      await publish(bus, texts(0, 3));
      await waitFor("the first attempt", () => calls > 0);
      await consumer.pause();
      failing = false;
      await consumer.resume();
      await waitFor("the batch is handled", () => handled.length >= 3);
      await consumer.close();
      assert.deepEqual([...new Set(handled)], idsOf(texts(0, 3)));
    });

    it("waits at close for the running batch and its ack, and tells the handler", async () => {
      let signalled = false;
      let finished = false;
      let started = false;
      const consumer = await bus.consume(queues.messages, async (_batch, signal) => {
        started = true;
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => setTimeout(resolve, 20));
        });
        signalled = signal.aborted;
        finished = true;
      });
      await publish(bus, texts(0, 1));
      await waitFor("the batch is running", () => started);
      await Promise.all([consumer.close(), consumer.close()]);
      assert.ok(signalled && finished);
      bus = await test.reopen();
      const seen = await collect(bus, queues.messages);
      await publish(bus, texts(1, 2));
      await seen.has(texts(1, 2));
      assert.deepEqual(seen.ids(), ["evt_1"]);
    });

    it("lets another consumer take over after one has closed", async () => {
      const first = await collect(bus, queues.messages);
      await publish(bus, texts(0, 3));
      await first.has(texts(0, 3));
      await first.close();
      const second = await collect(bus, queues.messages);
      await publish(bus, texts(3, 6));
      await second.has(texts(3, 6));
      assert.deepEqual(second.ids(), idsOf(texts(3, 6)));
    });

    it("shows a tail live events of matching types only, and never quarantine", async () => {
      await publish(bus, [textEvent(1)]);
      const shown: WaypostEvent[] = [];
      const everything: WaypostEvent[] = [];
      const tail = await bus.tail("whatsapp.status.*", (event) => void shown.push(event));
      const whole = await bus.tail("#", (event) => void everything.push(event));
      const sent = [textEvent(2), statusEvent(3, "read"), quarantined("qrn_1"), textEvent(4)];
      await publish(bus, sent);
      await waitFor("the tails show the events", () => everything.length >= 3);
      assert.deepEqual(shown, [statusEvent(3, "read")]);
      assert.deepEqual(idsOf(everything), ["evt_2", "evt_s3", "evt_4"]);
      await tail.close();
      await publish(bus, [statusEvent(5, "read"), textEvent(6)]);
      await waitFor("the other tail goes on", () => everything.length >= 5);
      assert.equal(shown.length, 1);
      await whole.close();
    });

    it("is not harmed by a tail that throws", async () => {
      let calls = 0;
      const tail = await bus.tail("#", () => {
        calls += 1;
        throw new Error("of the tail");
      });
      const seen = await collect(bus, queues.all);
      await publish(bus, texts(0, 3));
      await seen.has(texts(0, 3));
      await waitFor("the tail was called for each", () => calls === 3);
      await tail.close();
    });

    it("publishes 1,000 events in one call, in order", async () => {
      const seen = await collect(bus, queues.all);
      const sent = texts(0, 1_000);
      await publish(bus, sent);
      await seen.has(sent);
      assert.deepEqual(seen.ids(), idsOf(sent));
    });

    it("serves 50 publishers at once, each in its own order", async () => {
      const seen = await collect(bus, queues.all);
      const sent = Array.from({ length: 50 }, (_, p) => texts(p * 20, p * 20 + 20));
      await Promise.all(
        sent.map(async (events) => {
          for (const event of events) await publish(bus, [event]);
        }),
      );
      await seen.has(sent.flat());
      for (const events of sent) {
        const own = new Set(idsOf(events));
        assert.deepEqual(
          seen.ids().filter((id) => own.has(id)),
          idsOf(events),
        );
      }
      assert.equal(seen.ids().length, 1_000);
    });

    it("moves what cannot be decoded to the queue's dead rows, and lets its neighbours through", async () => {
      const bad = (id: string, text: string): EncodedEvent => ({
        ...encodeEvent(textEvent(1)),
        id,
        bytes: Buffer.from(text),
      });
      const wrong = [bad("evt_b1", "not JSON {"), bad("evt_b2", "{}"), bad("evt_b3", "\xff\0")];
      const events = [encodeEvent(textEvent(1)), ...wrong, encodeEvent(textEvent(2))];
      await bus.publish(events, AbortSignal.timeout(10_000));
      const seen = await collect(bus, queues.messages);
      await seen.has([textEvent(1), textEvent(2)]);
      assert.deepEqual(seen.ids(), ["evt_1", "evt_2"]);
      await waitFor("three are dead", async () => (await state(bus, queues.messages)).dead === 3);
      assert.equal((await state(bus, queues.others)).dead, 0);
      assert.equal(await bus.dropDead(queues.others.name), 0);
      assert.equal(await bus.dropDead(queues.messages.name), 3);
      await waitFor("none is dead", async () => (await state(bus, queues.messages)).dead === 0);
      bus = await test.reopen();
      assert.equal((await state(bus, queues.messages)).dead, 0);
    });

    it("moves an event that is not shaped like one there too, and hands it to who takes quarantine", async () => {
      const { data, ...rest } = textEvent(1);
      const { account: _, ...withoutAccount } = data;
      const wrong: Record<string, unknown>[] = [
        { ...rest, id: "evt_b0", data: { ...data, contact: { waId: 15555550123 } } },
        { ...rest, id: "evt_b1" },
        { ...rest, id: 17, data },
        { ...rest, id: "evt_b3", data: withoutAccount },
        { ...rest, id: "evt_b4", data: { ...data, message: { type: "text", errors: [null] } } },
      ];
      const encodedOf = (n: number): EncodedEvent[] => [
        encodeEvent(textEvent(2 * n)),
        {
          ...encodeEvent(textEvent(1)),
          id: `evt_b${n}`,
          bytes: Buffer.from(JSON.stringify(wrong[n])),
        },
        encodeEvent(textEvent(2 * n + 1)),
      ];
      await bus.publish(
        wrong.flatMap((_, n) => encodedOf(n)),
        AbortSignal.timeout(10_000),
      );
      const [messages, all] = [await collect(bus, queues.messages), await collect(bus, queues.all)];
      const good = texts(0, 2 * wrong.length);
      await messages.has(good);
      await all.has(good);
      assert.deepEqual(messages.items, good);
      await waitFor("they are dead", async () => (await state(bus, queues.messages)).dead === 5);
      assert.equal((await state(bus, queues.all)).dead, 0);
      const posts = all.items.filter(isQuarantined);
      assert.deepEqual(
        posts.map(({ data_base64 }) => JSON.parse(Buffer.from(data_base64, "base64").toString())),
        wrong,
      );
      assert.equal(posts[0]?.id, quarantineIdOf("evt_b0"));
      assert.match(posts[0]?.problems ?? "", /data\.contact\.waId/);
      assert.deepEqual([posts[0]?.time, posts[0]?.postid], [data.receivedAt, rest.postid]);
    });

    it("hands what is no event but has an event's id to who takes that, in its place, and sets the rest aside", async () => {
      const bad = (parts: object): EncodedEvent => ({
        ...encodeEvent(statusEvent(1, "read")),
        id: "evt_bad",
        bytes: Buffer.from(JSON.stringify({ ...statusEvent(1, "read"), data: 7, ...parts })),
      });
      const good = [statusEvent(1, "read"), statusEvent(2, "read"), statusEvent(3, "read")];
      const [one, two, three] = good.map(encodeEvent);
      const wrong = [bad({ id: "evt_b1" }), bad({ id: 17 }), bad({ id: "evt_b2", type: 7 })];
      const [b1, b17, b2] = wrong;
      const events = [one, b1, b17, two, b2, three].flatMap((event) => event ?? []);
      await bus.publish(events, AbortSignal.timeout(10_000));
      const seen = await collect(bus, queues.others);
      await seen.has(good);
      assert.deepEqual(
        seen.items.map((item) => (isQuarantined(item) ? item.eventid : item.id)),
        [good[0]?.id, "evt_b1", good[1]?.id, "evt_b2", good[2]?.id],
      );
      const posts = seen.items.filter(isQuarantined);
      assert.deepEqual(
        posts.map(({ eventtype }) => eventtype),
        [good[0]?.type, undefined],
      );
      assert.match(posts[0]?.problems ?? "", /has no data of an event's form/);
      await waitFor("one is dead", async () => (await state(bus, queues.others)).dead === 1);
    });

    it("moves what a handler answers as unfit to the dead rows, and acks the batch", async () => {
      const handled: string[] = [];
      let failures = 1;
      const consumer = await bus.consume(queues.messages, async (batch) => {
        if (failures-- > 0) throw new Error("not now");
        handled.push(...idsOf(batch));
        const unfit = batch.filter(({ id }) => id === "evt_2" || id === "evt_4");
        return unfit.map((item) => ({ item, reason: "nobody can handle it" }));
      });
      await publish(bus, texts(0, 6));
      await waitFor("two are dead", async () => (await state(bus, queues.messages)).dead === 2);
      await waitFor("all are handled", () => handled.length >= 6);
      await consumer.close();
      assert.deepEqual(handled, idsOf(texts(0, 6)));
      bus = await test.reopen();
      const seen = await collect(bus, queues.messages);
      await publish(bus, texts(6, 7));
      await seen.has(texts(6, 7));
      assert.deepEqual(seen.ids(), ["evt_6"]);
      assert.equal((await state(bus, queues.messages)).dead, 2);
    });

    it("tells what waits in each queue", async () => {
      await publish(bus, [...texts(0, 4), statusEvent(5, "read")]);
      const ready = async (queue: QueueSpec) => (await state(bus, queue)).ready;
      await waitFor("the counts are right", async () => {
        const counts = [await ready(queues.all), await ready(queues.messages)];
        return counts.join() === "5,4" && (await ready(queues.others)) === 1;
      });
      const seen = await collect(bus, queues.messages);
      await seen.has(texts(0, 4));
      await waitFor("nothing waits any more", async () => (await ready(queues.messages)) === 0);
      assert.equal(await ready(queues.all), 5);
    });

    it("rejects a publish whose signal has aborted", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      await assert.rejects(bus.publish([encodeEvent(textEvent(1))], signal));
    });

    it("is ready while open, and refuses to publish and says why after close", async () => {
      assert.equal(bus.health().ready, true);
      await publish(bus, [textEvent(1)]);
      await Promise.all([bus.close(), bus.close()]);
      assert.equal(bus.health().ready, false);
      assert.notEqual(bus.health().reason, undefined);
      await assert.rejects(publish(bus, [textEvent(2)]));
    });
  });
}

function texts(from: number, to: number): WaypostEvent[] {
  return Array.from({ length: to - from }, (_, i) => textEvent(from + i));
}

function quarantined(id: string): QuarantinedPost {
  return {
    specversion: "1.0",
    id,
    type: QUARANTINE_TYPE,
    source: "/whatsapp",
    time: "2026-11-20T10:00:00.000Z",
    postid: "pst_q",
    datacontenttype: "application/octet-stream",
    data_base64: "bm90IEpTT04=",
    problems: '[{"path":"","reason":"not JSON"}]',
  };
}

function publish(bus: Bus, items: readonly BusMessage[]): Promise<void> {
  return bus.publish(items.map(encodeEvent), AbortSignal.timeout(20_000));
}

function idsOf(items: readonly BusMessage[]): string[] {
  return items.map((item) => item.id);
}

function byId(a: BusMessage, b: BusMessage): number {
  return a.id < b.id ? -1 : 1;
}

async function state(bus: Bus, queue: QueueSpec) {
  const found = (await bus.queues()).find(({ name }) => name === queue.name);
  assert.ok(found, `the bus does not tell of ${queue.name}`);
  return found;
}

/** Consumes into memory. `items` and `ids` hold each event once, when it first came. */
async function collect(bus: Bus, queue: QueueSpec) {
  const items: BusMessage[] = [];
  const known = new Set<string>();
  const consumer = await bus.consume(queue, async (batch) => {
    for (const item of batch.filter(({ id }) => !known.has(id))) {
      known.add(item.id);
      items.push(item);
    }
  });
  return {
    items,
    consumer,
    ids: () => idsOf(items),
    has: (events: readonly BusMessage[]) =>
      waitFor(`${events.length} events in ${queue.name}`, () =>
        events.every(({ id }) => known.has(id)),
      ),
    close: () => consumer.close(),
  };
}
