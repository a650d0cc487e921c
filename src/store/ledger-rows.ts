import type { Tables } from "../contracts/table.ts";
import {
  type Delivery,
  type DeliveryChange,
  type EnqueuedDelivery,
  type Ledger,
  type NewDelivery,
  StoreError,
} from "../contracts.ts";
import { type DeliveryRow, deliveriesTable, destinationsTable } from "./ledger-tables.ts";

/** No holder has these epochs: what was given up none writes, what was opened from outside is found as foreign. */
const givenUpEpoch = -1;
const openedEpoch = 0;

type Rows = Pick<
  Ledger,
  | "insert"
  | "claimOpen"
  | "openRows"
  | "claimForeign"
  | "write"
  | "openDue"
  | "enqueue"
  | "reopen"
  | "giveUp"
  | "givenUp"
>;

/** The deliveries. Rows that are done go after `retentionMs`. */
export function createRows(tables: Tables, retentionMs: number): Rows {
  const deliveries = tables.of(deliveriesTable);
  return {
    async insert(rows, epoch) {
      const existing = await deliveries.insert(rows.map((row) => newRow(row, epoch, retentionMs)));
      return existing.map(({ id, state }) => ({ id, state }));
    },
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
    enqueue: (name, rows) => tables.atomically((all) => enqueue(all, { name, rows, retentionMs })),
    reopen: (id, { again = false } = {}) => tables.atomically((all) => reopen(all, id, again)),
    giveUp: (id, reason, { idle = false } = {}) =>
      tables.atomically((all) => giveUp(all, { id, reason, idle, retentionMs })),
    async givenUp(destination) {
      const where = { destination, state: "dead", epoch: givenUpEpoch } as const;
      return (await deliveries.find({ where })).map(({ id }) => id);
    },
  };
}

function newRow(row: NewDelivery, epoch: number, retentionMs: number): DeliveryRow {
  if (row.nextAt !== undefined) return scheduledRow(row, row.nextAt);
  if (row.reason === undefined) return openRow(row, epoch);
  const { open: _open, ...ended } = openRow(row, epoch);
  const over = { doneAt: row.createdAt, expireAt: new Date(Date.now() + retentionMs) };
  return { ...ended, ...over, state: row.skipped ? "skipped" : "dead", reason: row.reason };
}

/** Nobody's until it opens, so that whoever takes the destination over finds as many rows as are open. */
function scheduledRow(row: NewDelivery, nextAt: string): DeliveryRow {
  const { open: _open, ...waiting } = openRow(row, openedEpoch);
  const dueAt = new Date(nextAt);
  return { ...waiting, state: "scheduled", scheduled: true, nextAt, dueAt };
}

/** Field by field, as `changeOf`: thousands are made in a second. */
function openRow(row: NewDelivery, epoch: number): DeliveryRow {
  const fresh: DeliveryRow = {
    id: row.id,
    destination: row.destination,
    eventId: row.eventId,
    eventType: row.eventType,
    route: row.route,
    laneKeys: row.laneKeys,
    seq: row.seq,
    createdAt: row.createdAt,
    epoch,
    state: "open",
    open: true,
    attempts: 0,
    history: [],
  };
  const { routes, body } = row;
  if (routes === undefined && body === undefined) return fresh;
  return {
    ...fresh,
    ...(routes !== undefined && { routes }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function changeOf(epoch: number, retentionMs: number) {
  const where = { epoch };
  const expireAt = new Date(Date.now() + retentionMs);
  return (change: DeliveryChange) => {
    const { id, state, unknown } = change;
    const done = state === "delivered" || state === "skipped" || state === "dead";
    const set = {
      state,
      unknown: unknown === undefined ? undefined : unknown || null,
      attempts: change.attempts,
      nextAt: change.nextAt,
      history: change.history,
      remoteId: change.remoteId,
      route: change.route,
      decided: change.decided,
      emits: change.emits && JSON.stringify(change.emits),
      partial: change.partial === undefined ? undefined : change.partial || null,
      doneAt: change.doneAt,
      reason: change.reason,
      open: done ? null : undefined,
      expireAt: done ? expireAt : undefined,
    };
    return { id, where, set };
  };
}

async function enqueue(
  tables: Pick<Tables, "of">,
  given: {
    readonly name: string;
    readonly rows: readonly EnqueuedDelivery[];
    readonly retentionMs: number;
  },
): Promise<{ readonly id: string; readonly state: Delivery["state"] }[]> {
  const { name, rows, retentionMs } = given;
  if (rows.length === 0) return [];
  const destinations = tables.of(destinationsTable);
  // A destination that nobody has held yet is made as at its first lease.
  await destinations.insert([{ id: name, epoch: 0, beat: 0, seq: 0, rev: 0 }]);
  const counted = await destinations.advance(name, {}, { add: { seq: rows.length } });
  if (counted === undefined) throw new StoreError("outage", `the row of ${name} has gone`);
  const first = counted.seq - rows.length + 1;
  const opened = rows.map((row, i) =>
    newRow({ ...row, destination: name, seq: first + i }, openedEpoch, retentionMs),
  );
  const existing = await tables.of(deliveriesTable).insert(opened);
  await destinations.update([{ id: name, add: { rev: 1 } }]);
  return existing.map(({ id, state }) => ({ id, state }));
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
  await tables.of(destinationsTable).update([{ id: name, add: { rev: 1 } }]);
  return due.length;
}

async function reopen(tables: Pick<Tables, "of">, id: string, again: boolean): Promise<boolean> {
  const deliveries = tables.of(deliveriesTable);
  const destinations = tables.of(destinationsTable);
  const [row] = await deliveries.get([id]);
  if (row === undefined || row.scheduled || (row.state === "delivered" && !again)) return false;
  if (!row.open) {
    const counted = await destinations.advance(row.destination, {}, { add: { seq: 1 } });
    if (counted === undefined) return false;
    const set = { state: "open", open: true, seq: counted.seq, epoch: openedEpoch } as const;
    // What follows from it follows anew, under the same ids.
    const known = row.state === "delivered" && { unknown: null, emits: null, partial: null };
    const gone = { nextAt: null, doneAt: null, reason: null, expireAt: null, ...known };
    const where = { state: row.state };
    await deliveries.update([{ id: row.id, where, set: { ...set, attempts: 0, ...gone } }]);
  }
  // Also when it was open: an earlier call may have ended before this.
  await destinations.update([{ id: row.destination, add: { rev: 1 } }]);
  return true;
}

async function giveUp(
  tables: Pick<Tables, "of">,
  ending: {
    readonly id: string;
    readonly reason: string;
    readonly idle: boolean;
    readonly retentionMs: number;
  },
): Promise<boolean> {
  const { id, reason, idle, retentionMs } = ending;
  const now = Date.now();
  const set = {
    state: "dead",
    open: null,
    scheduled: null,
    epoch: givenUpEpoch,
    nextAt: null,
    doneAt: new Date(now).toISOString(),
    expireAt: new Date(now + retentionMs),
    reason,
  } as const;
  const end = (state: "scheduled" | "open" | "sending") => {
    const how = { scheduled: { state: "skipped" }, open: {}, sending: { unknown: true } } as const;
    const change = { ...set, ...how[state] };
    const where = { state, ...(idle && state === "sending" && { nextAt: { absent: false } }) };
    return tables.of(deliveriesTable).advance(id, where, { set: change });
  };
  // It may go from either to the other at any moment; twice in a row between two questions it does not.
  const row =
    (await end("scheduled")) ??
    (await end("sending")) ??
    (await end("open")) ??
    (await end("sending"));
  if (row === undefined) return false;
  await tables.of(destinationsTable).update([{ id: row.destination, add: { rev: 1 } }]);
  return true;
}

export function deliveryOf(row: DeliveryRow): Delivery {
  const { epoch: _1, open: _2, expireAt: _3, body: _4, ...kept } = row;
  const { scheduled: _5, dueAt, unknown, partial, emits, ...delivery } = kept;
  return {
    ...delivery,
    ...(dueAt && { dueAt: dueAt.toISOString() }),
    ...(unknown && { unknown }),
    ...(partial && { partial }),
    ...(emits !== undefined && { emits: JSON.parse(emits) }),
  };
}
