import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ReloadOutcome } from "../../src/ops/reload-route.ts";
import { runCli } from "../support/cli.ts";
import { type Harness, startOps, token } from "./harness.ts";

const good: ReloadOutcome = {
  reloaded: true,
  destinations: 2,
  routes: 3,
  warnings: ["no route leads to the destination quiet"],
  others: [],
};
const behind = { ...good, others: [{ id: "worker-1:7:work:0a", role: "work" }] };
const bad: ReloadOutcome = {
  reloaded: false,
  problems: [
    {
      where: "waypost.yaml:5 routes[0].to",
      problem: 'there is no "erb" in destinations',
      remedy: "Did you mean erp?",
    },
    { where: "waypost.yaml:9 routs", problem: "is not a key", remedy: "Remove it" },
  ],
};

describe("POST /api/reload", () => {
  let outcome: ReloadOutcome = good;
  let asked = 0;
  let ops: Harness;
  let worker: Harness;
  const reload = async () => {
    asked += 1;
    return outcome;
  };
  before(async () => {
    ops = await startOps({ reload });
    worker = await startOps({ reload, withApi: false });
  });
  after(async () => {
    await ops.ops.close();
    await worker.ops.close();
  });

  it("says what is loaded, in every role", async () => {
    outcome = behind;
    for (const each of [ops, worker]) {
      const answer = await each.post("/api/reload");
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), behind);
    }
    assert.equal(asked, 2);
  });

  it("says everything that is wrong, each with its place and remedy", async () => {
    outcome = bad;
    for (const each of [ops, worker]) {
      const answer = await each.post("/api/reload");
      assert.equal(answer.status, 422);
      assert.equal(answer.headers.get("content-type")?.split(";")[0], "application/problem+json");
      assert.deepEqual(await answer.json(), {
        type: "urn:waypost:problem:reload-refused",
        title: "waypost.yaml was not reloaded; what ran goes on.",
        status: 422,
        errors: [
          {
            parameter: "waypost.yaml:5 routes[0].to",
            reason: 'there is no "erb" in destinations. Did you mean erp?',
          },
          { parameter: "waypost.yaml:9 routs", reason: "is not a key. Remove it." },
        ],
      });
    }
  });

  it("does nothing for who has no token, or does not post", async () => {
    asked = 0;
    for (const each of [ops, worker]) {
      assert.equal((await each.post("/api/reload", undefined, {})).status, 401);
      assert.ok((await each.get("/api/reload")).status >= 404);
    }
    assert.equal(asked, 0);
  });

  it("is what `waypost reload` asks for", async () => {
    const run = (...args: string[]) => runCli(["reload", ...args], { url: ops.url, token });
    outcome = good;
    const done = await run();
    assert.equal(done.code, 0);
    assert.equal(
      done.out,
      "Reloaded waypost.yaml. Destinations: 2, routes: 3.\nNote: no route leads to the destination quiet\n",
    );
    outcome = behind;
    const half = await run();
    assert.equal(half.code, 1);
    assert.match(half.out, /Behind: worker-1:7:work:0a \(work\)\. Reload it/);
    assert.deepEqual(JSON.parse((await run("--json")).out), behind);
    outcome = bad;
    const refused = await run();
    assert.equal(refused.code, 1);
    assert.equal(
      refused.err,
      'waypost.yaml was not reloaded; what ran goes on.\n  waypost.yaml:5 routes[0].to: there is no "erb" in destinations. Did you mean erp?\n  waypost.yaml:9 routs: is not a key. Remove it.\n',
    );
  });
});
