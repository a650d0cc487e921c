import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { createIntakeHandler } from "../../src/app/intake.ts";
import { intakeQueue } from "../../src/app/plan.ts";
import { type Bus, deadQueueName, type WaypostEvent } from "../../src/contracts.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createStoreHandler } from "../../src/store/log/create-store-handler.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type BorrowedRabbit, borrowRabbit } from "../services/borrow-rabbit.ts";
import { needsRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { byHand, openBus, queueSpec } from "./rabbitmq-harness.ts";

const exchange = "waypost.intake";
const dead = deadQueueName(intakeQueue.name);
const accounts = { berlin: { phoneNumberId: "700700700700700" } };
const contact = { waId: "15555550123" };
const business = (id: string) => ({
  type: "business.order.paid",
  id,
  account: "berlin",
  contact,
  business: { id },
});

describe("the exchange waypost.intake", needsRabbit(), () => {
  let rabbit: BorrowedRabbit;
  const folded = queueSpec(`test.${randomBytes(4).toString("hex")}`, ["#"], true);
  before(async () => {
    rabbit = await borrowRabbit();
  });
  after(() => rabbit?.release());

  const opened: Bus[] = [];
  // What a consumer had taken and not acked when it closed would come again in the next test.
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
    await byHand(rabbit.url, async (channel) => {
      for (const name of [intakeQueue.name, folded.name]) {
        await channel.deleteQueue(name);
        await channel.deleteQueue(deadQueueName(name));
      }
    });
  });

  const open = async () => {
    const parts = await openBus(rabbit.url, intakeQueue, folded);
    opened.push(parts.bus);
    await parts.ready();
    const { bus } = parts;
    const metrics = createMetrics();
    const handle = createIntakeHandler({
      publish: (events, signal) => bus.publish(events, signal),
      accounts: () => accounts,
      metrics,
    });
    return { ...parts, bus, metrics, handle };
  };
  const tell = (...told: (object | string)[]) =>
    byHand(rabbit.url, async (channel) => {
      for (const each of told) {
        const body = Buffer.from(typeof each === "string" ? each : JSON.stringify(each));
        channel.publish(exchange, "any.key", body, { persistent: true });
      }
      await channel.waitForConfirms();
    });

  it("makes events of what services publish, in order, and counts its queue as the others", async () => {
    const { bus, handle, metrics } = await open();
    const got: WaypostEvent[] = [];
    await bus.consume(folded, async (batch) => void got.push(...(batch as WaypostEvent[])));
    await tell(...Array.from({ length: 30 }, (_, n) => business(`order-${n}`)));
    assert.ok((await bus.queues()).some(({ name, ready }) => name === exchange && ready === 30));
    await bus.consumeIntake?.(intakeQueue, handle);
    await waitFor("all 30", () => got.length === 30);
    assert.deepEqual(
      got.map(({ id }) => id),
      Array.from({ length: 30 }, (_, n) => `order-${n}`),
    );
    assert.equal(got[0]?.data.account.phoneNumberId, "700700700700700");
    await waitFor("counted", async () => (await metrics.intake.get()).values[0]?.value === 30);
  });

  it("goes by AMQP's message_id where the body has no id", async () => {
    const { bus, handle } = await open();
    const got: string[] = [];
    await bus.consume(folded, async (batch) => void got.push(...batch.map(({ id }) => id)));
    await bus.consumeIntake?.(intakeQueue, handle);
    const { id: _, ...unnamed } = business("x");
    await byHand(rabbit.url, async (channel) => {
      const body = Buffer.from(JSON.stringify(unnamed));
      channel.publish(exchange, "", body, { messageId: "msg-1" });
      channel.publish(exchange, "", Buffer.from(JSON.stringify(business("own"))), {
        messageId: "msg-2",
      });
      await channel.waitForConfirms();
    });
    await waitFor("both", () => got.length === 2);
    assert.deepEqual(got, ["msg-1", "own"]);
  });

  it("makes one event of a message without an id, however often it is published", async () => {
    const { bus, metrics } = await open();
    const got: WaypostEvent[] = [];
    await bus.consume(folded, async (batch) => void got.push(...(batch as WaypostEvent[])));
    let times = 0;
    const publish: Bus["publish"] = async (events, signal) => {
      await bus.publish(events, signal);
      times += 1;
      if (times === 1) throw new Error("the confirm came too late");
    };
    await tell({ ...business("order-1"), id: undefined });
    const handle = createIntakeHandler({ publish, accounts: () => accounts, metrics });
    await bus.consumeIntake?.(intakeQueue, handle);
    await waitFor("it twice", () => got.length === 2);
    assert.equal(new Set(got.map(({ id }) => id)).size, 1);
  });

  it("puts what it cannot take into the dead queue with the reason, and takes the rest", async () => {
    const { bus, handle, log } = await open();
    const got: string[] = [];
    await bus.consume(folded, async (batch) => void got.push(...batch.map(({ id }) => id)));
    const wrong = { ...business("evt_mine"), contact: { phone: "call me on 15555550123" } };
    await tell(wrong, "no JSON", business("good"), "[".repeat(2_000_000), [business("list")]);
    await bus.consumeIntake?.(intakeQueue, handle);
    const reasons = new Map<string, string>();
    await waitFor("the dead", async () => {
      await byHand(rabbit.url, async (channel) => {
        const message = await channel.get(dead, { noAck: true });
        if (message === false) return;
        const text = message.content.toString().slice(0, 20);
        reasons.set(text, message.properties.headers?.["x-waypost-reason"]);
      });
      return reasons.size === 4;
    });
    const reason = reasons.get(JSON.stringify(wrong).slice(0, 20)) ?? "";
    assert.match(reason, /^\/id is no usable id: /);
    assert.doesNotMatch(reason, /15555550123|evt_mine/);
    assert.match(reasons.get("no JSON") ?? "", /^it is not JSON in UTF-8: /);
    assert.match(reasons.get("[".repeat(20)) ?? "", /larger than 1048576 bytes/);
    await waitFor("the good one", () => got.length > 0);
    assert.deepEqual(got, ["good"]);
    assert.doesNotMatch(JSON.stringify(log.lines), /15555550123/);
  });

  it("keeps one event in the log when the process dies between the confirm and the ack", async () => {
    const first = await open();
    let confirmed = false;
    await first.bus.consumeIntake?.(intakeQueue, async (batch, signal) => {
      await first.handle(batch, signal);
      confirmed = true;
      // As after a SIGKILL, no ack ever comes.
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("killed")), { once: true });
      });
    });
    await tell(business("once"));
    await waitFor("the confirm", () => confirmed);
    await first.bus.close();
    const second = await open();
    const dir = await mkdtemp(join(tmpdir(), "waypost-intake-"));
    const store = await openEmbeddedStore({
      path: join(dir, "store.db"),
      retentionDays: 30,
      log: createArrayLog(),
    });
    let handled = 0;
    const keep = createStoreHandler({ store, log: createArrayLog(), metrics: createMetrics() });
    await second.bus.consume(folded, async (batch, signal) => {
      await keep(batch, signal);
      handled += batch.length;
    });
    await second.bus.consumeIntake?.(intakeQueue, second.handle);
    await waitFor("both publishes", () => handled === 2);
    assert.equal((await store.stats()).events, 1);
    assert.equal((await store.event("once"))?.data.business?.["id"], "once");
    await store.close();
    await rm(dir, { recursive: true });
  });
});
