import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { parse } from "yaml";

describe("the public workflow", () => {
  it("is YAML that runs the steps of .ci/run on the real servers", async () => {
    const workflow = parse(await readFile(".github/workflows/ci.yml", "utf8"));
    const { services, steps } = workflow.jobs.test;
    assert.deepEqual(Object.keys(services), ["rabbitmq", "mongodb"]);
    const commands = steps.flatMap(({ run }: { run?: string }) => run ?? []);
    for (const command of ["npm ci", "npm run lint", "npm run typecheck", "npm test"]) {
      assert.ok(commands.includes(command), command);
    }
  });
});
