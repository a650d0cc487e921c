import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { ChannelModel, Options } from "amqplib";
import { shardHeaders } from "../../src/bus/rabbitmq/layout.ts";
import { createPublisher } from "../../src/bus/rabbitmq/publish.ts";
import { eventsExchange, quarantineExchange, topologyOf } from "../../src/bus/rabbitmq/topology.ts";
import type { EncodedEvent } from "../../src/contracts.ts";
import { QUARANTINE_TYPE } from "../../src/event/event.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

interface Sent {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
  readonly confirm: (error: unknown) => void;
}

/** A channel that keeps what it is given and confirms when the test says so. */
class FakeChannel extends EventEmitter {
  readonly sent: Sent[] = [];
  readonly declared: string[] = [];
  closed = false;
  /** Publishing throws this from the second message on. */
  failure: Error | undefined;

  async assertExchange(name: string) {
    this.declared.push(name);
  }
  async assertQueue(name: string) {
    this.declared.push(name);
  }
  async bindQueue(name: string, _exchange: string, key: string) {
    this.declared.push(`${name} ${key}`);
  }
  publish(...[exchange, key, content, properties, confirm]: Required<Parameters>) {
    if (this.failure !== undefined && this.sent.length > 0) throw this.failure;
    this.sent.push({ exchange, key, content, properties: { ...properties }, confirm });
  }
  async close() {
    this.closed = true;
    this.emit("close");
  }
}

type Parameters = [string, string, Buffer, Options.Publish, (error: unknown) => void];

class FakeModel extends EventEmitter {
  readonly scratches: FakeChannel[] = [];
  readonly channels: FakeChannel[] = [];
  readonly dropped: unknown[] = [];
  refuses: Error | undefined;
  readonly connection = {
    stream: { destroy: (error: unknown) => void this.dropped.push(error) },
  };

  async createChannel() {
    if (this.refuses !== undefined) throw this.refuses;
    const channel = new FakeChannel();
    this.scratches.push(channel);
    return channel;
  }
  async createConfirmChannel() {
    const channel = new FakeChannel();
    this.channels.push(channel);
    return channel;
  }
}

const queue = { name: "t.all", patterns: ["#"], quarantine: false, single: false };

async function attached(sharded = false) {
  const log = createArrayLog();
  const metrics = createMetrics();
  const publisher = createPublisher({
    topology: () => topologyOf([queue]),
    sharded: () => sharded,
    log,
    metrics,
  });
  const model = new FakeModel();
  const attach = () => publisher.attach(model as unknown as ChannelModel);
  await attach();
  const channel = () => model.channels.at(-1) as FakeChannel;
  const publish = (events: readonly EncodedEvent[], signal = new AbortController().signal) => {
    const published = publisher.publish(events, signal);
    // Tests look at it when they have gone on.
    published.catch(() => undefined);
    return published;
  };
  const lines = () =>
    log.lines.map(({ level, message, reason }) =>
      [`${level}: ${message}`, ...(reason === undefined ? [] : [reason])].join(": "),
    );
  return { publisher, model, attach, channel, publish, lines, metrics };
}

function encoded(id: string, type = "whatsapp.message.text"): EncodedEvent {
  return { id, type, routingKey: `${type}.700700700700700`, bytes: Buffer.from(`{"id":"${id}"}`) };
}

/** How a promise stands after all that is not waiting has run. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(
    () => {
      state = "resolved";
    },
    (error: unknown) => {
      state = error instanceof Error ? error.message : String(error);
    },
  );
  await turn();
  return state;
}

describe("the publisher", () => {
  it("declares what must stand there on a channel of its own, before it takes anything", async () => {
    const metrics = createMetrics();
    const log = createArrayLog();
    const publisher = createPublisher({
      topology: () => topologyOf([queue]),
      sharded: () => false,
      log,
      metrics,
    });
    assert.equal(publisher.trouble(), "no channel to RabbitMQ");
    const early = publisher.publish([encoded("a")], new AbortController().signal);
    await assert.rejects(early, { message: "no channel to RabbitMQ" });
    const model = new FakeModel();
    await publisher.attach(model as unknown as ChannelModel);
    assert.equal(publisher.trouble(), undefined);
    const [scratch] = model.scratches;
    assert.deepEqual(scratch?.declared, [
      eventsExchange,
      quarantineExchange,
      "waypost.dead.t.all",
      "t.all",
      "t.all #",
    ]);
    assert.equal(scratch?.closed, true);
    assert.equal(model.channels.length, 1);
    scratch?.emit("error", new Error("refused"));
    model.channels[0]?.emit("error", new Error("closed"));
    assert.deepEqual(
      log.lines.map(({ level, message }) => [level, message]),
      [
        ["debug", "RabbitMQ refuses the topology"],
        ["warn", "RabbitMQ closed a channel"],
      ],
    );
  });

  it("closes also when there never was a connection", async () => {
    const publisher = createPublisher({
      topology: () => topologyOf([queue]),
      sharded: () => false,
      log: createArrayLog(),
      metrics: createMetrics(),
    });
    await publisher.close();
    assert.equal(publisher.trouble(), "the bus is closing");
  });

  it("lets a call wait whose bytes would be too many at once", async () => {
    const { channel, publish } = await attached();
    const large = (id: string) => ({ ...encoded(id), bytes: Buffer.alloc(3 * 1024 * 1024) });
    void publish([large("a"), large("b")]);
    void publish([large("c")]);
    const ids = () => channel().sent.map(({ properties }) => properties.messageId);
    assert.deepEqual(ids(), ["a", "b"]);
    for (const { confirm } of [...channel().sent]) confirm(null);
    assert.deepEqual(ids(), ["a", "b", "c"]);
  });

  it("sends each event as it is to the exchange of its type", async () => {
    const { channel, publish } = await attached();
    const whole = new Uint8Array([0, 1, 2, 3, 4]);
    const view = { ...encoded("b", QUARANTINE_TYPE), bytes: whole.subarray(1, 3) };
    const first = encoded("a");
    void publish([first, view]);
    const base = {
      persistent: true,
      mandatory: true,
      contentType: "application/cloudevents+json",
      appId: "waypost",
      headers: undefined,
    };
    const sent = channel().sent.map(({ confirm: _, ...rest }) => rest);
    assert.deepEqual(sent, [
      {
        exchange: eventsExchange,
        key: first.routingKey,
        content: first.bytes,
        properties: { ...base, messageId: "a", type: first.type },
      },
      {
        exchange: quarantineExchange,
        key: view.routingKey,
        content: Buffer.from([1, 2]),
        properties: { ...base, messageId: "b", type: view.type },
      },
    ]);
    assert.equal(sent[0]?.content, first.bytes, "it is not copied");
  });

  it("adds the header of its number where there are shards, and that of a diverted one alone", async () => {
    const { channel, publisher, publish } = await attached(true);
    const unnumbered = { ...encoded("b"), routingKey: "whatsapp.message.text.none" };
    void publish([encoded("a"), unnumbered]);
    const diverted = { exchange: "", headers: { why: "it is not JSON" } };
    void publisher.publish([encoded("c")], new AbortController().signal, diverted);
    void publish([unnumbered]);
    const numbered = shardHeaders(encoded("a").routingKey);
    assert.ok(numbered);
    assert.deepEqual(
      channel().sent.map(({ exchange, properties }) => [exchange, properties.headers]),
      [
        [eventsExchange, numbered],
        [eventsExchange, undefined],
        ["", diverted.headers],
        [eventsExchange, undefined],
      ],
    );
  });

  it("resolves when all of a call is confirmed, and rejects with what failed first when all is answered", async () => {
    const { channel, publish } = await attached();
    const [good, bad, odd] = [
      publish([encoded("a"), encoded("b")]),
      publish([encoded("c"), encoded("d"), encoded("e")]),
      publish([encoded("f")]),
    ];
    const confirm = (at: number, error: unknown = null) => channel().sent[at]?.confirm(error);
    confirm(0);
    confirm(2, new Error("nacked"));
    confirm(3, new Error("and then lost"));
    assert.deepEqual([await stateOf(good), await stateOf(bad)], ["pending", "pending"]);
    confirm(1);
    confirm(4);
    confirm(5, "a word");
    assert.deepEqual(
      [await stateOf(good), await stateOf(bad), await stateOf(odd)],
      ["resolved", "nacked", "not confirmed"],
    );
  });

  it("takes a call without events, and none that is late already", async () => {
    const { channel, publish } = await attached();
    assert.equal(await stateOf(publish([])), "resolved");
    const late = publish([encoded("a")], AbortSignal.abort("enough"));
    await assert.rejects(late, { message: "RabbitMQ has not confirmed in time", cause: "enough" });
    assert.deepEqual(channel().sent, []);
  });

  it("rejects what is late, whether it waits for room or is in flight, and leaves nothing on the signal", async () => {
    const { channel, publish } = await attached();
    const ending = new AbortController();
    const full = Array.from({ length: 1_000 }, (_, i) => encoded(`e${i}`));
    const flying = publish(full, ending.signal);
    const waiting = publish([encoded("late")], ending.signal);
    const patient = publish([encoded("patient")]);
    ending.abort("enough");
    const late = { message: "RabbitMQ has not confirmed in time", cause: "enough" };
    await assert.rejects(flying, late);
    await assert.rejects(waiting, late);
    assert.equal(channel().sent.length, 1_000, "what is in flight is so until it is confirmed");
    for (const { confirm } of [...channel().sent]) confirm(null);
    assert.equal(channel().sent.at(-1)?.properties.messageId, "patient");
    channel().sent.at(-1)?.confirm(null);
    await patient;
    const calm = new AbortController();
    const taken = publish([encoded("z")], calm.signal);
    assert.equal(getEventListeners(calm.signal, "abort").length, 1);
    channel().sent.at(-1)?.confirm(null);
    await taken;
    assert.equal(getEventListeners(calm.signal, "abort").length, 0);
  });

  it("fails what the channel does not take, and is ready for what comes", async () => {
    const { channel, publish } = await attached();
    channel().failure = new Error("it is closing");
    const post = publish([encoded("a"), encoded("b"), encoded("c")]);
    assert.equal(await stateOf(post), "pending", "the first may be confirmed");
    channel().sent[0]?.confirm(null);
    assert.equal(await stateOf(post), "it is closing");
    channel().failure = undefined;
    const next = publish(Array.from({ length: 1_000 }, (_, i) => encoded(`e${i}`)));
    assert.equal(channel().sent.length, 1_001);
    assert.equal(await stateOf(next), "pending");
  });

  it("rejects all while RabbitMQ blocks, says why, and goes on when it takes publishes again", async () => {
    const { model, channel, publisher, publish, attach, lines } = await attached();
    const words = "RabbitMQ blocks publishers: low on memory";
    const flying = publish([encoded("a")]);
    model.emit("blocked", "low on memory");
    assert.deepEqual([await stateOf(flying), publisher.trouble()], [words, words]);
    await assert.rejects(publish([encoded("b")]), { message: words });
    assert.deepEqual(lines(), ["warn: RabbitMQ blocks publishers: low on memory"]);
    channel().sent[0]?.confirm(null);
    model.emit("unblocked");
    assert.equal(publisher.trouble(), undefined);
    assert.equal(lines().at(-1), "info: RabbitMQ takes publishes again");
    const next = publish([encoded("b")]);
    channel().sent.at(-1)?.confirm(null);
    await next;
    model.emit("blocked", "low on disk");
    await attach();
    assert.equal(publisher.trouble(), undefined, "a new connection is not blocked");
  });

  it("rejects what RabbitMQ returned and its neighbours of the same call, and declares everything again, once", async () => {
    const { model, channel, publish, metrics, lines } = await attached();
    const [mixed, alone] = [publish([encoded("a"), encoded("b")]), publish([encoded("c")])];
    channel().emit("return", { properties: { messageId: "b" } });
    channel().emit("return", { properties: { messageId: "unknown" } });
    for (const { confirm } of [...channel().sent]) confirm(null);
    assert.deepEqual(
      [await stateOf(mixed), await stateOf(alone)],
      ["RabbitMQ returned it: no queue is bound for it", "resolved"],
    );
    assert.equal((await metrics.returned.get()).values[0]?.value, 2);
    const told = "error: RabbitMQ has no queue for an event: declares the topology again";
    assert.deepEqual(lines(), [told]);
    assert.equal(model.scratches.length, 1, "not before RabbitMQ has told its consumers");
    const declared = () => model.scratches.filter(({ closed }) => closed).length;
    await waitFor("it is declared again", () => declared() === 2);
    await turn();
    model.refuses = new Error("the connection is gone");
    channel().emit("return", { properties: { messageId: "b" } });
    await waitFor("the connection is dropped", () => model.dropped.length > 0);
    assert.deepEqual([model.dropped, lines()], [[model.refuses], [told, told]]);
  });

  it("declares everything again each minute, as long as the channel is there", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const { model, channel, publisher } = await attached();
    t.mock.timers.tick(59_999);
    assert.equal(model.scratches.length, 1);
    t.mock.timers.tick(1);
    await turn();
    assert.equal(model.scratches.length, 2);
    model.refuses = new Error("the connection is gone");
    t.mock.timers.tick(60_000);
    await turn();
    assert.deepEqual(model.dropped, [model.refuses]);
    await publisher.close();
    assert.equal(channel().closed, true);
    t.mock.timers.tick(600_000);
    await turn();
    assert.equal(model.dropped.length, 1);
  });

  const later = (t: TestContext) =>
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 1_000 });

  it("opens another channel when it loses one, at once unless that was young, and rejects what waits", async (t) => {
    const { model, channel, publisher, publish } = await attached();
    const [old] = model.channels;
    const flying = publish(Array.from({ length: 1_000 }, (_, i) => encoded(`e${i}`)));
    const waiting = publish([encoded("late")]);
    later(t);
    old?.emit("close");
    assert.equal(publisher.trouble(), "no channel to RabbitMQ");
    assert.equal(await stateOf(waiting), "no channel to RabbitMQ");
    for (const { confirm } of old?.sent ?? []) confirm(new Error("channel closed"));
    assert.equal(await stateOf(flying), "channel closed");
    const startedAt = performance.now();
    await waitFor("the next channel", () => publisher.trouble() === undefined);
    assert.ok(performance.now() - startedAt < 900);
    assert.equal(model.channels.length, 2);
    old?.emit("close");
    assert.equal(publisher.trouble(), undefined, "the old one is no longer its concern");
    channel().emit("close");
    const lostAt = performance.now();
    await waitFor("a third", () => publisher.trouble() === undefined);
    assert.ok(performance.now() - lostAt > 900, "that one did not last");
  });

  it("drops the connection when that opens no channel", async (t) => {
    const { model, channel } = await attached();
    model.refuses = new Error("too many channels");
    later(t);
    channel().emit("close");
    await waitFor("the connection is dropped", () => model.dropped.length > 0);
    assert.deepEqual(model.dropped, [model.refuses]);
  });

  it("takes nothing more at close, waits for the confirms, and opens no channel again", async (t) => {
    const { model, channel, publisher, publish } = await attached();
    later(t);
    const flying = publish([encoded("a")]);
    const closing = publisher.close();
    await assert.rejects(publish([encoded("b")]), { message: "the bus is closing" });
    assert.equal(await stateOf(closing), "pending");
    assert.equal(channel().closed, false);
    channel().sent[0]?.confirm(null);
    await flying;
    await closing;
    assert.equal(channel().closed, true);
    await turn();
    assert.deepEqual([model.channels.length, model.scratches.length], [1, 1]);
    assert.equal(publisher.trouble(), "the bus is closing");
  });
});
