import type { DestinationLease, DestinationRow, Ledger } from "../../contracts.ts";
import type { SqlRow, SqlSession, SqlValue } from "../../support/sqlite.ts";
import type { Uses } from "./uses.ts";

type Leases = Pick<
  Ledger,
  | "lease"
  | "destinations"
  | "takeLease"
  | "renewLease"
  | "releaseLease"
  | "allot"
  | "note"
  | "setPause"
>;

interface LeaseRow extends SqlRow {
  readonly name: string;
  readonly epoch: number;
  readonly beat: number;
  readonly holder: string | null;
  readonly seq: number;
  readonly rev: number;
  readonly pause: string | null;
  readonly facts: string;
}

const make = "INSERT INTO destinations (name) VALUES (?) ON CONFLICT (name) DO NOTHING";

/** A destination's row: who holds it, and its counters. */
export function createEmbeddedLeases({ read, change }: Uses): Leases {
  const advance = (where: string, set: string, params: readonly SqlValue[]) =>
    change(async (session) => {
      const sql = `UPDATE destinations SET ${set} WHERE ${where} RETURNING *`;
      const row = await session.get<LeaseRow>(sql, params);
      return row === undefined ? undefined : leaseOf(row);
    });
  const fenced = "name = ?1 AND epoch = ?2";
  return {
    async lease(name) {
      const found = await read((session) => find(session, name));
      if (found !== undefined) return leaseOf(found);
      await change((session) => session.run(make, [name]));
      return { name, epoch: 0, beat: 0, seq: 0, rev: 0 };
    },
    destinations: () => read(findAll),
    takeLease: (name, { epoch, beat }, holder) =>
      advance(
        "name = ?1 AND epoch = ?2 AND beat = ?3",
        "epoch = epoch + 1, beat = beat + 1, holder = ?4",
        [name, epoch, beat, holder],
      ),
    renewLease: (name, epoch) => advance(fenced, "beat = beat + 1", [name, epoch]),
    releaseLease: async (name, epoch) =>
      void (await advance(fenced, "beat = beat + 1, holder = NULL", [name, epoch])),
    async allot(name, epoch, count) {
      const lease = await advance(fenced, "seq = seq + ?3", [name, epoch, count]);
      return lease === undefined ? undefined : lease.seq - count + 1;
    },
    note: (name, epoch, facts) =>
      change(async (session) => {
        const row = await find(session, name);
        if (row === undefined || row.epoch !== epoch) return;
        // undefined takes away: JSON leaves it out.
        const merged = JSON.stringify({ ...JSON.parse(row.facts), ...facts });
        await session.run("UPDATE destinations SET facts = ? WHERE name = ?", [merged, name]);
      }),
    setPause: (name, pause) =>
      change(async (session) => {
        await session.run(make, [name]);
        const json = pause === undefined ? null : JSON.stringify(pause);
        await session.run("UPDATE destinations SET pause = ?, rev = rev + 1 WHERE name = ?", [
          json,
          name,
        ]);
      }),
  };
}

function find(session: SqlSession, name: string): Promise<LeaseRow | undefined> {
  return session.get<LeaseRow>("SELECT * FROM destinations WHERE name = ?", [name]);
}

async function findAll(session: SqlSession): Promise<DestinationRow[]> {
  const found = await session.all<LeaseRow>("SELECT * FROM destinations ORDER BY name");
  const rows: DestinationRow[] = [];
  for (const row of found) {
    const open = await session.get<{ n: number }>(
      "SELECT count(*) AS n FROM deliveries WHERE destination = ? AND done_at IS NULL",
      [row.name],
    );
    const oldest = await session.get<{ at: string }>(
      `SELECT created_at AS at FROM deliveries WHERE destination = ? AND done_at IS NULL
       ORDER BY seq LIMIT 1`,
      [row.name],
    );
    const dead = await session.get<{ n: number }>(
      "SELECT count(*) AS n FROM deliveries WHERE destination = ? AND state = 'dead'",
      [row.name],
    );
    rows.push({
      ...leaseOf(row),
      open: open?.n ?? 0,
      dead: dead?.n ?? 0,
      ...(oldest !== undefined && { oldestOpenAt: oldest.at }),
    });
  }
  return rows;
}

function leaseOf(row: LeaseRow): DestinationLease {
  const { name, epoch, beat, holder, seq, rev, pause, facts } = row;
  return {
    name,
    epoch,
    beat,
    seq,
    rev,
    ...(holder !== null && { holder }),
    ...(pause !== null && { pause: JSON.parse(pause) }),
    ...JSON.parse(facts),
  };
}
