import {
  type BusMessage,
  type EventLog,
  type HandleBatch,
  StoreError,
  type Unfit,
} from "../../contracts.ts";
import { isQuarantined } from "../../event/event.ts";
import { quarantinedMessage } from "../../event/quarantined-post.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";

interface Dependencies {
  readonly store: EventLog;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * The store consumer. Resolves when the batch is durable. An outage throws, so that the bus brings the same
 * batch again; an event that can never be written is found by bisection and quarantined, its siblings kept.
 */
export function createStoreHandler(dependencies: Dependencies): HandleBatch {
  const { log, metrics } = dependencies;
  return async (batch) => {
    const stop = metrics.storeBatch.startTimer();
    try {
      return await store(dependencies, batch);
    } catch (error) {
      const verdict = error instanceof StoreError ? error.verdict : "outage";
      metrics.storeFailures.inc({ verdict });
      log.warn("the store did not take a batch", { count: batch.length, error });
      throw error;
    } finally {
      stop();
    }
  };
}

async function store(
  dependencies: Dependencies,
  batch: readonly BusMessage[],
): Promise<readonly Unfit[]> {
  const [first, ...others] = batch;
  if (first === undefined) return [];
  try {
    await append(dependencies, batch);
    return [];
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (others.length === 0) return isolate(dependencies, first, error);
    const half = Math.ceil(batch.length / 2);
    return [
      ...(await store(dependencies, batch.slice(0, half))),
      ...(await store(dependencies, batch.slice(half))),
    ];
  }
}

async function append(
  { store, metrics }: Dependencies,
  batch: readonly BusMessage[],
): Promise<void> {
  const { stored, duplicates, replaced } = await store.append(batch);
  const posts = batch.filter(isQuarantined).length;
  metrics.stored.inc({ outcome: "stored" }, stored.length);
  metrics.stored.inc({ outcome: "duplicate" }, duplicates - replaced);
  metrics.stored.inc({ outcome: "replaced" }, replaced);
  metrics.stored.inc({ outcome: "quarantined" }, posts);
  const now = Date.now();
  for (const item of batch) {
    if (!isQuarantined(item)) observeLag(metrics, now - Date.parse(item.data.receivedAt));
  }
}

function observeLag(metrics: Metrics, ms: number): void {
  if (!Number.isNaN(ms)) metrics.storeLag.observe(Math.max(0, ms) / 1000);
}

/** What the log refuses lies in quarantine, as the JSON it was; what that refuses too is answered as unfit. */
async function isolate(
  dependencies: Dependencies,
  item: BusMessage,
  refusal: StoreError,
): Promise<readonly Unfit[]> {
  const { log } = dependencies;
  const bytes = Buffer.from(JSON.stringify(item), "utf8");
  const details = { eventId: item.id, postId: item.postid, reason: refusal.message };
  try {
    await append(dependencies, [quarantinedMessage(bytes, refusal.message)]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.error("an event that neither the log nor quarantine can take is dead", details);
    return [{ item, reason: error.message }];
  }
  log.error("an event the store can never take was quarantined", details);
  return [];
}

function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && error.verdict === "refused";
}
