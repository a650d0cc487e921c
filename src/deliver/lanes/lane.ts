import type { Attempt, Delivery, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";

/** An open row of the ledger in the memory of its holder. */
export interface OpenRow {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly account: Delivery["account"];
  /** The one that held, once that is decided. */
  route: string;
  /** To be asked at its turn. */
  readonly routes: readonly string[] | undefined;
  /** Those that hold, as it was decided. */
  decided: readonly string[] | undefined;
  /** What follows from it, as the ledger has it. */
  emits: readonly WaypostEvent[] | undefined;
  /** That is not all: the delivery failed, and is tried again. */
  partial: boolean;
  readonly laneKeys: readonly string[];
  readonly seq: number;
  readonly replay: string | undefined;
  readonly again: string | undefined;
  readonly createdAt: string;
  /** Since when it could be tried: from its making on, or from when it was due. */
  readonly since: string;
  /** As the ledger has it. */
  state: "open" | "sending";
  /** An earlier attempt may have taken effect. */
  unknown: boolean;
  attempts: number;
  history: readonly Attempt[];
  /** Monotonic: no attempt before. */
  dueAt: number;
  /** How many attempts in a row an outage left uncounted, since this holder has it. */
  outageStreak: number;
  /** How many of its last attempts ended with the process that made them. */
  crashes: number;
  /** The destination was called, since it was last looked at. */
  called: boolean;
  /** It is being tried. */
  trying: boolean;
  /** An operator has ended it in the ledger. */
  givenUp: boolean;
  /** How often its event was looked for in vain. */
  bodyMisses: number;
  /** How often the destination had succeeded when this row was last looked at. */
  successesSeen: number;
  /** Why it is not tried, where that is no failure: its event is not in the log, its time has not come, it waits for more. */
  waitsFor: "body" | "turn" | "time" | "more" | undefined;
  /** What it waits for may have come while it was looked at. */
  woken: boolean;
  /** How long it waits for more to go with it, from now on. */
  moreMs: number;
  /** It goes in no batch: one with it failed as a whole, or its route has options of its own. */
  alone: boolean;
}

/** Of a row's history. */
export const keptAttempts = 20;

/** A clock that jumped between two holders lets a row wait no longer than this, nor does a destination that names a later day. */
export const mostWaitMs = 24 * 60 * 60 * 1_000;

const endedWords = "the process ended during this attempt";

/** A row as its holder left it without a word: an attempt that was on has ended with that process. */
export function abandonedRow(delivery: Delivery, clock: Clock): Delivery {
  const { state, nextAt = "" } = delivery;
  const wasOn = state === "sending" && nextAt <= new Date(clock.now()).toISOString();
  if (!wasOn) return delivery;
  const at = new Date(clock.now()).toISOString();
  const ended: Attempt = { at, ms: 0, outcome: "outage", answer: endedWords };
  return { ...delivery, history: [...delivery.history, ended].slice(-keptAttempts) };
}

function crashesOf(history: readonly Attempt[]): number {
  const last = history.findLastIndex(({ answer }) => answer !== endedWords);
  return history.length - 1 - last;
}

export function openRow(delivery: Delivery, successesSeen: number, clock: Clock): OpenRow {
  const { id, eventId, eventType, laneKeys, seq, createdAt, attempts, history, nextAt } = delivery;
  const waitMs = nextAt === undefined ? 0 : Date.parse(nextAt) - clock.now();
  const sending = delivery.state === "sending";
  return {
    id,
    eventId,
    eventType,
    account: delivery.account,
    route: delivery.route,
    routes: delivery.routes,
    decided: delivery.decided,
    emits: delivery.emits,
    partial: delivery.partial === true,
    laneKeys,
    seq,
    replay: delivery.replay,
    again: delivery.again,
    createdAt,
    since: delivery.dueAt ?? createdAt,
    state: sending ? "sending" : "open",
    unknown: sending || delivery.unknown === true,
    attempts,
    history,
    dueAt: waitMs > 0 ? clock.monotonic() + Math.min(waitMs, mostWaitMs) : 0,
    outageStreak: 0,
    // One that was opened again by hand begins anew.
    crashes: sending ? crashesOf(history) : 0,
    called: false,
    trying: false,
    givenUp: false,
    bodyMisses: 0,
    successesSeen,
    // Without an attempt, only a time to come keeps a row back.
    waitsFor: waitMs > 0 && history.length === 0 ? "time" : undefined,
    woken: false,
    moreMs: 0,
    alone: false,
  };
}

/**
 * What it waits for may be there: it is looked at now. A retry keeps its time. `only`: what else it waits for goes on.
 * Answers whether it has become due.
 */
export function wakeRow(row: OpenRow, only?: OpenRow["waitsFor"]): boolean {
  row.woken = row.trying;
  if (row.trying || row.waitsFor === undefined || row.waitsFor === "more") return false;
  if (only !== undefined && row.waitsFor !== only) return false;
  row.dueAt = 0;
  return true;
}

/** The open rows of one conversation to one destination, by `seq`, replayed ones last: the connected set of rows that share a key. */
export interface Lane {
  /** The first ones: those in memory. */
  readonly rows: OpenRow[];
  readonly keys: Set<string>;
  /** The numbers of those behind them, ascending: they wait in the ledger alone. */
  readonly parked: number[];
  /** Rows being tried: one, those of a batch, or for a while more when lanes were joined. */
  running: number;
  /** Parked rows are being read. */
  loading: number;
}

/** Rows that are delivered in one call: of each lane its head and what stands behind it. */
export type Batch = readonly (readonly OpenRow[])[];

/** Which rows go together. */
export interface Gather {
  /**
   * What goes with this head, of the lanes that are ready and of those that wait for more. undefined: it is tried alone, or
   * waits for more (`moreMs`).
   */
  batchOf(head: OpenRow, ready: Iterable<Lane>): Batch | undefined;
  /** A row came: a head that waited for it need not wait any more. */
  offered(lane: Lane): void;
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

/** By `seq`; what was replayed comes behind what is live. */
function inLaneOrder(a: OpenRow, b: OpenRow): number {
  const live = ({ replay }: OpenRow) => (replay === undefined ? 0 : 1);
  return live(a) - live(b) || a.seq - b.seq;
}

/** Nearly always the last. */
export function insertRow({ rows }: Lane, row: OpenRow): void {
  let at = rows.length;
  for (
    let last = rows[at - 1];
    last !== undefined && inLaneOrder(row, last) < 0;
    last = rows[at - 1]
  )
    at--;
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
  lane.rows.sort(inLaneOrder);
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
