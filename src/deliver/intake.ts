import type {
  Carried,
  HandleBatch,
  Ledger,
  NewDelivery,
  Unfit,
  WaypostEvent,
} from "../contracts.ts";
import { type AliasEdge, aliasEdges } from "../event/alias-edges.ts";
import { isQuarantined } from "../event/event.ts";
import type { Clock } from "../support/clock.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import type { Bodies } from "./bodies.ts";
import type { HeldRows } from "./held-rows.ts";
import { laneKeysOf } from "./lane-keys.ts";
import type { Routes } from "./routes.ts";

export interface IntakeParts {
  readonly name: string;
  readonly routes: Pick<Routes, "match">;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether memory has this row. */
  readonly knows: (id: string) => boolean;
  readonly rows: Pick<HeldRows, "load" | "open">;
}

/**
 * The intake of one destination: a batch becomes rows of the ledger, in queue order, and only then is
 * acked. 1. Reserve numbers; whoever lost the lease gets none. 2. Insert in order; a row that is there
 * already and open, but not in memory, was written by a holder before, or by us with an answer that never
 * came: load again, or it would be overtaken. 3. Start the lanes. An event that cannot be routed is answered as
 * unfit: it never keeps its neighbours back.
 */
export function createIntake(parts: IntakeParts): HandleBatch {
  const { name, ledger, lease, bodies, knows } = parts;
  return async (batch) => {
    const { wanted, unfit } = route(parts, batch);
    if (wanted.size === 0) return unfit;
    const events = [...wanted.values()].map(({ event }) => event);
    lease.check();
    const [aliases, first] = await Promise.all([
      // The store may be behind: what the batch itself tells of its people counts too.
      ledger.aliases(
        conversationsOf(events),
        [...wanted.values()].flatMap(({ edges }) => edges),
      ),
      ledger.allot(name, lease.epoch, wanted.size),
    ]);
    if (first === undefined) lease.lose("somebody else took the lease");
    lease.check();
    const rows = rowsOf(parts, wanted, first ?? 0, aliases);
    const existing = await ledger.insert(rows, lease.epoch);
    // What the ledger had before the lease ended, the next holder loads. For more there must be time.
    lease.check();
    const isOpen = (state: string) => state === "open" || state === "sending";
    const missed = existing.filter(({ id, state }) => isOpen(state) && !knows(id));
    if (missed.length > 0) await parts.rows.load(missed.map(({ id }) => id));
    for (const event of events) bodies.keep(event);
    const old = new Set(existing.map(({ id }) => id));
    parts.rows.open(rows.filter(({ id }) => !old.has(id)));
    return unfit;
  };
}

interface Wanted {
  readonly event: WaypostEvent;
  readonly route: string;
  /** Who is who, as the event tells it. */
  readonly edges: readonly AliasEdge[];
}

/** By delivery id, each once, in queue order; and what has not the shape to be routed. */
function route({ name, routes, log }: IntakeParts, batch: readonly Carried[]) {
  const wanted = new Map<string, Wanted>();
  const unfit: Unfit[] = [];
  for (const item of batch) {
    if (isQuarantined(item)) continue;
    try {
      const match = routes.match(item).find(({ destination }) => destination === name);
      if (match === undefined) continue;
      wanted.set(`${name}:${item.id}`, {
        event: item,
        route: match.route,
        edges: aliasEdges(item),
      });
    } catch (error) {
      log.error("an event of an unknown shape cannot be routed", { eventId: item.id, error });
      unfit.push({ item, reason: "an event of an unknown shape" });
    }
  }
  return { wanted, unfit };
}

function conversationsOf(events: readonly WaypostEvent[]): string[] {
  return [...new Set(events.flatMap(({ data }) => data.conversationId ?? []))];
}

function rowsOf(
  { name, clock }: IntakeParts,
  wanted: ReadonlyMap<string, Wanted>,
  first: number,
  aliases: (id: string) => readonly string[],
): NewDelivery[] {
  const createdAt = new Date(clock.now()).toISOString();
  return [...wanted].map(([id, { event, route }], i) => ({
    id,
    destination: name,
    eventId: event.id,
    eventType: event.type,
    route,
    laneKeys: laneKeysOf(event, aliases),
    seq: first + i,
    createdAt,
  }));
}
