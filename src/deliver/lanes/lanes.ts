import type { WaypostEvent } from "../../contracts.ts";
import {
  emptyLane,
  insertRow,
  type Lane,
  merge,
  type OpenRow,
  parkNumber,
  unparkNumbers,
  waitsBehind,
} from "./lane.ts";

/** Of a lane in memory; the rest of its open rows waits in the ledger. */
export const maxLaneRows = 1_000;

export interface Lanes {
  /**
   * Puts a row into its lane, joining those that its keys connect. Where the lane is full, or parked rows come before
   * it, it is parked. Nothing when it is in memory already.
   */
  add(row: OpenRow): Lane | undefined;
  has(id: string): boolean;
  find(id: string): OpenRow | undefined;
  /** No open row shares one of these keys. */
  isFree(keys: readonly string[]): boolean;
  /** Where the row stands now. */
  laneOf(row: OpenRow): Lane;
  /** Done: takes it out. */
  remove(row: OpenRow): void;
  /** The parked rows to be read next, when memory holds less than half of what it may; `unpark` ends it. */
  nextParked(lane: Lane): readonly number[];
  /** These have been read, and of them these rows are still open. Answers with the lane, which may be another by now. */
  unpark(lane: Lane, seqs: readonly number[], rows: readonly OpenRow[]): Lane;
  /** Gathers the rows that are removed from now on, until `stop`. One that is opened again has another `seq`. */
  watchRemovals(): { has(row: { id: string; seq: number }): boolean; stop(): void };
  /** Rows in memory. */
  size(): number;
  /** Rows that wait in the ledger alone. */
  parked(): number;
  /** Those in memory; by `seq` within a lane only. */
  rows(): IterableIterator<OpenRow>;
  all(): ReadonlySet<Lane>;
}

export function createLanes(maxRows = maxLaneRows): Lanes {
  const lanes = createJoining();
  const known = new Map<string, OpenRow>();
  const watching = new Set<Map<string, number>>();
  const page = Math.max(1, Math.floor(maxRows / 2));
  const add = (row: OpenRow) => {
    if (known.has(row.id)) return undefined;
    const { lane, dropped } = lanes.join(row);
    for (const { id } of dropped) known.delete(id);
    if (waitsBehind(lane, row, maxRows)) {
      parkNumber(lane, row.seq);
    } else {
      known.set(row.id, row);
      insertRow(lane, row);
    }
    return lane;
  };
  return {
    ...lanes,
    add,
    has: (id) => known.has(id),
    find: (id) => known.get(id),
    remove(row) {
      const lane = lanes.laneOf(row);
      known.delete(row.id);
      for (const removed of watching) removed.set(row.id, row.seq);
      lane.rows.splice(lane.rows.indexOf(row), 1);
      lanes.forgetWhenEmpty(lane);
    },
    nextParked(lane) {
      if (lane.loading > 0 || lane.rows.length >= page) return [];
      const next = lane.parked.slice(0, page);
      if (next.length > 0) lane.loading += 1;
      return next;
    },
    unpark(asked, seqs, rows) {
      const lane = lanes.current(asked);
      lane.loading -= 1;
      unparkNumbers(lane, seqs);
      for (const row of rows) add(row);
      lanes.forgetWhenEmpty(lane);
      return lane;
    },
    watchRemovals: () => watchIn(watching),
    size: () => known.size,
    parked: () => [...lanes.all()].reduce((count, { parked }) => count + parked.length, 0),
    rows: () => known.values(),
  };
}

/** Which lane a key belongs to. */
function createJoining() {
  const byKey = new Map<string, Lane>();
  const joinKey = (lane: Lane, key: string) => {
    lane.keys.add(key);
    byKey.set(key, lane);
  };
  return {
    /** The lane of all that the row's keys connect, and the rows that memory holds no more for it. */
    join(row: OpenRow): { readonly lane: Lane; readonly dropped: readonly OpenRow[] } {
      const keys = row.laneKeys.length > 0 ? row.laneKeys : [row.id];
      const met = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
      const [lane = emptyLane(), ...others] = [...met].sort(
        (a, b) => b.rows.length - a.rows.length,
      );
      const dropped = others.flatMap((other) => {
        for (const key of other.keys) joinKey(lane, key);
        return merge(lane, other);
      });
      for (const key of keys) joinKey(lane, key);
      return { lane, dropped };
    },
    isFree: (keys: readonly string[]) =>
      keys.every((key) => {
        const lane = byKey.get(key);
        return lane === undefined || lane.rows.length + lane.parked.length === 0;
      }),
    laneOf(row: OpenRow): Lane {
      const lane = byKey.get(row.laneKeys[0] ?? row.id);
      if (lane === undefined) throw new Error("a row without a lane");
      return lane;
    },
    /** It, or the lane that it was joined to. */
    current(lane: Lane): Lane {
      const [key = ""] = lane.keys;
      return byKey.get(key) ?? lane;
    },
    forgetWhenEmpty(lane: Lane): void {
      if (lane.rows.length > 0 || lane.parked.length > 0) return;
      for (const key of lane.keys) byKey.delete(key);
    },
    all: () => new Set(byKey.values()),
  };
}

function watchIn(watching: Set<Map<string, number>>): ReturnType<Lanes["watchRemovals"]> {
  const removed = new Map<string, number>();
  watching.add(removed);
  return {
    has: ({ id, seq }) => removed.get(id) === seq,
    stop: () => watching.delete(removed),
  };
}

/**
 * What an event's row shares with others of its lane: all ids of its person's conversation. An event without a
 * conversation goes with those about the same thing (a template, a call, a group, a flow, a message), else alone.
 */
export function laneKeysOf(
  event: WaypostEvent,
  aliases: (id: string) => readonly string[],
): string[] {
  const { conversationId } = event.data;
  return conversationId === undefined
    ? [subjectOf(event) ?? event.id]
    : [...aliases(conversationId)];
}

function subjectOf({ data }: WaypostEvent): string | undefined {
  const subjects: readonly (readonly [string, unknown])[] = [
    ["template", data.template?.id],
    ["call", data.call?.id],
    ["group", data.group?.id ?? data.groupId],
    ["flow", data.flow?.flowId],
    ["message", (data.status ?? data.payment ?? data.conversion)?.messageId],
  ];
  // Not all of this is looked at when an event is read: another program may have published something else.
  const found = subjects.find(([, id]) => typeof id === "string" && id !== "");
  return found?.join(":");
}

/** As the row itself would say at its turn. */
export const nothingToDo = "there is nothing to do";

/**
 * Asked for each row of a batch that opens now, in the order of its queue: whether it is over without a turn, because it is
 * idle and all is done that came before in its lane. Memory knows all open rows but those of the batch.
 */
export function createOverAtOnce({ isFree }: Pick<Lanes, "isFree">) {
  const before = new Set<string>();
  return (laneKeys: readonly string[], idle: boolean | undefined): boolean => {
    if (idle && isFree(laneKeys) && !laneKeys.some((key) => before.has(key))) return true;
    for (const key of laneKeys) before.add(key);
    return false;
  };
}
