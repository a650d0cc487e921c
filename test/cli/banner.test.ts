import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { commandName } from "../../src/app/banner.ts";

describe("the command that is shown", () => {
  const [, program = ""] = process.argv;
  const { npm_command: by } = process.env;
  afterEach(() => {
    process.argv[1] = program;
    if (by === undefined) delete process.env["npm_command"];
    else process.env["npm_command"] = by;
  });

  for (const [path, npm, shown] of [
    ["/usr/local/bin/waypost", undefined, "waypost"],
    ["/home/mia/waypost/bin/waypost.js", undefined, "npx waypost"],
    ["/home/mia/waypost/node_modules/.bin/waypost", "exec", "npx waypost"],
  ] as const) {
    it(`is ${shown} for ${path}${npm === undefined ? "" : " run by npx"}`, () => {
      process.argv[1] = path;
      if (npm === undefined) delete process.env["npm_command"];
      else process.env["npm_command"] = npm;
      assert.equal(commandName(), shown);
    });
  }
});
