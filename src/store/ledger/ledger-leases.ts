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
      return counted(tables, found.map(leaseOf));
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

/** Counted for all together: asked one by one, a thousand destinations take seconds. */
async function counted(
  tables: Pick<Tables, "of">,
  leases: readonly DestinationLease[],
): Promise<DestinationRow[]> {
  const deliveries = tables.of(deliveriesTable);
  const all = { in: leases.map(({ name }) => name) };
  const counts = (where: Parameters<typeof deliveries.count>[0]) =>
    deliveries.counts("destination", { destination: all, ...where });
  const [open, scheduled, dead] = await Promise.all([
    counts({ open: true }),
    counts({ scheduled: true }),
    counts({ state: "dead" }),
  ]);
  const rowOf = async (lease: DestinationLease): Promise<DestinationRow> => {
    const of = (counted: ReadonlyMap<string, number>) => counted.get(lease.name) ?? 0;
    const oldestOpenAt = of(open) > 0 && (await oldestOpen(tables, lease.name));
    const figures = { open: of(open), scheduled: of(scheduled), dead: of(dead) };
    return { ...lease, ...figures, ...(oldestOpenAt && { oldestOpenAt }) };
  };
  return Promise.all(leases.map(rowOf));
}

async function oldestOpen(
  tables: Pick<Tables, "of">,
  destination: string,
): Promise<string | undefined> {
  const first = await tables.of(deliveriesTable).find({
    ...{ where: { destination, open: true }, order: ["seq"], limit: fewRows, as: "lookup" },
  });
  return first.map(({ dueAt, createdAt }) => dueAt?.toISOString() ?? createdAt).sort()[0];
}

function leaseOf(row: RowOf<typeof destinationsTable.fields>): DestinationLease {
  const { id, beat, rev, ...lease } = row;
  return { name: id, heartbeat: beat, revision: rev, ...lease };
}
