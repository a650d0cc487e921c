import type {
  Delivery,
  EnqueuedDelivery,
  EventQuery,
  Ledger,
  ReplayCounts,
  ReplayPlan,
  ReplayRequest,
  ReplaySample,
  WaypostEvent,
} from "../../contracts.ts";

/** Where an event would go, or why it would not. */
export type Target =
  | { readonly destination: string; readonly row: EnqueuedDelivery }
  | { readonly leftOut: string };

export interface ReplayParts {
  /** Why a delivery that there was is not opened again; undefined: it is. */
  leftOut(
    row: Pick<Delivery, "id" | "destination" | "eventId">,
    request: Pick<ReplayRequest, "effects">,
  ): string | undefined;
  readonly query: Pick<EventQuery, "events">;
  readonly ledger: Pick<Ledger, "replay" | "delivery" | "deliveries">;
  /** Of each event, by the routes as they are now. */
  targetsOf(
    events: readonly WaypostEvent[],
    request: Pick<ReplayRequest, "to" | "effects">,
  ): Promise<readonly (readonly Target[])[]>;
}

/** What a slice came by, and where the next one begins; null: it was the last. */
export interface Slice extends ReplayCounts {
  readonly sample: readonly ReplaySample[];
  readonly position: string | null;
}

const sampleSize = 20;
const planMs = 5_000;

/**
 * Takes the next `limit` of a replay, the oldest first. `replay`: its id, under which rows are opened; undefined: looks only. Repeatable:
 * what a call that failed has opened is not opened again.
 */
export async function takeSlice(
  parts: ReplayParts,
  request: ReplayRequest,
  at: { readonly position: string | undefined; readonly limit: number; readonly replay?: string },
): Promise<Slice> {
  const { filter } = request;
  return filter.of === "events"
    ? takeEvents(parts, { ...request, filter }, at)
    : takeDeliveries(parts, { ...request, filter }, at);
}

/** What it would do, as far as a few seconds allow. */
export async function planReplay(parts: ReplayParts, request: ReplayRequest): Promise<ReplayPlan> {
  const until = performance.now() + planMs;
  let sum: Slice | undefined;
  do {
    const position: string | undefined = sum?.position ?? undefined;
    sum = addSlices(sum, await takeSlice(parts, request, { position, limit: 200 }));
  } while (sum.position !== null && performance.now() < until);
  const { position, ...plan } = sum;
  return { ...plan, complete: position === null };
}

/** How many its filter has; undefined: more than a few seconds allow to count. */
export async function countFound(
  { query, ledger }: Pick<ReplayParts, "query" | "ledger">,
  { filter: { of, ...filter } }: Pick<ReplayRequest, "filter">,
): Promise<number | undefined> {
  const until = performance.now() + planMs;
  const page = { limit: 200, order: "oldest" } as const;
  let count = 0;
  for (let at = {}; ; ) {
    const found = await (of === "events"
      ? query.events(filter, { ...page, ...at })
      : ledger.deliveries(filter, { ...page, ...at }));
    count += found.items.length;
    if (found.next === null) return count;
    if (performance.now() > until) return undefined;
    at = { cursor: found.next };
  }
}

function addSlices(a: Slice | undefined, b: Slice): Slice {
  if (a === undefined) return b;
  return {
    ...addCounts(a, b),
    sample: [...a.sample, ...b.sample].slice(0, sampleSize),
    position: b.position,
  };
}

export function addCounts(a: ReplayCounts, b: ReplayCounts): ReplayCounts {
  const leftOut = { ...a.leftOut };
  for (const [why, count] of Object.entries(b.leftOut)) leftOut[why] = (leftOut[why] ?? 0) + count;
  const { found, opened, had } = b;
  return { found: a.found + found, opened: a.opened + opened, had: a.had + had, leftOut };
}

type EventsFilter = Extract<ReplayRequest["filter"], { readonly of: "events" }>;
type DeliveriesFilter = Extract<ReplayRequest["filter"], { readonly of: "deliveries" }>;
type At = Parameters<typeof takeSlice>[2];

async function takeEvents(
  parts: ReplayParts,
  request: ReplayRequest & { readonly filter: EventsFilter },
  { position, limit, replay }: At,
): Promise<Slice> {
  const { of: _, ...filter } = request.filter;
  const cursor = position === undefined ? {} : { cursor: position };
  const page = await parts.query.events(filter, { limit, order: "oldest", ...cursor });
  const events = page.items.toSorted(inOrder);
  const targets = await parts.targetsOf(events, request);
  const tally = createTally(events.length);
  const all = events.flatMap((event, i) => (targets[i] ?? []).map((target) => ({ event, target })));
  const rows = all.flatMap(({ event, target }) =>
    "row" in target ? [{ ...target, event }] : tally.leaveOut(target.leftOut),
  );
  const opened = await openAll(parts, request, rows, replay);
  for (const [i, { destination, row, event }] of rows.entries()) {
    const { eventId, eventType } = row;
    if (opened[i]) tally.open({ destination, eventId, eventType }, event);
    else tally.had();
  }
  return tally.slice(page.next);
}

/** The log has what one POST brought in the order of ids: there the payload's time says more. */
function inOrder(a: WaypostEvent, b: WaypostEvent): number {
  const [received, other] = [a.data.receivedAt, b.data.receivedAt];
  if (received !== other) return received < other ? -1 : 1;
  return Date.parse(a.time) - Date.parse(b.time) || 0;
}

type Row = Extract<Target, { readonly row: unknown }>;

/** Whether each row is opened, or would be. Each destination has its own in their order. */
async function openAll(
  { ledger }: ReplayParts,
  { again }: ReplayRequest,
  rows: readonly Row[],
  replay: string | undefined,
): Promise<readonly boolean[]> {
  if (replay === undefined) {
    const known = await Promise.all(rows.map(({ row }) => ledger.delivery(row.id)));
    return known.map((old) => old === undefined || canReopen(old, again));
  }
  const opened = new Map<string, boolean>();
  for (const name of new Set(rows.map(({ destination }) => destination))) {
    const own = rows.flatMap(({ destination, row }) => (destination === name ? [row] : []));
    const answers = await ledger.replay(name, own, { replay, again });
    for (const [i, { id }] of own.entries()) opened.set(id, answers[i] ?? false);
  }
  return rows.map(({ row }) => opened.get(row.id) ?? false);
}

function canReopen({ state }: Delivery, again: boolean): boolean {
  return state === "dead" || state === "skipped" || (again && state === "delivered");
}

async function takeDeliveries(
  parts: ReplayParts,
  request: ReplayRequest & { readonly filter: DeliveriesFilter },
  { position, limit, replay }: At,
): Promise<Slice> {
  const { of: _, ...filter } = request.filter;
  const cursor = position === undefined ? {} : { cursor: position };
  const page = await parts.ledger.deliveries(filter, { limit, order: "oldest", ...cursor });
  const tally = createTally(page.items.length);
  const sent = page.items.flatMap((row) => {
    const leftOut = parts.leftOut(row, request);
    return leftOut === undefined
      ? [{ destination: row.destination, row }]
      : tally.leaveOut(leftOut);
  });
  const opened = await openAll(parts, request, sent, replay);
  for (const [i, { row }] of sent.entries()) {
    if (opened[i]) tally.open(row);
    else tally.had();
  }
  return tally.slice(page.next);
}

function createTally(found: number) {
  const leftOut: Record<string, number> = {};
  const sample: ReplaySample[] = [];
  let opened = 0;
  let had = 0;
  return {
    had(): void {
      had += 1;
    },
    leaveOut(why: string): [] {
      leftOut[why] = (leftOut[why] ?? 0) + 1;
      return [];
    },
    open({ destination, eventId, eventType }: ReplaySample, event?: WaypostEvent): void {
      opened += 1;
      if (sample.length === sampleSize) return;
      const receivedAt = event && { receivedAt: event.data.receivedAt };
      sample.push({ destination, eventId, eventType, ...receivedAt });
    },
    slice: (position: string | null): Slice => ({ found, opened, had, leftOut, sample, position }),
  };
}
