import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  openSqlite,
  type Sqlite,
  SqliteInUseError,
  type SqlValue,
  sqliteCode,
  sqliteCodes,
} from "../../src/support/sqlite.ts";
import { moduleUrl, sourceLoader } from "./source.ts";

const schema = ["CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT"];
const insert = "INSERT INTO t (v) VALUES (?)";

describe("openSqlite", () => {
  let folder: string;
  let path: string;
  let db: Sqlite;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "waypost-sqlite-"));
    path = join(folder, "data", "test.db");
    db = await openSqlite(path, { schema });
  });
  afterEach(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  const count = () =>
    db.read(async (sql) => (await sql.get<{ n: number }>("SELECT count(*) n FROM t"))?.n);

  it("keeps files and their directory private", () => {
    assert.equal(statSync(join(folder, "data")).mode & 0o777, 0o700);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
  });

  it("syncs every commit to disk, in WAL mode, and locks the file", async () => {
    const pragma = (name: string) => db.read((sql) => sql.get(`PRAGMA ${name}`));
    assert.deepEqual({ ...(await pragma("synchronous")) }, { synchronous: 2 });
    assert.deepEqual({ ...(await pragma("journal_mode")) }, { journal_mode: "wal" });
    assert.deepEqual({ ...(await pragma("locking_mode")) }, { locking_mode: "exclusive" });
  });

  it("gives back what was bound, integers as integers", async () => {
    const values: SqlValue[] = [0, -1, 2 ** 53 - 1, 1.5, 7n, "", "ä€😀", null];
    const bytes = [new Uint8Array(0), Buffer.from("abc").subarray(1)];
    await db.transaction(async (sql) => {
      for (const value of [...values, ...bytes]) await sql.run(insert, [value]);
    });
    const rows = await db.read((sql) => sql.all("SELECT v, typeof(v) t FROM t ORDER BY id"));
    assert.deepEqual(
      rows.map((row) => row["t"]),
      ["integer", "integer", "integer", "real", "integer", "text", "text", "null", "blob", "blob"],
    );
    assert.deepEqual(
      rows.slice(0, values.length).map((row) => row["v"]),
      values.map((value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    assert.deepEqual(rows.at(-1)?.["v"], new Uint8Array([98, 99]));
    const one = await db.read((sql) => sql.get("SELECT v FROM t WHERE id = ?", [10]));
    assert.deepEqual(Object.keys(one ?? {}), ["v"]);
    assert.equal(Buffer.compare(one?.["v"] as Uint8Array, Buffer.from("bc")), 0);
  });

  it("refuses with a TypeError what would abort the process or be read back changed", async () => {
    const wrong: unknown[] = [true, undefined, new Date(), {}, [], new ArrayBuffer(1), Number.NaN];
    wrong.push(
      Number.POSITIVE_INFINITY,
      2n ** 63n,
      -(2n ** 63n) - 1n,
      "a\0b",
      () => 1,
      Symbol("s"),
    );
    for (const value of wrong) {
      const attempt = db.transaction((sql) => sql.run(insert, [value as SqlValue]));
      await assert.rejects(attempt, TypeError);
    }
    for (const params of [true, Buffer.from("x"), { a: 1 }, "text"]) {
      const attempt = db.transaction((sql) => sql.run(insert, params as unknown as SqlValue[]));
      await assert.rejects(attempt, TypeError);
    }
    assert.equal(await count(), 0);
  });

  it("rolls back everything when the work throws, and goes on", async () => {
    const failing = db.transaction(async (sql) => {
      await sql.run(insert, [1]);
      throw new Error("no");
    });
    await assert.rejects(failing, /^Error: no$/);
    await db.transaction((sql) => sql.run(insert, [2]));
    assert.equal(await count(), 1);
  });

  it("undoes one that throws alone, where others share its commit", async () => {
    const add = (n: number) =>
      db.transaction(async (sql) => {
        await sql.run(insert, [n]);
        if (n % 3 === 0) throw new Error(`no ${n}`);
        // Sees those before it, though nothing is committed yet.
        return (await sql.get<{ n: number }>("SELECT count(*) n FROM t"))?.n;
      });
    const ends = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map(add));
    assert.deepEqual(
      ends.map((end) => (end.status === "fulfilled" ? end.value : String(end.reason))),
      [1, 2, "Error: no 3", 3, 4, "Error: no 6", 5],
    );
    assert.equal(await count(), 5);
  });

  it("answers a read that was asked for between two transactions with the first alone", async () => {
    const add = () => db.transaction((sql) => sql.run(insert, [1]));
    const first = add();
    const between = count();
    const second = add();
    assert.equal(await between, 1);
    await Promise.all([first, second]);
    assert.equal(await count(), 2);
  });

  it("commits the rest when a failed statement was handled", async () => {
    await db.transaction(async (sql) => {
      await sql.run("INSERT INTO t (id, v) VALUES (1, 'a')");
      const again = sql.run("INSERT INTO t (id, v) VALUES (1, 'b')");
      await assert.rejects(again, (error) => sqliteCode(error) === sqliteCodes.constraint);
      await sql.run("INSERT INTO t (id, v) VALUES (2, 'c')");
    });
    assert.equal(await count(), 2);
  });

  it("runs transactions one after another, in the order of the calls", async () => {
    const order: number[] = [];
    const run = (n: number) =>
      db.transaction(async (sql) => {
        order.push(n);
        for (let i = 0; i < 20; i += 1) await sql.run(insert, [n]);
        order.push(n);
      });
    await Promise.all([run(1), run(2), run(3)]);
    assert.deepEqual(order, [1, 1, 2, 2, 3, 3]);
    assert.equal(await count(), 60);
  });

  it("refuses statements of a transaction that has ended", async () => {
    let late = () => Promise.resolve(0);
    await db.transaction(async (sql) => {
      late = () => sql.run(insert, [1]);
    });
    await assert.rejects(late(), /has ended/);
    assert.equal(await count(), 0);
  });

  it("answers fresh rows when the same text is used in both ways", async () => {
    await db.transaction(async (sql) => {
      for (let i = 1; i <= 150; i += 1) await sql.run(insert, [i]);
    });
    const text = "SELECT v FROM t WHERE id > ? ORDER BY id";
    await db.read(async (sql) => {
      assert.equal((await sql.all(text, [50])).length, 100);
      assert.equal((await sql.get(text, [2]))?.["v"], 3);
      assert.equal(await sql.get(text, [1000]), undefined);
      assert.equal((await sql.all(text, [140])).length, 10);
      assert.equal((await sql.get(text, [7]))?.["v"], 8);
    });
  });

  it("lets the event loop turn while thousands of rows are written", async () => {
    let turns = 0;
    const bytes = new Uint8Array(2_000);
    await db.transaction(async (sql) => {
      // The first use of a text prepares it on another thread.
      await sql.run(insert, [bytes]);
      const timer = setInterval(() => {
        turns += 1;
      }, 1);
      const end = performance.now() + 3_000;
      while (turns < 5 && performance.now() < end) await sql.run(insert, [bytes]);
      clearInterval(timer);
    });
    assert.equal(turns, 5);
  });

  it("refuses every call after close, and keeps what was committed", async () => {
    const last = db.transaction((sql) => sql.run(insert, ["kept"]));
    await Promise.all([db.close(), db.close(), last]);
    await assert.rejects(
      db.transaction((sql) => sql.run(insert, ["lost"])),
      /closed/,
    );
    await assert.rejects(count(), /closed/);
    db = await openSqlite(path, { schema });
    assert.equal(await count(), 1);
  });

  it("runs each entry of the schema once", async () => {
    await db.close();
    const more = [...schema, "INSERT INTO t (v) VALUES ('from the second entry')"];
    for (let i = 0; i < 2; i += 1) {
      db = await openSqlite(path, { schema: more });
      assert.equal(await count(), 1);
      await db.close();
    }
    await assert.rejects(openSqlite(path, { schema }), /newer waypost/);
  });

  it("refuses a second opening of the file, also by another process, until it is closed", async () => {
    await assert.rejects(openSqlite(path, { schema }), SqliteInUseError);
    assert.match(
      await openElsewhere(path),
      /DATA_DIR is in use by another waypost\. Stop that one, or /,
    );
    await db.close();
    assert.match(await openElsewhere(path), /opened/);
    db = await openSqlite(path, { schema });
  });

  it("says so when the file is not a database", async () => {
    const other = join(folder, "other.db");
    writeFileSync(other, Buffer.alloc(8192, 65));
    await assert.rejects(openSqlite(other, { schema }), /not a database/);
  });
});

async function openElsewhere(path: string): Promise<string> {
  const module = moduleUrl("../../src/support/sqlite.ts", import.meta.url).href;
  const code = `const { openSqlite } = await import(${JSON.stringify(module)});
    try { await openSqlite(${JSON.stringify(path)}, { schema: ${JSON.stringify(schema)} }); console.log("opened"); }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, [...sourceLoader, "--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await once(child, "close");
  return output;
}
