import {
  accountFigures,
  addAccounts,
  noAccount,
  responseFigures,
} from "../../contracts/figures.ts";
import type { AccountFigures, AccountRow, EventCount, Span, Step, Store } from "../../contracts.ts";
import { floorTo, iso, stepMs, stepsWithin } from "./times.ts";

export interface CountingParts {
  readonly series: Store["series"];
  readonly figures: Store["figures"];
}

/** Who wrote longer ago is no longer waited for: their service window has closed. */
const answerWithinMs = stepMs.day;

/** Counts whole minutes of the log; each of them as a whole, so that it may be done any number of times. */
export async function countMinutes(
  { series, figures }: CountingParts,
  span: Span,
  revision: number,
): Promise<void> {
  const rows = minuteRows(await figures.counts(span));
  await series.write(rows, revision);
}

/** A minute that was counted before: an account that has no more events in it has none in its row either. */
export async function recountMinute(
  { series, figures }: CountingParts,
  at: string,
  revision: number,
): Promise<void> {
  const span = { from: at, to: iso(Date.parse(at) + stepMs.minute) };
  const rows = minuteRows(await figures.counts(span));
  const counted = new Set(rows.map(({ of }) => of));
  const before = await series.find("account", "minute", span);
  const gone = before.filter(({ of }) => !counted.has(of));
  const empty = accountFigures([]);
  await series.write([...rows, ...gone.map((row) => ({ ...row, figures: empty }))], revision);
}

function minuteRows(counts: readonly EventCount[]): AccountRow[] {
  const minutes = groupBy(counts, ({ minute, account }) => `${minute} ${account}`);
  return [...minutes.values()].flatMap((each) => {
    const [first] = each;
    if (first === undefined) return [];
    return [row("minute", first.minute, first.account || noAccount, accountFigures(each))];
  });
}

/** Minutes added up, and what only the log can say. */
export async function countHour(parts: CountingParts, at: number, revision: number): Promise<void> {
  const span = { from: iso(at), to: iso(at + stepMs.hour) };
  const rows: AccountRow[] = [];
  for (const [account, added] of await addedUp(parts, "minute", span)) {
    const people = account === noAccount ? {} : await peopleOf(parts, account, added, span);
    rows.push(row("hour", span.from, account, { ...added, ...people }));
  }
  await parts.series.write(rows, revision);
}

async function peopleOf(
  { figures }: CountingParts,
  account: string,
  added: AccountFigures,
  span: Span,
): Promise<Pick<AccountFigures, "writers" | "firstResponse">> {
  const writers = await writersOf(figures, account, added, span);
  const answered = added.outgoing === 0 ? [] : await figures.conversations(account, "out", span);
  if (answered.length === 0) return { writers };
  const back = iso(Date.parse(span.from) - answerWithinMs);
  const turns = await figures.turns(answered, { from: back, to: span.to });
  const firstResponse = responseFigures(turns, span.from);
  return { writers, ...(firstResponse.count > 0 && { firstResponse }) };
}

async function writersOf(
  figures: CountingParts["figures"],
  account: string,
  { inbound }: AccountFigures,
  span: Span,
): Promise<number> {
  if (Object.keys(inbound).length === 0) return 0;
  return (await figures.conversations(account, "in", span)).length;
}

export async function countDay(parts: CountingParts, at: number, revision: number): Promise<void> {
  const span = { from: iso(at), to: iso(at + stepMs.day) };
  const rows: AccountRow[] = [];
  for (const [account, added] of await addedUp(parts, "hour", span)) {
    const people =
      account === noAccount
        ? {}
        : { writers: await writersOf(parts.figures, account, added, span) };
    rows.push(row("day", span.from, account, { ...added, ...people }));
  }
  await parts.series.write(rows, revision);
}

async function addedUp(
  { series }: CountingParts,
  step: Step,
  span: Span,
): Promise<(readonly [string, AccountFigures])[]> {
  const accounts = groupBy(await series.find("account", step, span), ({ of }) => of);
  return [...accounts].map(([account, rows]) => [
    account,
    addAccounts(rows.map(({ figures }) => figures)),
  ]);
}

function row(step: Step, at: string, of: string, figures: AccountFigures): AccountRow {
  return { kind: "account", step, at, of, figures };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * Hours and days that end by `countedTo` and hold one of these minutes; hours also where somebody who wrote in one of them may have
 * been answered.
 */
export function stepsAround(
  minutes: readonly string[],
  countedTo: number,
): { readonly hours: readonly number[]; readonly days: readonly number[] } {
  const hours = new Set<number>();
  const days = new Set<number>();
  for (const minute of minutes) {
    const first = floorTo("hour", Date.parse(minute));
    const last = Math.min(first + answerWithinMs + stepMs.hour, countedTo);
    for (const hour of stepsWithin("hour", first, last)) hours.add(hour);
  }
  for (const hour of [...hours, ...minutes.map((each) => Date.parse(each))]) {
    const day = floorTo("day", hour);
    if (day + stepMs.day <= countedTo) days.add(day);
  }
  const ascending = (all: Set<number>) => [...all].sort((a, b) => a - b);
  return { hours: ascending(hours), days: ascending(days) };
}
