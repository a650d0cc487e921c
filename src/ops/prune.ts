import type {
  Bus,
  Delivery,
  DestinationRow,
  Ledger,
  ProcessRegistry,
  RunningProcess,
} from "../contracts.ts";
import { destinationStates, isAlive } from "./destination-state.ts";
import { Problem } from "./problem.ts";

export interface PruneOptions {
  /** Also where deliveries are open or messages wait: the deliveries end as dead. */
  readonly force: boolean;
}

export interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
}

export interface PruneParts {
  readonly ledger: Ledger;
  readonly bus: Pick<Bus, "removeQueue">;
  readonly processes: Pick<ProcessRegistry, "alive">;
  readonly configured: ReadonlyMap<string, { readonly kind: string }>;
}

const chunk = 1_000;

/**
 * Removes the queues of destinations that are no longer configured, and ends their deliveries. Throws a Problem
 * (409) while roles run with different configurations: one of them would still publish to such a queue.
 */
export async function pruneTopology(parts: PruneParts, { force }: PruneOptions): Promise<Pruned> {
  const processes = await parts.processes.alive();
  if (new Set(processes.map(({ configHash }) => configHash)).size > 1) {
    throw new Problem(409, "roles-differ", "Not every role runs with the same configuration.", {
      detail: "`waypost status` says which; nothing was removed.",
    });
  }
  const rows = await parts.ledger.destinations();
  const left = destinationStates({ rows, processes, configured: parts.configured }).filter(
    ({ state }) => state === "removed",
  );
  const names = new Set(left.map(({ name }) => name));
  const removed: string[] = [];
  const kept: { name: string; reason: string }[] = [];
  for (const row of rows.filter(({ name }) => names.has(name))) {
    const reason = refusal(row, processes, force) ?? (await removeOne(parts, row, force));
    if (reason === undefined) removed.push(row.name);
    else kept.push({ name: row.name, reason });
  }
  return { removed, kept };
}

function refusal(
  { holder, open }: DestinationRow,
  processes: readonly RunningProcess[],
  force: boolean,
): string | undefined {
  if (isAlive(holder, processes)) return "a worker still delivers to it";
  return open > 0 && !force ? `its open deliveries: ${open}` : undefined;
}

/** Takes the lease first, so that what a former holder may still write matches nothing. Answers why not. */
async function removeOne(
  { ledger, bus }: PruneParts,
  row: DestinationRow,
  force: boolean,
): Promise<string | undefined> {
  const { name } = row;
  const lease = await ledger.takeLease(name, row, "waypost topology prune");
  if (lease === undefined) return "a worker still delivers to it";
  const { epoch } = lease;
  try {
    const waiting = await bus.removeQueue(`waypost.deliver.${name}`, { force });
    if (waiting > 0) return `${waiting} messages wait in its queue`;
    await endDeliveries(ledger, name, epoch);
    await ledger.setPause(name, undefined);
    await ledger.note(name, epoch, { prunedEpoch: epoch, breaker: undefined });
    return undefined;
  } catch {
    return "its queue could not be removed; see whether the bus is ready, and restart the roles";
  } finally {
    await ledger.releaseLease(name, epoch);
  }
}

async function endDeliveries(ledger: Ledger, name: string, epoch: number): Promise<void> {
  await ledger.takeOver(name, epoch);
  const doneAt = new Date().toISOString();
  const reason = "the destination was removed";
  let open: readonly Delivery[] = [];
  do {
    const after = open.at(-1)?.seq;
    open = await ledger.openRows(name, epoch, {
      limit: chunk,
      ...(after !== undefined && { after }),
    });
    const changes = open.map(({ id, state }) => {
      const unknown = state === "sending" ? { unknown: true } : {};
      return { id, state: "dead", nextAt: null, ...unknown, doneAt, reason } as const;
    });
    await ledger.write(epoch, changes);
  } while (open.length === chunk);
}
