import type { SqlSession } from "./sqlite.ts";

/** `key` is short and says what the bytes are; it can be read without them. */
export interface LogEntry {
  readonly key: string;
  readonly bytes: Uint8Array;
}
export interface LogRow extends LogEntry {
  /** Grows with every row, for ever; the rows of one `append` follow each other. */
  readonly seq: number;
}

export interface LogPage {
  readonly rows: readonly LogRow[];
  /** The `seq` of the last row looked at; `after` when there was none. */
  readonly through: number;
}

/** What a row costs beside its bytes, about. */
export const rowOverhead = 64;
const maxReadBytes = 8 * 1024 * 1024;

export const logSchema = [
  `CREATE TABLE log (
     seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, key TEXT NOT NULL,
     size INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
   CREATE TABLE totals (rows INTEGER NOT NULL, bytes INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
   INSERT INTO totals VALUES (0, 0, 0);
   CREATE TABLE cursors (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE aside (
     reader TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL,
     reason TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (reader, seq)) STRICT;`,
  "ALTER TABLE cursors ADD COLUMN note TEXT NOT NULL DEFAULT ''",
];

/** What is known of the log without reading its rows. */
export interface LogState {
  rows: number;
  bytes: number;
  last: number;
  /** In ms since the epoch. */
  oldestAt: number | undefined;
  /** Pages of 4 KiB in the file that hold nothing; counted when the log is empty. */
  freePages: number;
  /** As on disk. */
  cursors: ReadonlyMap<string, number>;
  /** What each cursor's reader has noted, as on disk. */
  notes: ReadonlyMap<string, string>;
  /** Rows set aside, by reader. */
  aside: ReadonlyMap<string, number>;
}

/** Cursors that are named for the first time begin behind the last row. */
export async function loadState(sql: SqlSession, names: readonly string[]): Promise<LogState> {
  const totals = await sql.get<{ rows: number; bytes: number; last: number }>(
    "SELECT * FROM totals",
  );
  if (totals === undefined) throw new Error("the log's file is damaged: it has no totals");
  const known = await sql.all<{ name: string; seq: number; note: string }>("SELECT * FROM cursors");
  const cursors = new Map(known.map(({ name, seq }) => [name, seq]));
  for (const name of names.filter((name) => !cursors.has(name))) {
    cursors.set(name, totals.last);
    await sql.run("INSERT INTO cursors (name, seq) VALUES (?, ?)", [name, totals.last]);
  }
  const aside = await sql.all<{ reader: string; n: number }>(
    "SELECT reader, count(*) n FROM aside GROUP BY reader",
  );
  return {
    ...totals,
    oldestAt: await oldestAt(sql),
    freePages: 0,
    cursors,
    notes: new Map(known.map(({ name, note }) => [name, note])),
    aside: new Map(aside.map(({ reader, n }) => [reader, n])),
  };
}

export async function saveTotals(sql: SqlSession, next: LogState): Promise<void> {
  const { rows, bytes, last } = next;
  await sql.run("UPDATE totals SET rows = ?, bytes = ?, last = ?", [rows, bytes, last]);
}

export async function insert(
  sql: SqlSession,
  next: LogState,
  entries: readonly LogEntry[],
): Promise<void> {
  const at = Date.now();
  for (const { key, bytes } of entries) {
    const size = bytes.length + rowOverhead;
    next.last += 1;
    next.rows += 1;
    next.bytes += size;
    await sql.run("INSERT INTO log (seq, at, key, size, bytes) VALUES (?, ?, ?, ?, ?)", [
      next.last,
      at,
      key,
      size,
      bytes,
    ]);
  }
  if (entries.length > 0) next.oldestAt ??= at;
}

/** Keys and sizes first: a hundred rows may be 100 KB or 300 MB, and bodies nobody wants are not read. */
export async function readRows(
  sql: SqlSession,
  page: {
    readonly after: number;
    readonly limit: number;
    readonly wanted: (key: string) => boolean;
  },
): Promise<LogPage> {
  const heads = await sql.all<{ seq: number; key: string; size: number }>(
    "SELECT seq, key, size FROM log WHERE seq > ? ORDER BY seq LIMIT ?",
    [page.after, page.limit],
  );
  let through = page.after;
  let bytes = 0;
  const seqs: number[] = [];
  for (const { seq, key, size } of heads) {
    if (page.wanted(key)) {
      bytes += size;
      if (bytes > maxReadBytes && seqs.length > 0) break;
      seqs.push(seq);
    }
    through = seq;
  }
  if (seqs.length === 0) return { rows: [], through };
  const rows = await sql.all<{ seq: number; key: string; bytes: Uint8Array }>(
    "SELECT seq, key, bytes FROM log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
    [JSON.stringify(seqs)],
  );
  return { rows, through };
}

export async function drop(sql: SqlSession, next: LogState, through: number): Promise<void> {
  const gone = await sql.get<{ rows: number; bytes: number }>(
    "SELECT count(*) rows, coalesce(sum(size), 0) bytes FROM log WHERE seq <= ?",
    [through],
  );
  if (gone === undefined || gone.rows === 0) return;
  await sql.exec(`DELETE FROM log WHERE seq <= ${Math.trunc(through)}`);
  next.rows -= gone.rows;
  next.bytes -= gone.bytes;
  next.oldestAt = await oldestAt(sql);
}

/** Writes the cursors that have moved, and drops what all of them have passed. */
export async function moveCursors(
  sql: SqlSession,
  next: LogState,
  cursors: ReadonlyMap<string, number>,
): Promise<void> {
  const positions = new Map(cursors);
  const moved = [...positions].filter(([name, seq]) => next.cursors.get(name) !== seq);
  const gone = [...next.cursors.keys()].filter((name) => !positions.has(name));
  for (const [name, seq] of moved) {
    const sqlText = `INSERT INTO cursors (name, seq) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`;
    await sql.run(sqlText, [name, seq]);
  }
  for (const name of gone) await forgetReader(sql, next, name);
  next.cursors = positions;
  if (moved.length + gone.length > 0) await drop(sql, next, Math.min(...positions.values()));
}

async function forgetReader(sql: SqlSession, next: LogState, name: string): Promise<void> {
  await sql.run("DELETE FROM cursors WHERE name = ?", [name]);
  await dropAside(sql, next, name);
  next.notes = new Map([...next.notes].filter(([reader]) => reader !== name));
}

/** Also for a cursor that is not on disk yet. */
export async function saveNote(
  sql: SqlSession,
  next: LogState,
  cursor: { readonly name: string; readonly seq: number; readonly note: string },
): Promise<void> {
  const { name, seq, note } = cursor;
  const sqlText = `INSERT INTO cursors (name, seq, note) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET note = excluded.note`;
  await sql.run(sqlText, [name, seq, note]);
  next.notes = new Map(next.notes).set(name, note);
}

export async function setAside(
  sql: SqlSession,
  next: LogState,
  row: { readonly name: string; readonly seq: number; readonly reason: string },
): Promise<boolean> {
  const added = await sql.run(
    `INSERT OR IGNORE INTO aside (reader, seq, at, key, reason, bytes)
     SELECT ?, seq, at, key, ?, bytes FROM log WHERE seq = ?`,
    [row.name, row.reason, row.seq],
  );
  next.aside = new Map(next.aside).set(row.name, (next.aside.get(row.name) ?? 0) + added);
  return added > 0;
}

export async function dropAside(sql: SqlSession, next: LogState, name: string): Promise<number> {
  const gone = await sql.run("DELETE FROM aside WHERE reader = ?", [name]);
  next.aside = new Map([...next.aside].filter(([reader]) => reader !== name));
  return gone;
}

export async function countKeys(
  sql: SqlSession,
  after: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.all<{ key: string; n: number }>(
    "SELECT key, count(*) n FROM log WHERE seq > ? GROUP BY key",
    [after],
  );
  return new Map(rows.map(({ key, n }) => [key, n]));
}

/**
 * Gives free pages of an empty log back, as many at a time as it may keep, so that no writer waits long.
 * While it is not empty there is no need: free pages are used before the file grows.
 */
export async function shrink(sql: SqlSession, next: LogState, kept: number): Promise<void> {
  next.freePages = 0;
  if (next.rows > 0) return;
  const row = await sql.get<{ freelist_count: number }>("PRAGMA freelist_count");
  next.freePages = row?.freelist_count ?? 0;
  if (next.freePages <= kept) return;
  const given = Math.min(next.freePages - kept, kept);
  await sql.exec(`PRAGMA incremental_vacuum(${given})`);
  next.freePages -= given;
}

async function oldestAt(sql: SqlSession): Promise<number | undefined> {
  const row = await sql.get<{ at: number }>("SELECT at FROM log ORDER BY seq LIMIT 1");
  return row?.at;
}
