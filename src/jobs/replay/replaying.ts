import {
  InvalidCursorError,
  type Jobs,
  type JobTerm,
  type Ledger,
  QueryTooWideError,
  type Replay,
  type Replays,
  StoreError,
} from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";
import { addCounts, countFound, type ReplayParts, takeSlice } from "./replayer.ts";

export interface ReplayingParts extends ReplayParts {
  readonly replays: Replays;
  readonly jobs: Jobs;
  readonly destinations: Pick<Ledger, "destinations">["destinations"];
  readonly clock: Clock;
  readonly log: Log;
}

/** As many slices a second as the rate needs. */
const roundMs = 1_000;
const mostInSlice = 200;
/** A replay waits while a destination has so many open rows: memory is for what is live. */
const mostOpen = 1_000;
/** A holder finds what was opened when it renews its lease, every 5 s: it must not run dry until then. */
const secondsAhead = 6;
const retryMs = 5_000;

/** The elected process opens the rows of every replay that runs, at its rate; a crash goes on where it was. */
export function startReplaying(parts: ReplayingParts): Running {
  return runJob(parts.jobs, "replay", (term) => work(parts, term));
}

async function work(parts: ReplayingParts, term: JobTerm): Promise<void> {
  const failing = "what is sent again cannot go on, tries again";
  const rhythm = { everyMs: roundMs, failedMs: retryMs, failing };
  await lookWhileElected(parts, term, rhythm, async () => {
    const began = parts.clock.monotonic();
    for (const replay of await parts.replays.running()) {
      await advanceAtRate(parts, replay, term.over);
    }
    return Math.max(0, roundMs - (parts.clock.monotonic() - began));
  });
}

/** What its rate allows in one round. */
async function advanceAtRate(parts: ReplayingParts, replay: Replay, over: AbortSignal) {
  let now: Replay | undefined = replay;
  for (let left = replay.rate; left > 0 && now && !over.aborted; left -= mostInSlice) {
    now = await advance(parts, now, Math.min(left, mostInSlice));
  }
}

/** One slice. Answers with the replay as it goes on; undefined: not now. */
async function advance(
  parts: ReplayingParts,
  replay: Replay,
  limit: number,
): Promise<Replay | undefined> {
  const { replays, clock, log } = parts;
  if (await isCrowded(parts, replay)) return undefined;
  const { id, position } = replay;
  try {
    const total = await totalOf(parts, replay);
    const slice = await takeSlice(parts, replay, { position, limit, replay: id });
    const counts = addCounts(replay, slice);
    const isDone = slice.position === null;
    const end = isDone && { state: "done" as const, doneAt: new Date(clock.now()).toISOString() };
    const change = {
      ...counts,
      ...total,
      ...(slice.position !== null && { position: slice.position }),
    };
    const goesOn = await replays.update(id, { ...change, ...end });
    if (isDone) log.info("a replay is through", { id, count: counts.opened });
    return goesOn && !isDone ? { ...replay, ...change } : undefined;
  } catch (error) {
    if (error instanceof StoreError && error.verdict === "outage") throw error;
    const reason = inWords(error);
    log.error("a replay failed", { id, error });
    const doneAt = new Date(clock.now()).toISOString();
    await replays.update(id, { state: "failed", reason, doneAt });
    return undefined;
  }
}

/** Counted once, before it begins. */
async function totalOf(parts: ReplayingParts, replay: Replay): Promise<Pick<Replay, "total">> {
  if (replay.position !== undefined) return {};
  const total = await countFound(parts, replay);
  return total === undefined ? {} : { total };
}

function inWords(error: unknown): string {
  if (error instanceof InvalidCursorError) return "its place in the log is lost";
  return error instanceof QueryTooWideError
    ? "what its filter asks for took too long to find: narrow it, or split it by time"
    : "it failed";
}

async function isCrowded({ destinations }: ReplayingParts, { to, rate }: Replay): Promise<boolean> {
  const rows = await destinations();
  const most = Math.max(mostOpen, secondsAhead * rate);
  return rows.some(({ name, open }) => (to === "routed" || name === to) && open > most);
}
