import type { DestinationRow, Ledger, ProcessRegistry, RunningProcess } from "../../contracts.ts";
import { Problem } from "../http/problem.ts";
import { destinationStates, isAlive } from "../status/destination-state.ts";

export interface PruneOptions {
  /** Also where deliveries are open or messages wait: the deliveries end as dead. */
  readonly force: boolean;
}

export interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
}

export interface PruneParts {
  readonly ledger: Pick<Ledger, "destinations">;
  /** Removes its queue and ends its deliveries. Answers why not. */
  readonly retire: (row: DestinationRow, options: PruneOptions) => Promise<string | undefined>;
  readonly processes: Pick<ProcessRegistry, "alive">;
  readonly configured: ReadonlyMap<string, { readonly kind: string }>;
}

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
    const reason = refusal(row, processes, force) ?? (await parts.retire(row, { force }));
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
