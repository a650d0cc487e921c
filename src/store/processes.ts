import type { Tables } from "../contracts/table.ts";
import type { ProcessRegistry } from "../contracts.ts";
import { processesTable } from "./ledger/ledger-tables.ts";

const forgottenAfterMs = 60_000;

/** A row a process; one that fell silent expires. */
export function createProcessRegistry(tables: Pick<Tables, "of">): ProcessRegistry {
  const processes = tables.of(processesTable);
  return {
    heartbeat: ({ id, ...process }) => {
      const expireAt = new Date(Date.parse(process.seenAt) + forgottenAfterMs);
      return processes.upsert([{ id, set: { ...process, expireAt } }]);
    },
    deregister: (id) => processes.remove([id]),
    alive: async () => {
      const found = await processes.find({ where: {}, order: ["id"] });
      return found.map(({ expireAt: _, ...process }) => process);
    },
  };
}
