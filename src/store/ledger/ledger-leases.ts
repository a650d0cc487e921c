import type { RowOf, Tables } from "../../contracts/table.ts";
import {
  type DestinationLease,
  type DestinationRow,
  type Ledger,
  StoreError,
} from "../../contracts.ts";
import { deliveriesTable, destinationsTable } from "./ledger-tables.ts";

type Leases = Pick<
  Ledger,
  "lease" | "destinations" | "takeLease" | "renewLease" | "releaseLease" | "note" | "setPause"
>;

/** What was scheduled stands before others by its number, but is no older than its time. */
const fewRows = 50;

const unheld = { epoch: 0, beat: 0, seq: 0, rev: 0 } as const;

/** A destination's row: who holds it, and its counters. */
export function createLeases(tables: Pick<Tables, "of">): Leases {
  const destinations = tables.of(destinationsTable);
  const advance = async (...step: Parameters<typeof destinations.advance>) => {
    const row = await destinations.advance(...step);
    return row === undefined ? undefined : leaseOf(row);
  };
  return {
    async lease(name) {
      const [found] = await destinations.get([name]);
      if (found !== undefined) return leaseOf(found);
      const [made] = await destinations.insert([{ id: name, ...unheld }]);
      return leaseOf(made ?? { id: name, ...unheld });
    },
    async destinations() {
      const found = await destinations.find({ where: {}, order: ["id"], as: "lookup" });
      return Promise.all(found.map((row) => counted(tables, leaseOf(row))));
    },
    takeLease: (name, { epoch, heartbeat: beat }, holder) =>
      advance(name, { epoch, beat }, { add: { epoch: 1, beat: 1 }, set: { holder } }),
    renewLease: (name, epoch) => advance(name, { epoch }, { add: { beat: 1 } }),
    releaseLease: async (name, epoch) =>
      void (await advance(name, { epoch }, { add: { beat: 1 }, set: { holder: null } })),
    async note(name, epoch, noted) {
      const set = Object.fromEntries(
        Object.entries(noted).map(([key, value]) => [key, value ?? null]),
      );
      if (Object.keys(set).length > 0) await advance(name, { epoch }, { set });
    },
    setPause: (name, pause) =>
      destinations.upsert([
        {
          id: name,
          create: { epoch: 0, beat: 0, seq: 0 },
          set: { pause: pause ?? null },
          add: { rev: 1 },
        },
      ]),
  };
}

/** Numbers for so many rows that are opened from outside: the first of them. A destination that nobody has held yet is made as at its first lease. */
export async function reserveSeq(
  tables: Pick<Tables, "of">,
  name: string,
  count: number,
): Promise<number> {
  const destinations = tables.of(destinationsTable);
  await destinations.insert([{ id: name, ...unheld }]);
  const counted = await destinations.advance(name, {}, { add: { seq: count } });
  if (counted === undefined) throw new StoreError("outage", `the row of ${name} has gone`);
  return counted.seq - count + 1;
}

/** Rows were opened or given up from outside: the holder looks at its next renewal. */
export async function bumpRevision(tables: Pick<Tables, "of">, name: string): Promise<void> {
  await tables.of(destinationsTable).update([{ id: name, add: { rev: 1 } }]);
}

async function counted(
  tables: Pick<Tables, "of">,
  lease: DestinationLease,
): Promise<DestinationRow> {
  const deliveries = tables.of(deliveriesTable);
  const opened = { destination: lease.name, open: true };
  const [open, scheduled, dead, first] = await Promise.all([
    deliveries.count(opened),
    deliveries.count({ destination: lease.name, scheduled: true }),
    deliveries.count({ destination: lease.name, state: "dead" }),
    deliveries.find({ where: opened, order: ["seq"], limit: fewRows, as: "lookup" }),
  ]);
  const [oldest] = first.map(({ dueAt, createdAt }) => dueAt?.toISOString() ?? createdAt).sort();
  return { ...lease, open, scheduled, dead, ...(oldest && { oldestOpenAt: oldest }) };
}

function leaseOf(row: RowOf<typeof destinationsTable.fields>): DestinationLease {
  const { id, beat, rev, ...lease } = row;
  return { name: id, heartbeat: beat, revision: rev, ...lease };
}
