import type { DestinationLease } from "../contracts.ts";
import { delay } from "../support/delay.ts";
import { LeaseOverError, type Taken, takeLease } from "../support/lease.ts";
import { deliveryId } from "./delivery.ts";
import { type OpenRow, wakeRow } from "./lanes/lane.ts";
import { createTerm, type Term, type TermParts, termEndMs } from "./term.ts";

/** What this process knows of a destination at this moment. */
export interface RunnerStatus {
  readonly name: string;
  readonly kind: string;
  /** `waiting`: somebody else holds it, or the ledger does not answer. */
  readonly phase: "waiting" | "holding" | "closed";
  readonly epoch?: number;
  /** Open rows in memory, and how many of them are being tried. */
  readonly open: number;
  readonly running: number;
  readonly breakerOpen: boolean;
  readonly pause?: NonNullable<DestinationLease["pause"]>;
}

export interface Runner {
  start(): void;
  /** Ends the term and frees the lease within `leftMs`, 5 s unless told, whatever hangs but the ledger. */
  close(leftMs?: number): Promise<void>;
  /** What waits here for something about this event, but for no retry, is looked at now. */
  wake(eventId: string, only?: OpenRow["waitsFor"]): void;
  status(): RunnerStatus;
}

/** After a term that could not begin. */
const restMs = 1_000;

/**
 * One destination, for as long as the program runs: wait for the lease, take over what is open, deliver and
 * take in more until the lease is over, and again. Only the holder of the lease does anything at all.
 */
export function createRunner(parts: TermParts): Runner {
  const { setup, clock, log, hooks } = parts;
  const { name, destination } = setup;
  const closing = new AbortController();
  let term: Term | undefined;
  let running: Promise<void> | undefined;
  let endBy = Number.POSITIVE_INFINITY;

  const run = async () => {
    while (!closing.signal.aborted) {
      const taken = await takeLease({ ...parts, rows: parts.ledger, name }, closing.signal);
      if (taken !== undefined) await hold(taken);
    }
  };

  const hold = async (taken: Taken<DestinationLease>) => {
    term = createTerm(parts, taken);
    log.info("holds the destination");
    const began = await begin(term);
    await term.end(Math.min(termEndMs, endBy - clock.monotonic()));
    term = undefined;
    hooks.released?.(name);
    if (!began) await delay(restMs, { clock, signal: closing.signal });
  };

  const begin = async ({ begin, lease }: Term) => {
    try {
      await begin();
      await either(lease.over, closing.signal);
      return true;
    } catch (error) {
      if (error instanceof LeaseOverError) return true;
      log.error("the destination cannot be worked on, tries again", { error });
      return false;
    }
  };

  return {
    start() {
      running ??= run();
    },
    async close(leftMs = termEndMs) {
      endBy = clock.monotonic() + leftMs;
      closing.abort();
      await running;
    },
    wake: (eventId, only) => wakeIn(term, deliveryId(name, eventId), only),
    status() {
      const pause = term?.health.pause.now();
      return {
        name,
        kind: destination.kind,
        phase: closing.signal.aborted ? "closed" : term ? "holding" : "waiting",
        ...(term !== undefined && { epoch: term.lease.epoch }),
        open: term?.lanes.size() ?? 0,
        running: term?.schedule.running() ?? 0,
        breakerOpen: term?.health.breakerOpen() ?? false,
        ...(pause !== undefined && { pause }),
      };
    },
  };
}

function wakeIn(term: Term | undefined, id: string, only: OpenRow["waitsFor"]): void {
  const row = term?.lanes.find(id);
  if (row !== undefined && wakeRow(row, only)) term?.schedule.offer(term.lanes.laneOf(row));
}

function either(a: AbortSignal, b: AbortSignal): Promise<void> {
  if (a.aborted || b.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    a.addEventListener("abort", () => resolve(), { once: true });
    b.addEventListener("abort", () => resolve(), { once: true });
  });
}
