import type { Delivery, Ledger } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import type { DeliveryHooks } from "./delivery.ts";
import type { Health } from "./health.ts";
import type { Lanes } from "./lanes/lanes.ts";

const dayMs = 24 * 60 * 60 * 1_000;
/** Once a day the events of rows older than a day are kept for so long from then on. */
const keepMs = 30 * dayMs;
const pageRows = 1_000;

/** What a holder does with each renewal, beside delivering: tell, and keep the events of open rows. */
export function createHousekeeping(parts: {
  readonly name: string;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly lanes: Lanes;
  readonly health: Health;
  readonly hooks: DeliveryHooks;
  readonly clock: Clock;
  readonly log: Log;
}): () => Promise<void> {
  const { name, ledger, lease, lanes, health, hooks, clock, log } = parts;
  let keptAt = Number.NEGATIVE_INFINITY;
  const ageMs = (createdAt: string) => Math.max(0, clock.now() - Date.parse(createdAt));
  const oldestAgeMs = () => {
    let oldest: string | undefined;
    for (const { since } of lanes.rows()) {
      if (oldest === undefined || since < oldest) oldest = since;
    }
    return oldest === undefined ? 0 : ageMs(oldest);
  };
  const tell = async () => {
    hooks.holds?.(name, {
      open: lanes.size() + lanes.parked(),
      oldestAgeMs: oldestAgeMs(),
      breakerOpen: health.breakerOpen(),
      paused: health.pause.now() !== undefined,
    });
    const facts = health.facts.take();
    if (facts === undefined) return;
    await ledger.note(name, lease.epoch, facts).catch((error: unknown) => {
      health.facts.giveBack(facts);
      log.debug("the ledger did not take the facts", { error });
    });
  };
  /** Page by page, from the ledger: memory does not hold all. */
  const keepAll = async () => {
    let rows: readonly Delivery[] = [];
    do {
      const after = rows.at(-1)?.seq;
      const page = { limit: pageRows, ...(after !== undefined && { after }) };
      rows = await ledger.openRows(name, lease.epoch, page);
      const old = rows.filter(({ createdAt }) => ageMs(createdAt) > dayMs);
      const ids = old.map(({ eventId }) => eventId);
      if (ids.length > 0) await ledger.keepBodies(ids, new Date(clock.now() + keepMs));
    } while (rows.length === pageRows && !lease.over.aborted);
  };
  const keepEvents = async () => {
    if (clock.monotonic() - keptAt < dayMs) return;
    keptAt = clock.monotonic();
    await keepAll().catch((error: unknown) => {
      keptAt = Number.NEGATIVE_INFINITY;
      log.warn("the events of open deliveries could not be kept, tries again", { error });
    });
  };
  return async () => {
    await tell();
    await keepEvents();
  };
}
