import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startOps } from "../harness.ts";

describe("the probes", () => {
  it("say that the process lives", async () => {
    const { ops, get } = await startOps();
    const response = await get("/healthz", {});
    assert.deepEqual([response.status, await response.json()], [200, { status: "ok" }]);
    await ops.close();
  });

  it("are 503 and say what is missing while anything is", async () => {
    const checks = [
      { name: "bus", ok: true },
      { name: "store", ok: false, reason: "MongoDB is not reachable" },
    ];
    const { ops, get } = await startOps({ ready: async () => checks });
    const response = await get("/readyz", {});
    assert.deepEqual([response.status, await response.json()], [503, { ready: false, checks }]);
    await ops.close();
  });

  it("are 503 when the checks fail", async () => {
    const { ops, get } = await startOps({ ready: () => Promise.reject(new Error("broken")) });
    const response = await get("/readyz", {});
    assert.deepEqual(
      [response.status, await response.json()],
      [503, { ready: false, checks: [{ name: "checks", ok: false, reason: "gave no answer" }] }],
    );
    await ops.close();
  });

  it("are 503 within seconds when the checks hang", { timeout: 30_000 }, async () => {
    const { ops, get } = await startOps({ ready: () => new Promise(() => undefined) });
    assert.equal((await get("/readyz", {})).status, 503);
    await ops.close();
  });

  it("say that it is stopping, alive but not ready, and let connections go", async () => {
    const { ops, get } = await startOps();
    ops.drain();
    const response = await get("/readyz", {});
    const body = (await response.json()) as { ready: boolean; stopping: boolean };
    assert.deepEqual([response.status, body.ready, body.stopping], [503, false, true]);
    const alive = await get("/healthz", {});
    assert.deepEqual([alive.status, alive.headers.get("connection")], [200, "close"]);
    await ops.close();
    await assert.rejects(get("/healthz", {}));
  });

  it("take only GET and HEAD", async () => {
    const { ops, url } = await startOps();
    const posted = await fetch(`${url}/healthz`, { method: "POST" });
    assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal((await fetch(`${url}/readyz`, { method: "HEAD" })).status, 200);
    await ops.close();
  });
});

describe("the metrics", () => {
  it("are Prometheus text", async () => {
    const { ops, get, metrics } = await startOps();
    metrics.posts.inc({ code: "200" });
    const response = await get("/metrics", {});
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(await response.text(), /^waypost_posts_total\{code="200"\} 1$/m);
    await ops.close();
  });
});

describe("a role without the API", () => {
  it("serves the probes, and says of the API where it is", async () => {
    const { ops, get } = await startOps({ withApi: false });
    assert.equal((await get("/healthz", {})).status, 200);
    const response = await get("/api/events");
    const { type } = (await response.json()) as { type: string };
    assert.deepEqual([response.status, type], [404, "urn:waypost:problem:no-api"]);
    await ops.close();
  });
});

describe("the schemas", () => {
  it("are served as they are, and nothing else of the package", async () => {
    const { ops, get } = await startOps();
    const yaml = await get("/schemas/openapi.yaml", {});
    assert.equal(yaml.headers.get("content-type"), "application/yaml");
    assert.match(await yaml.text(), /^openapi: 3\.1\.0/);
    for (const name of ["package.json", "..%2fpackage.json", "%2e%2e%2fpackage.json"]) {
      assert.equal((await get(`/schemas/${name}`, {})).status, 404, name);
    }
    await ops.close();
  });
});
