import type { HandleBatch, Ledger, NewDelivery, WaypostEvent } from "../contracts.ts";
import { aliasEdges } from "../event/alias-edges.ts";
import { isQuarantined } from "../event/event.ts";
import type { Bodies } from "./bodies.ts";
import type { Clock } from "./clock.ts";
import type { HeldRows } from "./held-rows.ts";
import { laneKeysOf } from "./lane-keys.ts";
import type { Lease } from "./lease.ts";
import type { Routes } from "./routes.ts";

export interface IntakeParts {
  readonly name: string;
  readonly routes: Pick<Routes, "match">;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly clock: Clock;
  /** Whether memory has this row. */
  readonly knows: (id: string) => boolean;
  readonly rows: Pick<HeldRows, "load" | "open">;
}

/**
 * The intake of one destination: a batch becomes rows of the ledger, in queue order, and only then is
 * acked. 1. Reserve numbers; whoever lost the lease gets none. 2. Insert in order; a row that is there
 * already and open, but not in memory, was written by a holder before, or by us with an answer that never
 * came: load again, or it would be overtaken. 3. Start the lanes.
 */
export function createIntake(parts: IntakeParts): HandleBatch {
  const { name, ledger, lease, bodies, knows } = parts;
  return async (batch) => {
    const wanted = routedTo(parts, batch);
    if (wanted.size === 0) return;
    const events = [...wanted.values()].map(({ event }) => event);
    lease.check();
    const [aliases, first] = await Promise.all([
      // The store may be behind: what the batch itself tells of its people counts too.
      ledger.aliases(conversationsOf(events), events.flatMap(aliasEdges)),
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
  };
}

/** By delivery id, each once, in queue order. */
function routedTo({ name, routes }: IntakeParts, batch: Parameters<HandleBatch>[0]) {
  const wanted = new Map<string, { readonly event: WaypostEvent; readonly route: string }>();
  for (const item of batch) {
    if (isQuarantined(item)) continue;
    const match = routes.match(item).find(({ destination }) => destination === name);
    const id = `${name}:${item.id}`;
    if (match !== undefined && !wanted.has(id)) wanted.set(id, { event: item, route: match.route });
  }
  return wanted;
}

function conversationsOf(events: readonly WaypostEvent[]): string[] {
  return [...new Set(events.flatMap(({ data }) => data.conversationId ?? []))];
}

function rowsOf(
  { name, clock }: IntakeParts,
  wanted: ReturnType<typeof routedTo>,
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
