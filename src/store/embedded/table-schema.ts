import type { FieldKind, Index, TableSpec } from "../../contracts/table.ts";
import type { SqlSession } from "../../support/sqlite.ts";
import { nameOf } from "../table/define-table.ts";
import type { Term } from "../table/table-terms.ts";

const types: Record<FieldKind, string> = {
  text: "TEXT",
  integer: "INTEGER",
  flag: "INTEGER",
  date: "INTEGER",
  texts: "TEXT",
  json: "TEXT",
  bytes: "BLOB",
};

/** Creates what tables, columns and indexes the declarations ask for and the file lacks; drops other indexes. */
export async function syncTables(session: SqlSession, specs: readonly TableSpec[]): Promise<void> {
  for (const spec of specs) {
    await syncColumns(session, spec);
    await syncIndexes(session, spec);
    for (const { field, where } of memberIndexes(spec)) {
      await syncMembers(session, spec.name, field, where);
    }
  }
}

async function syncColumns(session: SqlSession, { name, fields }: TableSpec): Promise<void> {
  const columns = Object.entries(fields).map(([field, { kind, optional }]) => ({
    field,
    sql: `"${field}" ${types[kind]}${optional ? "" : " NOT NULL"}`,
  }));
  const all = ["id TEXT PRIMARY KEY NOT NULL", ...columns.map(({ sql }) => sql)].join(", ");
  await session.exec(`CREATE TABLE IF NOT EXISTS "${name}" (${all}) STRICT`);
  const found = await session.all<{ name: string }>(`PRAGMA table_info("${name}")`);
  const known = new Set(found.map((column) => column.name));
  for (const { field, sql } of columns) {
    if (!known.has(field)) await session.exec(`ALTER TABLE "${name}" ADD COLUMN ${sql}`);
  }
}

async function syncIndexes(session: SqlSession, spec: TableSpec): Promise<void> {
  const wanted = new Map(spec.indexes.filter((index) => isIndex(spec, index)).map(indexSql(spec)));
  if (spec.expires) {
    const sql = `ON "${spec.name}" ("expireAt") WHERE "expireAt" IS NOT NULL`;
    wanted.set(`${spec.name}_expireAt`, sql);
  }
  const found = await session.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
    [spec.name],
  );
  for (const { name } of found) {
    if (!wanted.delete(name)) await session.exec(`DROP INDEX "${name}"`);
  }
  for (const [name, sql] of wanted) await session.exec(`CREATE INDEX "${name}" ${sql}`);
}

/** The primary key serves what begins with the id, a table of members what asks for one. */
function isIndex({ fields }: TableSpec, { on }: Index): boolean {
  return on[0] !== "id" && on.every((each) => fields[nameOf(each)]?.kind !== "texts");
}

/**
 * An index that ends descending is made the other way round, and read from its end: SQLite appends quickly only at the
 * end, where the newest rows come. One that rows are counted by also holds `expireAt`, which every question asks for.
 */
function indexSql({ name, expires }: TableSpec) {
  return (index: Index): [string, string] => {
    const { on, counted } = index;
    const turned = on.at(-1)?.startsWith("-") ?? false;
    const columns = on.map(
      (each) => `"${nameOf(each)}"${each.startsWith("-") === turned ? "" : " DESC"}`,
    );
    const covers = expires && counted;
    if (covers) columns.push('"expireAt"');
    const only = onlyOf(index);
    const words = [name, ...on, ...only.words];
    if (covers) words.push("counted");
    return [words.join("_"), `ON "${name}" (${columns.join(", ")})${only.sql}`];
  };
}

function onlyOf({ where, having }: Index): {
  readonly words: readonly string[];
  readonly sql: string;
} {
  if (where !== undefined) return { words: ["where", where], sql: ` WHERE "${where}" = 1` };
  if (having === undefined) return { words: [], sql: "" };
  return { words: ["having", having], sql: ` WHERE "${having}" IS NOT NULL` };
}

interface MemberIndex {
  readonly field: string;
  readonly where: string | undefined;
}

/** The lists that an index holds, each once. */
function memberIndexes({ fields, indexes }: TableSpec): MemberIndex[] {
  const found = new Map<string, MemberIndex>();
  for (const { on, where } of indexes) {
    const field = on.map(nameOf).find((name) => fields[name]?.kind === "texts");
    if (field !== undefined && !found.has(field)) found.set(field, { field, where });
  }
  return [...found.values()];
}

/** The table that finds rows by a member, where the question asks for no other rows than it holds. */
export function memberTableFor(
  spec: TableSpec,
  field: string,
  terms: readonly Term[],
): string | undefined {
  const index = memberIndexes(spec).find((each) => each.field === field);
  if (index === undefined) return undefined;
  const only = (term: Term) =>
    term.name === index.where && term.is === "equal" && term.value === true;
  return index.where === undefined || terms.some(only) ? `${spec.name}_${field}` : undefined;
}

/** Triggers keep it, so that every write of a row does. */
async function syncMembers(
  session: SqlSession,
  table: string,
  field: string,
  where: string | undefined,
): Promise<void> {
  const name = `${table}_${field}`;
  const known = await session.get("SELECT 1 AS known FROM sqlite_schema WHERE name = ?", [name]);
  if (known !== undefined) return;
  const holds = (row: string) => (where === undefined ? "true" : `${row}"${where}" = 1`);
  const members = (row: string) => `json_each(${row}"${field}")`;
  const add = `INSERT INTO "${name}" SELECT DISTINCT value, NEW.id FROM ${members("NEW.")}
    WHERE ${holds("NEW.")};`;
  const drop = `DELETE FROM "${name}"
    WHERE id = OLD.id AND member IN (SELECT value FROM ${members("OLD.")});`;
  const columns = [field, ...(where === undefined ? [] : [where])].map((each) => `"${each}"`);
  await session.exec(`
    CREATE TABLE "${name}" (member TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (member, id))
      STRICT, WITHOUT ROWID;
    INSERT INTO "${name}" SELECT DISTINCT value, "${table}".id FROM "${table}", ${members(`"${table}".`)}
      WHERE ${holds(`"${table}".`)};
    CREATE TRIGGER "${name}_insert" AFTER INSERT ON "${table}" WHEN ${holds("NEW.")}
      BEGIN ${add} END;
    CREATE TRIGGER "${name}_update" AFTER UPDATE OF ${columns.join(", ")} ON "${table}"
      BEGIN ${drop} ${add} END;
    CREATE TRIGGER "${name}_delete" AFTER DELETE ON "${table}" WHEN ${holds("OLD.")}
      BEGIN ${drop} END;
  `);
}
