import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compilePattern, patternExpression } from "../../src/event/pattern.ts";
import { bindingKey, routingKey } from "../../src/event/routing-key.ts";

const cases: [pattern: string, type: string, matches: boolean][] = [
  ["whatsapp.message.*", "whatsapp.message.text", true],
  ["whatsapp.message.*", "whatsapp.message", false],
  ["whatsapp.message.*", "whatsapp.message.text.more", false],
  ["whatsapp.#", "whatsapp.status.read", true],
  ["whatsapp.#", "whatsapp", true],
  ["whatsapp.#", "whatsapps.status", false],
  ["#", "whatsapp.error", true],
  ["#.#", "whatsapp.error", true],
  ["#.read", "whatsapp.status.read", true],
  ["#.read", "read", true],
  ["#.read", "whatsapp.status.unread", false],
  ["whatsapp.#.text", "whatsapp.text", true],
  ["whatsapp.#.text", "whatsapp.a.b.text", true],
  ["#.message.#", "whatsapp.message.text", true],
  ["#.message.#", "whatsapp.messages.text", false],
  ["*", "whatsapp", true],
  ["*", "whatsapp.error", false],
];

describe("type patterns", () => {
  for (const [pattern, type, matches] of cases) {
    it(`${pattern} ${matches ? "matches" : "does not match"} ${type}`, () => {
      assert.equal(compilePattern(pattern)(type), matches);
    });
  }

  it("refuses what is no pattern, and says what is", () => {
    for (const bad of [
      "",
      ".",
      "a..b",
      "a.",
      "Whatsapp.*",
      "a*",
      "a.#b",
      "a.$b",
      "#.a.#.a.#.a.#",
    ]) {
      assert.throws(() => compilePattern(bad), /is not a type pattern/, bad);
    }
    assert.throws(() => compilePattern(`${"a.".repeat(128)}a`), /is not a type pattern/);
  });

  it("agrees with the definition of AMQP topics for any pattern and type", () => {
    const segment = fc.constantFrom("a", "b", "cc");
    const patterns = fc
      .array(fc.oneof(segment, fc.constantFrom("*", "#")), { minLength: 1, maxLength: 6 })
      .filter((all) => all.filter((s) => s === "#").length <= 3);
    const types = fc.array(segment, { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(patterns, types, (pattern, type) => {
        assert.equal(compilePattern(pattern.join("."))(type.join(".")), topic(pattern, type));
      }),
      { numRuns: 2_000 },
    );
  });

  it("answers fast on the worst pattern allowed", () => {
    const expression = new RegExp(patternExpression("#.a.#.a.#.a"));
    const started = performance.now();
    expression.test(`${"a.".repeat(126)}b`);
    assert.ok(performance.now() - started < 250);
  });
});

/** The definition, by recursion. */
function topic(pattern: string[], type: string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return type.length === 0;
  if (head === "#") return type.some((_, i) => topic(rest, type.slice(i))) || topic(rest, []);
  return type.length > 0 && (head === "*" || head === type[0]) && topic(rest, type.slice(1));
}

describe("routing keys", () => {
  it("end in the phone number's id, or none", () => {
    assert.equal(routingKey("whatsapp.message.text", "700700"), "whatsapp.message.text.700700");
    assert.equal(routingKey("whatsapp.account.alert", undefined), "whatsapp.account.alert.none");
    assert.equal(routingKey("whatsapp.message.text", "7.#"), "whatsapp.message.text.none");
  });

  it("are bound for any phone number", () => {
    assert.equal(bindingKey("whatsapp.message.*"), "whatsapp.message.*.*");
    assert.equal(bindingKey("#"), "#");
  });
});
