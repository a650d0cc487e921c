import type { Bus, BusMessage, Store } from "../contracts.ts";
import { isQuarantined } from "../event/event.ts";
import { prepareIntake } from "../event/intake/intake-event.ts";
import { createStoreHandler } from "../store/log/create-store-handler.ts";
import { type Base, keepTrying } from "./base.ts";
import { type Delivering, startDelivering } from "./deliver.ts";
import { createIntakeHandler } from "./intake.ts";
import type { Media } from "./media.ts";
import { intakeQueue, type Plan, storeQueue } from "./plan.ts";

const indexRetryMs = 30_000;
/** At shutdown, for the leases: whoever takes over would have to wait for them. */
const leasesMs = 2_000;

export interface WorkOptions {
  readonly bus: Bus;
  readonly store: Store;
  readonly plan: Plan;
  /** As it is now: SIGHUP replaces it. */
  readonly planNow: () => Plan;
  readonly holder: string;
  readonly media: Media | undefined;
  /** `store`, `intake` and names of destinations; undefined: all. */
  readonly only?: readonly string[];
}

/** The consumers: bus ──▶ store, intake ──▶ bus, and bus ──▶ destinations. */
export async function startWorking(base: Base, options: WorkOptions): Promise<Delivering> {
  const { bus, store, only } = options;
  const { metrics, life } = base;
  const log = base.log.child({ role: "work" });
  let delivering: Delivering | undefined;
  if (only === undefined || only.includes("store")) {
    const queue = storeQueue(base.config);
    const append: Store["append"] = async (batch) => {
      const appended = await store.append(batch);
      delivering?.wake(appended.stored);
      if (appended.duplicates > 0) countRepeated(batch, appended.stored, metrics);
      return appended;
    };
    const handle = createStoreHandler({ store: { append }, log, metrics });
    const consumer = await bus.consume(queue, handle);
    life.add("store consumer", () => consumer.close());
    log.info("stores events", { queue: queue.name, count: base.config.storeShards });
  }
  if (only === undefined || only.includes("intake")) await takeIn(base, options);
  // Without them all works, but slower with every event.
  const failed = (error: unknown) =>
    log.warn("the store's indexes could not be made yet", { error });
  keepTrying(base, "indexes", { everyMs: indexRetryMs, failed }, () => store.syncIndexes());
  const started = await startDelivering(base, options);
  delivering = started;
  life.add("delivery", (leftMs) => started.close(leftMs), leasesMs);
  return started;
}

/** Meta sends again what was not answered in time, and the bus what was not acked. */
function countRepeated(
  batch: readonly BusMessage[],
  stored: readonly string[],
  metrics: Base["metrics"],
): void {
  const fresh = new Set(stored);
  for (const event of batch) {
    if (isQuarantined(event) || fresh.has(event.id)) continue;
    const account = event.data.account.phoneNumberId ?? "none";
    metrics.accountEvents.inc({ account, outcome: "repeated" });
  }
}

/** Only where others may publish: the embedded bus has none but this process. */
async function takeIn({ metrics, life }: Base, { bus, planNow }: WorkOptions): Promise<void> {
  const handle = createIntakeHandler({
    publish: bus.publish.bind(bus),
    accounts: () => planNow().routing.accounts,
    metrics,
  });
  if (bus.consumeIntake) prepareIntake();
  const consumer = await bus.consumeIntake?.(intakeQueue, handle);
  life.add("intake", () => consumer?.close());
}
