import type {
  Consumer,
  Destination,
  HandleBatch,
  Ledger,
  NewDelivery,
  WaypostEvent,
} from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { type Wanted, wantedOf } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import type { Health } from "./health.ts";
import type { HeldRows } from "./lanes/held-rows.ts";
import { createOverAtOnce, type Lanes, laneKeysOf, nothingToDo } from "./lanes/lanes.ts";
import type { Schedule } from "./lanes/schedule.ts";
import type { Bodies } from "./ledger-access.ts";
import type { Routes } from "./routes/routes.ts";

/** The log may have lost an event that waited longer in its queue before its row is first looked after. */
const keptMs = 24 * 60 * 60 * 1_000;
/** The log keeps what comes now for at least so long. */
const surelyKeptMs = 28 * 24 * 60 * 60 * 1_000;

/** What decides where a row of the destination stands, and whether it may start at once. */
type Traits = Pick<Destination, "laneKeys" | "notBefore" | "files" | "readsLog" | "serialize"> &
  Pick<Destination, "deliverBatch"> &
  Partial<Pick<Destination, "idempotency">>;

export interface IntakeParts {
  readonly name: string;
  readonly setup?: {
    readonly destination: Traits;
    readonly config?: { readonly shadow?: boolean };
  };
  readonly routes: Pick<Routes, "matchFor">;
  /** Knows when a delivery of a route with `after` opens. */
  readonly decider?: Pick<Decider, "opensAt">;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly log: Log;
  readonly lanes: Pick<Lanes, "has" | "isFree">;
  readonly rows: Pick<HeldRows, "load" | "open" | "openDue">;
  readonly health: Pick<Health, "done">;
  readonly schedule: Pick<Schedule, "hold" | "free">;
}

/**
 * The intake of one destination: a batch becomes rows of the ledger, in queue order, and only then is
 * acked. 1. Reserve numbers; whoever lost the lease gets none. 2. Insert in order; a row that is there
 * already and open, but not in memory, was written by a holder before, or by us with an answer that never
 * came: load again, or it would be overtaken. 3. Start the lanes. What is no event becomes a dead row that says
 * so: it never keeps its neighbours back.
 */
export function createIntake(parts: IntakeParts): HandleBatch {
  const { ledger, lease, bodies, lanes } = parts;
  return async (batch) => {
    const wanted = wantedOf(parts, batch);
    if (wanted.size === 0) return;
    const events = [...wanted.values()].flatMap(({ event }) => event ?? []);
    lease.check();
    // The store may be behind: what the batch itself tells of its people counts too.
    const aliases = await ledger.aliases(
      conversationsOf(events),
      [...wanted.values()].flatMap(({ edges }) => edges),
    );
    const { rows, existing } = await insert(parts, [...wanted.values()], aliases);
    const isOpen = (state: string) => state === "open" || state === "sending";
    const missed = existing.filter(({ id, state }) => isOpen(state) && !lanes.has(id));
    if (missed.length > 0) await parts.rows.load(missed.map(({ id }) => id));
    for (const event of events) bodies.keep(event);
    const old = new Set(existing.map(({ id }) => id));
    begin(
      parts,
      rows.filter(({ id }) => !old.has(id)),
    );
  };
}

type Aliases = (id: string) => readonly string[];

/** In one step, where the store has it: the numbers and the rows. */
async function insert(parts: IntakeParts, wanted: readonly Wanted[], aliases: Aliases) {
  const { name, ledger, lease, schedule } = parts;
  let rows: readonly NewDelivery[] = [];
  const freeHeld = (isOver: (row: NewDelivery) => boolean) => {
    for (const row of rows) if (row.sending && isOver(row)) schedule.free();
  };
  try {
    const existing = await ledger.insertNext(name, lease.epoch, wanted.length, (first) => {
      lease.check();
      rows = rowsOf(parts, wanted, first, aliases);
      return rows;
    });
    if (existing === undefined) lease.lose("somebody else took the lease");
    // What the ledger had before the lease ended, the next holder loads. For more there must be time.
    lease.check();
    const ids = new Set(existing?.map(({ id }) => id));
    freeHeld(({ id }) => ids.has(id));
    return { rows, existing: existing ?? [] };
  } catch (error) {
    freeHeld(() => true);
    throw error;
  }
}

/** What is over from the start is logged and counted, all else is tried. */
function begin({ rows, health }: IntakeParts, fresh: readonly NewDelivery[]): void {
  rows.open(fresh.filter(({ reason, nextAt }) => reason === undefined && nextAt === undefined));
  if (fresh.some(({ nextAt }) => nextAt !== undefined)) void rows.openDue();
  for (const row of fresh) {
    const { reason, skipped } = row;
    if (reason === undefined) continue;
    health.done(row, { state: skipped ? "skipped" : "dead", reason }, undefined);
  }
}

function conversationsOf(events: readonly WaypostEvent[]): string[] {
  return [...new Set(events.flatMap(({ data }) => data.conversationId ?? []))];
}

function rowsOf(
  parts: IntakeParts,
  wanted: readonly Wanted[],
  first: number,
  aliases: Aliases,
): NewDelivery[] {
  const { name, clock, lanes, setup } = parts;
  const createdAt = new Date(clock.now()).toISOString();
  const isOld = ({ data }: WaypostEvent, until: number) =>
    until - Date.parse(data.receivedAt) > keptMs;
  const isOver = createOverAtOnce(lanes);
  const startsAtOnce = createStartsAtOnce(parts);
  return wanted.map((one, i) => {
    const { event, edges: _, opensAt, idle, ...row } = one;
    const laneKeys = opensAt === undefined ? laneOf(row.eventId, event, aliases, setup) : [row.id];
    // What opens later holds nothing else back, and is held back by nothing.
    const until = Math.max(clock.now(), (opensAt?.getTime() ?? 0) - surelyKeptMs);
    return {
      ...row,
      destination: name,
      laneKeys,
      seq: first + i,
      createdAt,
      ...(opensAt && { nextAt: opensAt.toISOString() }),
      ...(isOver(laneKeys, idle)
        ? { reason: nothingToDo, skipped: true }
        : startsAtOnce(one, laneKeys) && { sending: true }),
      ...(event !== undefined && isOld(event, until) && { body: event }),
    };
  });
}

/**
 * What needs no look at anything else, in an empty lane, where a slot is free: one write less. Not where a repeat would be a second
 * effect: an insert is not fenced everywhere.
 */
function createStartsAtOnce({ setup, lanes, schedule }: IntakeParts) {
  const before = new Set<string>();
  const { destination, config } = setup ?? {};
  const { notBefore, files, readsLog, serialize, deliverBatch } = destination ?? {};
  const waits = notBefore ?? files ?? readsLog ?? serialize ?? deliverBatch;
  const repeats = (destination?.idempotency ?? "none") === "none";
  const never = waits !== undefined || repeats || config?.shadow;
  return ({ event, routes, opensAt }: Wanted, laneKeys: readonly string[]): boolean => {
    const isAlone = lanes.isFree(laneKeys) && !laneKeys.some((key) => before.has(key));
    for (const key of laneKeys) before.add(key);
    if (never || !isAlone || event === undefined) return false;
    return routes === undefined && opensAt === undefined && schedule.hold();
  };
}

function laneOf(
  eventId: string,
  event: WaypostEvent | undefined,
  aliases: (id: string) => readonly string[],
  setup: IntakeParts["setup"],
): readonly string[] {
  if (event === undefined) return [eventId];
  return setup?.destination.laneKeys?.(event) ?? laneKeysOf(event, aliases);
}

/** Open rows in memory, of all lanes; the bus holds the rest. */
export const maxOpenRows = 100_000;

/** Pauses intake above `most` open rows and resumes it below nine tenths of them. */
export interface Backpressure {
  control(consumer: Pick<Consumer, "pause" | "resume">): void;
  /** The number of open rows has changed. */
  check(): void;
}

export function createBackpressure(most: number, open: { size(): number }): Backpressure {
  let consumer: Pick<Consumer, "pause" | "resume"> | undefined;
  let paused = false;
  const check = () => {
    if (!paused && open.size() > most) {
      paused = true;
      // Not waited for: it ends with the batch whose intake may have called this.
      void consumer?.pause();
    } else if (paused && open.size() < most * 0.9) {
      paused = false;
      void consumer?.resume();
    }
  };
  return {
    control(controlled) {
      consumer = controlled;
      paused = false;
      check();
    },
    check,
  };
}
