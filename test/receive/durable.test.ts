import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { type EncodedEvent, NotDurableError } from "../../src/contracts.ts";
import type { Durable } from "../../src/receive/durability.ts";
import { createDurable } from "../../src/receive/durable.ts";
import { openSpool } from "../../src/receive/spool.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createFakeBus } from "../support/fake-bus.ts";
import { createMemorySpool, type MemorySpool } from "../support/memory-spool.ts";
import { waitFor } from "../support/wait-for.ts";

/** Longer than any test takes: what is confirmed is so in time, also on a busy machine. */
const patientMs = 60_000;
const deadlineMs = 30;
const running: Durable[] = [];

function start(spool: MemorySpool = createMemorySpool(), deadlineMs = patientMs) {
  const bus = createFakeBus();
  const metrics = createMetrics();
  const log = createArrayLog();
  const durable = createDurable({ bus, spool, deadlineMs, log, metrics });
  running.push(durable);
  durable.start();
  const ids = () => bus.published.map((event) => event.id);
  const direct = () =>
    waitFor("direct mode", () => durable.health().mode === "direct" && durable.health().ready);
  return { bus, spool, metrics, log, durable, ids, direct };
}

function post(...ids: string[]): EncodedEvent[] {
  return ids.map((id) => ({
    id,
    type: "whatsapp.message.text",
    routingKey: "whatsapp.message.text.700700700700700",
    bytes: Buffer.from(`{"id":"${id}"}`),
  }));
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `e${from + index}`);
}

/** Without the repeats: the order in which each first entered the bus. */
function firsts(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((durable) => durable.close()));
});

describe("durable", () => {
  it("publishes directly while the bus confirms, and leaves the spool alone", async () => {
    const { durable, spool, ids } = start();
    await durable.publish(post("a", "b"));
    assert.deepEqual(ids(), ["a", "b"]);
    assert.equal(spool.depth().posts, 0);
    assert.equal(durable.health().mode, "direct");
  });

  it("takes a POST without events as durable", async () => {
    const { durable, bus, spool } = start();
    bus.mood = "rejects";
    const publishes: unknown[] = [];
    bus.onPublish = (events) => publishes.push(events);
    await durable.publish([]);
    await turn();
    assert.deepEqual([publishes, spool.posts, durable.health().mode], [[], [], "direct"]);
  });

  for (const mood of ["hangs", "rejects"] as const) {
    it(`spools a POST and all later ones when the bus ${mood}, and drains them in order`, async () => {
      const { durable, bus, spool, ids, direct } = start(createMemorySpool(), deadlineMs);
      bus.mood = mood;
      await durable.publish(post("e0"));
      assert.equal(durable.health().mode, "spool");
      bus.down = "gone";
      for (const id of range(1, 20)) await durable.publish(post(id));
      assert.equal(spool.depth().posts, 20);
      // On a busy machine not even that: its time may be over before it departs.
      assert.ok(
        ids().every((id) => id === "e0"),
        "nothing overtakes what waits",
      );
      bus.down = undefined;
      bus.mood = "confirms";
      await direct();
      await durable.publish(post("e20"));
      assert.deepEqual(firsts(ids()), range(0, 21));
      assert.equal(spool.depth().posts, 0);
    });
  }

  it("answers after the deadline and an append when the bus hangs", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { durable, bus, spool } = start(createMemorySpool(), deadlineMs);
    bus.mood = "hangs";
    bus.onPublish = () => {
      // The pump does not hang too.
      bus.down = "gone";
    };
    let answers = 0;
    const answered = durable.publish(post("a")).then(() => {
      answers += 1;
    });
    t.mock.timers.tick(deadlineMs - 1);
    await turn();
    assert.deepEqual([answers, bus.published.length], [0, 1]);
    t.mock.timers.tick(1);
    await answered;
    assert.equal(spool.depth().posts, 1);
  });

  it("sends all that is in flight to the spool, oldest first, when one POST fails", async () => {
    const { durable, bus, spool } = start();
    bus.mood = "hangs";
    const first = [post("a"), post("b"), post("c")].map((one) => durable.publish(one));
    bus.down = "gone";
    const last = durable.publish(post("d"));
    await Promise.all([...first, last]);
    const spooled = spool.posts.map(({ events }) => events[0]?.id);
    assert.deepEqual(spooled, ["a", "b", "c", "d"]);
  });

  it("spools nothing that the bus has confirmed", async () => {
    const { durable, bus, spool } = start();
    await durable.publish(post("a"));
    bus.down = "gone";
    await durable.publish(post("b"));
    assert.deepEqual(
      spool.posts.map(({ events }) => events.map(({ id }) => id)),
      [["b"]],
    );
  });

  it("is ready as soon as the bus is and nothing waits, though the spool failed a moment ago", async () => {
    const { durable, bus, spool } = start();
    bus.down = "gone";
    spool.failure = "ENOSPC";
    await assert.rejects(durable.publish(post("a")), { cause: new Error("ENOSPC") });
    bus.down = undefined;
    await waitFor("direct mode", () => durable.health().mode === "direct");
    assert.deepEqual(durable.health(), { ready: true, mode: "direct" });
    bus.down = "gone";
    assert.equal(durable.health().ready, false, "neither would take it");
  });

  it("sends the POSTs of one turn as one publish, and those of the next as another", async () => {
    const { durable, bus, spool } = start();
    const publishes: string[][] = [];
    bus.onPublish = (events) => publishes.push(events.map(({ id }) => id));
    bus.mood = "hangs";
    const first = [post("a", "b"), post("c")].map((one) => durable.publish(one));
    await waitFor("the first publish", () => publishes.length === 1);
    const second = durable.publish(post("d"));
    await waitFor("the second publish", () => publishes.length === 2);
    assert.deepEqual(publishes, [["a", "b", "c"], ["d"]]);
    bus.down = "gone";
    await Promise.all([...first, second, durable.publish(post("e"))]);
    const spooled = spool.posts.map(({ events }) => events.map(({ id }) => id));
    assert.deepEqual(
      spooled,
      [["a", "b"], ["c"], ["d"], ["e"]],
      "a row for each POST, oldest first",
    );
  });

  it("lets no more POSTs share a publish than fit into a few hundred kilobytes", async () => {
    const { durable, bus } = start();
    const publishes: string[][] = [];
    bus.onPublish = (events) => publishes.push(events.map(({ id }) => id));
    const large = (id: string) => post(id).map((one) => ({ ...one, bytes: Buffer.alloc(200_000) }));
    await Promise.all(["a", "b", "c"].map((id) => durable.publish(large(id))));
    assert.deepEqual(publishes, [["a", "b"], ["c"]]);
  });

  it("keeps the order when a POST is too large to wait for others", async () => {
    const { durable, ids } = start();
    const large = range(1, 400);
    await Promise.all(
      [post("e0"), post(...large), post("e400")].map((one) => durable.publish(one)),
    );
    assert.deepEqual(ids(), range(0, 401));
  });

  it("does not try a bus that says it is not ready", async () => {
    const { durable, bus, spool, log } = start();
    bus.down = "RabbitMQ blocks publishers: low on disk";
    await durable.publish(post("a"));
    assert.deepEqual(bus.published, []);
    assert.equal(spool.depth().posts, 1);
    assert.deepEqual(
      log.lines.filter(({ level }) => level === "warn").map(({ reason }) => reason),
      [bus.down],
    );
    assert.deepEqual(durable.health(), { ready: true, mode: "spool" });
  });

  it("starts in spool mode while there is something to drain", async () => {
    const { durable, ids, direct } = start(createMemorySpool([post("old1"), post("old2")]));
    assert.equal(durable.health().mode, "spool");
    const answered = durable.publish(post("new"));
    await direct();
    await answered;
    assert.deepEqual(firsts(ids()), ["old1", "old2", "new"]);
  });

  it("keeps what was not confirmed, and publishes it again", async () => {
    const { durable, bus, spool, ids, direct } = start(createMemorySpool([post("a"), post("b")]));
    bus.mood = "rejects";
    await waitFor("two tries", () => ids().filter((id) => id === "a").length >= 2);
    assert.equal(spool.depth().posts, 2);
    bus.mood = "confirms";
    await direct();
    assert.deepEqual(ids().slice(-2), ["a", "b"]);
    assert.equal(durable.health().mode, "direct");
  });

  it("finds back to direct under steady load, in order", async () => {
    const { durable, bus, ids, direct } = start();
    bus.down = "gone";
    const answers: Promise<void>[] = [];
    let next = 0;
    const load = setInterval(() => {
      for (let i = 0; i < 5; i += 1) answers.push(durable.publish(post(`e${next++}`)));
    }, 1);
    try {
      await waitFor("a backlog", () => next > 300);
      bus.down = undefined;
      bus.confirmMs = 3;
      await direct();
      const at = next;
      await waitFor("some direct ones", () => next > at + 100);
    } finally {
      clearInterval(load);
    }
    await Promise.all(answers);
    await direct();
    assert.deepEqual(firsts(ids()), range(0, next));
  });

  it("finds back to direct while hundreds of senders have their next POST ready, in order", async () => {
    const { durable, bus, ids, direct } = start();
    bus.down = "gone";
    let next = 0;
    let over = false;
    const send = async () => {
      while (!over) await durable.publish(post(`e${next++}`));
    };
    const senders = Array.from({ length: 300 }, send);
    try {
      await waitFor("a backlog", () => next > 600);
      bus.confirmMs = 3;
      bus.down = undefined;
      await direct();
    } finally {
      over = true;
      await Promise.all(senders);
    }
    assert.deepEqual(firsts(ids()), range(0, next));
  });

  it("drains a POST that was on its way into the spool when the rest had been published", async () => {
    const spool = createMemorySpool();
    const { durable, bus, ids, direct } = start(spool);
    bus.down = "gone";
    await durable.publish(post("a"));
    const { append, read } = spool;
    let settle = () => {};
    const slow = new Promise<void>((resolve) => {
      settle = resolve;
    });
    spool.append = async (events) => {
      await slow;
      return append.call(spool, events);
    };
    let emptyReads = 0;
    spool.read = async (...asked) => {
      const posts = await read.apply(spool, asked);
      if (posts.length === 0) emptyReads += 1;
      return posts;
    };
    const late = durable.publish(post("b"));
    bus.down = undefined;
    await waitFor("the pump to be through", () => {
      return ids().includes("a") && (emptyReads > 0 || durable.health().mode === "direct");
    });
    assert.equal(durable.health().mode, "spool");
    settle();
    await late;
    await direct();
    assert.deepEqual(ids(), ["a", "b"]);
    assert.equal(spool.depth().posts, 0);
  });

  it("stays in spool mode while the bus confirms later than a POST may wait", async () => {
    const { durable, bus, spool, direct } = start(createMemorySpool(), deadlineMs);
    bus.confirmMs = 2 * deadlineMs;
    await durable.publish(post("a"));
    await waitFor("the drain", () => spool.depth().posts === 0);
    const startedAt = performance.now();
    await durable.publish(post("b"));
    assert.ok(performance.now() - startedAt < deadlineMs, "an append, no second wait");
    assert.equal(durable.health().mode, "spool");
    bus.confirmMs = 0;
    await durable.publish(post("c"));
    await direct();
  });

  it("refuses what neither takes, and is not ready then", async () => {
    const { durable, bus, spool, direct } = start();
    bus.down = "gone";
    spool.failure = "ENOSPC";
    await assert.rejects(durable.publish(post("a")), NotDurableError);
    const { ready, reason } = durable.health();
    assert.equal(ready, false);
    assert.match(reason ?? "", /gone.*ENOSPC/);
    bus.down = undefined;
    await direct();
    await durable.publish(post("b"));
    assert.deepEqual(
      bus.published.map(({ id }) => id),
      ["b"],
    );
  });

  it("takes POSTs again when a full spool has drained", async () => {
    const { durable, bus, spool, direct } = start();
    bus.down = "gone";
    await durable.publish(post("a"));
    spool.failure = "full";
    await assert.rejects(durable.publish(post("b")), NotDurableError);
    bus.down = undefined;
    await direct();
    await durable.publish(post("c"));
  });

  it("gives the pump two seconds at close, and keeps what is not confirmed by then", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { durable, bus, spool, ids } = start(createMemorySpool([post("a")]));
    bus.mood = "hangs";
    await waitFor("the pump", () => ids().length > 0);
    let closed = false;
    const closing = durable.close().then(() => {
      closed = true;
    });
    t.mock.timers.tick(1_999);
    await sleep(5);
    assert.equal(closed, false);
    await assert.rejects(durable.publish(post("b")), {
      name: "NotDurableError",
      message: "shutting down",
    });
    t.mock.timers.tick(1);
    await closing;
    assert.deepEqual([spool.depth().posts, ids()], [1, ["a"]]);
  });

  it("lets the pump have its batch confirmed at close, and begins no other", async () => {
    const { durable, bus, spool, ids } = start(
      createMemorySpool([post("a"), post(...range(0, 1_000))]),
    );
    bus.confirmMs = 20;
    await waitFor("the pump", () => ids().length > 0);
    await durable.close();
    assert.deepEqual([ids(), spool.depth().posts], [["a"], 1]);
  });

  it("publishes a batch of the pump again that is not confirmed within 30 seconds", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { bus, ids, log, direct } = start(createMemorySpool([post("a")]));
    const signals: AbortSignal[] = [];
    const { publish } = bus;
    bus.publish = (events, signal) => {
      signals.push(signal);
      return publish(events, signal);
    };
    bus.mood = "hangs";
    await waitFor("the pump", () => ids().length === 1);
    t.mock.timers.tick(29_999);
    await sleep(5);
    assert.equal(ids().length, 1);
    bus.mood = "confirms";
    t.mock.timers.tick(1);
    await waitFor("its pause", () => log.lines.some(({ level }) => level === "debug"));
    t.mock.timers.tick(100);
    await direct();
    assert.deepEqual(ids(), ["a", "a"]);
    t.mock.timers.tick(30_000);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
  });

  it("says once that it spools and once that it publishes directly again, and counts what it spooled", async () => {
    const { durable, bus, log, metrics, direct } = start();
    bus.health = () => ({ kind: "rabbitmq", ready: bus.down === undefined });
    bus.down = "gone";
    for (const id of range(0, 3)) await durable.publish(post(id));
    assert.equal((await metrics.spooled.get()).values[0]?.value, 3);
    const waits = () => log.lines.filter(({ level }) => level === "debug");
    await waitFor("two tries", () => waits().length >= 2);
    bus.down = undefined;
    await direct();
    assert.deepEqual(
      log.lines.filter(({ level }) => level !== "debug"),
      [
        { level: "warn", message: "spooling", reason: "the bus is not ready" },
        { level: "info", message: "the spool is drained, publishing directly again" },
      ],
    );
    const told = waits().map(({ message, attempt, error }) => [message, attempt, String(error)]);
    const words = ["the spool waits for the bus", "Error: the bus is not ready"] as const;
    assert.deepEqual(told.slice(0, 2), [
      [words[0], 1, words[1]],
      [words[0], 2, words[1]],
    ]);
  });

  it("says once that the spool takes nothing, and again when it did in between; is ready after five seconds without news", async (t) => {
    let passed = 0;
    const now = performance.now.bind(performance);
    t.mock.method(performance, "now", () => now() + passed);
    const { durable, bus, spool, log } = start();
    bus.down = "gone";
    spool.failure = "ENOSPC";
    const refused = { name: "NotDurableError", message: "neither the bus nor the spool took it" };
    await assert.rejects(durable.publish(post("a")), refused);
    await assert.rejects(durable.publish(post("b")), refused);
    const errors = () => log.lines.filter(({ level }) => level === "error");
    assert.deepEqual(
      errors().map(({ message, error }) => [message, String(error)]),
      [["the spool does not take events", "Error: ENOSPC"]],
    );
    const reason = "gone; the spool does not take events: Error: ENOSPC";
    assert.deepEqual(durable.health(), { ready: false, mode: "spool", reason });
    bus.health = () => ({ kind: "rabbitmq", ready: false });
    const alone = "the spool does not take events: Error: ENOSPC";
    assert.deepEqual(durable.health(), { ready: false, mode: "spool", reason: alone });
    passed = 4_000;
    assert.equal(durable.health().ready, false);
    passed = 5_000;
    assert.deepEqual(durable.health(), { ready: true, mode: "spool" });
    spool.failure = undefined;
    await durable.publish(post("c"));
    spool.failure = "ENOSPC";
    await assert.rejects(durable.publish(post("d")), refused);
    assert.equal(errors().length, 2);
  });

  it("measures the spool and the bus each second until it is closed", async (t) => {
    t.mock.timers.enable({ apis: ["Date", "setInterval"], now: Date.now() });
    const { durable, bus, metrics } = start(createMemorySpool([post("a"), post("b")]));
    bus.mood = "hangs";
    const measured = async () => {
      const text = await metrics.registry.metrics();
      const named = (name: string) =>
        Number(new RegExp(`^waypost_${name} (.*)$`, "m").exec(text)?.[1]);
      return ["bus_ready", "spool_posts", "spool_bytes", "spool_oldest_age_seconds"].map(named);
    };
    assert.deepEqual(await measured(), [1, 2, 20, 0]);
    bus.down = "gone";
    t.mock.timers.tick(999);
    assert.deepEqual(await measured(), [1, 2, 20, 0]);
    t.mock.timers.tick(1);
    assert.deepEqual(await measured(), [0, 2, 20, 1]);
    t.mock.timers.tick(90_000);
    assert.deepEqual(await measured(), [0, 2, 20, 91]);
    bus.down = undefined;
    bus.mood = "confirms";
    await durable.close();
    t.mock.timers.tick(10_000);
    assert.deepEqual(await measured(), [0, 2, 20, 91]);
  });

  it("measures no age where nothing waits", async () => {
    const { metrics } = start();
    assert.match(await metrics.registry.metrics(), /^waypost_spool_oldest_age_seconds 0$/m);
  });
});

describe("durable through any weather", () => {
  const weather = fc.constantFrom(
    "confirms",
    "hangs",
    "rejects",
    "down",
    "slow",
    "disk full",
    "wait",
  );
  const step = fc.record({ weather, posts: fc.integer({ min: 0, max: 4 }) });

  it("keeps every acknowledged POST, and their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const bus = createFakeBus();
        const spool = createMemorySpool();
        const log = createArrayLog();
        const durable = createDurable({ bus, spool, deadlineMs: 4, log, metrics: createMetrics() });
        running.push(durable);
        durable.start();
        const acknowledged: string[] = [];
        const answers: Promise<unknown>[] = [];
        let next = 0;
        for (const { weather, posts } of steps) {
          bus.down = weather === "down" ? "gone" : undefined;
          spool.failure = weather === "disk full" ? "full" : undefined;
          bus.confirmMs = weather === "slow" ? 6 : 0;
          if (weather === "hangs" || weather === "rejects") bus.mood = weather;
          else if (weather !== "wait") bus.mood = "confirms";
          for (let i = 0; i < posts; i += 1) {
            const id = `e${next++}`;
            const answer = durable.publish(post(id)).then(() => acknowledged.push(id));
            answers.push(answer.catch((error) => assert.ok(error instanceof NotDurableError)));
          }
          await sleep(weather === "wait" ? 8 : 1);
        }
        Object.assign(bus, { mood: "confirms", down: undefined, confirmMs: 0 });
        spool.failure = undefined;
        // A batch that hung is given up at close; what it held stays in the spool.
        await Promise.all(answers);
        await durable.close();
        const again = createDurable({ bus, spool, deadlineMs: 100, log, metrics: createMetrics() });
        running.push(again);
        again.start();
        await waitFor("the drain", () => spool.depth().posts === 0);
        const order = firsts(bus.published.map(({ id }) => id));
        assert.deepEqual(
          acknowledged.filter((id) => !order.includes(id)),
          [],
          "lost",
        );
        const numbers = order
          .filter((id) => acknowledged.includes(id))
          .map((id) => Number(id.slice(1)));
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it("survives the process, in order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waypost-durable-"));
    const path = join(folder, "spool.db");
    const log = createArrayLog();
    const bus = createFakeBus();
    const run = async (use: (durable: Durable) => Promise<void>) => {
      const spool = await openSpool({ path, maxBytes: 1e8, log });
      const metrics = createMetrics();
      const durable = createDurable({ bus, spool, deadlineMs: patientMs, log, metrics });
      durable.start();
      await use(durable);
      await durable.close();
      await spool.close();
    };
    try {
      bus.down = "gone";
      await run(async (durable) => {
        await Promise.all(range(0, 1_500).map((id) => durable.publish(post(id))));
      });
      await run(async (durable) => {
        await durable.publish(post("e1500"));
        bus.down = undefined;
        await waitFor("the drain", () => durable.health().mode === "direct");
        await durable.publish(post("e1501"));
      });
      assert.deepEqual(firsts(bus.published.map(({ id }) => id)), range(0, 1_502));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("durable without a spool", () => {
  function startUnspooled() {
    const bus = createFakeBus();
    const log = createArrayLog();
    const metrics = createMetrics();
    const durable = createDurable({ bus, spool: undefined, deadlineMs, log, metrics });
    running.push(durable);
    durable.start();
    return { bus, durable, log, metrics };
  }

  it("waits for a bus that comes back, and asks it again a moment later", async (t) => {
    t.mock.method(Math, "random", () => 0.999);
    const { bus, durable } = startUnspooled();
    bus.mood = "rejects";
    bus.onPublish = () => {
      if (bus.published.length === 2) bus.mood = "confirms";
    };
    const startedAt = performance.now();
    await durable.publish(post("a"));
    const ms = performance.now() - startedAt;
    assert.ok(ms > 145, `${ms} ms`);
    assert.deepEqual(
      bus.published.map(({ id }) => id),
      ["a", "a"],
    );
  });

  it("is as well as the bus", async () => {
    const { bus, durable, metrics } = startUnspooled();
    assert.deepEqual(durable.health(), { mode: "direct", ...bus.health() });
    assert.equal(durable.health().ready, true);
    bus.down = "gone";
    assert.deepEqual(durable.health(), { mode: "direct", ...bus.health() });
    assert.equal(durable.health().ready, false);
    assert.match(await metrics.registry.metrics(), /^waypost_spool_posts 0$/m);
  });

  it("gives up after five seconds, with the bus's last word in the log", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { bus, durable, log } = startUnspooled();
    bus.mood = "hangs";
    let refusals = 0;
    const answered = durable.publish(post("a")).finally(() => {
      refusals += 1;
    });
    answered.catch(() => undefined);
    t.mock.timers.tick(4_999);
    await turn();
    assert.equal(refusals, 0);
    t.mock.timers.tick(1);
    await assert.rejects(answered, {
      name: "NotDurableError",
      message: "the bus did not take it in time",
      cause: new Error("aborted"),
    });
    assert.deepEqual(log.lines, [
      { level: "warn", message: "the bus did not take a POST in time", reason: "Error: aborted" },
    ]);
  });

  it("is done with a POST that the bus has", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { bus, durable } = startUnspooled();
    const signals: AbortSignal[] = [];
    const { publish } = bus;
    bus.publish = (events, signal) => {
      signals.push(signal);
      return publish(events, signal);
    };
    await durable.publish(post("a"));
    t.mock.timers.tick(5_000);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
  });

  it("takes nothing when it is closed", async () => {
    const { bus, durable } = startUnspooled();
    await durable.close();
    await assert.rejects(durable.publish(post("a")), {
      name: "NotDurableError",
      message: "shutting down",
    });
    assert.deepEqual(bus.published, []);
  });
});
