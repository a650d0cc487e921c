import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { scopes } from "../../../src/ops/access/viewer.ts";
import { token as configured } from "../harness.ts";
import { type AccessHarness, berlin, eventually, slugOf, startAccess } from "./access-harness.ts";

let ops: AccessHarness;
before(async () => {
  ops = await startAccess();
});
after(() => ops.ops.close());

const tokens = async () =>
  ((await (await ops.get("/api/tokens")).json()) as { items: Record<string, unknown>[] }).items;

describe("a token by name", () => {
  it("is made, shows its secret once, and is listed without it", async () => {
    const body = { name: "anna", scopes: ["read", "operate"], accounts: ["berlin", berlin] };
    const made = await ops.post("/api/tokens", { ...body, expiresAt: "2099-01-01" });
    assert.equal(made.status, 201);
    const { secret, ...shown } = (await made.json()) as Record<string, string>;
    assert.match(secret ?? "", /^wpt_[\w-]{43}$/);
    const { createdAt, ...token } = shown;
    assert.ok(Date.parse(createdAt ?? "") <= Date.now());
    assert.deepEqual(token, {
      ...{ name: "anna", scopes: ["read", "operate"], accounts: [berlin] },
      ...{ createdBy: "OPS_TOKENS", expiresAt: "2099-01-01T00:00:00.000Z" },
    });
    assert.deepEqual(await tokens(), [shown]);
    assert.equal(JSON.stringify(await tokens()).includes(secret ?? "-"), false);
  });

  it("is refused where it could not be meant, with the reason", async () => {
    const wrong = [
      [{ name: "Anna", scopes: ["read"] }, 400, "name"],
      [{ name: "OPS_TOKENS", scopes: ["read"] }, 400, "name"],
      [{ name: "x", scopes: [] }, 400, "scopes"],
      [{ name: "x", scopes: ["root"] }, 400, "scopes"],
      [{ name: "x", scopes: ["read"], accounts: ["paris"] }, 400, "accounts"],
      [{ name: "x", scopes: ["read"], accounts: ["constructor"] }, 400, "accounts"],
      [{ name: "x", scopes: ["read"], expiresAt: "2020-01-01" }, 400, "expiresAt"],
      [{ name: "x", scopes: ["read"], expiresAt: "soon" }, 400, "expiresAt"],
      [{ name: "anna", scopes: ["read"] }, 409, undefined],
    ] as const;
    for (const [body, status, parameter] of wrong) {
      const response = await ops.post("/api/tokens", body);
      assert.equal(response.status, status, JSON.stringify(body));
      const { errors } = (await response.json()) as { errors?: { parameter: string }[] };
      if (parameter !== undefined) assert.equal(errors?.[0]?.parameter, parameter);
    }
    assert.equal((await tokens()).length, 1);
  });

  it("gives no more than its maker has", async () => {
    const admin = await ops.make("admin", ["admin"]);
    const body = { name: "more", scopes: ["admin", "content"] };
    assert.equal((await ops.ask("POST", "/api/tokens", { as: admin, body })).status, 400);
    const same = { name: "same", scopes: ["admin"] };
    assert.equal((await ops.ask("POST", "/api/tokens", { as: admin, body: same })).status, 201);
    assert.equal((await tokens()).find(({ name }) => name === "same")?.["createdBy"], "admin");
  });

  it("is nobody from the moment it is revoked or over", async () => {
    const ben = await ops.make("ben", ["read"]);
    assert.equal((await ops.ask("GET", "/api/stats", { as: ben })).status, 200);
    const revoked = await ops.ask("DELETE", "/api/tokens/ben", { as: configured });
    assert.deepEqual([revoked.status, await revoked.json()], [200, { revoked: "ben" }]);
    assert.equal((await ops.ask("GET", "/api/stats", { as: ben })).status, 401);
    const again = await ops.ask("DELETE", "/api/tokens/ben", { as: configured });
    assert.equal(again.status, 404);
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const brief = await ops.make("brief", ["read"], { expiresAt });
    assert.equal((await ops.ask("GET", "/api/stats", { as: brief })).status, 200);
    const status = async () => (await ops.ask("GET", "/api/stats", { as: brief })).status;
    await eventually(status, (code) => code === 401);
    assert.ok(Date.now() >= Date.parse(expiresAt));
  });

  it("says when it was used last, written once a minute at most", async () => {
    const carl = await ops.make("carl", ["read"]);
    const lastUse = async () =>
      (await tokens()).find(({ name }) => name === "carl")?.["lastUsedAt"] as string | undefined;
    assert.equal(await lastUse(), undefined);
    await ops.ask("GET", "/api/stats", { as: carl });
    const first = await eventually(lastUse, (at) => at !== undefined);
    for (let n = 0; n < 5; n += 1) await ops.ask("GET", "/api/stats", { as: carl });
    assert.equal(await lastUse(), first);
  });

  it("is not taken from the address or a cookie, nor its digest for itself", async () => {
    const dora = await ops.make("dora", ["read"]);
    const sha256 = (await ops.store.access.tokens.list()).find(
      ({ name }) => name === "dora",
    )?.sha256;
    assert.ok(sha256);
    assert.equal((await ops.get(`/api/stats?token=${dora}`, {})).status, 401);
    assert.equal((await ops.ask("GET", "/api/stats", { as: sha256 })).status, 401);
    const cookie = `waypost_session=${dora}`;
    assert.equal((await ops.ask("GET", "/api/stats", { cookie })).status, 401);
    assert.equal((await ops.ask("GET", "/api/stats", { as: dora, cookie })).status, 200);
  });

  it("is in no log line", async () => {
    const secret = await ops.make("eve", ["read"]);
    await ops.ask("GET", "/api/stats", { as: secret });
    await ops.ask("GET", "/api/stats", { as: `${secret}x` });
    assert.equal(JSON.stringify(ops.logged).includes(secret), false);
  });
});

describe("a scope", async () => {
  const text = await readFile("schemas/openapi.yaml", "utf8");
  const { paths } = parse(text) as {
    paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => {
      return { path, method: method.toUpperCase(), needed: security?.[0]?.["token"] ?? [] };
    }),
  );

  it("that is missing is named, by every operation, before anything else is looked at", async () => {
    for (const missing of scopes) {
      const has = scopes.filter((scope) => scope !== missing);
      const as = await ops.make(`without-${missing}`, has);
      for (const { path, method, needed } of operations) {
        if (!needed.includes(missing)) continue;
        const address = path.replace(/\{\w+\}/g, "x");
        const response = await ops.ask(method, address, { as });
        const { type, title } = (await response.json()) as Record<string, string>;
        assert.equal(type, "urn:waypost:problem:missing-scope", `${method} ${path}`);
        assert.equal(title, `This needs the scope ${missing}.`);
        assert.equal(response.status, 403);
      }
    }
  });

  it("that is not needed does not help: each alone opens what needs it alone", async () => {
    const as = await ops.make("only-publish", ["publish"]);
    assert.equal(await slugOf(await ops.ask("GET", "/api/stats", { as })), "missing-scope");
    const told = { type: "business.lead.captured", account: "berlin", business: { a: 1 } };
    assert.equal((await ops.ask("POST", "/api/events", { as, body: told })).status, 202);
    const me = await (await ops.ask("GET", "/api/session", { as })).json();
    assert.deepEqual(me, {
      ...{ name: "only-publish", scopes: ["publish"], session: false },
      ...{ revealed: false, production: false },
    });
  });
});
