import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureMeaning, failureRemedy } from "../../src/contracts/failure-meanings.ts";

const none = failureRemedy(1);
/** Those of Meta's cloud errors that a status can have. */
const codes = Array.from({ length: 10_000 }, (_, n) => 130_000 + n);
const isKnown = (code: number) => failureMeaning(code) !== `Meta's error ${code}`;

describe("why a message failed", () => {
  it("has a remedy wherever it has a meaning", () => {
    const known = codes.filter(isKnown);
    assert.ok(known.length >= 30);
    assert.deepEqual(
      codes.filter((code) => failureRemedy(code) !== none),
      known,
    );
  });

  it("is told of what people did, of the window and of Meta's own limits", () => {
    for (const code of [131_026, 131_047, 131_049, 131_050, 131_056, 132_001, 132_015, 132_016]) {
      assert.ok(isKnown(code), String(code));
    }
    assert.match(failureMeaning(131_050), /switched them off/);
    assert.match(failureRemedy(131_047), /template/);
  });

  it("says so where Meta gave none, or one that nobody knows", () => {
    assert.equal(failureMeaning(undefined), "Meta gave no reason");
    assert.equal(failureMeaning(999), "Meta's error 999");
    assert.equal(failureRemedy(undefined), none);
    assert.match(none, /list of error codes/);
  });
});
