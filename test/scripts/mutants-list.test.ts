import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { it } from "node:test";
import { mutants } from "../../scripts/mutants-list.ts";

const root = new URL("../../", import.meta.url);

it("each mutant has one place to change, and a test", () => {
  for (const { promise, file, from, test } of mutants) {
    const places = readFileSync(new URL(file, root), "utf8").split(from).length - 1;
    assert.equal(places, 1, `${promise}: ${file} holds ${places} times: ${from}`);
    assert.ok(existsSync(new URL(test, root)), `${promise}: there is no ${test}`);
  }
});
