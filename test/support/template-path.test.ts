import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Value } from "liquidjs";
import { createTemplates, TemplateError } from "../../src/support/template.ts";
import { createEngine } from "../../src/support/template-engine.ts";
import { plainPathOf, scalarAt } from "../../src/support/template-path.ts";

const engine = createEngine({});
const pathIn = (text: string) => plainPathOf(new Value(text, engine));

/** A value that went through a filter was made by the engine. */
const templates = createTemplates({ filters: { same: (value) => value } });

const names = [
  ..."a b id size first last length constructor toString hasOwnProperty __proto__".split(" "),
  ..."0 -1 a-b nil true blank empty not contains forloop toLiquid".split(" "),
];
const scalar = fc.oneof(
  fc.string(),
  fc.constantFrom("", "{{ a }}", "é", null, true, false, undefined),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 5 }),
}));
const scope = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 });

describe("A template that is one plain path", () => {
  it("is what the engine makes of it, whatever stands there", () => {
    let plain = 0;
    fc.assert(
      fc.property(scope, path, (given, steps) => {
        const text = steps.join(".");
        if (rendered(`{{ ${text} }}`, {}) instanceof TemplateError) return;
        const read = pathIn(text);
        if (read !== undefined && scalarAt(given, read) !== undefined) plain += 1;
        assert.deepEqual(rendered(`{{ ${text} }}`, given), rendered(`{{ ${text} | same }}`, given));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(plain > 300, `only ${plain} were read where they stand`);
  });

  it("is read where it stands only when it is no more than names with dots", () => {
    assert.deepEqual(pathIn("body.data.id"), ["body", "data", "id"]);
    for (const more of ["a | upcase", "a[b]", 'a["b"]', "a == b", "'a'", "1", "true", "a.size"]) {
      assert.equal(pathIn(more), undefined, more);
    }
  });

  it("costs of its result what any other costs", () => {
    const long = { a: "é".repeat(100_000) };
    assert.equal(rendered("{{ a }}", long), long.a);
    const error = rendered(["{{ a }}", "{{ a }}"], long);
    assert.ok(error instanceof TemplateError && error.kind === "tooLong" && error.place === "[1]");
  });
});

/** Or why not. */
function rendered(source: unknown, given: object): unknown {
  try {
    return templates.compile(source).render(given);
  } catch (error) {
    return error;
  }
}
