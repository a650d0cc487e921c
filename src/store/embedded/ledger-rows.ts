import type { Delivery, DeliveryChange, Ledger, NewDelivery } from "../../contracts.ts";
import type { SqlRow, SqlSession, SqlValue } from "../../support/sqlite.ts";
import type { Uses } from "./ledger.ts";
import { clean } from "./newest.ts";

/** No holder has it, so none writes what was given up; 0 would be a row opened from outside. */
const givenUpEpoch = -1;

type Rows = Pick<
  Ledger,
  "insert" | "takeOver" | "openRows" | "takeMore" | "write" | "reopen" | "giveUp" | "givenUp"
>;

export interface DeliveryRow extends SqlRow {
  readonly id: string;
  readonly destination: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly route: string;
  readonly lane_keys: string;
  readonly seq: number;
  readonly epoch: number;
  readonly state: Delivery["state"];
  /** 1, or not there. */
  readonly unknown: number | null;
  readonly attempts: number;
  readonly next_at: string | null;
  readonly history: string;
  readonly remote_id: string | null;
  readonly created_at: string;
  readonly done_at: string | null;
  readonly reason: string | null;
}

/** The deliveries. Rows that are done go after `retentionMs`. */
export function createEmbeddedRows({ read, change }: Uses, retentionMs: number): Rows {
  return {
    insert: (rows, epoch) => change((session) => insertInOrder(session, rows, epoch, retentionMs)),
    takeOver: (destination, epoch) =>
      change(async (session) => {
        await session.run(
          "UPDATE deliveries SET epoch = ? WHERE destination = ? AND done_at IS NULL",
          [epoch, destination],
        );
      }),
    openRows: (destination, epoch, which) =>
      read(async (session) => {
        const [picked, value, limit] =
          "seqs" in which
            ? ["seq IN (SELECT value FROM json_each(?3))", JSON.stringify(which.seqs), -1]
            : ["(?3 IS NULL OR seq > ?3)", which.after ?? null, which.limit];
        const rows = await session.all<DeliveryRow>(
          `SELECT * FROM deliveries WHERE destination = ?1 AND done_at IS NULL AND epoch = ?2
             AND ${picked} ORDER BY seq LIMIT ?4`,
          [destination, epoch, value, limit],
        );
        return rows.map(deliveryOf);
      }),
    takeMore: (destination, epoch, ids) =>
      change(async (session) => {
        const rows = await session.all<DeliveryRow>(
          `SELECT * FROM deliveries WHERE destination = ?1 AND done_at IS NULL
             AND (epoch <> ?2 OR id IN (SELECT value FROM json_each(?3))) ORDER BY seq`,
          [destination, epoch, JSON.stringify(ids)],
        );
        for (const { id } of rows) {
          await session.run("UPDATE deliveries SET epoch = ? WHERE id = ?", [epoch, id]);
        }
        return rows.map(deliveryOf);
      }),
    write: (epoch, changes) =>
      change(async (session) => {
        let matched = 0;
        for (const each of changes) {
          matched += await session.run(updateSql, updateParams(each, epoch, retentionMs));
        }
        return matched;
      }),
    reopen: (id, { again = false } = {}) => change((session) => reopen(session, id, again)),
    giveUp: (id, reason, { idle = false } = {}) =>
      change((session) => giveUp(session, { id, reason, idle, retentionMs })),
    givenUp: (destination) =>
      read(async (session) => {
        const sql =
          "SELECT id FROM deliveries WHERE destination = ? AND state = 'dead' AND epoch = ?";
        const rows = await session.all<{ id: string }>(sql, [clean(destination), givenUpEpoch]);
        return rows.map(({ id }) => id);
      }),
  };
}

async function insertInOrder(
  session: SqlSession,
  rows: readonly NewDelivery[],
  epoch: number,
  retentionMs: number,
) {
  const existing: { id: string; state: Delivery["state"] }[] = [];
  for (const row of rows) {
    const added = await session.run(
      `INSERT INTO deliveries (id, destination, event_id, event_type, route, lane_keys, seq, epoch,
         created_at, body, reason, state, done_at, expires_at, attempts, history)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '[]') ON CONFLICT (id) DO NOTHING`,
      [
        row.id,
        row.destination,
        row.eventId,
        row.eventType,
        row.route,
        JSON.stringify(row.laneKeys),
        row.seq,
        epoch,
        row.createdAt,
        row.body === undefined ? null : JSON.stringify(row.body),
        ...(row.reason === undefined
          ? [null, "open", null, null]
          : [clean(row.reason), "dead", row.createdAt, Date.now() + retentionMs]),
      ],
    );
    if (added > 0) continue;
    const sql = "SELECT id, state FROM deliveries WHERE id = ?";
    const found = await session.get<{ id: string; state: Delivery["state"] }>(sql, [row.id]);
    if (found !== undefined) existing.push(found);
  }
  return existing;
}

const updateSql = `UPDATE deliveries SET state = ?3, attempts = coalesce(?4, attempts),
  next_at = CASE WHEN ?5 THEN ?6 ELSE next_at END, history = coalesce(?7, history),
  remote_id = coalesce(?8, remote_id), done_at = coalesce(?9, done_at),
  reason = coalesce(?10, reason), expires_at = coalesce(?11, expires_at),
  unknown = CASE WHEN ?12 IS NULL THEN unknown WHEN ?12 THEN 1 END
  WHERE id = ?1 AND epoch = ?2`;

function updateParams(change: DeliveryChange, epoch: number, retentionMs: number): SqlValue[] {
  const { id, state, attempts, nextAt, history, remoteId, doneAt, reason, unknown } = change;
  return [
    id,
    epoch,
    state,
    attempts ?? null,
    nextAt === undefined ? 0 : 1,
    nextAt ?? null,
    history === undefined ? null : JSON.stringify(history),
    remoteId === undefined ? null : clean(remoteId),
    doneAt ?? null,
    reason === undefined ? null : clean(reason),
    doneAt === undefined ? null : Date.now() + retentionMs,
    unknown === undefined ? null : Number(unknown),
  ];
}

async function reopen(session: SqlSession, id: string, again: boolean): Promise<boolean> {
  const sql = "SELECT * FROM deliveries WHERE id = ?";
  const row = await session.get<DeliveryRow>(sql, [clean(id)]);
  if (row === undefined || (row.state === "delivered" && !again)) return false;
  const counted = await session.get<{ seq: number }>(
    "UPDATE destinations SET seq = seq + 1, rev = rev + 1 WHERE name = ? RETURNING seq",
    [row.destination],
  );
  if (counted === undefined) return false;
  if (row.done_at === null) return true;
  // No holder has the epoch 0: it is found as foreign.
  await session.run(
    `UPDATE deliveries SET state = 'open', seq = ?, attempts = 0, epoch = 0, next_at = NULL,
       done_at = NULL, reason = NULL, expires_at = NULL,
       unknown = CASE state WHEN 'dead' THEN unknown END WHERE id = ?`,
    [counted.seq, row.id],
  );
  return true;
}

async function giveUp(
  session: SqlSession,
  ending: {
    readonly id: string;
    readonly reason: string;
    readonly idle: boolean;
    readonly retentionMs: number;
  },
): Promise<boolean> {
  const { id, reason, idle, retentionMs } = ending;
  const now = Date.now();
  const row = await session.get<{ destination: string }>(
    `UPDATE deliveries SET state = 'dead', epoch = ?, next_at = NULL, done_at = ?, reason = ?,
       expires_at = ?, unknown = CASE state WHEN 'sending' THEN 1 ELSE unknown END WHERE id = ? AND done_at IS NULL
       AND (NOT ? OR state <> 'sending' OR next_at IS NOT NULL) RETURNING destination`,
    [
      givenUpEpoch,
      new Date(now).toISOString(),
      clean(reason),
      now + retentionMs,
      clean(id),
      Number(idle),
    ],
  );
  if (row === undefined) return false;
  await session.run("UPDATE destinations SET rev = rev + 1 WHERE name = ?", [row.destination]);
  return true;
}

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    destination: row.destination,
    eventId: row.event_id,
    eventType: row.event_type,
    route: row.route,
    laneKeys: JSON.parse(row.lane_keys),
    seq: row.seq,
    state: row.state,
    ...(row.unknown === 1 && { unknown: true }),
    attempts: row.attempts,
    ...(row.next_at !== null && { nextAt: row.next_at }),
    history: JSON.parse(row.history),
    ...(row.remote_id !== null && { remoteId: row.remote_id }),
    createdAt: row.created_at,
    ...(row.done_at !== null && { doneAt: row.done_at }),
    ...(row.reason !== null && { reason: row.reason }),
  };
}
