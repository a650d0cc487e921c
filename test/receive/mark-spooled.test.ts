import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EncodedEvent } from "../../src/contracts.ts";
import { createDurable } from "../../src/receive/durable.ts";
import { markSpooled } from "../../src/receive/mark-spooled.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createFakeBus } from "../support/fake-bus.ts";
import { createMemorySpool } from "../support/memory-spool.ts";
import { waitFor } from "../support/wait-for.ts";

function event(id: string, type = "whatsapp.message.text"): EncodedEvent {
  return { id, type, routingKey: `${type}.none`, bytes: Buffer.from(`{"id":"${id}","data":{}}`) };
}

const read = ({ bytes }: EncodedEvent) => JSON.parse(Buffer.from(bytes).toString()) as object;

describe("what comes out of the spool", () => {
  it("says so, and says nothing else than before", () => {
    assert.deepEqual(read(markSpooled(event("a"))), { id: "a", data: {}, spooled: true });
  });

  it("stays as it is where it is a quarantined POST, or no object", () => {
    const quarantined = event("q", "waypost.quarantine");
    assert.equal(markSpooled(quarantined), quarantined);
    const odd = { ...event("o"), bytes: Buffer.from("[]") };
    assert.equal(markSpooled(odd), odd);
  });

  it("is told from what the bus had at once", async () => {
    const [bus, spool] = [createFakeBus(), createMemorySpool()];
    const given = { bus, spool, deadlineMs: 60_000, log: createArrayLog() };
    const durable = createDurable({ ...given, metrics: createMetrics() });
    durable.start();
    await durable.publish([event("direct")]);
    bus.down = "gone";
    await durable.publish([event("late")]);
    bus.down = undefined;
    await waitFor("the spool is drained", () => durable.health().mode === "direct");
    const told = bus.published.map((each) => read(each));
    assert.deepEqual(told, [
      { id: "direct", data: {} },
      { id: "late", data: {}, spooled: true },
    ]);
    await durable.close();
  });
});
