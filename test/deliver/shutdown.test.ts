import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textEvent } from "../support/sample-events.ts";
import { createStub, createTestBus, startEngine } from "./engine.ts";

describe("the end of the engine", () => {
  it("frees the lease in time although the bus does not let go of the consumer", async () => {
    const bus = createTestBus();
    const stuck = {
      ...bus,
      consume: async (...given: Parameters<typeof bus.consume>) => {
        const consumer = await bus.consume(...given);
        return { ...consumer, close: () => new Promise<void>(() => undefined) };
      },
    };
    const { clock, delivery, ledger } = await startEngine({ stub: createStub() }, { bus: stuck });
    assert.notEqual((await ledger.lease("stub")).holder, undefined);
    const closed = delivery.close(3_000);
    await clock.advance(2_000);
    assert.notEqual((await ledger.lease("stub")).holder, undefined);
    await clock.advance(500);
    await closed;
    assert.equal((await ledger.lease("stub")).holder, undefined);
  });

  it("gives an attempt less time where less is left, and frees the lease", async () => {
    const stub = createStub();
    stub.answer = () => "hangs";
    const { clock, delivery, ledger, publish } = await startEngine({ stub });
    await publish(textEvent(1));
    assert.equal(stub.calls.length, 1);
    const closed = delivery.close(1_500);
    await clock.advance(1_000);
    await closed;
    assert.equal((await ledger.lease("stub")).holder, undefined);
  });

  it("lets an attempt finish where there is time", async () => {
    const stub = createStub();
    let answer = () => {};
    stub.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve("ok");
      });
    const { clock, delivery, ledger, publish } = await startEngine({ stub });
    await publish(textEvent(1));
    const closed = delivery.close();
    await clock.advance(3_900);
    answer();
    await closed;
    assert.deepEqual(stub.effects, ["evt_1"]);
    assert.equal((await ledger.lease("stub")).holder, undefined);
  });
});
