import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { type FaultProxy, startFaultProxy } from "../services/fault-proxy.ts";
import { needsOwnRabbit, needsRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { type RunningSubscriber, runSubscriber } from "./running-subscriber.ts";

const exchange = "waypost.events";

/** What each example must do, whatever language it is in. `command` starts it as its README says. */
export function subscriberSuite(
  name: string,
  command: () => readonly string[],
  skip: string | false,
) {
  describe(`the subscriber in ${name}`, { skip: skip || needsRabbit().skip }, () => {
    let broker: Broker;
    let relay: FaultProxy;
    let subscriber: RunningSubscriber;
    const queue = `example.${randomBytes(4).toString("hex")}`;
    const kind = `example_${randomBytes(4).toString("hex")}`;
    const patterns = `whatsapp.${kind}.*,business.${kind}.#`;
    const start = () => {
      subscriber = runSubscriber(command(), { url: relay.through(broker.url), queue, patterns });
      return subscriber.until("subscribed", (lines) => lines.some((line) => line.subscribed));
    };
    const untilHandled = (id: string) =>
      subscriber.until(`${id} is handled`, () => subscriber.handled().includes(id));

    before(async () => {
      broker = await openBroker(process.env["TEST_RABBITMQ_URL"] || (await startRabbit()));
      const { hostname, port } = new URL(broker.url);
      relay = await startFaultProxy({ host: hostname, port: Number(port) });
      await start();
    });
    after(async () => {
      subscriber.kill();
      await relay.close();
      await broker.deleteQueue(queue);
      await broker.close();
    });

    it("handles each event of its types once and in order, though some are published twice", async () => {
      const ids = Array.from({ length: 30 }, (_, i) => `evt_a${i}`);
      for (const [i, id] of ids.entries()) {
        await broker.publish(id, i % 2 === 0 ? `whatsapp.${kind}.text` : `business.${kind}.a.b`);
        if (i % 3 === 0) await broker.publish(id, `whatsapp.${kind}.text`);
        await broker.publish(`evt_other${i}`, "whatsapp.other_kind.text");
      }
      await untilHandled("evt_a29");
      assert.deepEqual(subscriber.handled(), ids);
    });

    it("goes on after its connection was cut, and still knows what it has handled", async () => {
      const from = subscriber.handled().length;
      const ids = Array.from({ length: 200 }, (_, i) => `evt_b${i}`);
      const published = (async () => {
        for (const id of ids) await broker.publish(id, `whatsapp.${kind}.text`);
      })();
      await untilHandled("evt_b20");
      relay.cut();
      await published;
      await broker.publish("evt_b0", `whatsapp.${kind}.text`);
      await broker.publish("evt_b_last", `whatsapp.${kind}.text`);
      await untilHandled("evt_b_last");
      assert.deepEqual(subscriber.handled().slice(from), [...ids, "evt_b_last"]);
      assert.ok(subscriber.lines.some((line) => line.problem !== undefined));
    });

    it("puts what it cannot read into its dead queue and goes on", async () => {
      await broker.publish("evt_c_bad", `whatsapp.${kind}.text`, "no JSON");
      await broker.publish("evt_c_good", `whatsapp.${kind}.text`);
      await untilHandled("evt_c_good");
      assert.equal(await broker.takeFrom(`${queue}.dead`), "evt_c_bad");
      assert.equal(subscriber.handled().includes("evt_c_bad"), false);
    });

    it("ends cleanly on SIGTERM, and handles what came meanwhile when it is started again", async () => {
      assert.equal(await subscriber.stop(), 0);
      assert.equal(subscriber.lines.at(-1)?.stopped, queue);
      await broker.publish("evt_d", `whatsapp.${kind}.text`);
      await start();
      await untilHandled("evt_d");
      assert.deepEqual(subscriber.handled(), ["evt_d"]);
    });

    it("goes on after the broker was killed and started again", needsOwnRabbit(), async () => {
      const own = broker.rabbit === undefined ? await openBroker(await startRabbit()) : broker;
      const { url, rabbit } = own;
      const settings = { url, queue: `${queue}.killed`, patterns: "#" };
      const victim = runSubscriber(command(), settings);
      try {
        await victim.until("subscribed", (lines) => lines.some((line) => line.subscribed));
        await own.publish("evt_e1", `whatsapp.${kind}.text`);
        await victim.until("evt_e1", () => victim.handled().includes("evt_e1"));
        // A quorum queue younger than a second does not survive SIGKILL on RabbitMQ 3.10, and nothing shows its age.
        await sleep(2500);
        await rabbit?.kill();
        await victim.until("the loss is noticed", (lines) => lines.some((line) => line.problem));
        await rabbit?.start();
        await own.publish("evt_e2", `whatsapp.${kind}.text`);
        await victim.until("evt_e2", () => victim.handled().includes("evt_e2"));
        assert.deepEqual(victim.handled(), ["evt_e1", "evt_e2"]);
      } finally {
        victim.kill();
        await own.deleteQueue(settings.queue);
        if (own !== broker) await own.close();
      }
    });
  });
}

interface Broker {
  readonly url: string;
  /** Set where it may be killed. */
  readonly rabbit?: Rabbit;
  /** Resolves when it is confirmed. */
  publish(id: string, type: string, content?: string): Promise<void>;
  /** The id of a queue's first message, which is gone then; waits for one for up to 10 s. */
  takeFrom(queue: string): Promise<string | undefined>;
  /** With its dead queue. */
  deleteQueue(queue: string): Promise<void>;
  close(): Promise<void>;
}

async function openBroker(given: string | Rabbit): Promise<Broker> {
  const rabbit = typeof given === "string" ? undefined : given;
  const url = typeof given === "string" ? given : given.url;
  let open: Promise<{ model: ChannelModel; channel: ConfirmChannel }> | undefined;
  const connected = async () => {
    open ??= connectPublisher(url, () => {
      open = undefined;
    });
    return open;
  };
  return {
    url,
    ...(rabbit !== undefined && { rabbit }),
    async publish(id, type, content) {
      const event = { specversion: "1.0", id, type, subject: "cnv_1", data: {} };
      const properties = {
        messageId: id,
        type,
        persistent: true,
        contentType: "application/cloudevents+json",
        appId: "waypost",
      };
      const body = Buffer.from(content ?? JSON.stringify(event));
      for (const until = Date.now() + 30_000; ; await sleep(100)) {
        const { model, channel } = await connected();
        channel.publish(exchange, `${type}.700700700700700`, body, properties);
        const confirmed = channel.waitForConfirms().then(
          () => true,
          () => false,
        );
        if (await Promise.race([confirmed, sleep(2000, false)])) return;
        assert.ok(Date.now() < until, `${id} was not confirmed`);
        await model.close().catch(() => undefined); // unknown: again, as Waypost does
      }
    },
    async takeFrom(queue) {
      const { channel } = await connected();
      for (const until = Date.now() + 10_000; Date.now() < until; ) {
        const message = await channel.get(queue, { noAck: true });
        if (message !== false) return message.properties.messageId;
        await sleep(50);
      }
      return undefined;
    },
    async deleteQueue(queue) {
      const { channel } = await connected();
      await channel.deleteQueue(queue);
      await channel.deleteQueue(`${queue}.dead`);
    },
    async close() {
      const { model } = await connected();
      await model.close();
      await rabbit?.cleanup();
    },
  };
}

async function connectPublisher(url: string, lost: () => void) {
  const model = await connect(url, { noDelay: true });
  model.on("error", () => undefined);
  model.on("close", lost);
  const channel = await model.createConfirmChannel();
  channel.on("error", () => undefined);
  await channel.assertExchange(exchange, "topic", { durable: true });
  return { model, channel };
}
