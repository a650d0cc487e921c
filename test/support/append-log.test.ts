import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  type AppendLog,
  type AppendLogOptions,
  LogFullError,
  openAppendLog,
} from "../../src/support/append-log.ts";
import { sqliteCode, sqliteCodes } from "../../src/support/sqlite.ts";
import { mountTinyDisk, needsMount } from "./tiny-disk.ts";
import { waitFor } from "./wait-for.ts";

const row = (key: string, size = 10) => ({ key, bytes: Buffer.alloc(size, key) });
const keys = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => String(from + i));

describe("openAppendLog", () => {
  let folder: string;
  let path: string;
  let log: AppendLog;
  const open = async (options: Partial<AppendLogOptions> = {}) => {
    log = await openAppendLog({ path, ...options });
  };
  const reopen = async (options: Partial<AppendLogOptions> = {}) => {
    await log.close();
    await open(options);
  };
  const content = async (after = 0) => (await log.read(after, 10_000)).rows.map(({ key }) => key);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waypost-log-"));
    path = join(folder, "log.db");
  });
  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });

  it("keeps rows in the order of the appends, also after it was opened again", async () => {
    await open();
    await Promise.all(keys(0, 100).map((key) => log.append([row(key), row(`${key}b`)])));
    const expected = keys(0, 100).flatMap((key) => [key, `${key}b`]);
    assert.deepEqual(await content(), expected);
    await reopen();
    assert.deepEqual(await content(), expected);
    const { rows } = await log.read(0, 2);
    assert.deepEqual(
      rows.map(({ bytes }) => Buffer.from(bytes)),
      [row("0").bytes, row("0b").bytes],
    );
  });

  it("numbers rows upwards for ever, also when it was empty in between", async () => {
    await open();
    await log.append([row("a"), row("b")]);
    await log.dropThrough(2);
    await reopen();
    await log.append([row("c")]);
    const { rows, through } = await log.read(0, 10);
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [3],
    );
    assert.equal(through, 3);
    assert.equal(log.last(), 3);
  });

  it("reads a page of what is wanted, and says how far it looked", async () => {
    await open();
    await log.append(keys(0, 10).map((key) => row(key)));
    const even = await log.read(0, 5, (key) => Number(key) % 2 === 0);
    assert.deepEqual(
      even.rows.map(({ key }) => key),
      ["0", "2", "4"],
    );
    assert.equal(even.through, 5);
    assert.deepEqual(await log.read(5, 5, () => false), { rows: [], through: 10 });
    assert.deepEqual(await log.read(10, 5), { rows: [], through: 10 });
  });

  it("reads about 8 MiB at most, but at least one row", async () => {
    await open();
    await log.append([row("a", 10_000_000), row("b", 5_000_000), row("c", 3_000_000), row("d")]);
    const page = async (after: number) => {
      const { rows, through } = await log.read(after, 100);
      return [rows.map(({ key }) => key).join(""), through];
    };
    assert.deepEqual(await page(0), ["a", 1]);
    assert.deepEqual(await page(1), ["bcd", 4]);
  });

  it("knows its size and its oldest row, also after it was opened again", async () => {
    await open();
    assert.deepEqual(log.size(), { rows: 0, bytes: 0 });
    const before = Date.now();
    await log.append([row("a", 100), row("b", 50)]);
    await log.append([row("c", 1)]);
    await log.dropThrough(1);
    const { oldestAt, ...rest } = log.size();
    assert.deepEqual(rest, { rows: 2, bytes: 50 + 1 + 2 * 64 });
    assert.ok(oldestAt && oldestAt.getTime() >= before && oldestAt.getTime() <= Date.now());
    const size = log.size();
    await reopen();
    assert.deepEqual(log.size(), size);
    await log.dropThrough(1_000_000);
    assert.deepEqual(log.size(), { rows: 0, bytes: 0 });
  });

  it("refuses what would make it larger than maxBytes, also among appends at once", async () => {
    await open({ maxBytes: 1_000 });
    const results = await Promise.allSettled(keys(0, 20).map((key) => log.append([row(key, 136)])));
    const refused = results.filter(({ status }) => status === "rejected");
    assert.equal(refused.length, 15);
    for (const result of refused) {
      assert.ok(result.status === "rejected" && result.reason instanceof LogFullError);
    }
    assert.deepEqual(await content(), keys(0, 5));
    await log.dropThrough(1);
    await log.append([row("later", 136)]);
    assert.deepEqual(await content(), [...keys(1, 5), "later"]);
  });

  it("lets a new cursor begin at the end, and keeps a known one, also one not named, until it is told to forget it", async () => {
    await open({ cursors: ["a", "b"] });
    await log.append(keys(0, 4).map((key) => row(key)));
    await log.advance("a", 2);
    await reopen({ cursors: ["a", "b", "c"] });
    assert.deepEqual([log.cursor("a"), log.cursor("b"), log.cursor("c")], [2, 0, 4]);
    await reopen({ cursors: ["a", "c"] });
    await log.advance("a", 3);
    assert.deepEqual(await content(), keys(0, 4));
    await log.forget("b");
    assert.deepEqual(await content(), ["3"]);
    await reopen({ cursors: ["a", "b"] });
    assert.deepEqual([log.cursor("a"), log.cursor("b")], [3, 4]);
  });

  it("keeps what a reader notes beside its cursor, and begins one with a note at the end", async () => {
    await open({ cursors: ["a"] });
    await log.append([row("0")]);
    await log.note("a", "first");
    await log.note("a", "second");
    await log.note("late", "new");
    assert.equal(log.cursor("late"), 1);
    await reopen({ cursors: ["a", "c"] });
    assert.deepEqual(Object.fromEntries(log.readers()), { a: "second", late: "new", c: "" });
    await log.forget("a");
    assert.deepEqual([...log.readers().keys()], ["late", "c"]);
    await reopen({ cursors: ["a"] });
    assert.deepEqual(Object.fromEntries(log.readers()), { late: "new", c: "", a: "" });
  });

  it("forgets what every cursor has passed, and nothing else", async () => {
    await open({ cursors: ["a", "b"] });
    await log.append(keys(0, 10).map((key) => row(key)));
    await log.advance("a", 9);
    assert.equal(log.size().rows, 10);
    await log.advance("b", 4);
    assert.deepEqual(await content(), keys(4, 10));
    log.skip("b", 7);
    assert.equal(log.cursor("b"), 7);
    await log.append([row("10")]);
    assert.deepEqual(await content(), keys(4, 11), "an append waits for nothing else");
    await waitFor("what was skipped is forgotten", () => log.size().rows === 4);
    assert.deepEqual(await content(), keys(7, 11));
  });

  it("writes at close where cursors have skipped to", async () => {
    await open({ cursors: ["a"] });
    await log.append(keys(0, 3).map((key) => row(key)));
    log.skip("a", 2);
    await reopen({ cursors: ["a"] });
    assert.equal(log.cursor("a"), 2);
    assert.deepEqual(await content(), ["2"]);
  });

  it("keeps a copy of a row set aside, once a reader", async () => {
    await open({ cursors: ["a", "b"] });
    await log.append([row("bad")]);
    assert.equal(await log.setAside("a", 1, "why"), true);
    assert.equal(await log.setAside("a", 1, "why"), false);
    assert.equal(await log.setAside("b", 1, "why"), true);
    await Promise.all([log.advance("a", 1), log.advance("b", 1)]);
    await reopen({ cursors: ["a", "b"] });
    assert.deepEqual([log.asideCount("a"), log.asideCount("b"), log.asideCount("c")], [1, 1, 0]);
    assert.equal(log.size().rows, 0);
    assert.deepEqual([await log.dropAside("a"), await log.dropAside("a")], [1, 0]);
    await reopen({ cursors: ["a", "b"] });
    assert.deepEqual([log.asideCount("a"), log.asideCount("b")], [0, 1]);
  });

  it("counts the rows of each key behind a cursor", async () => {
    await open();
    await log.append([row("x"), row("y"), row("x"), row("x")]);
    assert.deepEqual(
      await log.countKeys(1),
      new Map([
        ["x", 2],
        ["y", 1],
      ]),
    );
  });

  it("uses freed space again, so that a log that keeps draining does not grow", async () => {
    await open();
    for (let round = 0; round < 30; round += 1) {
      await log.append(keys(0, 500).map((key) => row(key, 2_000)));
      await log.dropThrough(log.last() - 1);
    }
    const largest = statSync(path).size;
    assert.ok(largest < 6_000_000, `the file has ${largest} bytes for 1 MB at a time`);
  });

  it("gives disk space back when it is empty", async () => {
    await open();
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 10; i += 1) await log.append([row("big", 3_000_000)]);
      assert.ok(statSync(path).size > 20_000_000);
      await log.dropThrough(log.last());
      await waitFor("the file is short", () => statSync(path).size < 5_000_000);
    }
    await log.append([row("next")]);
    assert.deepEqual(await content(), ["next"]);
  });

  it("writes at close what waits, and refuses what comes after", async () => {
    await open();
    const writing = log.append([row("a")]);
    await Promise.all([log.close(), log.close()]);
    await writing;
    await assert.rejects(log.append([row("b")]), /closed/);
    await assert.rejects(log.advance("a", 1), /closed/);
    await open();
    assert.deepEqual(await content(), ["a"]);
  });
});

describe("openAppendLog on a full disk", () => {
  for (const size of [500, 30_000]) {
    it(`takes no part of a group of ${size}-byte rows, drains, and takes rows again`, async (t) => {
      const disk = mountTinyDisk(4);
      if (disk === undefined) return t.skip(needsMount);
      const log = await openAppendLog({ path: join(disk.folder, "log.db") });
      t.after(() => log.close().finally(() => disk.remove()));
      const taken = await fill(log, size);
      assert.ok(taken > 50 * (500 / size), `only ${taken} rows fit`);
      assert.equal(log.size().rows, taken);
      const { rows } = await log.read(0, 10_000);
      assert.deepEqual(
        rows.map(({ key }) => key),
        keys(0, taken),
      );
      await log.dropThrough(log.last());
      await waitFor("it takes rows again", () => canAppend(log));
    });
  }

  it("goes on when others have filled the disk and free it again", async (t) => {
    const disk = mountTinyDisk(8);
    if (disk === undefined) return t.skip(needsMount);
    const path = join(disk.folder, "log.db");
    let log = await openAppendLog({ path, cursors: ["a"] });
    t.after(() => log.close().finally(() => disk.remove()));
    await log.append(keys(0, 50).map((key) => row(key, 2_000)));
    const others = join(disk.folder, "others");
    assert.throws(() => writeFileSync(others, Buffer.alloc(8_000_000)), { code: "ENOSPC" });
    await fill(log, 20_000);
    await log.advance("a", 25);
    assert.equal((await log.read(0, 1)).rows[0]?.seq, 26);
    rmSync(others);
    await waitFor("it takes rows again", () => canAppend(log));
    const { rows } = await log.read(0, 10_000);
    await log.close();
    log = await openAppendLog({ path, cursors: ["a"] });
    assert.deepEqual((await log.read(0, 10_000)).rows, rows);
  });
});

/** Appends groups of four until the disk is full; answers with how many rows were taken. */
async function fill(log: AppendLog, size: number): Promise<number> {
  for (let taken = 0; ; taken += 4) {
    const group = keys(taken, taken + 4).map((key) => log.append([row(key, size)]));
    const results = await Promise.allSettled(group);
    const refused = results.filter((result) => result.status === "rejected");
    for (const { reason } of refused) {
      assert.ok(reason instanceof LogFullError || sqliteCode(reason) === sqliteCodes.full);
    }
    if (refused.length > 0) return taken + results.length - refused.length;
  }
}

async function canAppend(log: AppendLog): Promise<boolean> {
  return log.append([row("again")]).then(
    () => true,
    () => false,
  );
}
