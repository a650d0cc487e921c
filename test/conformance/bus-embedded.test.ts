import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import type { QueueSpec } from "../../src/contracts.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type BusUnderTest, busConformance, conformanceQueues } from "./bus.ts";

busConformance("embedded", async (): Promise<BusUnderTest> => {
  const folder = mkdtempSync(join(tmpdir(), "waypost-bus-"));
  const queues = conformanceQueues("test");
  const open = (declared: readonly QueueSpec[] = Object.values(queues)) =>
    openEmbeddedBus({
      path: join(folder, "bus.db"),
      queues: declared,
      log: createArrayLog(),
      metrics: createMetrics(),
    });
  let bus = await open();
  return {
    bus,
    queues,
    async reopen(declared) {
      await bus.close();
      bus = await open(declared);
      return bus;
    },
    async cleanup() {
      await bus.close();
      rmSync(folder, { recursive: true });
    },
  };
});
