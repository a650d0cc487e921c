import type { Bus, Store } from "../contracts.ts";
import { createStoreHandler } from "../store/create-store-handler.ts";
import type { Base } from "./base.ts";
import { storeQueue } from "./queues.ts";

/** The consumers: bus ──▶ store. */
export async function startWorking(base: Base, bus: Bus, store: Store): Promise<void> {
  const { metrics, life } = base;
  const log = base.log.child({ role: "work" });
  const consumer = await bus.consume(storeQueue, createStoreHandler({ store, log, metrics }));
  life.add("store consumer", () => consumer.close());
  log.info("stores events", { queue: storeQueue.name });
}
