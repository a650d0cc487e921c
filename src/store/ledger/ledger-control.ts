import type { Tables } from "../../contracts/table.ts";
import type { Delivery, EnqueuedDelivery, Ledger } from "../../contracts.ts";
import { bumpRevision, reserveSeq } from "./ledger-leases.ts";
import { givenUpEpoch, newRow, openedEpoch } from "./ledger-rows.ts";
import { type DeliveryRow, deliveriesTable, destinationsTable } from "./ledger-tables.ts";
import { verdictOf } from "./listed-by.ts";

/** What is changed from outside: whoever holds the destination sees it at its next renewal. */
export function createControl(
  tables: Tables,
  retentionMs: number,
): Pick<Ledger, "enqueue" | "reopen" | "replay" | "giveUp"> {
  return {
    enqueue: (name, rows) => tables.atomically((all) => enqueue(all, { name, rows, retentionMs })),
    reopen: (id, how = {}) => tables.atomically((all) => reopen(all, id, how)),
    replay: (name, rows, how) =>
      tables.atomically((all) => replay(all, { name, rows, retentionMs, how })),
    giveUp: (id, reason, { idle = false } = {}) =>
      tables.atomically((all) => giveUp(all, { id, reason, idle, retentionMs })),
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
  const first = await reserveSeq(tables, name, rows.length);
  const opened = rows.map((row, i) =>
    newRow({ ...row, destination: name, seq: first + i }, openedEpoch, retentionMs),
  );
  const existing = await tables.of(deliveriesTable).insert(opened);
  await bumpRevision(tables, name);
  return existing.map(({ id, state }) => ({ id, state }));
}

type How = NonNullable<Parameters<Ledger["reopen"]>[1]>;

async function reopen(tables: Pick<Tables, "of">, id: string, how: How): Promise<boolean> {
  const destinations = tables.of(destinationsTable);
  const [row] = await tables.of(deliveriesTable).get([id]);
  if (row === undefined || row.scheduled || (row.state === "delivered" && !how.again)) return false;
  if (!row.open && !isOpened(row, how)) {
    const counted = await destinations.advance(row.destination, {}, { add: { seq: 1 } });
    if (counted === undefined) return false;
    await tables.of(deliveriesTable).update([openedAgain(row, counted.seq, how)]);
  }
  // Also when it was open: an earlier call may have ended before this.
  await bumpRevision(tables, row.destination);
  return true;
}

/** By this replay, in an earlier call. */
function isOpened(row: DeliveryRow, { replay }: How): boolean {
  return replay !== undefined && row.replay === replay;
}

async function replay(
  tables: Pick<Tables, "of">,
  given: {
    readonly name: string;
    readonly rows: readonly EnqueuedDelivery[];
    readonly retentionMs: number;
    readonly how: { readonly replay: string; readonly again: boolean };
  },
): Promise<boolean[]> {
  const { name, rows, retentionMs, how } = given;
  const deliveries = tables.of(deliveriesTable);
  const found = new Map(
    (await deliveries.get(rows.map(({ id }) => id))).map((row) => [row.id, row]),
  );
  const opens = ({ id }: EnqueuedDelivery) => {
    const old = found.get(id);
    return old === undefined || (isOver(old, how.again) && !isOpened(old, how));
  };
  const opening = [...new Map(rows.map((row) => [row.id, row])).values()].filter(opens);
  if (opening.length > 0) {
    const first = await reserveSeq(tables, name, opening.length);
    const placed = opening.map((row, i) => ({ row, seq: first + i, old: found.get(row.id) }));
    const fresh = placed.flatMap(({ row, seq, old }) => {
      const own = { ...row, destination: name, seq, replay: how.replay };
      return old === undefined ? [newRow(own, openedEpoch, retentionMs)] : [];
    });
    await deliveries.insert(fresh);
    await deliveries.update(
      placed.flatMap(({ seq, old }) => (old === undefined ? [] : [openedAgain(old, seq, how)])),
    );
  }
  // Also when all were opened: an earlier call may have ended before this.
  await bumpRevision(tables, name);
  return rows.map((row) => opens(row) || isOpened(found.get(row.id) as DeliveryRow, how));
}

function isOver({ state }: DeliveryRow, again: boolean): boolean {
  return state === "dead" || state === "skipped" || (again && state === "delivered");
}

function openedAgain(row: DeliveryRow, seq: number, { notDone = false, replay }: How) {
  const { id, state, history } = row;
  const set = { state: "open", open: true, seq, epoch: openedEpoch, attempts: 0 } as const;
  // What follows from it follows anew, under the same ids.
  const replayedBy = replay !== undefined && {
    replay,
    replayed: true,
    ...(state === "delivered" && { again: replay }),
  };
  const known = state === "delivered" && { unknown: null, emits: null, partial: null };
  const gone = { nextAt: null, doneAt: null, reason: null, expireAt: null };
  const settled = { ...(notDone && { unknown: null }), ...known };
  const verdict = verdictOf("open", history);
  return { id, where: { state }, set: { ...set, verdict, ...gone, ...settled, ...replayedBy } };
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
  await bumpRevision(tables, row.destination);
  return true;
}
