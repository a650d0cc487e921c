/**
 * What events change of one row of a projection. Changes of the same row join in any order, any grouping and
 * any number of times to the same result, so that redelivered, reordered and concurrent batches do no harm.
 * MongoDB joins them by `$max`, `$min` and `$addToSet`, the embedded store by `joinChanges`.
 */
export interface RowChange {
  /** The row's. */
  readonly id: string;
  /** The highest wins: last-writer values, status ranks. */
  readonly max: Readonly<Record<string, Highest>>;
  /** The lowest wins: first-seen times. A name may hold one dot: `statusAt.sent`. */
  readonly min: Readonly<Record<string, string>>;
  /** Sets, in the order of `sortedSet`. */
  readonly add: Readonly<Record<string, readonly Member[]>>;
}

/** Compared field by field, in the order of the fields, as BSON compares sub-documents. */
type Highest = string | Latest | StatusRank | LastMessage | LastSaid;
export type Member = string | ErrorNote;

/** A value that the last event decides: by payload time, then event id, then the parser's version. */
export interface Latest<T = unknown> {
  readonly at: string;
  readonly id: string;
  readonly version: number;
  readonly value: T;
}
export interface StatusRank {
  readonly rank: number;
  readonly name: string;
}
/** By receipt, then event id. */
export interface LastMessage {
  readonly at: string;
  readonly id: string;
}
/** By payload time, then event id. */
export interface LastSaid {
  readonly at: string;
  readonly id: string;
  readonly direction: "in" | "out";
  readonly type: string;
}
export interface ErrorNote {
  readonly code?: number;
  readonly title?: string;
}

/** Commutative, associative, idempotent. Both must be about the same row. */
export function joinChanges(a: RowChange, b: RowChange): RowChange {
  return {
    id: a.id,
    max: merged(a.max, b.max, (x, y) => (compare(x, y) >= 0 ? x : y)),
    min: merged(a.min, b.min, (x, y) => (compare(x, y) <= 0 ? x : y)),
    add: merged(a.add, b.add, union),
  };
}

/** One change per row, so that a batch writes each row once. */
export function joinByRow(all: Iterable<RowChange>): RowChange[] {
  const rows = new Map<string, RowChange>();
  for (const change of all) {
    const known = rows.get(change.id);
    rows.set(change.id, known === undefined ? change : joinChanges(known, change));
  }
  return [...rows.values()];
}

/** What a conversation's row is found by until it is settled, beside what is joined in it. */
export function markOf({ max }: RowChange): string | undefined {
  return (max["lastMessage"] as LastMessage | undefined)?.at;
}

/** The row as MongoDB holds it: the fields side by side, dotted names nested. */
export function rowOf<Row>(change: RowChange): Row {
  const row: Record<string, unknown> = { _id: change.id, ...change.max, ...change.add };
  for (const [name, value] of Object.entries(change.min)) {
    const [outer = "", inner] = name.split(".");
    row[outer] = inner === undefined ? value : { ...(row[outer] as object), [inner]: value };
  }
  return row as Row;
}

function merged<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  join: (x: T, y: T) => T,
): Record<string, T> {
  const result: Record<string, T> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = result[key];
    result[key] = known === undefined ? value : join(known, value);
  }
  return result;
}

/** Each member once, in one order: the order of joining leaves no trace. */
export function sortedSet<M extends Member>(members: readonly M[]): M[] {
  const byJson = new Map(members.map((member) => [JSON.stringify(member), member]));
  return [...byJson].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, member]) => member);
}

function union(a: readonly Member[], b: readonly Member[]): readonly Member[] {
  // The common case by far: a batch says the same of its rows again and again.
  return b.every((member) => a.includes(member)) ? a : sortedSet([...a, ...b]);
}

function compare(a: unknown, b: unknown): number {
  if (isObject(a) && isObject(b)) return compareFields(Object.values(a), Object.values(b));
  if (a === b) return 0;
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  return (a as string) < (b as string) ? -1 : 1;
}

function compareFields(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, value] of a.entries()) {
    const order = compare(value, b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
