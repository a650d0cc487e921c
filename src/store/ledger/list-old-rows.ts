import { setTimeout as delay } from "node:timers/promises";
import type { Tables } from "../../contracts/table.ts";
import type { WaypostEvent } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import type { Reader } from "../log/reader.ts";
import { type DeliveryRow, deliveriesTable } from "./ledger-tables.ts";
import { listedBy, verdictOf } from "./listed-by.ts";

/** One transaction writes no more, so that what comes in waits for milliseconds. */
const atOnce = 200;
const failedMs = 5_000;

interface Parts {
  readonly tables: Tables;
  readonly log: Pick<Reader, "eventsById">;
  readonly logger: Log;
}

export interface Listing {
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/**
 * Gives the rows of the version before what they are listed by, beside all other work: between two rounds it rests as long as the
 * last one took. Until it is through, lists look at rows one by one. Repeatable, and several processes may do it at once.
 */
export function listOldRows(parts: Parts): Listing {
  const stopping = new AbortController();
  const running = listAll(parts, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function listAll(parts: Parts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const began = performance.now();
    let restMs = failedMs;
    try {
      if (!(await listSome(parts))) return;
      restMs = performance.now() - began;
    } catch (error) {
      if (signal.aborted) return;
      parts.logger.warn("deliveries of before could not be listed yet", { error });
    }
    await delay(restMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** False: there were none. */
async function listSome({ tables, log }: Parts): Promise<boolean> {
  const where = { listedBy: { absent: true } } as const;
  const old = await tables.of(deliveriesTable).find({ where, limit: atOnce });
  if (old.length === 0) return false;
  const events = await log.eventsById([...new Set(old.map(({ eventId }) => eventId))]);
  const ids = old.map(({ id }) => id);
  await tables.atomically(async (all) => {
    const deliveries = all.of(deliveriesTable);
    // As they are by now: their holder goes on with them.
    const rows = await deliveries.find({ where: { ...where, id: { in: ids } } });
    await deliveries.update(rows.map((row) => changeOf(row, events.get(row.eventId))));
  });
  return true;
}

function changeOf(row: DeliveryRow, event: WaypostEvent | undefined) {
  const { id, state, history } = row;
  const { wabaId, phoneNumberId } = event?.data.account ?? {};
  const account = { ...(wabaId && { wabaId }), ...(phoneNumberId && { phoneNumberId }) };
  const set = {
    account: Object.keys(account).length > 0 ? account : undefined,
    listedBy: listedBy({ ...row, account }),
    verdict: verdictOf(state, history),
  };
  return { id, where: { state, listedBy: { absent: true } }, set };
}
