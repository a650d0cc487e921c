import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { keptPromises, promises, vendorMutants } from "../../scripts/vendor-mutants.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

describe("the promises of the kinds that write into others' systems", () => {
  it("are of seven kinds", () => {
    assert.deepEqual(
      keptPromises.map(({ kind }) => kind),
      ["freshdesk", "google-sheets", "hubspot", "intercom", "salesforce", "shopify", "zendesk"],
    );
  });

  for (const { kind, held, none } of keptPromises) {
    it(`are each held by a test, or it is said why not: ${kind}`, () => {
      const told = new Set([...held.map(({ promise }) => promise), ...Object.keys(none)]);
      assert.deepEqual([...told].toSorted(), Object.keys(promises).toSorted());
      for (const { test, name, which = "" } of held) {
        const source = read(`test/${test}`);
        // The titles of a table of answers are made of its codes and verdicts.
        const [, ...parts] = /^`(\w+)`: (\w+)$/.exec(name) ?? [name, name];
        for (const part of parts) {
          assert.ok(source.includes(part), `test/${test} has no test ${name}`);
        }
        assert.ok(`${source} ${kind}`.includes(which), `test/${test}: ${which}`);
      }
    });
  }

  it("are each broken in one place that is there", () => {
    for (const { promise, file, from, to } of vendorMutants) {
      assert.equal(read(file).split(from).length, 2, `${promise}: ${file} holds not once: ${from}`);
      assert.notEqual(from, to);
    }
  });
});
