import { addBuckets, addCounts } from "../../contracts/figures.ts";
import {
  type DestinationFigures,
  type ProcessFigures,
  type SeriesRow,
  type Store,
  steps,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { type Growth, readGrowth } from "./growth.ts";
import { floorTo, iso, stepMs } from "./times.ts";

export interface SamplingOptions {
  readonly metrics: Metrics;
  readonly series: Pick<Store["series"], "write">;
  /** This process since its start: unlike any other. */
  readonly id: string;
  readonly role: string;
  readonly host: string;
  readonly log: Log;
  readonly clock?: Clock;
}

const everyMs = 10_000;
/** While the store is away: the oldest go. */
const mostRows = 5_000;

type Kept = { row: SeriesRow; written: boolean };

/**
 * Writes down every 10 s what the metrics of this process have counted, by minute, hour and day. Each row is written by nobody else, and
 * holds all that this process has counted of its time: it may be written any number of times. What a killed process had not written is lost.
 */
export function startSampling(options: SamplingOptions): { close(): Promise<void> } {
  const { clock = systemClock, log } = options;
  const stopping = new AbortController();
  const sampler = createSampler(options);
  const run = async () => {
    while (!stopping.signal.aborted) {
      const now = clock.now();
      const untilMinute = floorTo("minute", now) + stepMs.minute - now;
      await delay(Math.min(everyMs, untilMinute), { clock, signal: stopping.signal });
      await sampler
        .sample(clock.now())
        .catch((error) => log.debug("figures could not be written yet", { error }));
    }
  };
  const running = run();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}

export function createSampler(options: SamplingOptions): { sample(now: number): Promise<void> } {
  const { metrics, series, clock = systemClock } = options;
  const kept = new Map<string, Kept>();
  const grown = readGrowth(metrics);
  let since = clock.now();
  let revision = 0;
  const add = (row: SeriesRow) => {
    const key = `${row.kind} ${row.step} ${row.at} ${row.of}`;
    const before = kept.get(key)?.row;
    kept.set(key, { row: before === undefined ? row : addedTo(before, row), written: false });
  };
  return {
    async sample(now) {
      for (const row of grownRows(await grown(), since, options)) add(row);
      since = now;
      const open = [...kept.values()].filter(({ written }) => !written);
      if (open.length > 0) {
        revision += 1;
        await series.write(
          open.map(({ row }) => row),
          revision,
        );
        for (const each of open) each.written = true;
      }
      forget(kept, now);
    },
  };
}

/** What grew since the last sample belongs to the minute in which that was: no two minutes share a sample. */
function grownRows(
  { process, destinations }: Growth,
  since: number,
  { id, role, host }: Pick<SamplingOptions, "id" | "role" | "host">,
): SeriesRow[] {
  return steps.flatMap((step): SeriesRow[] => {
    const at = iso(floorTo(step, since));
    return [
      ...(process
        ? [{ kind: "process" as const, step, at, of: id, figures: { role, host, ...process } }]
        : []),
      ...[...destinations].map(([of, figures]) => ({
        ...{ kind: "destination" as const, step, at, of, by: id, figures },
      })),
    ];
  });
}

/** Those that are over and written; while the store is away, the oldest. */
function forget(kept: Map<string, Kept>, now: number): void {
  for (const [key, { row, written }] of kept) {
    const over = Date.parse(row.at) + stepMs[row.step] <= now;
    if ((over && written) || kept.size > mostRows) kept.delete(key);
  }
}

function addedTo(before: SeriesRow, more: SeriesRow): SeriesRow {
  if (before.kind === "process" && more.kind === "process") {
    return { ...before, figures: addProcess(before.figures, more.figures) };
  }
  if (before.kind === "destination" && more.kind === "destination") {
    return { ...before, figures: addDestination(before.figures, more.figures) };
  }
  return more;
}

function addProcess(a: ProcessFigures, b: ProcessFigures): ProcessFigures {
  return {
    ...a,
    posts: addCounts([a.posts, b.posts]),
    spooled: a.spooled + b.spooled,
    ack: addBuckets([a.ack, b.ack]),
    received: addCounts([a.received, b.received]),
    repeated: addCounts([a.repeated, b.repeated]),
  };
}

function addDestination(a: DestinationFigures, b: DestinationFigures): DestinationFigures {
  return {
    verdicts: addCounts([a.verdicts, b.verdicts]),
    dead: a.dead + b.dead,
    oldestAgeMs: Math.max(a.oldestAgeMs, b.oldestAgeMs),
  };
}
