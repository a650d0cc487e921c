import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { failureLines } from "../../scripts/test-failures.ts";

const imports = `import assert from "node:assert/strict";
import { before, describe, it } from "node:test";\n`;

/** What is told of a test file, without where it was thrown. */
function told(text: string): string[] {
  const args = ["--test-reporter=tap", "--input-type=module", "--eval", imports + text];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  return failureLines(stdout).filter((line) => !/^ +at /.test(line));
}

describe("failureLines", () => {
  it("names each failed test with its suites and what it says", () => {
    const text = `describe("outer", () => {
      it("passes", () => undefined);
      describe("inner #1", () => it("differs", () => assert.equal(1, 2)));
      it("says", () => { throw new Error("it's\\ntwo lines: here"); });
    });
    it("has parts", async (t) => { await t.test("part", () => { throw new Error("no"); }); });
    it("is still to do", { todo: true }, () => { throw new Error("not told"); });`;
    assert.deepEqual(told(text), [
      "outer > inner #1 > differs",
      "  Expected values to be strictly equal:",
      "  ",
      "  1 !== 2",
      "  ",
      "outer > says",
      "  it's",
      "  two lines: here",
      "has parts > part",
      "  no",
    ]);
  });

  it("tells a failed hook once, and what was cancelled for it by its name alone", () => {
    const text = `describe("a", () => {
      before(() => { throw new Error("no server"); });
      it("b", () => undefined);
    });`;
    assert.deepEqual(told(text), ["a > b: cancelled", "a", "  no server"]);
  });

  it("leads to the line of the test, not to those of the test runner", () => {
    const stack = ["a (/test/a.test.ts:1:2)", "Test.run (node:internal/test:3:4)"];
    const output = `not ok 1 - a\n  ---\n  error: 'no'\n  stack: |-\n    ${stack.join("\n    ")}\n  ...`;
    assert.deepEqual(failureLines(output), ["a", "  no", "  at a (/test/a.test.ts:1:2)"]);
  });

  it("tells what was thrown after a test, and the last lines of a file that names no failed test", () => {
    const late = 'it("a", () => { setTimeout(() => { throw new Error("late"); }, 1); });\n';
    const failing = 'it("b", () => new Promise((_, reject) => setTimeout(reject, 50, "no")));';
    assert.match(told(late + failing).at(-1) ?? "", /^# Error: .*Error: late/);
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
    assert.deepEqual(failureLines(`${lines.join("\n")}\n`), lines.slice(-30));
  });

  it("cuts long errors and long lists", () => {
    const text = `for (let at = 0; at < 14; at += 1)
      it("t" + at, () => { throw new Error(Array(at === 0 ? 20 : 1).fill("x").join("\\n")); });`;
    const lines = told(text);
    assert.deepEqual(lines.slice(16, 20), ["  x", "  and 4 more lines", "t1", "  x"]);
    assert.deepEqual(lines.slice(-3), ["t11", "  x", "and 2 more"]);
  });
});
