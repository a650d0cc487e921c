import type { Tables } from "../../contracts/table.ts";
import { type Delivery, type EnqueuedDelivery, type Ledger, StoreError } from "../../contracts.ts";
import { givenUpEpoch, newRow, openedEpoch } from "./ledger-rows.ts";
import { deliveriesTable, destinationsTable } from "./ledger-tables.ts";
import { verdictOf } from "./listed-by.ts";

/** What is changed from outside: whoever holds the destination sees it at its next renewal. */
export function createControl(
  tables: Tables,
  retentionMs: number,
): Pick<Ledger, "enqueue" | "reopen" | "giveUp"> {
  return {
    enqueue: (name, rows) => tables.atomically((all) => enqueue(all, { name, rows, retentionMs })),
    reopen: (id, { again = false, notDone = false, replay } = {}) =>
      tables.atomically((all) => reopen(all, id, { again, notDone, replay })),
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

async function reopen(
  tables: Pick<Tables, "of">,
  id: string,
  {
    again,
    notDone,
    replay,
  }: {
    readonly again: boolean;
    readonly notDone: boolean;
    readonly replay: string | undefined;
  },
): Promise<boolean> {
  const deliveries = tables.of(deliveriesTable);
  const destinations = tables.of(destinationsTable);
  const [row] = await deliveries.get([id]);
  if (row === undefined || row.scheduled || (row.state === "delivered" && !again)) return false;
  const isReplayed = replay !== undefined && row.replay === replay;
  if (!row.open && !isReplayed) {
    const counted = await destinations.advance(row.destination, {}, { add: { seq: 1 } });
    if (counted === undefined) return false;
    const set = { state: "open", open: true, seq: counted.seq, epoch: openedEpoch } as const;
    // What follows from it follows anew, under the same ids.
    const told = replay !== undefined && {
      replay,
      replayed: true,
      ...(row.state === "delivered" && { again: replay }),
    };
    const verdict = verdictOf("open", row.history);
    const known = row.state === "delivered" && { unknown: null, emits: null, partial: null };
    const settled = notDone && { unknown: null };
    const gone = { nextAt: null, doneAt: null, reason: null, expireAt: null, ...settled, ...known };
    const where = { state: row.state };
    await deliveries.update([
      { id: row.id, where, set: { ...set, attempts: 0, verdict, ...gone, ...told } },
    ]);
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
