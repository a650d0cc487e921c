/**
 * A log as it is after 90 days, in some minutes: the store's own append and ledger write it, in large transactions, with the indexes made at
 * the end. What they take for the present moment is that of the batch, so that all is as old as it would be.
 */
import { join } from "node:path";
import type { WaypostEvent } from "../../src/contracts.ts";
import { createContactLearner } from "../../src/store/contacts/contact-learner.ts";
import { appendBatch } from "../../src/store/embedded/append.ts";
import { createLeases } from "../../src/store/ledger/ledger-leases.ts";
import { changeOf, newRow } from "../../src/store/ledger/ledger-rows.ts";
import {
  type DeliveryRow,
  deliveriesTable,
  destinationsTable,
} from "../../src/store/ledger/ledger-tables.ts";
import { destinations, paused, type Row, rowsOf } from "./deliveries.ts";
import { eventOf } from "./events.ts";
import { createRawLog, type RawLog } from "./raw-log.ts";
import { type Happening, schedule, spanMs } from "./schedule.ts";

/** Of whoever held the destinations. */
const epoch = 1;
const retentionMs = 400 * 86_400_000;
const batchSize = 5_000;
const batchesAtOnce = 20;
/** So many of the events are kept to ask for them. */
const sampleSize = 2_000;

export interface BuiltLog {
  readonly sample: readonly WaypostEvent[];
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly deliveries: number;
  readonly conversations: number;
  /** The longest chat. */
  readonly longest: string;
}

/** What is written of a batch, in its order. */
export interface Batch {
  readonly events: readonly WaypostEvent[];
  readonly rows: ReturnType<typeof rowsOf>;
  /** When it was received. */
  readonly at: number;
}

/** The same for the same `count` and `to`. */
export function* batchesOf(count: number, to: number, size = batchSize): Generator<Batch> {
  const seqs = new Map<string, number>();
  const seqOf = (destination: string) => {
    const seq = (seqs.get(destination) ?? 0) + 1;
    seqs.set(destination, seq);
    return seq;
  };
  let some: Happening[] = [];
  const batchOf = (): Batch => {
    const all = some.map((happening) => ({ happening, event: eventOf(happening) }));
    const rows = all.flatMap(({ event, happening }) => rowsOf(event, happening, { to, seqOf }));
    const at = some.at(-1)?.at ?? to;
    some = [];
    return { events: all.map(({ event }) => event), rows, at };
  };
  for (const happening of schedule(count, to)) {
    some.push(happening);
    if (some.length === size) yield batchOf();
  }
  if (some.length > 0) yield batchOf();
}

export interface BuildOptions {
  /** The moment at which it ends. */
  readonly to?: number;
  /** How far it is. */
  readonly tell?: (line: string) => void;
}

/** In `<folder>/store.db`. */
export async function buildLog(
  folder: string,
  count: number,
  { to = Date.now(), tell = () => undefined }: BuildOptions = {},
): Promise<BuiltLog> {
  const raw = await createRawLog(join(folder, "store.db"));
  const realNow = Date.now;
  const learner = createContactLearner();
  const deliveries = raw.tables.of(deliveriesTable);
  const sample: WaypostEvent[] = [];
  const sizes = new Map<string, number>();
  const last = new Map<string, number>();
  let [events, rows, batches] = [0, 0, 0];
  const began = performance.now();
  try {
    for (const batch of batchesOf(count, to)) {
      Date.now = () => batch.at;
      await appendBatch(raw.sqlite, batch.events, batch.at + retentionMs, { learner });
      await deliveries.insert(batch.rows.map(rowOf));
      for (const { row } of batch.rows) last.set(row.destination, row.seq);
      for (const { data } of batch.events) {
        const id = data.conversationId ?? "";
        sizes.set(id, (sizes.get(id) ?? 0) + 1);
      }
      keepSome(sample, batch.events, count);
      events += batch.events.length;
      rows += batch.rows.length;
      batches += 1;
      if (batches % batchesAtOnce === 0) {
        await raw.commit();
        tell(`${events} events after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
      }
    }
  } finally {
    Date.now = realNow;
  }
  await keepDestinations(raw, last);
  await raw.finish();
  const [longest = ""] = [...sizes].sort(([, a], [, b]) => b - a)[0] ?? [];
  const counted = { events, deliveries: rows, conversations: sizes.size };
  return { sample, from: to - spanMs, to, longest, ...counted };
}

/** As it is when all of it is written. */
function rowOf({ row, change }: Row): DeliveryRow {
  const made = newRow(row, epoch, retentionMs);
  if (change === undefined) return made;
  const { set } = changeOf(epoch, retentionMs)(change);
  const fields = Object.entries({ ...made, ...dropUndefined(set) });
  return Object.fromEntries(fields.filter(([, value]) => value !== null)) as DeliveryRow;
}

function dropUndefined(set: object): object {
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

/** Released, and one of them paused. */
async function keepDestinations({ tables }: RawLog, last: ReadonlyMap<string, number>) {
  const made = { epoch, beat: 0, rev: 0 };
  const rows = destinations.map((id) => ({ id, create: made, set: { seq: last.get(id) ?? 0 } }));
  await tables.of(destinationsTable).upsert(rows);
  const at = new Date().toISOString();
  await createLeases(tables).setPause(paused, { by: "operator", reason: "a bench", at });
}

/** Evenly. */
function keepSome(sample: WaypostEvent[], events: readonly WaypostEvent[], count: number): void {
  const every = Math.max(1, Math.floor(count / sampleSize));
  for (let at = 0; at < events.length; at += every) sample.push(events[at] as WaypostEvent);
}
