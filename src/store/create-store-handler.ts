import { type Carried, type EventLog, type HandleBatch, StoreError } from "../contracts.ts";
import { isQuarantined } from "../event/event.ts";
import { quarantinedPost, quarantineIdOf } from "../event/quarantined-post.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";

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
      await store(dependencies, batch);
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

async function store(dependencies: Dependencies, batch: readonly Carried[]): Promise<void> {
  const [first, ...others] = batch;
  if (first === undefined) return;
  try {
    await append(dependencies, batch);
  } catch (error) {
    if (!(error instanceof StoreError) || error.verdict !== "refused") throw error;
    if (others.length === 0) return isolate(dependencies, first, error);
    const half = Math.ceil(batch.length / 2);
    await store(dependencies, batch.slice(0, half));
    await store(dependencies, batch.slice(half));
  }
}

async function append({ store, metrics }: Dependencies, batch: readonly Carried[]): Promise<void> {
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

/** Nothing that was received is dropped: what the log refuses lies in quarantine, as the JSON it was. */
async function isolate(
  dependencies: Dependencies,
  item: Carried,
  refusal: StoreError,
): Promise<void> {
  const post = quarantinedPost(
    Buffer.from(JSON.stringify(item), "utf8"),
    [{ path: "", reason: refusal.message }],
    { receivedAt: receiptOf(item), postId: item.postid },
  );
  // Its deliveries look for it by its id.
  await append(dependencies, [{ ...post, id: quarantineIdOf(item.id) }]);
  dependencies.log.error("an event the store can never take was quarantined", {
    eventId: item.id,
    postId: item.postid,
    reason: refusal.message,
  });
}

function receiptOf(item: Carried): string {
  const at = Date.parse(isQuarantined(item) ? item.time : item.data.receivedAt);
  return new Date(Number.isNaN(at) ? Date.now() : at).toISOString();
}
