import type { Tables } from "../contracts/table.ts";
import type { Ledger, Store } from "../contracts.ts";
import { createJobRows, jobsTable } from "./jobs.ts";
import { processesTable } from "./ledger-tables.ts";
import { createProcessRegistry } from "./processes.ts";

/** Every record type that is declared once: both stores make these tables, indexes and expiries. */
export const collections = [processesTable, jobsTable];

/** What stands on them. */
export function openCollections(
  tables: Pick<Tables, "of">,
  { ledger, exclusive }: { readonly ledger: Pick<Ledger, "link">; readonly exclusive: boolean },
): Pick<Store, "processes" | "jobs"> {
  return {
    processes: createProcessRegistry(tables),
    // What the alerts' job remembered before jobs had rows lies among the links.
    jobs: createJobRows(tables, { exclusive, before: (name) => ledger.link(name, "told") }),
  };
}
