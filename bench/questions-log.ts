/** A log as it is after 30 days: the simulator's conversations through the store's own append, and deliveries of every second message. */
import { join } from "node:path";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import type { DeliveryChange, NewDelivery, Store, WaypostEvent } from "../src/contracts.ts";
import { normalize } from "../src/receive/normalize.ts";
import { openEmbeddedStore } from "../src/store/embedded/open-embedded-store.ts";
import { createLog } from "../src/support/log.ts";

export const destination = "crm";
export const daysMs = 30 * 86_400_000;
const batchSize = 500;
/** So many of the events are kept to ask for them. */
const sampleSize = 400;

export interface BuiltLog {
  readonly sample: readonly WaypostEvent[];
  readonly from: number;
  readonly to: number;
  readonly events: number;
  /** Its deliveries tell of their attempts; logs of before do not. */
  readonly tellsAttempts?: true;
}

/** In `<folder>/store.db`. */
export async function buildLog(folder: string, count: number): Promise<BuiltLog> {
  const log = createLog({ level: "error" });
  const store = await openEmbeddedStore({ path: join(folder, "store.db"), retentionDays: 60, log });
  const to = Date.now();
  const from = to - daysMs;
  const sample: WaypostEvent[] = [];
  const lease = await store.ledger.takeLease(
    destination,
    await store.ledger.lease(destination),
    "bench",
  );
  const epoch = lease?.epoch ?? 0;
  let done = 0;
  try {
    for (const batch of batches(count, from)) {
      await store.append(batch);
      await deliver(store, batch, epoch, done);
      done += batch.length;
      const kept = batch[done % batch.length];
      if (kept && sample.length < sampleSize) sample.push(kept);
      else if (kept) sample[done % sampleSize] = kept;
    }
    await store.ledger.releaseLease(destination, epoch);
  } finally {
    await store.close();
  }
  return { sample, from, to, events: done, tellsAttempts: true };
}

/** Evenly over the time. */
function* batches(count: number, from: number): Generator<WaypostEvent[]> {
  const traffic = generateTraffic({
    seed: `questions@${Math.floor(from / 1_000)}`,
    ...{ appSecret: "unused", scenario: "conversation", accounts: 5 },
    contacts: Math.max(100, Math.floor(count / 100)),
  });
  let batch: WaypostEvent[] = [];
  let made = 0;
  for (const { bytes, index } of traffic) {
    const receivedAt = new Date(from + (made * daysMs) / count).toISOString();
    const stamp = { postId: `pst_questions${index}`, receivedAt };
    const { events } = normalize(JSON.parse(bytes.toString()), stamp);
    batch.push(...events);
    made += events.length;
    if (batch.length < batchSize && made < count) continue;
    yield batch;
    batch = [];
    if (made >= count) return;
  }
}

async function deliver(
  { ledger }: Store,
  batch: readonly WaypostEvent[],
  epoch: number,
  seq: number,
): Promise<void> {
  const told = batch.filter(({ type }, i) => i % 2 === 0 && type.startsWith("whatsapp.message."));
  const rows = told.map(({ id, type, subject, data }, i): NewDelivery => {
    const common = {
      destination,
      eventId: id,
      eventType: type,
      route: i % 100 === 7 ? "rare" : "messages",
    };
    const createdAt = data.receivedAt;
    return {
      ...common,
      id: `${destination}:${id}`,
      account: data.account,
      laneKeys: [subject ?? id],
      seq: seq + i,
      createdAt,
    };
  });
  await ledger.insert(rows, epoch);
  const changes = rows.map(({ id, createdAt }, i): DeliveryChange => {
    const done = { id, nextAt: null, doneAt: createdAt, attempts: 1 };
    const attempt = { at: createdAt, ms: 40 };
    const retried = i % 20 === 0 ? [{ ...attempt, outcome: "outage" as const }] : [];
    if (i % 50 === 0) {
      const history = [{ ...attempt, outcome: "refused" as const, answer: "refused (422)" }];
      return { ...done, state: "dead", reason: "refused (422)", history };
    }
    const history = [...retried, { ...attempt, outcome: "delivered" as const }];
    return { ...done, state: "delivered", history };
  });
  await ledger.write(epoch, changes);
}
