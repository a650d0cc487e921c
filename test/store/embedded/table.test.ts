import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Index, TableSpec } from "../../../src/contracts/table.ts";
import { createEmbeddedTables, deleteExpiredRows } from "../../../src/store/embedded/table.ts";
import { syncTables } from "../../../src/store/embedded/table-schema.ts";
import { conditionOf } from "../../../src/store/embedded/table-sql.ts";
import { usesOf } from "../../../src/store/embedded/uses.ts";
import { deliveriesTable } from "../../../src/store/ledger/ledger-tables.ts";
import {
  date,
  defineTable,
  flag,
  optional,
  text,
  texts,
} from "../../../src/store/table/define-table.ts";
import { termsOf } from "../../../src/store/table/table-terms.ts";
import { openQueriedSqlite, type QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import type { SqlSession, SqlValue } from "../../../src/support/sqlite.ts";
import { things } from "../../conformance/table-things.ts";

const tablesOf = (sqlite: QueriedSqlite, options = {}) =>
  createEmbeddedTables(usesOf(sqlite), options);

describe("a table of a SQLite file", () => {
  let folder: string;
  let sqlite: QueriedSqlite;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-table-"));
    sqlite = await openQueriedSqlite(join(folder, "store.db"), { schema: [], queryLimitMs: 2_000 });
  });
  afterEach(async () => {
    await sqlite.close();
    await rm(folder, { recursive: true });
  });
  const sync = (...specs: Parameters<typeof syncTables>[1]) =>
    sqlite.transaction((session) => syncTables(session, specs));
  const names = async (type: string) => {
    const sql = "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL ORDER BY name";
    const rows = await sqlite.read((session) => session.all<{ name: string }>(sql, [type]));
    return rows.map(({ name }) => name);
  };

  it("grows by fields and indexes, and loses indexes that its declaration has no more", async () => {
    const first = defineTable({
      name: "pets",
      fields: { kind: text() },
      indexes: [{ on: ["kind"] }],
    });
    await sync(first);
    await tablesOf(sqlite)
      .of(first)
      .insert([{ id: "rex", kind: "dog" }]);
    const second = defineTable({
      name: "pets",
      fields: { kind: text(), names: optional(texts()), tame: optional(flag()) },
      indexes: [{ on: ["kind", "-id"], where: "tame" }, { on: ["names"] }],
    });
    await sync(second);
    await sync(second);
    assert.deepEqual(await names("index"), ["pets_kind_-id_where_tame"]);
    const pets = tablesOf(sqlite).of(second);
    await pets.update([{ id: "rex", set: { names: ["Rex", "Rexi"] } }]);
    assert.deepEqual(await pets.find({ where: { names: "Rexi" } }), [
      { id: "rex", kind: "dog", names: ["Rex", "Rexi"] },
    ]);
  });

  it("counts rows that may expire by an index that did not hold when they do, once it is declared so", async () => {
    const fields = { kind: text(), expireAt: optional(date()) };
    const petsBy = (index: Index<"kind">) =>
      defineTable({ name: "pets", fields, indexes: [index], expires: true });
    const before = petsBy({ on: ["kind", "-id"] });
    const counted = petsBy({ on: ["kind", "-id"], counted: true });
    await sync(before);
    const rows = [{ id: "a" }, { id: "b", expireAt: new Date(10) }, { id: "c" }];
    await tablesOf(sqlite)
      .of(before)
      .insert(rows.map((row) => ({ kind: "dog", ...row })));
    await sync(counted);
    await sync(counted);
    assert.deepEqual(await names("index"), ["pets_expireAt", "pets_kind_-id_counted"]);
    assert.equal(
      await tablesOf(sqlite, { now: () => 9 })
        .of(counted)
        .count({ kind: "dog" }),
      3,
    );
    assert.equal(
      await tablesOf(sqlite, { now: () => 10 })
        .of(counted)
        .count({ kind: "dog" }),
      2,
    );
  });

  it("finds the members of rows that were there before their index", async () => {
    const fields = { names: texts() };
    const first = defineTable({ name: "pets", fields });
    await sync(first);
    await tablesOf(sqlite)
      .of(first)
      .insert([{ id: "rex", names: ["Rex", "Rex"] }]);
    const second = defineTable({ name: "pets", fields, indexes: [{ on: ["names"] }] });
    await sync(second);
    const pets = tablesOf(sqlite).of(second);
    assert.equal(await pets.count({ names: "Rex" }), 1);
  });

  const planOf =
    (spec: TableSpec) =>
    async (session: SqlSession, where: Parameters<typeof termsOf>[1], rest = "") => {
      const params: string[] = [];
      const bind = (value: SqlValue) => `?${params.push(`${value}`)}`;
      const condition = conditionOf(spec, termsOf(spec, where), bind);
      const sql = `EXPLAIN QUERY PLAN SELECT * FROM ${spec.name} WHERE ${condition}${rest}`;
      return (await session.all<{ detail: string }>(sql, params))
        .map(({ detail }) => detail)
        .join();
    };

  it("finds a member of a list in its table of members", async () => {
    await sync(things);
    const plan = planOf(things);
    await sqlite.read(async (session) => {
      const members = /SEARCH things_keys USING PRIMARY KEY/;
      assert.match(await plan(session, { keys: { in: ["a", "b"] }, open: true }), members);
      assert.match(await plan(session, { keys: "a", open: true }), members);
      assert.doesNotMatch(await plan(session, { keys: "a" }), members);
    });
  });

  it("answers the ledger's questions from its indexes", async () => {
    await sync(deliveriesTable);
    const plan = planOf(deliveriesTable);
    await sqlite.read(async (session) => {
      const open = await plan(session, { destination: "crm", open: true }, " ORDER BY seq");
      assert.match(open, /^SEARCH deliveries USING INDEX deliveries_destination_seq_where_open/);
      assert.doesNotMatch(open, /TEMP B-TREE/);
      assert.match(await plan(session, { eventId: "e" }), /USING INDEX deliveries_eventId/);
      const dead = await plan(
        session,
        { destination: "crm", state: "dead" },
        ` ORDER BY "createdAt" DESC, id DESC`,
      );
      assert.match(dead, /USING INDEX deliveries_destination_state_-createdAt_-id/);
      assert.doesNotMatch(dead, /TEMP B-TREE/);
    });
  });

  it("loses its expired rows with what finds them, so many at a time", async () => {
    await sync(things);
    const table = tablesOf(sqlite, { now: () => 0 }).of(things);
    const rows = [1, 2, 3, 4].map((n) => ({
      id: `${n}`,
      group: "a",
      order: n,
      open: true,
      keys: ["k"],
    }));
    await table.insert(
      rows.map((row) => (row.order < 4 ? { ...row, expireAt: new Date(10) } : row)),
    );
    const sweep = (now: number) =>
      sqlite.transaction((session) => deleteExpiredRows(session, [things], now, 2));
    assert.equal(await sweep(9), 0);
    assert.equal(await sweep(10), 2);
    assert.equal(await sweep(10), 1);
    assert.equal(await sweep(10), 0);
    assert.deepEqual(
      (await table.find({ where: { keys: "k", open: true } })).map(({ id }) => id),
      ["4"],
    );
  });
});
