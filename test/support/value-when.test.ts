import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileValuesWhen, type ValueWhen } from "../../src/support/value-when.ts";

const body = JSON.parse(`{
  "type": "payment_intent.succeeded",
  "amount": 1250, "text": "1250", "zero": 0, "empty": "", "nothing": null, "live": true,
  "data": { "object": { "items": [{ "sku": "A-1" }, { "sku": "B-2" }], "tags": ["vip", "late", 7] } },
  "none": [],
  "__proto__": { "polluted": "yes" }
}`);

function holds(path: string, when: ValueWhen): boolean {
  return compileValuesWhen({ [path]: when })(body) !== undefined;
}

describe("a condition on a value", () => {
  it("holds for any of a list, of the same type", () => {
    assert.equal(holds("type", ["charge.failed", "payment_intent.succeeded"]), true);
    assert.equal(holds("type", ["payment_intent"]), false);
    assert.equal(holds("type", []), false);
    assert.equal(holds("live", [true]), true);
    assert.equal(holds("live", ["true", 1, false]), false);
    assert.equal(holds("nothing", [null]), true);
    assert.equal(holds("absent", [null, ""]), false);
  });

  it("compares numbers as numbers, also where one side is text", () => {
    for (const path of ["amount", "text"]) {
      assert.equal(holds(path, [1250]), true, path);
      assert.equal(holds(path, [1251]), false, path);
    }
    assert.equal(holds("amount", ["1250.0"]), true);
    assert.equal(holds("text", ["1250.0"]), false);
    assert.equal(holds("zero", ["", null, false]), false);
    assert.equal(holds("empty", [0]), false);
    assert.equal(holds("zero", ["-0"]), true);
  });

  it("bounds numbers, including the ends, and nothing else", () => {
    assert.equal(holds("amount", { atLeast: 1250, atMost: 1250 }), true);
    assert.equal(holds("text", { atLeast: 1249 }), true);
    assert.equal(holds("amount", { atLeast: 1251 }), false);
    assert.equal(holds("amount", { atMost: 1249 }), false);
    for (const path of ["type", "empty", "nothing", "live", "absent", "data"]) {
      assert.equal(holds(path, { atMost: 1e9 }), false, path);
    }
  });

  it("finds expressions anywhere, in numbers and flags too", () => {
    assert.equal(holds("type", { matches: ["^charge", "succeeded$"] }), true);
    assert.equal(holds("type", { matches: ["SUCCEEDED"] }), false);
    assert.equal(holds("type", { matches: ["(?i)SUCCEEDED"] }), true);
    assert.equal(holds("amount", { matches: ["^12"] }), true);
    assert.equal(holds("live", { matches: ["true"] }), true);
    assert.equal(holds("data", { matches: ["."] }), false);
    assert.equal(holds("nothing", { matches: ["null"] }), false);
    assert.equal(holds("type", { matches: ["payment"], atLeast: 1 }), false);
  });

  it("tells whether there is a value; null is none", () => {
    assert.equal(holds("zero", { exists: true }), true);
    assert.equal(holds("empty", { exists: true }), true);
    assert.equal(holds("nothing", { exists: true }), false);
    assert.equal(holds("nothing", { exists: false }), true);
    assert.equal(holds("data.object.absent.deeper", { exists: false }), true);
    assert.equal(holds("none", { exists: false }), true);
    assert.equal(holds("data.object.tags", { exists: false }), false);
    assert.equal(holds("data.object.tags", { exists: true }), true);
  });

  it("holds for a list when it does for a member", () => {
    assert.equal(holds("data.object.tags", ["late"]), true);
    assert.equal(holds("data.object.tags", ["7"]), true);
    assert.equal(holds("data.object.tags", { matches: ["^v"] }), true);
    assert.equal(holds("data.object.tags", ["early"]), false);
    assert.equal(holds("none", [null]), false);
  });

  it("goes into lists by index, and never beyond own properties", () => {
    assert.equal(holds("data.object.items.1.sku", ["B-2"]), true);
    assert.equal(holds("data.object.items.2.sku", ["B-2"]), false);
    for (const path of ["constructor.name", "type.length", "data.toString", "polluted"]) {
      assert.equal(holds(path, { exists: true }), false, path);
    }
    assert.equal(holds("__proto__.polluted", ["yes"]), true);
  });

  it("must hold with all others, and gives their named groups", () => {
    const when = {
      type: { matches: ["^(?P<family>\\w+)\\.(?P<outcome>\\w+)(?P<rest>!)?"] },
      text: { matches: ["(?P<euros>\\d+)\\d\\d$"] },
    };
    const groups = { family: "payment_intent", outcome: "succeeded", euros: "12" };
    assert.deepEqual(compileValuesWhen(when)(body), groups);
    assert.equal(compileValuesWhen({ ...when, live: [false] })(body), undefined);
    assert.deepEqual(compileValuesWhen({})(body), {});
    assert.equal(compileValuesWhen(when)("no object"), undefined);
  });
});
