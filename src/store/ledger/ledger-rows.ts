import type { Tables } from "../../contracts/table.ts";
import {
  changedFields,
  type Delivery,
  type DeliveryChange,
  type EnqueuedDelivery,
  type Ledger,
  type NewDelivery,
  newFields,
} from "../../contracts.ts";
import { bumpRevision } from "./ledger-leases.ts";
import { type DeliveryRow, deliveriesTable, destinationsTable } from "./ledger-tables.ts";
import { listedBy, verdictOf } from "./listed-by.ts";

/** No holder has these epochs: what was given up none writes, what was opened from outside is found as foreign. */
export const givenUpEpoch = -1;
export const openedEpoch = 0;

type Rows = Pick<
  Ledger,
  | "insert"
  | "insertNext"
  | "claimOpen"
  | "openRows"
  | "claimForeign"
  | "write"
  | "openDue"
  | "givenUp"
>;

/** The deliveries. Rows that are done go after `retentionMs`. */
export function createRows(tables: Tables, retentionMs: number): Rows {
  const deliveries = tables.of(deliveriesTable);
  const insertRows = async (
    into: typeof deliveries,
    rows: readonly NewDelivery[],
    epoch: number,
  ) => {
    const existing = await into.insert(rows.map((row) => newRow(row, epoch, retentionMs)));
    return existing.map(({ id, state }) => ({ id, state }));
  };
  return {
    insert: (rows, epoch) => insertRows(deliveries, rows, epoch),
    insertNext: (name, epoch, count, rowsFrom) =>
      tables.atomically(async (all) => {
        const destination = await all
          .of(destinationsTable)
          .advance(name, { epoch }, { add: { seq: count } });
        if (destination === undefined) return undefined;
        const rows = rowsFrom((destination.seq ?? 0) - count + 1);
        return insertRows(all.of(deliveriesTable), rows, epoch);
      }),
    async claimOpen(destination, epoch) {
      await deliveries.updateAll({ destination, open: true }, { set: { epoch } });
    },
    async openRows(destination, epoch, which) {
      const where = { destination, open: true, epoch };
      const [seq, limit] =
        "seqs" in which
          ? [{ in: which.seqs }, {}]
          : [{ above: which.after ?? Number.MIN_SAFE_INTEGER }, { limit: which.limit }];
      const found = await deliveries.find({ where: { ...where, seq }, order: ["seq"], ...limit });
      return found.map(deliveryOf);
    },
    async claimForeign(destination, epoch, ids) {
      // By their ids: a row that is opened from now on stays foreign, and so is found by the next call.
      const foreign = await deliveries.find({
        where: { destination, open: true, epoch: { not: epoch } },
      });
      const wanted = [...new Set([...foreign.map(({ id }) => id), ...ids])];
      const where = { id: { in: wanted }, open: true };
      await deliveries.updateAll(where, { set: { epoch } });
      const taken = await deliveries.find({ where: { ...where, epoch }, order: ["seq"] });
      return taken.map(deliveryOf);
    },
    openDue: (name, until, limit) =>
      tables.atomically((all) => openDue(all, { name, until, limit })),
    write: (epoch, changes) => deliveries.update(changes.map(changeOf(epoch, retentionMs))),
    async givenUp(destination) {
      const where = { destination, state: "dead", epoch: givenUpEpoch } as const;
      return (await deliveries.find({ where })).map(({ id }) => id);
    },
  };
}

type AnyNew = NewDelivery & Pick<EnqueuedDelivery, "replay">;

/** A row as it is inserted. */
export function newRow(row: AnyNew, epoch: number, retentionMs: number): DeliveryRow {
  if (row.nextAt !== undefined) return scheduledRow(row, row.nextAt);
  if (row.reason === undefined) return openRow(row, epoch);
  const { open: _open, ...ended } = openRow(row, epoch);
  const over = { doneAt: row.createdAt, expireAt: new Date(Date.now() + retentionMs) };
  return { ...ended, ...over, state: row.skipped ? "skipped" : "dead", reason: row.reason };
}

/** Nobody's until it opens, so that whoever takes the destination over finds as many rows as are open. */
function scheduledRow(row: AnyNew, nextAt: string): DeliveryRow {
  const { open: _open, ...waiting } = openRow(row, openedEpoch);
  const dueAt = new Date(nextAt);
  return { ...waiting, state: "scheduled", scheduled: true, nextAt, dueAt };
}

function openRow(row: AnyNew, epoch: number): DeliveryRow {
  const { body, replay, sending } = row;
  return Object.assign(picked(row, newFields), {
    listedBy: listedBy(row),
    epoch,
    state: sending ? ("sending" as const) : ("open" as const),
    open: true,
    attempts: 0,
    history: [],
    ...(replay !== undefined && { replay, replayed: true }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** These fields, where they are there. A rest of the object would take twenty times as long: thousands are made in a second. */
function picked<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const to: Partial<Pick<T, K>> = {};
  for (const name of names) {
    if (from[name] !== undefined) to[name] = from[name];
  }
  return to as Pick<T, K>;
}

/** What is written of a row. */
export function changeOf(epoch: number, retentionMs: number) {
  const where = { epoch };
  const expireAt = new Date(Date.now() + retentionMs);
  return (change: DeliveryChange) => {
    const { id, state, emits } = change;
    const done = state === "delivered" || state === "skipped" || state === "dead";
    const set = Object.assign(picked(change, changedFields), {
      state,
      nextAt: change.nextAt,
      unknown: flagOf(change.unknown),
      emits: emits && JSON.stringify(emits),
      partial: flagOf(change.partial),
      ...foundBy(change),
      open: done ? null : undefined,
      expireAt: done ? expireAt : undefined,
    });
    return { id, where, set };
  };
}

/** false takes it away, undefined leaves it. */
function flagOf(value: boolean | undefined): true | null | undefined {
  return value === undefined ? undefined : value || null;
}

function foundBy({ id, state, history, route, about }: DeliveryChange) {
  // Its id begins with the destination's name.
  const [destination = ""] = id.split(":", 1);
  return {
    listedBy: route && about && listedBy({ ...about, route, destination }),
    verdict: history && verdictOf(state, history),
  };
}

async function openDue(
  tables: Pick<Tables, "of">,
  { name, until, limit }: { readonly name: string; readonly until: Date; readonly limit: number },
): Promise<number> {
  const deliveries = tables.of(deliveriesTable);
  const where = { destination: name, scheduled: true, dueAt: { below: until } };
  const due = await deliveries.find({ where, order: ["dueAt"], limit });
  if (due.length === 0) return 0;
  const set = { state: "open", open: true, scheduled: null } as const;
  const ids = due.map(({ id }) => id);
  // One that was cancelled meanwhile is scheduled no more.
  await deliveries.updateAll({ id: { in: ids }, scheduled: true }, { set });
  await bumpRevision(tables, name);
  return due.length;
}

export function deliveryOf(row: DeliveryRow): Delivery {
  const { epoch: _1, open: _2, expireAt: _3, body: _4, listedBy: _5, verdict: _6, ...kept } = row;
  const { scheduled: _7, replayed: _8, dueAt, unknown, partial, emits, ...delivery } = kept;
  return {
    ...delivery,
    ...(dueAt && { dueAt: dueAt.toISOString() }),
    ...(unknown && { unknown }),
    ...(partial && { partial }),
    ...(emits !== undefined && { emits: JSON.parse(emits) }),
  };
}
