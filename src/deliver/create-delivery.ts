import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type DestinationLease, flowsDestination } from "../contracts.ts";
import { systemClock } from "../support/clock.ts";
import { delay } from "../support/delay.ts";
import { LeaseOverError, type Taken, takeLease } from "../support/lease.ts";
import { noSurroundings, tellLess, tellLessOfContacts } from "./attempt/surroundings.ts";
import {
  type DeliveryHooks,
  type DestinationSetup,
  deliveryId,
  type EndedRow,
} from "./delivery.ts";
import { maxOpenRows } from "./intake.ts";
import { type OpenRow, wakeRow } from "./lanes/lane.ts";
import { maxLaneRows } from "./lanes/lanes.ts";
import { createBodies } from "./ledger-access.ts";
import { createTerm, type Term, type TermParts, termEndMs } from "./term.ts";

/** What this process knows of a destination at this moment. */
interface RunnerStatus {
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

interface Runner {
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
function createRunner(parts: TermParts): Runner {
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
      await aborted(AbortSignal.any([lease.over, closing.signal]));
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

type Given = "routes" | "bus" | "decider" | "ledger" | "contacts" | "surroundings" | "log";
type Usual = "hooks" | "clock" | "leaseMs" | "maxOpenRows" | "maxLaneRows";

export interface DeliveryOptions extends Pick<TermParts, Given>, Partial<Pick<TermParts, Usual>> {
  readonly destinations: readonly DestinationSetup[];
  /** Host, process and role, for people. */
  readonly holder: string;
}

/** The delivery engine: a runner for each destination. They never wait for each other. */
export interface DeliveryEngine {
  start(): void;
  /**
   * Takes in and starts nothing more, lets what runs finish (4 s), frees the leases, all within `leftMs` (5 s
   * unless told). Destinations stay open.
   */
  close(leftMs?: number): Promise<void>;
  /**
   * What this destination's delivery of the event waits for may be there: its body in the log, or what `notBefore` waits for. It is
   * asked again now. Nothing happens where it waits for a retry, or is not held by this process: that one asks again in its time.
   */
  wake(destination: string, eventId: string): void;
  status(): RunnerStatus[];
}

/** About 100 bytes each. */
const mostRemembered = 50_000;

/** The last that were added. */
function createRecentIds() {
  const ids = new Set<string>();
  return {
    has: (id: string) => ids.has(id),
    add(id: string) {
      ids.add(id);
      const [oldest] = ids.size > mostRemembered ? ids : [];
      if (oldest !== undefined) ids.delete(oldest);
    },
  };
}

/** Deliveries to others wait for what `flows` does. */
function telling(hooks: DeliveryHooks, onFlowsEnded: (row: EndedRow) => void): DeliveryHooks {
  return {
    ...hooks,
    ended(destination, row) {
      hooks.ended?.(destination, row);
      if (destination === flowsDestination) onFlowsEnded(row);
    },
  };
}

/**
 * Every conversation in order, every event once, to each destination. Pause, resume and retry go through the
 * ledger; the holder sees them within a third of the lease.
 */
export function createDelivery(options: DeliveryOptions): DeliveryEngine {
  const { destinations, ledger, log } = options;
  const over = createRecentIds();
  const shared = {
    ...options,
    isOver: over.has,
    hooks: telling(options.hooks ?? {}, ({ id, eventId, state }) => {
      // A dead one may be opened again: who waits asks the ledger.
      if (state !== "dead") over.add(id);
      for (const runner of runners) runner.wake(eventId, "turn");
    }),
    clock: options.clock ?? systemClock,
    leaseMs: options.leaseMs ?? 15_000,
    maxOpenRows: options.maxOpenRows ?? maxOpenRows,
    maxLaneRows: options.maxLaneRows ?? maxLaneRows,
    // A restarted process is another holder, whatever its pid.
    holder: `${options.holder} ${randomUUID().slice(0, 8)}`,
    bodies: createBodies(ledger),
  };
  const runners = destinations.map((setup) =>
    createRunner({
      ...shared,
      ...toldTo(setup, shared),
      setup,
      log: log.child({ destination: setup.name }),
    }),
  );
  const byName = new Map(destinations.map(({ name }, i) => [name, runners[i]]));
  return {
    wake: (destination, eventId) => byName.get(destination)?.wake(eventId),
    start: () => {
      for (const runner of runners) runner.start();
    },
    close: async (leftMs) => {
      await Promise.all(runners.map((runner) => runner.close(leftMs)));
    },
    status: () => runners.map((runner) => runner.status()),
  };
}

/** What a destination may ask beside its event, without what it is to omit. */
function toldTo(
  { config: { omit } }: DestinationSetup,
  { surroundings, contacts }: Pick<DeliveryOptions, "surroundings" | "contacts">,
) {
  if (omit === undefined) return {};
  return {
    contacts: tellLessOfContacts(contacts, omit),
    surroundings: tellLess(surroundings ?? noSurroundings, omit),
  };
}
