import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type BatchOutcome, DeliveryError, type Destination } from "../../src/contracts.ts";
import { createShared } from "../../src/destinations/shared.ts";
import { createChannelTurns } from "../../src/destinations/slack/channel-turns.ts";
import { slack } from "../../src/destinations/slack/slack.ts";
import { attempt, contextOf, deliverForSure } from "../conformance/destination.ts";
import { startEngine } from "../deliver/engine.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { keptFile } from "./delivering.ts";
import { eventsTold, type SlackStub, slackToken, startSlackStub } from "./slack-stub.ts";

const incoming = (body: string, at: number) =>
  makeText(body, { at, data: { message: { type: "text", direction: "in", text: { body } } } });

describe("a backlog of one conversation to slack", () => {
  let side: SlackStub;
  let destination: Destination;
  const create = (options: object = {}, parts: object = {}) => {
    const given = { token: slackToken, channel: "#support", baseUrl: side.baseUrl, ...options };
    return slack.create("support", given, { log: createArrayLog(), ...parts });
  };
  beforeEach(async () => {
    side = await startSlackStub();
    destination = create();
  });
  afterEach(async () => {
    await destination.close();
    await side.stub.close();
  });
  type Context = ReturnType<typeof contextOf>;
  const together = async (
    events: readonly ReturnType<typeof makeText>[],
    context: (at: number) => Partial<Context> = () => ({}),
  ): Promise<readonly BatchOutcome[]> => {
    const items = events.map((event, at) => ({
      event,
      context: { ...contextOf(event), ...context(at) },
    }));
    const outcomes = await destination.deliverBatch?.(items, AbortSignal.timeout(5_000));
    return outcomes ?? assert.fail("it takes no batches");
  };
  const done = (outcomes: readonly BatchOutcome[]) =>
    outcomes.map((outcome) => !(outcome instanceof DeliveryError));

  it("is one post, in order, that says who and when of each", async () => {
    const events = ["first", "second", "third"].map((body, at) => incoming(body, at * 60));
    const outcomes = await together(events);
    assert.deepEqual(done(outcomes), [true, true, true]);
    assert.equal(side.posts.length, 1);
    const [post] = side.posts;
    const shown = JSON.stringify(post?.blocks);
    assert.match(
      shown,
      /first.*Mia.*10:00:00 UTC.*second.*Mia.*10:01:00 UTC.*third.*Mia.*10:02:00 UTC/,
    );
    assert.equal(shown.match(/"header"/g)?.length, 1);
    assert.match(post?.text ?? "", /first · .*second · .*third/);
    const [first, , last] = outcomes;
    assert.ok(first && last && !(first instanceof Error) && !(last instanceof Error));
    assert.equal(last.link?.["ts"], post?.ts);
    assert.equal(last.link?.["at"], events[2]?.time);
  });

  it("keeps within Slack's limits; what does not fit comes next, and nothing was done for it", async () => {
    const events = Array.from({ length: 25 }, (_, at) => incoming(`${at} ${"x".repeat(900)}`, at));
    const outcomes = await together(events);
    const count = done(outcomes).indexOf(false);
    assert.ok(count > 8 && count < 25, String(count));
    assert.ok(
      done(outcomes)
        .slice(count)
        .every((each) => !each),
    );
    const next = outcomes[count];
    assert.ok(next instanceof DeliveryError);
    assert.deepEqual([next.maybeDone, next.laneOnly, next.afterMs], [false, true, 0]);
    assert.equal(side.posts.length, 1);
    assert.equal(eventsTold(side).length, count);
  });

  it("is broken by a silence, so that what comes after it is shown in the channel", async () => {
    const events = [incoming("before", 0), incoming("after", 26 * 3_600)];
    assert.deepEqual(done(await together(events)), [true, false]);
  });

  it("is broken by a file, which follows its own message", async () => {
    const files = [keptFile("a.jpg", "bytes")];
    const photo = makeText("x", {
      data: { message: { id: "wamid.P", type: "image", image: { id: "media-1" } } },
    });
    const events = [incoming("one", 0), photo, incoming("two", 2)];
    const outcomes = await together(events, (at) => (at === 1 ? { files: async () => files } : {}));
    assert.deepEqual(done(outcomes), [true, false, false]);
    const others = await together([photo, incoming("two", 2)], (at) =>
      at === 0 ? { files: async () => files } : {},
    );
    assert.deepEqual(done(others), [true, false]);
  });

  it("kills none of them where Slack refuses their post: each is tried alone then", async () => {
    side.stub.fail({ status: 200, body: '{"ok":false,"error":"invalid_blocks"}' });
    await assert.rejects(together([incoming("one", 0), incoming("two", 1)]), {
      verdict: "refused",
    });
  });

  it("loses nothing to one whose words cannot be rendered", async () => {
    await destination.close();
    destination = create({ text: "{{ contact.name }}" });
    const refused = new DeliveryError("refused", "no such filter");
    const outcomes = await together(
      [incoming("a", 0), incoming("b", 1), incoming("c", 2)],
      (at) => ({
        scope: async () => {
          if (at === 1) throw refused;
          return { contact: { name: `Mia ${at}` } };
        },
      }),
    );
    assert.deepEqual(done(outcomes), [true, false, true]);
    assert.equal(outcomes[1], refused);
    assert.match(JSON.stringify(side.posts[0]?.blocks), /Mia 0.*Mia 2/);
  });

  it("is found again for each, after an answer that was lost", async () => {
    const events = [incoming("one", 0), incoming("two", 1), incoming("three", 2)];
    side.stub.fail("lost");
    for (const outcome of await together(events)) {
      assert.ok(outcome instanceof DeliveryError && outcome.maybeDone);
    }
    for (const event of events) await deliverForSure(destination, event, { unknown: true });
    assert.deepEqual(
      eventsTold(side),
      events.map(({ id }) => id),
    );
  });

  it("is told in few posts once Slack is back, through the engine", async () => {
    const clock = createFakeClock();
    const engine = await startEngine({ slack: destination }, { clock });
    side.stub.fail({ status: 503 });
    const events = Array.from({ length: 60 }, (_, at) => incoming(`text ${at}`, at));
    await engine.publish(...events);
    const isOver = () =>
      [...engine.ledger.rows.values()].filter(({ state }) => state === "delivered").length === 60;
    while (!isOver()) {
      await new Promise(setImmediate);
      await clock.advance(20);
    }
    assert.deepEqual(
      eventsTold(side),
      events.map(({ id }) => id),
    );
    assert.ok(side.posts.length < 12, String(side.posts.length));
    assert.equal(new Set(side.posts.map(({ thread_ts, ts }) => thread_ts ?? ts)).size, 1);
    await engine.end();
  });

  it("has one pace for a channel, with a route's options and without, and another channel its own", async () => {
    side.channels.set("sales", "C0INVENTED2");
    const shared = createShared();
    const paced = { shared, ratePerSecond: 20 };
    const all = [create({}, paced), create({ mention: "here" }, paced)];
    const sales = create({ channel: "#sales" }, paced);
    const began = performance.now();
    const texts = Array.from({ length: 6 }, (_, at) => makeText(`text ${at}`));
    await Promise.all(texts.map((text, at) => attempt(all[at % 2] as Destination, text)));
    // The first goes at once, the five others 50 ms apart.
    assert.ok(performance.now() - began >= 245);
    side.stub.fail({ status: 429, headers: { "retry-after": "30" } });
    const refused = await attempt(all[0] as Destination, makeText("too much"));
    assert.ok(refused instanceof DeliveryError && refused.afterMs === 30_000);
    const asked = side.stub.requests.length;
    const held = await attempt(all[1] as Destination, makeText("held"));
    assert.ok(held instanceof DeliveryError && held.laneOnly && (held.afterMs ?? 0) > 20_000);
    assert.equal(side.stub.requests.length, asked);
    assert.ok(!((await attempt(sales, makeText("elsewhere"))) instanceof DeliveryError));
    await Promise.all([...all, sales].map((each) => each.close()));
  });
});

describe("turns in a channel", () => {
  it("come one after the other, and nobody waits for long", async () => {
    const clock = createFakeClock();
    const turns = createChannelTurns(clock);
    const signal = new AbortController().signal;
    const at: number[] = [];
    const from = clock.monotonic();
    const take = () => turns.take(1_000, signal).then(() => at.push(clock.monotonic() - from));
    const taken = Array.from({ length: 11 }, take);
    await assert.rejects(turns.take(1_000, signal), { laneOnly: true, afterMs: 11_000 });
    for (let ms = 0; ms < 11_000; ms += 500) await clock.advance(500);
    await Promise.all(taken);
    turns.hold(3_600_000);
    await assert.rejects(turns.take(1_000, signal), { laneOnly: true, afterMs: 60_000 });
    assert.deepEqual(
      at,
      Array.from({ length: 11 }, (_, n) => n * 1_000),
    );
  });
});
