import type { Roles, RunningProcess } from "../../contracts.ts";
import type { SqlRow } from "../../support/sqlite.ts";
import type { Uses } from "./ledger.ts";

export const rolesTable = `
  CREATE TABLE roles (id TEXT PRIMARY KEY, seen_at TEXT NOT NULL, process TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
`;

const forgottenAfterMs = 60_000;

interface Row extends SqlRow {
  readonly process: string;
}

/** In the store's file. A row whose process fell silent goes with the next that is written. */
export function createEmbeddedRoles({ read, change }: Uses): Roles {
  return {
    sayAlive: (process) =>
      change(async (session) => {
        await session.run("DELETE FROM roles WHERE seen_at <= ?", [oldest()]);
        await session.run(
          `INSERT INTO roles (id, seen_at, process) VALUES (?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, process = excluded.process`,
          [process.id, process.seenAt, JSON.stringify(process)],
        );
      }),
    sayGone: (id) =>
      change(async (session) => void (await session.run("DELETE FROM roles WHERE id = ?", [id]))),
    alive: () =>
      read(async (session) => {
        const sql = "SELECT process FROM roles WHERE seen_at > ? ORDER BY id";
        const rows = await session.all<Row>(sql, [oldest()]);
        return rows.map(({ process }) => JSON.parse(process) as RunningProcess);
      }),
  };
}

function oldest(): string {
  return new Date(Date.now() - forgottenAfterMs).toISOString();
}
