import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  openQueriedSqlite,
  type QueriedSqlite,
  QueryTimeoutError,
} from "../../src/support/queried-sqlite.ts";
import { openSqlite, SqliteInUseError } from "../../src/support/sqlite.ts";
import { moduleUrl, sourceLoader } from "./source.ts";

const schema = ["CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT"];
const insert = "INSERT INTO t (v) VALUES (?)";
/** Finds its first row at once and then looks for a second one, for much longer than any limit here. */
const endless = `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1e12)
  SELECT x FROM c WHERE x IN (1, 1e12)`;

describe("openQueriedSqlite", () => {
  let folder: string;
  let path: string;
  let db: QueriedSqlite;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "waypost-queried-"));
    path = join(folder, "test.db");
    db = await openQueriedSqlite(path, { schema, queryLimitMs: 1_000 });
  });
  afterEach(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  const add = (value: string | Uint8Array = "x") =>
    db.transaction((sql) => sql.run(insert, [value]));
  const count = () => db.query((sql) => sql.list<number>("SELECT count(*) FROM t"));

  it("ends a query at its limit, and nothing else waits for it", async () => {
    const ended = assert.rejects(
      db.query((sql) => sql.list(endless)),
      QueryTimeoutError,
    );
    let running = true;
    const over = ended.finally(() => {
      running = false;
    });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    let added = 0;
    // Writes and reads that waited for the query would be over when it is.
    let meanwhile = 0;
    try {
      while (running) {
        await add();
        added += 1;
        const rows = await db.read((sql) => sql.all("SELECT id FROM t"));
        assert.equal(rows.length, added);
        if (running) meanwhile += 1;
      }
    } finally {
      clearInterval(timer);
    }
    assert.ok(meanwhile > 2, `${meanwhile} writes did not wait for the query`);
    await over;
    assert.ok(turns > 20, `the event loop turned ${turns} times`);
    assert.deepEqual(await count(), [added]);
  });

  it("shows a look what is committed, at once, while a transaction and a query go on", async () => {
    await add();
    const number = () =>
      db.look(async (sql) => (await sql.get<{ n: number }>("SELECT count(*) n FROM t"))?.n);
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const ended = assert.rejects(db.query((sql) => sql.list(endless)));
    const writing = db.transaction(async (sql) => {
      await sql.run(insert, ["y"]);
      await held;
    });
    assert.equal(await number(), 1);
    go();
    await writing;
    assert.equal(await number(), 2);
    const writes = db.look((sql) => sql.get("INSERT INTO t (v) VALUES (1) RETURNING id"));
    await assert.rejects(writes, /readonly/);
    await ended;
  });

  it("sees the same in all statements of a look", async () => {
    const seen = await db.look(async (sql) => {
      const sum = () => sql.get<{ n: number }>("SELECT count(*) n FROM t");
      const before = await sum();
      await add();
      return [before?.n, (await sum())?.n];
    });
    assert.deepEqual(seen, [0, 0]);
    assert.deepEqual(await count(), [1]);
  });

  it("looks without waiting for a transaction, at what was committed before", async () => {
    await add("before");
    const values = () =>
      db.look(async (sql) => (await sql.all<{ v: string }>("SELECT v FROM t")).map(({ v }) => v));
    await db.transaction(async (sql) => {
      await sql.run(insert, ["meanwhile"]);
      assert.deepEqual(await values(), ["before"]);
    });
    assert.deepEqual(await values(), ["before", "meanwhile"]);
    await assert.rejects(
      db.look((sql) => sql.get("INSERT INTO t (v) VALUES (1) RETURNING id")),
      /readonly/,
    );
    await db.close();
    await assert.rejects(values(), /closed/);
  });

  it("begins no statement of a query after its limit", async () => {
    const query = db.query(async (sql) => {
      await new Promise((resolve) => setTimeout(resolve, 1_010));
      return sql.get("SELECT 1 AS one");
    });
    await assert.rejects(query, QueryTimeoutError);
  });

  it("refuses what waited too long for its turn, as no fault of its own", async () => {
    const slow = [1, 2].map(() => db.query((sql) => sql.list(endless)));
    const late = count();
    await assert.rejects(late, /too many queries at once/);
    for (const result of await Promise.allSettled(slow)) assert.equal(result.status, "rejected");
    assert.deepEqual(await count(), [0]);
  });

  it("shows a query what was committed when it began, and lets it write nothing", async () => {
    await add();
    await db.query(async (sql) => {
      assert.deepEqual(await sql.list("SELECT count(*) FROM t"), [1]);
      await add();
      assert.deepEqual(await sql.list("SELECT count(*) FROM t"), [1]);
      await assert.rejects(sql.get("DELETE FROM t RETURNING id"), /readonly/);
    });
    assert.deepEqual(await count(), [2]);
  });

  /** A query that has its turn until it is let go, so that others wait together. */
  const hold = () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    return { letGo, over: db.query(() => held) };
  };

  it("shows queries that waited together the same, and what was committed before they began", async () => {
    const { letGo, over } = hold();
    const counts = [1, 2, 3].map(() =>
      db.query(async (sql) => {
        const [before] = await sql.list("SELECT count(*) FROM t", [], "brief");
        await add();
        return before;
      }),
    );
    await add();
    letGo();
    await over;
    assert.deepEqual(await Promise.all(counts), [1, 1, 1]);
    assert.deepEqual(await count(), [4]);
  });

  it("lets a query that fails keep none from its answer that waited with it", async () => {
    const { letGo, over } = hold();
    const failing = db.query((sql) => sql.get("SELECT * FROM nothing"));
    const others = [count(), count()];
    letGo();
    await over;
    await assert.rejects(failing);
    assert.deepEqual(await Promise.all(others), [[0], [0]]);
  });

  it("lists numbers and text in the order of the SELECT", async () => {
    for (const value of ["b", "a", '"ä€😀\n']) await add(value);
    const select = "SELECT v FROM t WHERE id < ? ORDER BY id DESC LIMIT 5";
    assert.deepEqual(await db.query((sql) => sql.list(select, [9])), ['"ä€😀\n', "a", "b"]);
    assert.deepEqual(await db.query((sql) => sql.list(select, [0])), []);
  });

  it("keeps the write-ahead log short while queries follow each other without a pause", async () => {
    const megabyte = new Uint8Array(1024 * 1024);
    let writing = true;
    const ask = async () => {
      while (writing) {
        await db.query(async (sql) => {
          const before = await sql.list<number>("SELECT count(*) FROM t");
          // Until something was written behind its back: no checkpoint gets past it.
          const seen = await db.read((all) => all.get<{ n: number }>("SELECT max(id) n FROM t"));
          while (writing) {
            const now = await db.read((all) => all.get<{ n: number }>("SELECT max(id) n FROM t"));
            if (now?.n !== seen?.n) break;
            await new Promise(setImmediate);
          }
          return before;
        });
      }
    };
    const readers = [ask(), ask(), ask()];
    let longest = 0;
    for (let i = 0; i < 120; i++) {
      await add(megabyte);
      longest = Math.max(longest, statSync(`${path}-wal`).size);
    }
    writing = false;
    await Promise.all(readers);
    assert.ok(longest < 40 * 1024 * 1024, `it grew to ${longest} bytes`);
  });

  it("syncs every commit to disk and keeps its files private", async () => {
    const pragma = (name: string) => db.read((sql) => sql.get(`PRAGMA ${name}`));
    await count();
    assert.deepEqual({ ...(await pragma("synchronous")) }, { synchronous: 2 });
    assert.deepEqual({ ...(await pragma("journal_mode")) }, { journal_mode: "wal" });
    for (const name of ["", "-wal", "-shm", "-lock"]) {
      assert.equal(statSync(`${path}${name}`).mode & 0o777, 0o600, name);
    }
  });

  it("has the file for itself until it is closed, whoever asks for it in which way", async () => {
    await count();
    const options = { schema, queryLimitMs: 1_000 };
    await assert.rejects(openQueriedSqlite(path, options), SqliteInUseError);
    // As the version before opened it.
    await assert.rejects(openSqlite(path, { schema }), SqliteInUseError);
    // What was refused here has let go of no lock.
    assert.match(openElsewhere(path), /in use by another waypost/);
    assert.deepEqual(await count(), [0]);
    await db.close();
    assert.match(openElsewhere(path), /opened/);
    const alone = await openSqlite(path, { schema });
    await assert.rejects(openQueriedSqlite(path, options), SqliteInUseError);
    await alone.close();
    db = await openQueriedSqlite(path, options);
    assert.deepEqual(await count(), [0]);
  });

  it("waits for its queries when it closes, and folds the write-ahead log into the file", async () => {
    await add();
    const asked = count();
    await db.close();
    assert.deepEqual(await asked, [1]);
    await assert.rejects(count(), /closed/);
    assert.throws(() => statSync(`${path}-wal`), /ENOENT/);
    db = await openQueriedSqlite(path, { schema, queryLimitMs: 1_000 });
    assert.deepEqual(await count(), [1]);
  });
});

function openElsewhere(path: string): string {
  const module = moduleUrl("../../src/support/queried-sqlite.ts", import.meta.url).href;
  const code = `const { openQueriedSqlite } = await import(${JSON.stringify(module)});
    const options = { schema: ${JSON.stringify(schema)}, queryLimitMs: 1000 };
    try { await (await openQueriedSqlite(${JSON.stringify(path)}, options)).close(); console.log("opened"); }
    catch (error) { console.log(error.message); }`;
  return execFileSync(process.execPath, [...sourceLoader, "--input-type=module", "-e", code], {
    encoding: "utf8",
  });
}
