import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogEntry } from "../../src/support/append-log-tables.ts";
import { createRecentRows } from "../../src/support/recent-rows.ts";

const entries = (keys: string, size = 1): LogEntry[] =>
  [...keys].map((key) => ({ key, bytes: new Uint8Array(size) }));
const all = () => true;

describe("createRecentRows", () => {
  const keys = (page: { rows: readonly { key: string }[] } | undefined) =>
    page?.rows.map(({ key }) => key).join("");

  it("gives the rows behind a place it knows, and says how far it looked", () => {
    const recent = createRecentRows(10);
    recent.add(5, entries("ab"));
    recent.add(7, entries("cd"));
    assert.equal(keys(recent.read(4, 10, all)), "abcd");
    assert.equal(keys(recent.read(6, 1, all)), "c");
    const wanted = recent.read(4, 3, (key) => key === "b");
    assert.deepEqual([keys(wanted), wanted?.through], ["b", 7]);
  });

  it("gives nothing when rows before its own would be needed, or there are none yet", () => {
    const recent = createRecentRows(10);
    assert.equal(recent.read(0, 10, all), undefined);
    recent.add(5, entries("ab"));
    assert.equal(recent.read(3, 10, all), undefined);
    assert.equal(recent.read(6, 10, all), undefined);
  });

  it("begins anew where numbers do not follow each other", () => {
    const recent = createRecentRows(10);
    recent.add(1, entries("ab"));
    recent.add(4, entries("d"));
    assert.equal(recent.read(0, 10, all), undefined);
    assert.equal(keys(recent.read(3, 10, all)), "d");
  });

  it("forgets what was dropped", () => {
    const recent = createRecentRows(10);
    recent.add(1, entries("abc"));
    recent.forgetThrough(2);
    assert.equal(recent.read(0, 10, all), undefined);
    assert.equal(keys(recent.read(2, 10, all)), "c");
    recent.forgetThrough(100);
    assert.equal(recent.read(2, 10, all), undefined);
  });

  it("holds only so many rows and 4 MiB, the newest", () => {
    const few = createRecentRows(4);
    few.add(1, entries("abcde"));
    assert.equal(few.read(0, 10, all), undefined);
    assert.equal(keys(few.read(3, 10, all)), "de");
    const small = createRecentRows(1_000);
    small.add(1, entries("abc", 2_000_000));
    assert.equal(small.read(0, 10, all), undefined);
    assert.equal(keys(small.read(2, 10, all)), "c");
    const none = createRecentRows(0);
    none.add(1, entries("a"));
    assert.equal(none.read(0, 10, all), undefined);
  });
});
