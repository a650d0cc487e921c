import type { Bus, Store } from "../contracts.ts";
import { createStoreHandler } from "../store/create-store-handler.ts";
import type { Base } from "./base.ts";
import { type Delivering, startDelivering } from "./deliver.ts";
import { type Plan, storeQueue } from "./plan.ts";

export interface WorkOptions {
  readonly bus: Bus;
  readonly store: Store;
  readonly plan: Plan;
  readonly holder: string;
  /** `store` and names of destinations; undefined: all. */
  readonly only?: readonly string[];
}

/** The consumers: bus ──▶ store, and bus ──▶ destinations. */
export async function startWorking(base: Base, options: WorkOptions): Promise<Delivering> {
  const { bus, store, only } = options;
  const { metrics, life } = base;
  const log = base.log.child({ role: "work" });
  if (only === undefined || only.includes("store")) {
    const consumer = await bus.consume(storeQueue, createStoreHandler({ store, log, metrics }));
    life.add("store consumer", () => consumer.close());
    log.info("stores events", { queue: storeQueue.name });
  }
  const delivering = await startDelivering(base, options);
  life.add("delivery", () => delivering.close());
  return delivering;
}
