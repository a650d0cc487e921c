import {
  type Bus,
  type JobState,
  type Jobs,
  type JobTerm,
  type Store,
  storeQueueName,
} from "../../contracts.ts";
import { encodeEvent } from "../../event/encode.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";
import { closedEvent } from "./closed-event.ts";

export interface ClosingOptions {
  /** Of `conversations`. */
  readonly closeAfterMs: number;
  readonly store: Pick<Store, "silences">;
  readonly bus: Pick<Bus, "publish" | "queues">;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly clock?: Clock;
}

/** The job's name. */
const name = "waypost.closing";
/** Between two looks, and between two pages of one look: at most 200 events a second. */
const lookMs = { least: 1_000, most: 15_000 };
const pageMs = 1_000;
const pageSize = 200;
/** More wait to be stored: somebody who is taken for silent may have written. */
const mostWaiting = 500;
const hourMs = 60 * 60_000;
/** Nobody looked for longer: it was switched off, and what fell silent meanwhile is nobody's business any more. */
const longestGapMs = 7 * 24 * hourMs;

type Parts = ClosingOptions & { readonly clock: Clock };

/**
 * Publishes `business.conversation.closed` for each conversation without a message for `closeAfterMs`. Of all processes that start
 * this, one at a time does it. Only silences that end after it first ran count: an old log is not closed afterwards.
 * A page is settled after the bus has confirmed it; repeated, its events have the same ids.
 */
export function startClosing(options: ClosingOptions): Running {
  const parts = { ...options, clock: options.clock ?? systemClock };
  return runJob(parts.jobs, name, (term) => watch(parts, term));
}

/** Looks and closes, until it is over. */
async function watch(parts: Parts, term: JobTerm): Promise<void> {
  const { closeAfterMs } = parts;
  const everyMs = Math.min(Math.max(closeAfterMs / 20, lookMs.least), lookMs.most);
  const failing = "cannot close silent conversations now, looks again";
  await lookWhileElected(parts, term, { everyMs, failing }, async () => {
    const from = await beginning(parts, term);
    const more = from !== undefined && (await closePage(parts, from, term.over));
    return more ? pageMs : undefined;
  });
}

/** Since when silences that end are told. What the job remembers of it is durable before the first is. */
async function beginning({ jobs, clock }: Parts, term: JobTerm): Promise<number | undefined> {
  const state = await jobs.load(name);
  const now = clock.now();
  const { from, lookedAt } = timesOf(state);
  const goesOn = from !== undefined && lookedAt !== undefined && now - lookedAt < longestGapMs;
  if (goesOn && now - lookedAt < hourMs) return from;
  const since = goesOn ? from : now;
  const next = { from: isoTime(since), lookedAt: isoTime(now) };
  return (await jobs.save(name, term, next)) ? since : undefined;
}

function timesOf({ from, lookedAt }: JobState = {}) {
  return { from: timeOf(from), lookedAt: timeOf(lookedAt) };
}

function timeOf(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : at;
}

/** Whether there may be more. */
async function closePage(parts: Parts, from: number, over: AbortSignal): Promise<boolean> {
  const { store, bus, clock, closeAfterMs, log } = parts;
  const now = clock.now();
  const span = { after: isoTime(from - closeAfterMs), to: isoTime(now - closeAfterMs) };
  const found = await store.silences.find(span, pageSize);
  if (found.length === 0 || over.aborted) return false;
  if (await storingIsBehind(bus)) return false;
  const silent = found.filter((each) => !each.over);
  const events = silent.map((each) =>
    encodeEvent(closedEvent(each, { closeAfterMs, now: new Date(now) })),
  );
  if (events.length > 0) await bus.publish(events, over);
  await store.silences.settle(found);
  if (events.length > 0) log.debug("closed silent conversations", { count: events.length });
  return found.length === pageSize;
}

async function storingIsBehind(bus: Pick<Bus, "queues">): Promise<boolean> {
  const queues = await bus.queues();
  const waiting = queues
    .filter((queue) => queue.name === storeQueueName || queue.name.startsWith(`${storeQueueName}.`))
    .reduce((sum, { ready }) => sum + ready, 0);
  return waiting > mostWaiting;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
