/** Writes rows of one kind together: a call for each costs more than what SQLite does for it. */
import type { SqlSession, SqlValue } from "../../src/support/sql-session.ts";

/** The longest the texts of rows become before they are written. */
const mostAtOnce = 40;
/** Rows of which nothing is asked while the log is written, and of which none is there twice. */
const gathered = [
  /^INSERT INTO events /,
  /^INSERT INTO event_keys /,
  /^INSERT INTO event_words /,
  /^INSERT INTO "deliveries" /,
];

interface Kind {
  /** Up to the values of a row, what stands for these, and what follows. */
  readonly parts: readonly [string, string, string];
  readonly rows: SqlValue[][];
}

export interface Gathering {
  over(session: SqlSession): SqlSession;
  /** What is left. */
  write(session: SqlSession): Promise<void>;
}

export function createGathering(): Gathering {
  const known = new Map<string, Kind | undefined>();
  const kindOf = (sql: string) => {
    if (!known.has(sql)) known.set(sql, parsed(sql));
    return known.get(sql);
  };
  return {
    over: (session) => ({
      ...session,
      async run(sql, params = []) {
        const kind = kindOf(sql);
        if (kind === undefined) return session.run(sql, params);
        kind.rows.push([...params]);
        if (kind.rows.length === mostAtOnce) await writeRows(session, kind);
        return 1;
      },
    }),
    async write(session) {
      for (const kind of known.values()) if (kind !== undefined) await writeRows(session, kind);
    },
  };
}

function parsed(sql: string): Kind | undefined {
  if (!gathered.some((each) => each.test(sql))) return undefined;
  const [, before = "", values = "", after = ""] = /^(.*VALUES) (\([^)]*\))(.*)$/s.exec(sql) ?? [];
  return { parts: [before, values.replaceAll(/\?\d+/g, "?"), after], rows: [] };
}

async function writeRows(session: SqlSession, { parts, rows }: Kind): Promise<void> {
  if (rows.length === 0) return;
  const [before, values, after] = parts;
  const sql = `${before} ${Array.from(rows, () => values).join(", ")}${after}`;
  const written = await session.run(sql, rows.flat());
  if (written !== rows.length) throw new Error("a row was there already");
  rows.length = 0;
}
