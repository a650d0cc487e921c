import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { moduleUrl, sourceLoader } from "../support/source.ts";

const run = (name: string, ...args: string[]) => {
  const program = fileURLToPath(moduleUrl(`../../bench/${name}.ts`, import.meta.url));
  return spawnSync(process.execPath, [...sourceLoader, program, ...args], {
    encoding: "utf8",
    timeout: 30_000,
  });
};

it("npm run bench takes names and seconds, says so to anything else, and measures nothing then", () => {
  for (const args of [
    ["word"],
    ["0"],
    ["1.5"],
    ["-1"],
    [""],
    ["6", "6"],
    ["10000"],
    ["ack", "x"],
  ]) {
    const { status, stdout, stderr } = run("bench", ...args);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(
      stderr,
      /^Takes names .* 1 to 9999:\n\n {2}npm run bench -- ack 10\n\nWithout a name, all: ack, program, /,
    );
  }
  const { status, stderr } = run("ack", "word");
  assert.equal(status, 2);
  assert.match(stderr, /node --import tsx bench\/ack\.ts 8/);
});
