import {
  InvalidCursorError,
  type Jobs,
  type JobTerm,
  type Ledger,
  type Replay,
  type Replays,
  StoreError,
} from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";
import { addCounts, type ReplayParts, takeSlice } from "./replayer.ts";

export interface ReplayingParts extends ReplayParts {
  readonly replays: Replays;
  readonly jobs: Jobs;
  readonly destinations: Pick<Ledger, "destinations">["destinations"];
  readonly clock: Clock;
  readonly log: Log;
}

/** One slice a second. */
const sliceMs = 1_000;
/** A replay waits while a destination has so many open rows: memory is for what is live. */
const mostOpen = 1_000;
const retryMs = 5_000;

/** The elected process opens the rows of every replay that runs, at its rate; a crash goes on where it was. */
export function startReplaying(parts: ReplayingParts): Running {
  return runJob(parts.jobs, "replay", (term) => work(parts, term));
}

async function work(parts: ReplayingParts, term: JobTerm): Promise<void> {
  const failing = "what is sent again cannot go on, tries again";
  const rhythm = { everyMs: sliceMs, failedMs: retryMs, failing };
  await lookWhileElected(parts, term, rhythm, async () => {
    for (const replay of await parts.replays.running()) {
      if (!term.over.aborted) await advance(parts, replay);
    }
    return undefined;
  });
}

async function advance(parts: ReplayingParts, replay: Replay): Promise<void> {
  const { replays, clock, log } = parts;
  if (await isCrowded(parts, replay)) return;
  const { id, position, rate } = replay;
  const limit = Math.max(1, Math.min(200, Math.round((rate * sliceMs) / 1_000)));
  try {
    const slice = await takeSlice(parts, replay, { position, limit, replay: id });
    const counts = addCounts(replay, slice);
    const isDone = slice.position === null;
    const end = isDone && { state: "done" as const, doneAt: new Date(clock.now()).toISOString() };
    await replays.update(id, {
      ...counts,
      ...(slice.position !== null && { position: slice.position }),
      ...end,
    });
    if (isDone) log.info("a replay is through", { id, count: counts.opened });
  } catch (error) {
    if (error instanceof StoreError && error.verdict === "outage") throw error;
    const reason =
      error instanceof InvalidCursorError ? "its place in the log is lost" : "it failed";
    log.error("a replay failed", { id, error });
    const doneAt = new Date(clock.now()).toISOString();
    await replays.update(id, { state: "failed", reason, doneAt });
  }
}

async function isCrowded({ destinations }: ReplayingParts, { to }: Replay): Promise<boolean> {
  const rows = await destinations();
  return rows.some(({ name, open }) => (to === "routed" || name === to) && open > mostOpen);
}
