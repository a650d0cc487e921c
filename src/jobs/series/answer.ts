import { addAccounts, addCounts, quantile, sum } from "../../contracts/figures.ts";
import { responsePoint } from "../../contracts/points.ts";
import {
  type AccountFigures,
  type AccountPoint,
  type AccountRow,
  type AccountSeries,
  ackBoundsMs,
  type Counts,
  type DestinationPoint,
  type DestinationRowOfSeries,
  type DestinationSeries,
  type Jobs,
  type ProcessPoint,
  type ProcessRow,
  type ProcessSeries,
  type SeriesAnswer,
  type Span,
  type Step,
  type Store,
} from "../../contracts.ts";
import { seriesJob } from "./series.ts";
import { floorTo, iso, stepMs } from "./times.ts";

export interface AnswerParts {
  readonly series: Store["series"];
  readonly jobs: Pick<Jobs, "load">;
}

/** `from` and `to` are moved out to whole steps. Hours and days that are not over are added up from what is counted of them. */
export async function answerSeries(
  { series, jobs }: AnswerParts,
  { step, from, to }: Span & { readonly step: Step },
): Promise<SeriesAnswer> {
  const first = floorTo(step, Date.parse(from));
  const last = floorTo(step, Date.parse(to) - 1) + stepMs[step];
  const span = { from: iso(first), to: iso(last) };
  const state = await jobs.load(seriesJob);
  // Nothing is counted before the job has ended a minute.
  const countedTo = state?.["countedTo"] ?? span.from;
  const [accounts, processes, destinations, marks] = await Promise.all([
    accountRows(series, step, { first, last, countedTo: Date.parse(countedTo) }),
    series.find("process", step, span),
    series.find("destination", step, span),
    series.marks(span),
  ]);
  return {
    ...{ step, ...span, countedTo, marks },
    accounts: accountSeries(accounts),
    processes: processSeries(processes),
    destinations: destinationSeries(destinations),
  };
}

interface Bounds {
  readonly first: number;
  readonly last: number;
  readonly countedTo: number;
}

async function accountRows(
  series: Store["series"],
  step: Step,
  { first, last, countedTo }: Bounds,
): Promise<AccountRow[]> {
  const between = (each: Step, from: number, to: number) =>
    from < to ? series.find("account", each, { from: iso(from), to: iso(to) }) : [];
  if (step === "minute") return between("minute", first, last);
  const running = Math.max(floorTo(step, countedTo), first);
  const whole = await between(step, first, Math.min(running, last));
  const hour = step === "day" ? Math.max(floorTo("hour", countedTo), running) : running;
  const parts = [
    ...(step === "day" ? await between("hour", running, Math.min(hour, last)) : []),
    ...(await between("minute", hour, last)),
  ];
  return [...whole, ...addedUp(parts, step)];
}

function addedUp(rows: readonly AccountRow[], step: Step): AccountRow[] {
  const groups = grouped(rows, ({ at, of }) => `${iso(floorTo(step, Date.parse(at)))} ${of}`);
  return [...groups].map(([key, each]) => {
    const [at = "", of = ""] = key.split(" ");
    const figures = addAccounts(each.map((row) => row.figures));
    return { kind: "account", step, at, of, figures };
  });
}

function accountSeries(rows: readonly AccountRow[]): AccountSeries[] {
  return [...grouped(rows, ({ of }) => of)].sort(byKey).map(([account, each]) => ({
    account,
    points: each.map(({ at, figures }) => accountPoint(at, figures)),
  }));
}

function accountPoint(at: string, figures: AccountFigures): AccountPoint {
  const { events, inbound, outgoing, statuses, failures, told, writers, firstResponse } = figures;
  return {
    at,
    events,
    inbound: total(inbound),
    byType: inbound,
    outgoing,
    sent: statuses["sent"] ?? 0,
    delivered: statuses["delivered"] ?? 0,
    read: statuses["read"] ?? 0,
    failed: statuses["failed"] ?? 0,
    byStatus: statuses,
    failures,
    told,
    // Not of minutes, of which there are many.
    ...((writers !== undefined || firstResponse) && peoplePoint(figures)),
  };
}

function peoplePoint({ writers, firstResponse }: AccountFigures) {
  return {
    ...(writers !== undefined && { writers }),
    ...(firstResponse && { firstResponse: responsePoint(firstResponse) }),
  };
}

function total(counts: Counts): number {
  let added = 0;
  for (const name in counts) added += counts[name] ?? 0;
  return added;
}

function processSeries(rows: readonly ProcessRow[]): ProcessSeries[] {
  return [...grouped(rows, ({ of }) => of)].sort(byKey).flatMap(([process, each]) => {
    const [first] = each;
    if (first === undefined) return [];
    const { role, host } = first.figures;
    return [{ process, role, host, points: each.map(processPoint) }];
  });
}

function processPoint({ at, figures }: ProcessRow): ProcessPoint {
  const { posts, spooled, ack } = figures;
  const count = sum(ack);
  const slow = sum(ack.slice(ackBoundsMs.indexOf(1_000) + 1));
  return {
    ...{ at, spooled, byCode: posts, posts: total(posts) },
    unauthorized: posts["401"] ?? 0,
    ...(count > 0 && {
      ack: {
        count,
        p50Ms: quantile(0.5, ack, ackBoundsMs),
        p99Ms: quantile(0.99, ack, ackBoundsMs),
        over1s: slow / count,
      },
    }),
  };
}

function destinationSeries(rows: readonly DestinationRowOfSeries[]): DestinationSeries[] {
  return [...grouped(rows, ({ of }) => of)].sort(byKey).map(([destination, each]) => ({
    destination,
    points: [...grouped(each, ({ at }) => at)].map(([at, held]) => destinationPoint(at, held)),
  }));
}

/** Of all who held it meanwhile. */
function destinationPoint(at: string, held: readonly DestinationRowOfSeries[]): DestinationPoint {
  const [only, ...others] = held;
  const byVerdict =
    only !== undefined && others.length === 0
      ? only.figures.verdicts
      : addCounts(held.map(({ figures }) => figures.verdicts));
  return {
    at,
    taken: (byVerdict["delivered"] ?? 0) + (byVerdict["found"] ?? 0),
    byVerdict,
    dead: sum(held.map(({ figures }) => figures.dead)),
    oldestAgeMs: Math.max(0, ...held.map(({ figures }) => figures.oldestAgeMs)),
  };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
