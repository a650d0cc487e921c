import type { OpenRow } from "./open-row.ts";

/** The open rows of one conversation to one destination, by `seq`: the connected set of rows that share a key. */
export interface Lane {
  /** The first ones: those in memory. */
  readonly rows: OpenRow[];
  readonly keys: Set<string>;
  /** The numbers of those behind them, ascending: they wait in the ledger alone. */
  readonly parked: number[];
  /** Rows being tried: one, or for a while more when lanes were joined. */
  running: number;
  /** Parked rows are being read. */
  loading: number;
}

export function emptyLane(): Lane {
  return { rows: [], keys: new Set(), parked: [], running: 0, loading: 0 };
}

/** Whether this row stays in the ledger: the lane is full, or parked rows come before it. */
export function waitsBehind({ rows, parked }: Lane, { seq }: OpenRow, maxRows: number): boolean {
  const [first] = parked;
  if (first !== undefined) return seq >= first;
  const last = rows.at(-1);
  return last !== undefined && rows.length >= maxRows && seq > last.seq;
}

/** Nearly always the last. */
export function insertRow({ rows }: Lane, row: OpenRow): void {
  let at = rows.length;
  for (let last = rows[at - 1]; last !== undefined && last.seq > row.seq; last = rows[at - 1]) at--;
  rows.splice(at, 0, row);
}

/** Nearly always the last; each once. */
export function parkNumber({ parked }: Lane, seq: number): void {
  let [from, to] = [0, parked.length];
  const last = parked.at(-1);
  if (last === undefined || last < seq) from = to;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((parked[middle] ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  if (parked[from] !== seq) parked.splice(from, 0, seq);
}

/** Nearly always the first ones. */
export function unparkNumbers({ parked }: Lane, seqs: readonly number[]): void {
  if (seqs.every((seq, i) => parked[i] === seq)) {
    parked.splice(0, seqs.length);
    return;
  }
  const gone = new Set(seqs);
  const left = parked.filter((seq) => !gone.has(seq));
  parked.length = 0;
  for (const seq of left) parked.push(seq);
}

/** All of the other lane stands in this one. Answers with the rows that memory holds no more: parked ones come before them. */
export function merge(lane: Lane, other: Lane): OpenRow[] {
  lane.rows.push(...other.rows);
  lane.rows.sort((a, b) => a.seq - b.seq);
  for (const seq of other.parked) parkNumber(lane, seq);
  lane.running += other.running;
  lane.loading += other.loading;
  // Whoever still holds the emptied one finds nothing in it to try.
  other.rows.length = 0;
  other.parked.length = 0;
  other.running = 0;
  const first = lane.parked[0] ?? Number.POSITIVE_INFINITY;
  const behind = lane.rows.filter(({ seq, trying }) => seq > first && !trying);
  for (const row of behind) {
    lane.rows.splice(lane.rows.indexOf(row), 1);
    parkNumber(lane, row.seq);
  }
  return behind;
}
