import type { Jobs, JobTerm, LateMinute } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";
import {
  type CountingParts,
  countDay,
  countHour,
  countMinutes,
  recountMinute,
  stepsAround,
} from "./counting.ts";
import { floorTo, iso, stepMs, stepsWithin } from "./times.ts";

export interface SeriesOptions extends CountingParts {
  readonly jobs: Jobs;
  /** How long events are kept: what is older is as it was counted. */
  readonly retentionMs: number;
  readonly log: Log;
  readonly clock?: Clock;
}

/** The job's name. */
export const seriesJob = "waypost.series";
const lookMs = 10_000;
/** A minute is counted so long after it ended. */
const settledMs = 60_000;
/** One slice, as long as it takes about so long. */
const sliceMinutes = { first: 5, most: 60 };
const fastMs = 100;
const slowMs = 400;
const longestRestMs = 1_000;
const lateAtOnce = 30;

type Parts = SeriesOptions & { readonly clock: Clock };

/**
 * Counts the log by minute, hour and day. Of all processes that start this, one at a time does it; the next one goes on where it
 * ended. Between two slices it rests as long as the last one took, so that what people ask has its turn.
 */
export function startSeries(options: SeriesOptions): Running {
  const parts = { ...options, clock: options.clock ?? systemClock };
  return runJob(parts.jobs, seriesJob, (term) => watch(parts, term));
}

async function watch(parts: Parts, term: JobTerm): Promise<void> {
  const progress = { minutes: sliceMinutes.first };
  const rhythm = { everyMs: lookMs, failing: "the series could not be counted yet" };
  await lookWhileElected(parts, term, rhythm, async () => {
    const state = await parts.jobs.load(seriesJob);
    // What it costs this machine, whatever clock the waits go by.
    const since = performance.now();
    const more = await countSlice(parts, term, { ...progress, countedTo: state?.["countedTo"] });
    const tookMs = performance.now() - since;
    if (tookMs < fastMs) progress.minutes = Math.min(progress.minutes * 2, sliceMinutes.most);
    if (tookMs > slowMs) progress.minutes = Math.max(Math.floor(progress.minutes / 2), 1);
    return more ? Math.min(Math.max(tookMs, 1), longestRestMs) : undefined;
  });
}

/** True where there is more to do at once. */
async function countSlice(
  parts: Parts,
  term: JobTerm,
  { minutes, countedTo }: { readonly minutes: number; readonly countedTo: string | undefined },
): Promise<boolean> {
  // Before anything is counted: what is late by then is counted with the slice that holds it.
  const late = await parts.series.late(sliceMinutes.most + lateAtOnce);
  const from = await startOf(parts, countedTo);
  const end = floorTo("minute", parts.clock.now() - settledMs);
  const to = Math.min(from + minutes * stepMs.minute, end);
  if (to > from) {
    await countMinutes(parts, { from: iso(from), to: iso(to) }, term.epoch);
    const ended = { from: from - stepMs.day, to };
    for (const hour of endedIn("hour", ended, from)) await countHour(parts, hour, term.epoch);
    for (const day of endedIn("day", ended, from)) await countDay(parts, day, term.epoch);
    if (!(await save(parts, term, to))) return false;
  }
  const left = await countLate(parts, term, { late, from, countedTo: Math.max(from, to) });
  return to < end || left;
}

/** Those that end behind `from` and by `to`. */
function endedIn(
  step: "hour" | "day",
  span: { readonly from: number; readonly to: number },
  from: number,
): number[] {
  const first = floorTo(step, span.from);
  return stepsWithin(step, first, span.to).filter((at) => at + stepMs[step] > from);
}

/** Where it ended; at first with the oldest event that is still kept. */
async function startOf(
  { figures, clock, retentionMs }: Parts,
  countedTo: string | undefined,
): Promise<number> {
  const now = clock.now();
  const oldest = floorTo("minute", now - retentionMs);
  if (countedTo !== undefined) return Math.max(Date.parse(countedTo), oldest);
  const first = await figures.firstAt();
  const at = first === undefined ? now - settledMs : Date.parse(first);
  return Math.max(floorTo("minute", at), oldest);
}

function save({ jobs }: Parts, term: JobTerm, countedTo: number): Promise<boolean> {
  return jobs.save(seriesJob, term, { countedTo: iso(countedTo) });
}

/**
 * Counts anew those of the late minutes that had been counted before; whatever a crash leaves undone is still late. True where there are
 * more.
 */
async function countLate(
  parts: Parts,
  term: JobTerm,
  { late, from, countedTo }: { late: readonly LateMinute[]; from: number; countedTo: number },
): Promise<boolean> {
  if (late.length === 0) return false;
  const { series, clock, retentionMs } = parts;
  const oldest = clock.now() - retentionMs;
  const wasCounted = ({ at }: LateMinute) => Date.parse(at) < from;
  const before = late.filter(wasCounted).slice(0, lateAtOnce);
  const minutes = before.map(({ at }) => at).filter((at) => Date.parse(at) >= oldest);
  for (const minute of minutes) {
    if (term.over.aborted) return false;
    await recountMinute(parts, minute, term.epoch);
  }
  const { hours, days } = stepsAround(minutes, countedTo);
  for (const hour of hours.filter((at) => at >= oldest)) {
    if (term.over.aborted) return false;
    await countHour(parts, hour, term.epoch);
  }
  for (const day of days.filter((at) => at >= oldest)) await countDay(parts, day, term.epoch);
  const settled = [...before, ...late.filter((each) => !wasCounted(each))];
  await series.settle(settled);
  return settled.length < late.length || late.length === sliceMinutes.most + lateAtOnce;
}
