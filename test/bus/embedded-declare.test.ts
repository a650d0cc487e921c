import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";

it("the embedded bus keeps across a restart what waits in a queue declared while it ran", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-declare-"));
  const queue = (name: string) => ({ name, patterns: ["#"], quarantine: false, single: false });
  const [first, late] = [queue("first"), queue("late")];
  const open = (queues: (typeof first)[]) =>
    openEmbeddedBus({
      path: join(folder, "bus.db"),
      queues,
      log: createArrayLog(),
      metrics: createMetrics(),
    });
  const before = await open([first]);
  await before.declare([first, late]);
  await before.publish([encodeEvent(textEvent(1))], AbortSignal.timeout(5_000));
  await before.close();
  const after = await open([first, late]);
  const seen: string[] = [];
  await after.consume(late, async (batch) => void seen.push(...batch.map(({ id }) => id)));
  await waitFor("the event", () => seen.length > 0);
  assert.deepEqual(seen, ["evt_1"]);
  await after.close();
  await rm(folder, { recursive: true });
});
