import { type Bus, destinationOfQueue, type Ledger, type Store } from "../contracts.ts";
import { destinationStates } from "../ops/status/destination-state.ts";
import { type Base, keepTrying } from "./base.ts";
import type { Plan } from "./plan.ts";

const retryMs = 5_000;

interface Parts {
  readonly bus: Pick<Bus, "queues">;
  readonly store: Pick<Store, "ledger">;
  readonly plan: Plan;
}

/**
 * Sees to it that nothing of former destinations is overlooked: every queue that the bus kept gets its row in the
 * ledger, so that `status` shows and `topology prune` removes it, and a start whose waypost.yaml is gone says so.
 */
export function lookAfterFormer(base: Base, { bus, store, plan }: Parts): void {
  const { config, log } = base;
  const failed = (error: unknown) =>
    log.debug("cannot look for former destinations yet", { error });
  keepTrying(base, "former destinations", { everyMs: retryMs, failed }, async () => {
    await noteKeptQueues(bus, store.ledger, plan);
    if (plan.routing.found) return;
    const former = await namesLeft(store.ledger);
    if (former.length === 0) return;
    log.error(
      "waypost.yaml is gone: nothing is routed, and what comes for its destinations waits",
      {
        path: config.configFile,
        reason: `destinations that it had: ${former.join(", ")}`,
        count: former.length,
      },
    );
  });
}

/** A process may have ended after it declared a queue, and before anybody took the destination. */
async function noteKeptQueues(bus: Parts["bus"], ledger: Ledger, plan: Plan): Promise<void> {
  for (const queue of await bus.queues()) {
    const name = destinationOfQueue(queue.name);
    if (name === undefined || plan.destinations.has(name)) continue;
    const { epoch, prunedEpoch } = await ledger.lease(name);
    if (prunedEpoch === epoch) await ledger.note(name, epoch, { prunedEpoch: undefined });
  }
}

/** All are former ones where nothing is configured. */
async function namesLeft(ledger: Ledger): Promise<string[]> {
  const rows = await ledger.destinations();
  const none = { configured: new Map(), processes: [] };
  return destinationStates({ rows, ...none }).map(({ name }) => name);
}
