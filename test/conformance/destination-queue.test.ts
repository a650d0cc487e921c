import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { type ConfirmChannel, connect } from "amqplib";
import { connectQueuePublisher } from "../../src/bus/rabbitmq/queue-publisher.ts";
import { DeliveryError, type Destination, type QueuePublisher } from "../../src/contracts.ts";
import { queue } from "../../src/destinations/queue/queue.ts";
import { type BorrowedRabbit, borrowRabbit } from "../services/borrow-rabbit.ts";
import { needsOwnRabbit, needsRabbit, startRabbit } from "../services/rabbitmq.ts";
import { makeText, phoneNumberId } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  attempt,
  type DestinationUnderTest,
  deliverForSure,
  destinationConformance,
} from "./destination.ts";

const log = createArrayLog();
const fresh = (what: string) => `test.${what}.${randomBytes(4).toString("hex")}`;
const soon = () => AbortSignal.timeout(5000);

async function ready(publisher: QueuePublisher): Promise<void> {
  const target = { exchange: "amq.topic" };
  await waitFor("RabbitMQ is there", () =>
    publisher.check(target, AbortSignal.timeout(1000)).then(
      () => true,
      () => false,
    ),
  );
}

describe("a destination that is a queue", needsRabbit(), () => {
  let rabbit: BorrowedRabbit;
  let publisher: QueuePublisher;
  let model: Awaited<ReturnType<typeof connect>>;
  let channel: ConfirmChannel;
  const made: string[] = [];
  before(async () => {
    rabbit = await borrowRabbit();
    publisher = await connectQueuePublisher({ url: rabbit.url, log });
    await ready(publisher);
    model = await connect(rabbit.url);
    channel = await model.createConfirmChannel();
  });
  after(async () => {
    for (const name of made) await channel?.deleteQueue(name);
    await publisher?.close();
    await model?.close();
    await rabbit?.release();
  });
  const create = (options: object): Destination =>
    queue.create("billing", { ...options }, { log, queues: publisher });
  const newQueue = (what: string) => {
    const name = fresh(what);
    made.push(name);
    return name;
  };
  const drained = async (name: string) => {
    const all = [];
    for (;;) {
      const message = await channel.get(name, { noAck: true });
      if (!message) return all;
      all.push(message);
    }
  };
  const failed = async (destination: Destination, event = makeText("x", {})) => {
    const outcome = await attempt(destination, event);
    assert.ok(outcome instanceof DeliveryError, "delivered");
    return outcome;
  };

  describe("the common promises", () => {
    destinationConformance("queue", async (): Promise<DestinationUnderTest> => {
      const name = newQueue("common");
      // Kept as they come, so that asking for them takes none away.
      const ids: string[] = [];
      await publisher.check({ queue: name }, soon());
      const watched: QueuePublisher = {
        ...publisher,
        publish: async (target, event, signal) => {
          await publisher.publish(target, event, signal);
          ids.push(...(await drained(name)).map(({ properties }) => properties.messageId));
        },
      };
      const destination = queue.create("billing", { queue: name }, { log, queues: watched });
      return { destination, effects: () => ids, secrets: [rabbit.url], close: destination.close };
    });
  });

  it("declares a durable quorum queue and puts the event in, marked by its id", async () => {
    const name = newQueue("declared");
    const event = makeText("Grüße", {});
    const destination = create({ queue: name });
    assert.ok(!((await attempt(destination, event)) instanceof DeliveryError));
    const [message] = await drained(name);
    assert.deepEqual(JSON.parse(String(message?.content)), event);
    const { messageId, type, contentType, deliveryMode, appId, headers } =
      message?.properties ?? ({} as never);
    assert.deepEqual(
      { messageId, type, contentType, deliveryMode, appId },
      {
        messageId: event.id,
        type: event.type,
        contentType: "application/cloudevents+json",
        deliveryMode: 2,
        appId: "waypost",
      },
    );
    // The quorum queue's own, and nothing else.
    assert.deepEqual(Object.keys(headers ?? {}), ["x-delivery-count"]);
    // Declaring it with the same arguments is accepted only when it has exactly those.
    await channel.assertQueue(name, {
      durable: true,
      arguments: { "x-queue-type": "quorum", "x-delivery-limit": 1_000_000 },
    });
  });

  it("takes a queue that the team has declared as it is", async () => {
    const name = newQueue("classic");
    await channel.assertQueue(name, { durable: true, arguments: { "x-max-priority": 3 } });
    assert.ok(
      !((await attempt(create({ queue: name }), makeText("x", {}))) instanceof DeliveryError),
    );
    assert.equal((await drained(name)).length, 1);
  });

  it("waits, as in an outage, while the queue is full, and loses nothing", async () => {
    const name = newQueue("full");
    const destination = create({ queue: name, maxLength: 3 });
    const events = Array.from({ length: 40 }, (_, at) => makeText(`${at}`, {}));
    const refused: typeof events = [];
    for (const event of events) {
      const outcome = await attempt(destination, event);
      if (!(outcome instanceof DeliveryError)) continue;
      assert.equal(outcome.verdict, "outage");
      assert.match(outcome.message, /full/);
      refused.push(event);
    }
    assert.ok(refused.length >= 30, String(refused.length));
    const taken = (await drained(name)).map(({ properties }) => properties.messageId);
    await waitFor("there is room again", async () => {
      const outcome = await attempt(destination, refused[0] ?? makeText("x", {}));
      return !(outcome instanceof DeliveryError);
    });
    const ids = events
      .map(({ id }) => id)
      .filter((id) => !refused.some((event) => event.id === id));
    assert.deepEqual(taken, ids);
  });

  it("declares a queue again that somebody has deleted", async () => {
    const name = newQueue("deleted");
    const destination = create({ queue: name });
    await attempt(destination, makeText("x", {}));
    await channel.deleteQueue(name);
    const event = makeText("again", {});
    await deliverForSure(destination, event, { ms: 5000 });
    assert.deepEqual(
      (await drained(name)).map(({ properties }) => properties.messageId),
      [event.id],
    );
  });

  it("keeps the order of many", async () => {
    const name = newQueue("order");
    const destination = create({ queue: name });
    const events = Array.from({ length: 300 }, (_, at) => makeText(`${at}`, {}));
    for (const event of events) await deliverForSure(destination, event, { ms: 5000 });
    assert.deepEqual(
      (await drained(name)).map(({ properties }) => properties.messageId),
      events.map(({ id }) => id),
    );
  });

  it("publishes to an exchange with the event's own routing key, or one that is told", async () => {
    const name = newQueue("bound");
    await channel.assertQueue(name, { durable: true });
    await channel.bindQueue(name, "amq.topic", "whatsapp.message.#");
    await channel.bindQueue(name, "amq.topic", "crm.in");
    // amq.* is refused by configuration; a team's exchange bound to it stands in.
    const exchange = fresh("exchange");
    await channel.assertExchange(exchange, "topic", { durable: true });
    await channel.bindExchange("amq.topic", exchange, "#");
    for (const options of [{ exchange }, { exchange, routingKey: "crm.in" }]) {
      const outcome = await attempt(create(options), makeText("x", {}));
      assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    }
    assert.deepEqual(
      (await drained(name)).map(({ fields }) => fields.routingKey),
      [`whatsapp.message.text.${phoneNumberId}`, "crm.in"],
    );
    const unbound = await failed(create({ exchange, routingKey: "nobody" }));
    assert.equal(unbound.verdict, "config");
    assert.match(unbound.message, /nothing is bound/);
    await channel.deleteExchange(exchange);
    // The channel that knew it ends with the first attempt.
    await failed(create({ exchange }));
    const gone = await failed(create({ exchange }));
    assert.equal(gone.verdict, "config");
    assert.match(gone.message, /no such exchange/);
    const [check] = await create({ exchange }).check(soon());
    assert.equal(check?.ok, false);
  });

  it("does not let one target's failure disturb another's", async () => {
    const name = newQueue("beside");
    const good = create({ queue: name });
    const bad = create({ exchange: fresh("missing") });
    const events = Array.from({ length: 50 }, () => makeText("x", {}));
    const outcomes = await Promise.all(
      events.flatMap((event) => [attempt(good, event), attempt(bad, event)]),
    );
    const failures = outcomes.filter((outcome) => outcome instanceof DeliveryError);
    assert.equal(failures.length, 50);
    assert.ok(failures.every(({ verdict }) => verdict === "config"));
    assert.equal((await drained(name)).length, 50);
  });
});

describe("a queue while RabbitMQ is not well", needsOwnRabbit(), () => {
  it("is an outage, and goes on by itself when RabbitMQ is back", async () => {
    const rabbit = await startRabbit();
    const publisher = await connectQueuePublisher({ url: rabbit.url, log });
    try {
      await ready(publisher);
      const options = { queue: "test.outage" };
      const destination = queue.create("billing", options, { log, queues: publisher });
      const events = Array.from({ length: 4 }, () => makeText("x", {}));
      const [first, frozen, away, again] = events;
      assert.ok(first && frozen && away && again);
      await deliverForSure(destination, first, { ms: 5000 });

      rabbit.freeze();
      await waitFor("nothing is confirmed", async () => {
        const late = await attempt(destination, frozen, { ms: 300 });
        if (!(late instanceof DeliveryError)) return false;
        assert.deepEqual([late.verdict, late.maybeDone], ["outage", true]);
        return true;
      });
      rabbit.thaw();
      await waitFor("a repeat is taken", async () => {
        return !((await attempt(destination, frozen)) instanceof DeliveryError);
      });

      await rabbit.stop();
      await waitFor("the loss is noticed", async () => {
        const outcome = await attempt(destination, away, { ms: 200 });
        assert.ok(outcome instanceof DeliveryError);
        assert.equal(outcome.verdict, "outage");
        return !outcome.maybeDone;
      });
      const [check] = await destination.check(AbortSignal.timeout(2000));
      assert.equal(check?.ok, false);
      await rabbit.start();
      await waitFor(
        "it goes on",
        async () => !((await attempt(destination, away)) instanceof DeliveryError),
      );
      await deliverForSure(destination, again, { ms: 5000 });

      const model = await connect(rabbit.url);
      const channel = await model.createChannel();
      const ids: string[] = [];
      for (;;) {
        const message = await channel.get("test.outage", { noAck: true });
        if (!message) break;
        ids.push(message.properties.messageId);
      }
      assert.deepEqual(
        [...new Set(ids)],
        events.map(({ id }) => id),
      );
      await model.close();
    } finally {
      await publisher.close();
      await rabbit.cleanup();
    }
  });
});

describe("the options of a queue", () => {
  const nobody: QueuePublisher = {
    publish: async () => undefined,
    check: async () => "",
    close: async () => undefined,
  };
  it("need RabbitMQ", () => {
    assert.throws(() => queue.create("billing", { queue: "billing" }, { log }), {
      name: "OptionError",
      message: /RABBITMQ_URL/,
    });
  });

  it("name one target, and none of Waypost's own", () => {
    const wrong = [
      {},
      { queue: "a", exchange: "b" },
      { queue: "waypost.store" },
      { exchange: "waypost.events" },
      { exchange: "amq.topic" },
      { queue: "a", routingKey: "b" },
      { exchange: "a", maxLength: 1 },
    ];
    for (const options of wrong) {
      assert.throws(
        () => queue.create("billing", { ...options }, { log, queues: nobody }),
        { name: "OptionError" },
        JSON.stringify(options),
      );
    }
  });
});
