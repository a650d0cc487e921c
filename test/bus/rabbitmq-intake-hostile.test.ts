import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import type { GetMessage, Options } from "amqplib";
import { createIntakeHandler } from "../../src/app/intake.ts";
import { intakeQueue } from "../../src/app/plan.ts";
import { type Bus, deadQueueName } from "../../src/contracts.ts";
import { parseBusMessage } from "../../src/event/parse.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type BorrowedRabbit, borrowRabbit } from "../services/borrow-rabbit.ts";
import { needsRabbit } from "../services/rabbitmq.ts";
import { waitFor } from "../support/wait-for.ts";
import { byHand, openBus } from "./rabbitmq-harness.ts";

const exchange = "waypost.intake";
const dead = deadQueueName(intakeQueue.name);
const business = (id: string, more: object = {}) => ({
  type: "business.order.paid",
  id,
  account: "berlin",
  contact: { waId: "15555550123" },
  business: more,
});

describe("what services may publish to waypost.intake", needsRabbit(), () => {
  let rabbit: BorrowedRabbit;
  const opened: Bus[] = [];
  before(async () => {
    rabbit = await borrowRabbit();
  });
  const removeQueues = () =>
    byHand(rabbit.url, async (channel) => {
      await channel.deleteQueue(intakeQueue.name);
      await channel.deleteQueue(dead);
    });
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
    await removeQueues();
  });
  after(() => rabbit?.release());

  /** Events go nowhere: their ids are kept. */
  const open = async () => {
    const parts = await openBus(rabbit.url, intakeQueue);
    opened.push(parts.bus);
    await parts.ready();
    const ids: string[] = [];
    const handle = createIntakeHandler({
      publish: async (events) =>
        void ids.push(...events.map(({ bytes }) => parseBusMessage(bytes).id)),
      accounts: () => ({ berlin: { phoneNumberId: "700700700700700" } }),
      metrics: createMetrics(),
    });
    return { ...parts, ids, start: () => parts.bus.consumeIntake?.(intakeQueue, handle) };
  };
  const tell = (body: Buffer, properties: Options.Publish = {}) =>
    byHand(rabbit.url, async (channel) => {
      channel.publish(exchange, "any.key", body, { persistent: true, ...properties });
      await channel.waitForConfirms();
    });
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const buried = async (count: number): Promise<GetMessage[]> => {
    const found: GetMessage[] = [];
    await waitFor(`${count} dead`, () =>
      byHand(rabbit.url, async (channel) => {
        const message = await channel.get(dead, { noAck: true });
        if (message) found.push(message);
        return found.length === count;
      }),
    );
    return found;
  };
  const reasonOf = ({ properties }: GetMessage) => String(properties.headers?.["x-waypost-reason"]);

  it("leaves a dead message what it came with, but for what would lose or copy it", async () => {
    const { start } = await open();
    const headers = { traceparent: "00-abc", tries: 3 };
    await tell(Buffer.from("no JSON"), {
      ...{ contentType: "text/plain", contentEncoding: "utf-8", correlationId: "c-1" },
      ...{ replyTo: "answers", messageId: "m-1", type: "order", appId: "shop" },
      ...{ headers, timestamp: 1_790_000_000, priority: 3 },
      expiration: "600000",
    });
    await start();
    const [message] = await buried(1);
    assert.ok(message);
    const { properties, content } = message;
    assert.equal(content.toString(), "no JSON");
    const { contentType, contentEncoding, correlationId, replyTo, messageId } = properties;
    assert.deepEqual(
      { contentType, contentEncoding, correlationId, replyTo, messageId },
      {
        ...{ contentType: "text/plain", contentEncoding: "utf-8", correlationId: "c-1" },
        ...{ replyTo: "answers", messageId: "m-1" },
      },
    );
    assert.equal(properties.type, "order");
    assert.equal(properties.appId, "shop");
    assert.equal(properties.timestamp, 1_790_000_000);
    assert.equal(properties.headers?.["traceparent"], "00-abc");
    assert.equal(properties.headers?.["tries"], 3);
    assert.match(reasonOf(message), /^it is not JSON in UTF-8: send one event as a JSON object$/);
    assert.equal(properties.expiration, undefined);
    assert.equal(properties.deliveryMode, 2);
  });

  it("buries once what asks for copies, and what has properties that cannot be written again", async () => {
    const { start, ids } = await open();
    await tell(Buffer.from("copies"), { headers: { CC: [intakeQueue.name] } });
    const huge = Object.fromEntries([
      ...Array.from({ length: 92 }, (_, n) => [`h${n}`, "x".repeat(700)]),
      ["y", "x".repeat(260)],
    ]);
    await tell(Buffer.from("huge headers"), { headers: huge });
    await tell(json(business("behind")));
    await start();
    const found = await buried(2);
    assert.deepEqual(found.map(({ content }) => content.toString()).sort(), [
      "copies",
      "huge headers",
    ]);
    await waitFor("the one behind", () => ids.length === 1);
    const message = found.find(({ content }) => content.toString() === "huge headers");
    assert.match(message ? reasonOf(message) : "", /not JSON in UTF-8: .* could not be kept/);
    const { messageCount } = await byHand(rabbit.url, (channel) => channel.checkQueue(dead));
    assert.equal(messageCount, 0);
  });

  it("makes the dead queue again where somebody has deleted it, and loses nothing meanwhile", async () => {
    const { start, ids } = await open();
    await start();
    await byHand(rabbit.url, (channel) => channel.deleteQueue(dead));
    await tell(Buffer.from("no JSON"), { messageId: "m-2" });
    await tell(json(business("behind")));
    await waitFor("the one behind", () => ids.includes("behind"));
    const [message] = await buried(1);
    assert.equal(message?.properties.messageId, "m-2");
  });

  it("takes gzip within the limit of what is plain, and says what else is wrong with a body", async () => {
    const { start, ids } = await open();
    await tell(gzipSync(json(business("zipped"))), { contentEncoding: "gzip" });
    await tell(json(business("named")), { contentEncoding: "UTF-8" });
    await tell(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(business("marked"))]));
    const wrong: [Buffer, Options.Publish, RegExp][] = [
      [gzipSync(json(business("unsaid"))), {}, /looks like gzip: say so in content_encoding/],
      [
        gzipSync(Buffer.alloc(20_000_000, " ")),
        { contentEncoding: "gzip" },
        /^unpacked it is larger than 1048576 bytes/,
      ],
      [
        json(business("plain")),
        { contentEncoding: "gzip" },
        /it is no gzip: leave content_encoding out/,
      ],
      [
        Buffer.from([0xff, 1, 2]),
        { contentEncoding: "br" },
        /none that Waypost unpacks: send it plain, or as gzip/,
      ],
      [Buffer.alloc(1_048_577, " "), {}, /^it is larger than 1048576 bytes: tell less/],
      [
        json({ ...business("x"), id: undefined }),
        { messageId: "evt_1" },
        /^AMQP's message_id is no usable id: /,
      ],
    ];
    for (const [body, properties] of wrong) await tell(body, properties);
    await start();
    const found = await buried(wrong.length);
    for (const [at, [, , reason]] of wrong.entries()) {
      const message = found[at];
      assert.match(message ? reasonOf(message) : "", reason);
    }
    await waitFor("those that can be taken", () => ids.length === 3);
    assert.deepEqual(ids, ["zipped", "named", "marked"]);
  });

  it("keeps the order of what stands around messages larger than all that it holds", async () => {
    const { start, ids } = await open();
    const told = Array.from({ length: 120 }, (_, n) => `order-${n}`);
    const tooLarge = Buffer.alloc(17_000_000, " ");
    await byHand(rabbit.url, async (channel) => {
      for (const [at, id] of told.entries()) {
        if (at % 37 === 5) channel.publish(exchange, "k", tooLarge, { persistent: true });
        channel.publish(exchange, "k", json(business(id)), { persistent: true });
      }
      await channel.waitForConfirms();
    });
    await start();
    await buried(4);
    await waitFor("all", () => new Set(ids).size === told.length);
    assert.deepEqual([...new Set(ids)], told);
  });

  it("takes all of many large messages, in order, a part of them at a time", async () => {
    const { bus, start, ids } = await open();
    const filler = { words: Array.from({ length: 4 }, () => "w".repeat(60_000)) };
    // With white space each has almost 1 MB.
    const large = (id: string) =>
      Buffer.concat([json(business(id, filler)), Buffer.alloc(700_000, " ")]);
    const told = Array.from({ length: 40 }, (_, n) => `order-${n}`);
    await byHand(rabbit.url, async (channel) => {
      for (const id of told) channel.publish(exchange, "k", large(id), { persistent: true });
      await channel.waitForConfirms();
    });
    await tell(Buffer.alloc(9_000_000, " "));
    await tell(json(business("last")));
    await start();
    await waitFor("all", () => ids.includes("last"));
    assert.deepEqual([...new Set(ids)], [...told, "last"]);
    assert.match(reasonOf((await buried(1))[0] as GetMessage), /larger than 1048576 bytes/);
    await waitFor("none waits", async () => {
      const queue = (await bus.queues()).find(({ name }) => name === intakeQueue.name);
      return queue?.ready === 0;
    });
  });
});
