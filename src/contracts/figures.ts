import { sideOfType } from "../event/direction.ts";
import type { EventCount, Turn } from "./log-figures.ts";
import {
  type AccountFigures,
  type Counts,
  type ResponseFigures,
  responseBoundsMs,
  type ToldFigures,
} from "./series.ts";

/* How figures are made and added up: the same sums whoever asks. */

/** A minute has no more of them; the rest is told under `other`. */
const most = 200;

export const noAccount = "none";

/** Of one account, in any order. */
export function accountFigures(counts: readonly EventCount[]): AccountFigures {
  const sorted = counts.map((each) => ({
    ...each,
    side: sideOfType(each.type),
    status: /^whatsapp\.status\.(.+)$/.exec(each.type)?.[1],
  }));
  const out = sorted.filter(({ side }) => side === "out");
  const failed = sorted.filter(({ status }) => status === "failed");
  return {
    events: sum(counts.map(({ count }) => count)),
    outgoing: sum(out.map(({ count }) => count)),
    inbound: tallied(sorted, ({ side, type }) =>
      side === "in" ? type.slice("whatsapp.message.".length) : undefined,
    ),
    statuses: tallied(sorted, ({ status }) => status),
    failures: tallied(failed, ({ breakdown }) => String(breakdown?.code ?? "none")),
    told: addTold(
      out.flatMap(({ breakdown, count }) => (breakdown ? [{ ...breakdown, count }] : [])),
    ),
  };
}

function tallied<T extends EventCount>(
  counts: readonly T[],
  nameOf: (each: T) => string | undefined,
): Counts {
  const tally = createTally();
  for (const each of counts) {
    const name = nameOf(each);
    if (name !== undefined) tally.add(name, each.count);
  }
  return tally.counts();
}

/** Without what cannot be added up: in how many conversations contacts wrote. */
export function addAccounts(all: readonly AccountFigures[]): AccountFigures {
  const responses = all.flatMap(({ firstResponse }) => firstResponse ?? []);
  return {
    events: sum(all.map(({ events }) => events)),
    outgoing: sum(all.map(({ outgoing }) => outgoing)),
    inbound: addCounts(all.map(({ inbound }) => inbound)),
    statuses: addCounts(all.map(({ statuses }) => statuses)),
    failures: addCounts(all.map(({ failures }) => failures)),
    told: addTold(all.flatMap(({ told }) => told)),
    ...(responses.length > 0 && { firstResponse: addResponses(responses) }),
  };
}

export function addCounts(all: readonly Counts[]): Counts {
  const tally = createTally();
  for (const counts of all) for (const [name, n] of Object.entries(counts)) tally.add(name, n);
  return tally.counts();
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Place by place. */
export function addBuckets(all: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...all.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => sum(all.map((each) => each[at] ?? 0)));
}

/** Sorted by name, so that equal counts are written in the same way. */
function createTally() {
  const found = new Map<string, number>();
  return {
    add(name: string, n: number) {
      const known = found.has(name) || found.size < most ? name : "other";
      found.set(known, (found.get(known) ?? 0) + n);
    },
    counts: (): Counts => Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function addTold(all: readonly ToldFigures[]): ToldFigures[] {
  const found = new Map<string, ToldFigures>();
  for (const { template, campaign, variant, count } of all) {
    const key = JSON.stringify([template, campaign, variant]);
    const before = found.get(key)?.count ?? 0;
    const named = {
      ...(template !== undefined && { template }),
      ...(campaign !== undefined && { campaign }),
      ...(variant !== undefined && { variant }),
    };
    found.set(key, { ...named, count: before + count });
  }
  const sorted = [...found].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const kept = sorted.slice(0, most).map(([, each]) => each);
  const rest = sum(sorted.slice(most).map(([, { count }]) => count));
  return rest === 0 ? kept : [...kept, { template: "other", count: rest }];
}

/**
 * How long those waited who were answered from `from` on: from their first message since the last answer. `turns` by conversation,
 * then time.
 */
export function responseFigures(turns: readonly Turn[], from: string): ResponseFigures {
  const buckets = Array.from({ length: responseBoundsMs.length + 1 }, () => 0);
  let [sumMs, count] = [0, 0];
  for (const waitedMs of waits(turns, from)) {
    sumMs += waitedMs;
    count += 1;
    const at = responseBoundsMs.findIndex((bound) => waitedMs < bound);
    const bucket = at === -1 ? responseBoundsMs.length : at;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return { count, sumMs, buckets };
}

function waits(turns: readonly Turn[], from: string): number[] {
  const found: number[] = [];
  let [conversation, since] = ["", undefined as string | undefined];
  for (const turn of turns) {
    if (turn.conversation !== conversation) since = undefined;
    conversation = turn.conversation;
    if (turn.side === "in") since ??= turn.at;
    else if (turn.side === "out") {
      if (since !== undefined && turn.at >= from)
        found.push(Date.parse(turn.at) - Date.parse(since));
      since = undefined;
    }
  }
  return found;
}

function addResponses(all: readonly ResponseFigures[]): ResponseFigures {
  return {
    count: sum(all.map(({ count }) => count)),
    sumMs: sum(all.map(({ sumMs }) => sumMs)),
    buckets: addBuckets(all.map(({ buckets }) => buckets)),
  };
}

/** From a histogram: the value that this share (0…1) does not exceed, taken as spread evenly within its bucket. */
export function quantile(
  share: number,
  buckets: readonly number[],
  bounds: readonly number[],
): number {
  const rank = share * sum(buckets);
  let seen = 0;
  for (const [at, count] of buckets.entries()) {
    if (count > 0 && seen + count >= rank) {
      const low = at === 0 ? 0 : (bounds[at - 1] ?? 0);
      const high = bounds[at] ?? low;
      return round(low + ((high - low) * (rank - seen)) / count);
    }
    seen += count;
  }
  return 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
