import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import type { Bus, QueueSpec } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";

const all: QueueSpec = { name: "all", patterns: ["#"], quarantine: false, single: true };
const never = AbortSignal.timeout(600_000);

describe("the end of the embedded bus", () => {
  let folder: string;
  let bus: Bus;
  const open = async () => {
    const path = join(folder, "bus.db");
    bus = await openEmbeddedBus({
      ...{ path, queues: [all], log: createArrayLog(), metrics: createMetrics() },
    });
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "waypost-bus-end-"));
    await open();
  });
  afterEach(async () => {
    await bus.close();
    rmSync(folder, { recursive: true });
  });
  const publish = (n: number) => bus.publish([encodeEvent(textEvent(n))], never);

  it("does not wait for ever for a handler that hangs, whose batch comes again", {
    timeout: 30_000,
  }, async () => {
    let begun = 0;
    await bus.consume(all, () => {
      begun += 1;
      return new Promise<void>(() => undefined);
    });
    await publish(1);
    await waitFor("the handler has it", () => begun === 1);
    await bus.close();
    await open();
    const ids: string[] = [];
    await bus.consume(all, async (batch) => void ids.push(...batch.map(({ id }) => id)));
    await waitFor("it came again", () => ids.length > 0);
    assert.deepEqual(ids, [textEvent(1).id]);
  });

  it("begins no reader again that was told to go on just before it was closed", async () => {
    let calls = 0;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const consumer = await bus.consume(all, async () => {
      calls += 1;
      await held;
    });
    await publish(1);
    await waitFor("the handler has it", () => calls === 1);
    const pausing = consumer.pause();
    const resuming = consumer.resume();
    const closing = consumer.close();
    letGo();
    await Promise.all([pausing, resuming, closing]);
    await publish(2);
    // Whoever reads next reads all that is left.
    const ids: string[] = [];
    await bus.consume(all, async (batch) => void ids.push(...batch.map(({ id }) => id)));
    await waitFor("the other has it", () => ids.length > 0);
    assert.deepEqual([ids, calls], [[textEvent(2).id], 1]);
  });
});
