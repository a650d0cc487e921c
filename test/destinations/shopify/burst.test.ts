import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { DeliveryRules, WaypostEvent } from "../../../src/contracts.ts";
import { createShopify } from "../../../src/destinations/shopify/shopify.ts";
import { conversationIdOf } from "../../../src/event/conversation.ts";
import { event, startEngine } from "../../deliver/engine.ts";
import { createFakeClock, type FakeClock } from "../../deliver/fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "../../deliver/memory-ledger.ts";
import { waitFor } from "../../support/wait-for.ts";
import { passUntil, watchCalls } from "../real-calls.ts";
import type { Fault } from "../stub.ts";
import { type ShopifyStub, startShopifyStub } from "./stub.ts";
import { addCustomer } from "./world.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const config: Partial<DeliveryRules> = { concurrency: 4, timeoutMs: 20_000 };
const wanted = { tag: "whatsapp", note: "{{ message | text }}" };

async function startProcess(
  shop: ShopifyStub,
  { ledger, clock, options }: { ledger: MemoryLedger; clock: FakeClock; options: object },
) {
  const destination = createShopify("shop", { ...shop.options, ...options }, clock);
  const calls = watchCalls(destination);
  const engine = await startEngine({ shop: calls.destination }, { ledger, clock, config });
  closing.push(async () => {
    await engine.end();
    await destination.close();
  });
  return { engine, clock, calls };
}

/** A text of one of several people. */
function from(person: number): WaypostEvent {
  const waId = `4915550000${String(100 + person)}`;
  const conversation = conversationIdOf("700700700700700", { userId: undefined, phone: waId });
  return event(conversation ?? "", { contact: { waId, name: `Person ${person}` } });
}

/** Not those of the events that tell of records: they come back, for the engine's route takes all. */
const isDone =
  ({ rows }: MemoryLedger, count: number) =>
  () => {
    const own = [...rows.values()].filter(({ eventType }) => !eventType.startsWith("business."));
    return own.length === count && own.every(({ state }) => state === "delivered");
  };

/** Each person's note has each of its events once, in order; nobody is there twice. */
function assertWritten({ world }: ShopifyStub, events: readonly WaypostEvent[]): void {
  for (const waId of new Set(events.map(({ data }) => data.contact?.waId))) {
    const own = events.filter(({ data }) => data.contact?.waId === waId).map(({ id }) => id);
    const customers = world.customers.filter(({ phone }) => phone === `+${waId}`);
    assert.equal(customers.length, 1);
    const marks = [...(customers[0]?.note ?? "").matchAll(/\[(evt_\w+)\]/g)].map(([, id]) => id);
    assert.deepEqual(marks, own);
    assert.deepEqual(customers[0]?.tags, ["whatsapp"]);
  }
}

/** True when the number has been the same for four looks: what has not ended then waits for points. */
function noNews(count: () => number): () => boolean {
  let seen = { count: -1, times: 0 };
  return () => {
    const now = count();
    seen = { count: now, times: now === seen.count ? seen.times + 1 : 0 };
    return seen.times >= 4;
  };
}

describe("a burst of 2,000 events", () => {
  it("is written as the points of the app allow, in order, and Shopify never says THROTTLED", async () => {
    const clock = createFakeClock();
    const shop = await startShopifyStub(clock.now);
    closing.push(shop.close);
    Object.assign(shop.bucket, { maximumAvailable: 2_000, restoreRate: 500 });
    for (let person = 0; person < 50; person += 1) {
      addCustomer(shop.world, { phone: `+4915550000${100 + person}` });
    }
    const ledger = createMemoryLedger();
    const process = await startProcess(shop, { ledger, clock, options: wanted });
    const events = Array.from({ length: 2_000 }, (_, n) => from(n % 50));
    await process.engine.publish(...events);
    const waits = noNews(() => shop.stub.requests.length);
    await passUntil("2,000 events", process, isDone(ledger, 2_000), { stepMs: 1_000, waits });
    assertWritten(shop, events);
    assert.equal(shop.throttled(), 0);
    assert.deepEqual(process.engine.notices(), []);
  });
});

describe("a process that is killed between two calls", () => {
  const moments = ["token", "search", "making the customer", "writing"];
  for (const [at, moment] of moments.entries()) {
    for (const fault of ["hang", "silent"] as const satisfies readonly Fault[]) {
      const when = fault === "hang" ? "before" : "after";
      it(`makes no customer, note or tag twice: ${when} the call for ${moment}`, async () => {
        const shop = await startShopifyStub(Date.now, () => true);
        closing.push(shop.close);
        shop.stub.fail(...Array.from({ length: at }, (): Fault => "none"), fault);
        const ledger = createMemoryLedger();
        const options = { ...wanted, create: true };
        const first = await startProcess(shop, { ledger, clock: createFakeClock(), options });
        const events = [from(1), from(1), from(1)];
        await first.engine.publish(...events);
        await waitFor("the call", () => shop.stub.requests.length > at);
        first.calls.kill();
        const clock = createFakeClock(first.clock.now() + 60_000);
        const next = await startProcess(shop, { ledger, clock, options });
        await passUntil("all events", next, isDone(ledger, 3), { stepMs: 1_000 });
        assertWritten(shop, events);
      });
    }
  }
});
