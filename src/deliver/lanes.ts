import type { OpenRow } from "./open-row.ts";

/** The open rows of one conversation to one destination, by `seq`: the connected set of rows that share a key. */
export interface Lane {
  readonly rows: OpenRow[];
  readonly keys: Set<string>;
  /** Rows being tried: one, or for a while more when lanes were joined. */
  running: number;
}

export interface Lanes {
  /** Puts a row into its lane, joining those that its keys connect. Nothing when it is known already. */
  add(row: OpenRow): Lane | undefined;
  has(id: string): boolean;
  find(id: string): OpenRow | undefined;
  /** Where the row stands now. */
  laneOf(row: OpenRow): Lane;
  /** Done: takes it out. */
  remove(row: OpenRow): void;
  /** Gathers the rows that are removed from now on, until `stop`. One that is opened again has another `seq`. */
  watchRemovals(): { has(row: { id: string; seq: number }): boolean; stop(): void };
  size(): number;
  /** By `seq` within a lane only. */
  rows(): IterableIterator<OpenRow>;
}

export function createLanes(): Lanes {
  const byKey = new Map<string, Lane>();
  const known = new Map<string, OpenRow>();
  const watching = new Set<Map<string, number>>();
  const laneOf = (row: OpenRow): Lane => {
    const lane = byKey.get(row.laneKeys[0] ?? row.id);
    if (lane === undefined) throw new Error("a row without a lane");
    return lane;
  };
  const join = (lane: Lane, key: string) => {
    lane.keys.add(key);
    byKey.set(key, lane);
  };
  return {
    add(row) {
      if (known.has(row.id)) return undefined;
      known.set(row.id, row);
      const keys = row.laneKeys.length > 0 ? row.laneKeys : [row.id];
      const met = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
      const [lane = { rows: [], keys: new Set(), running: 0 }, ...others] = [...met].sort(
        (a, b) => b.rows.length - a.rows.length,
      );
      for (const other of others) {
        merge(lane, other);
        for (const key of other.keys) join(lane, key);
      }
      for (const key of keys) join(lane, key);
      insert(lane.rows, row);
      return lane;
    },
    has: (id) => known.has(id),
    find: (id) => known.get(id),
    laneOf,
    remove(row) {
      const lane = laneOf(row);
      known.delete(row.id);
      for (const removed of watching) removed.set(row.id, row.seq);
      lane.rows.splice(lane.rows.indexOf(row), 1);
      if (lane.rows.length === 0) for (const key of lane.keys) byKey.delete(key);
    },
    watchRemovals() {
      const removed = new Map<string, number>();
      watching.add(removed);
      return {
        has: ({ id, seq }) => removed.get(id) === seq,
        stop: () => watching.delete(removed),
      };
    },
    size: () => known.size,
    rows: () => known.values(),
  };
}

/** Nearly always the last. */
function insert(rows: OpenRow[], row: OpenRow): void {
  let at = rows.length;
  for (let last = rows[at - 1]; last !== undefined && last.seq > row.seq; last = rows[at - 1]) at--;
  rows.splice(at, 0, row);
}

function merge(lane: Lane, other: Lane): void {
  lane.rows.push(...other.rows);
  lane.rows.sort((a, b) => a.seq - b.seq);
  lane.running += other.running;
  // Whoever still holds the emptied one finds nothing in it to try.
  other.rows.length = 0;
  other.running = 0;
}
