import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Harness, startOps, token } from "../harness.ts";

const guarded = [
  "/api/events",
  "/api/events/evt_1",
  "/api/events/stream",
  "/api/messages/wamid.1",
  "/api/conversations",
  "/api/conversations/cnv_1",
  "/api/quarantine",
  "/api/quarantine/qrn_1",
  "/api/deliveries",
  "/api/destinations",
  "/api/stats",
  "/api/status",
  "/api/does-not-exist",
  "/api/events?limit=not-a-number",
  "/API/Events",
];
const refused: Record<string, string | undefined> = {
  none: undefined,
  empty: "",
  "only the scheme": "Bearer",
  "an empty token": "Bearer ",
  "a wrong token": "Bearer nobody-knows-this-token-0000000",
  "the beginning of the token": `Bearer ${token.slice(0, -1)}`,
  "the token and more": `Bearer ${token}x`,
  "the token in another case": `Bearer ${token.toUpperCase()}`,
  "the token as a password": `Basic ${Buffer.from(`ops:${token}`).toString("base64")}`,
  "the token without a scheme": token,
  "two tokens": `Bearer ${token},${token}`,
};

const acts = [
  "/api/deliveries/erp%3Aevt_1/retry",
  "/api/events",
  "/api/destinations/erp/pause",
  "/api/destinations/erp/resume",
  "/api/topology/drop-dead",
  "/api/topology/prune",
];

let ops: Harness;
before(async () => {
  ops = await startOps();
});
after(() => ops.ops.close());

describe("the API without a right token", () => {
  for (const path of guarded) {
    it(`answers 401, always the same, for ${path}`, async () => {
      for (const [what, authorization] of Object.entries(refused)) {
        const response = await ops.get(path, authorization === undefined ? {} : { authorization });
        assert.equal(response.status, 401, what);
        assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="waypost"', what);
        assert.deepEqual(await response.json(), {
          type: "urn:waypost:problem:unauthorized",
          title: "This needs a bearer token.",
          status: 401,
        });
      }
    });
  }

  for (const path of acts) {
    it(`does nothing for ${path}`, async () => {
      for (const [what, authorization] of Object.entries(refused)) {
        const headers: Record<string, string> =
          authorization === undefined ? {} : { authorization };
        assert.equal((await ops.post(path, "{", headers)).status, 401, what);
      }
    });
  }

  it("takes no token from the address", async () => {
    const response = await ops.get(`/api/events?access_token=${token}&token=${token}`, {});
    assert.equal(response.status, 401);
  });

  it("asks the log nothing and opens no tail", () => {
    assert.deepEqual(ops.query.asked, []);
    assert.equal(ops.tails.size, 0);
    assert.deepEqual(ops.pruned.asked, []);
  });
});

describe("the API with a right token", () => {
  it("takes each of the list, whatever the case of the scheme", async () => {
    for (const authorization of [
      `Bearer ${token}`,
      `bearer ${token}`,
      "Bearer another-token-of-the-tests",
    ]) {
      assert.equal((await ops.get("/api/stats", { authorization })).status, 200);
    }
  });

  it("lets nobody in when there is no token at all", async () => {
    const closed = await startOps({ tokens: [] });
    const response = await closed.get("/api/stats", { authorization: "Bearer undefined" });
    assert.equal(response.status, 401);
    await closed.ops.close();
  });
});

describe("what needs no token", () => {
  it("is the probes, the metrics and the schemas", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/schemas/openapi.yaml"]) {
      assert.equal((await ops.get(path, {})).status, 200, path);
    }
  });
});
