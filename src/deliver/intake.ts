import type {
  BusMessage,
  Consumer,
  Destination,
  HandleBatch,
  Ledger,
  NewDelivery,
  QuarantinedPost,
  WaypostEvent,
} from "../contracts.ts";
import { type AliasEdge, aliasEdges } from "../event/alias-edges.ts";
import { isQuarantined } from "../event/event.ts";
import type { Clock } from "../support/clock.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { deliveryId } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import type { Health } from "./health.ts";
import type { HeldRows } from "./lanes/held-rows.ts";
import { createOverAtOnce, type Lanes, laneKeysOf, nothingToDo } from "./lanes/lanes.ts";
import type { Bodies } from "./ledger-access.ts";
import type { Routes } from "./routes/routes.ts";

/** The log may have lost an event that waited longer in its queue before its row is first looked after. */
const keptMs = 24 * 60 * 60 * 1_000;
/** The log keeps what comes now for at least so long. */
const surelyKeptMs = 28 * 24 * 60 * 60 * 1_000;
/** Of what is no event. */
const noRoute = "none";

export interface IntakeParts {
  readonly name: string;
  readonly setup?: { readonly destination: Pick<Destination, "laneKeys"> };
  readonly routes: Pick<Routes, "match">;
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
}

/**
 * The intake of one destination: a batch becomes rows of the ledger, in queue order, and only then is
 * acked. 1. Reserve numbers; whoever lost the lease gets none. 2. Insert in order; a row that is there
 * already and open, but not in memory, was written by a holder before, or by us with an answer that never
 * came: load again, or it would be overtaken. 3. Start the lanes. What is no event becomes a dead row that says
 * so: it never keeps its neighbours back.
 */
export function createIntake(parts: IntakeParts): HandleBatch {
  const { name, ledger, lease, bodies, lanes } = parts;
  return async (batch) => {
    const wanted = route(parts, batch);
    if (wanted.size === 0) return;
    const events = [...wanted.values()].flatMap(({ event }) => event ?? []);
    lease.check();
    const [aliases, first] = await Promise.all([
      // The store may be behind: what the batch itself tells of its people counts too.
      ledger.aliases(
        conversationsOf(events),
        [...wanted.values()].flatMap(({ edges }) => edges),
      ),
      ledger.reserveSeq(name, lease.epoch, wanted.size),
    ]);
    if (first === undefined) lease.lose("somebody else took the lease");
    lease.check();
    const rows = rowsOf(parts, wanted.values(), first ?? 0, aliases);
    const existing = await ledger.insert(rows, lease.epoch);
    // What the ledger had before the lease ended, the next holder loads. For more there must be time.
    lease.check();
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

interface Wanted {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly route: string;
  readonly routes?: readonly string[];
  readonly opensAt?: Date;
  readonly idle?: true;
  /** Absent: what came under this id is no event. */
  readonly event?: WaypostEvent;
  /** Why not, in our words, without content. */
  readonly reason?: string;
  /** Who is who, as the event tells it. */
  readonly edges: readonly AliasEdge[];
}

/** By delivery id, each once, in queue order. */
function route(parts: IntakeParts, batch: readonly BusMessage[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const item of batch) {
    const all = isQuarantined(item) ? misshapen(parts, item) : routed(parts, item);
    for (const one of all) if (!wanted.has(one.id)) wanted.set(one.id, one);
  }
  return wanted;
}

function routed(parts: IntakeParts, event: WaypostEvent): Wanted[] {
  const { name, routes, log } = parts;
  const of = { id: deliveryId(name, event.id), eventId: event.id, eventType: event.type };
  try {
    const matches = routes.match(event).filter(({ destination }) => destination === name);
    if (matches.length === 0) return [];
    const edges = aliasEdges(event);
    return matches.map(({ route, routes: asked, delayed, idle }) => {
      const opensAt = delayed && parts.decider?.opensAt(route, event);
      return {
        ...{ ...of, route, event, edges },
        ...(delayed && { id: deliveryId(name, event.id, route) }),
        ...(asked && { routes: asked }),
        ...(opensAt && { opensAt }),
        ...(idle && { idle }),
      };
    });
  } catch (error) {
    log.error("an event of an unknown shape cannot be routed", { eventId: event.id, error });
    return [{ ...of, route: noRoute, edges: [], reason: "an event of an unknown shape" }];
  }
}

function misshapen({ name }: IntakeParts, post: QuarantinedPost): Wanted[] {
  const { eventid, eventtype, problems } = post;
  if (eventid === undefined) return [];
  const [problem] = JSON.parse(problems) as readonly { readonly reason: string }[];
  const reason = problem?.reason ?? "not an event";
  const of = { id: deliveryId(name, eventid), eventId: eventid, eventType: eventtype ?? "unknown" };
  return [{ ...of, route: noRoute, edges: [], reason }];
}

function conversationsOf(events: readonly WaypostEvent[]): string[] {
  return [...new Set(events.flatMap(({ data }) => data.conversationId ?? []))];
}

function rowsOf(
  { name, clock, lanes, setup }: IntakeParts,
  wanted: Iterable<Wanted>,
  first: number,
  aliases: (id: string) => readonly string[],
): NewDelivery[] {
  const createdAt = new Date(clock.now()).toISOString();
  const isOld = ({ data }: WaypostEvent, until: number) =>
    until - Date.parse(data.receivedAt) > keptMs;
  const isOver = createOverAtOnce(lanes);
  return [...wanted].map(({ event, edges: _, opensAt, idle, ...row }, i) => {
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
      ...(isOver(laneKeys, idle) && { reason: nothingToDo, skipped: true }),
      ...(event !== undefined && isOld(event, until) && { body: event }),
    };
  });
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
