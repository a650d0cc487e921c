import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startOps } from "./harness.ts";

describe("the runbooks", () => {
  it("are served to everyone, as text, by the path that a problem carries", async () => {
    const bus = {
      health: () => ({ kind: "rabbitmq" as const, ready: false }),
      queues: async () => [],
    };
    const { ops, get } = await startOps({ status: { bus } });
    const { problems } = (await (await get("/api/status")).json()) as {
      problems: { kind: string; runbook: string }[];
    };
    assert.deepEqual(
      problems.map(({ kind, runbook }) => [kind, runbook]),
      [["bus_not_ready", "/runbooks/bus-not-ready"]],
    );
    const page = await get(problems[0]?.runbook ?? "", {});
    assert.equal(page.status, 200);
    assert.equal(page.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.match(await page.text(), /^# The bus is not ready\n/);
    await ops.close();
  });

  it("are no way to other files", async () => {
    const { ops, get } = await startOps();
    for (const name of [
      "nothing-of-this-name",
      "README",
      "..%2Fdecisions",
      "%2e%2e%2f%2e%2e%2fpackage.json",
      ".",
    ]) {
      const response = await get(`/runbooks/${name}`, {});
      assert.equal(response.status, 404, name);
      assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
    }
    await ops.close();
  });
});
