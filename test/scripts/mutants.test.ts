import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { mutants } from "../../scripts/mutants-list.ts";
import { vendorMutants } from "../../scripts/vendor-mutants.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

describe("the promises that are broken one at a time", () => {
  it("are each broken in one place that is there, for a test file that is there", () => {
    assert.ok(mutants.length > 100);
    for (const { promise, file, from, to, test } of [...mutants, ...vendorMutants]) {
      assert.equal(read(file).split(from).length, 2, `${promise}: ${file} holds not once: ${from}`);
      assert.notEqual(from, to, promise);
      assert.ok(existsSync(new URL(test, root)), `${promise}: ${test}`);
    }
  });

  it("are each told once of a file and a change", () => {
    const all = mutants.map(({ file, from, to }) => JSON.stringify([file, from, to]));
    assert.equal(new Set(all).size, all.length);
  });
});
