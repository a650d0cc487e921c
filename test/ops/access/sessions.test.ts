import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sha256Of } from "../../../src/ops/access/secrets.ts";
import { loginCode } from "../../../src/ops/access/session-routes.ts";
import { token as configured } from "../harness.ts";
import { type AccessHarness, fromConsole, slugOf, startAccess } from "./access-harness.ts";

let ops: AccessHarness;
before(async () => {
  ops = await startAccess({ trustedProxies: ["127.0.0.1"] });
});
after(() => ops.ops.close());

const begin = (body: object, headers: Record<string, string> = {}) =>
  ops.ask("POST", "/api/session", { body, headers });
const read = (cookie: string, headers: Record<string, string> = {}) =>
  ops.ask("GET", "/api/stats", { cookie, headers });
const pause = (cookie: string, headers: Record<string, string>) =>
  ops.ask("POST", "/api/destinations/nothing/pause", { cookie, headers, body: {} });

describe("a session", () => {
  it("begins with a token, by a cookie that no page can read and no other site sends", async () => {
    const begun = await begin({ token: configured });
    assert.equal(begun.status, 200);
    const [cookie = "", ...others] = begun.headers.getSetCookie();
    assert.deepEqual(others, []);
    const [, secret = ""] = /^waypost_session=([\w-]{43});/.exec(cookie) ?? [];
    assert.notEqual(secret, "");
    const attributes = cookie.split("; ").slice(1).sort();
    assert.deepEqual(
      attributes.filter((each) => !each.startsWith("Expires=")),
      ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict"],
    );
    const { expiresAt, ...me } = (await begun.json()) as { expiresAt: string; scopes: string[] };
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 12 * 3_600_000) < 60_000);
    assert.deepEqual(me, {
      ...{ name: "OPS_TOKENS", session: true, revealed: false, production: false },
      scopes: ["read", "content", "publish", "operate", "privacy", "admin"],
    });
    const kept = await ops.store.access.sessions.find(sha256Of(secret));
    assert.ok(kept);
    assert.equal(JSON.stringify(kept).includes(secret), false);
    assert.equal((await read(`waypost_session=${secret}`)).status, 200);
  });

  it("is Secure where a trusted proxy says that the browser speaks HTTPS, and only there", async () => {
    const over = async (harness: AccessHarness) => {
      const headers = { "x-forwarded-proto": "https" };
      const body = { token: configured };
      const begun = await harness.ask("POST", "/api/session", { body, headers });
      return / Secure(;|$)/.test(begun.headers.getSetCookie()[0] ?? "");
    };
    assert.equal(await over(ops), true);
    const alone = await startAccess();
    assert.equal(await over(alone), false);
    await alone.ops.close();
  });

  it("ends by logging out, once and for all", async () => {
    const cookie = await ops.logIn({ token: configured });
    const ended = await ops.ask("DELETE", "/api/session", { cookie, headers: fromConsole });
    assert.deepEqual([ended.status, await ended.json()], [200, { ended: true }]);
    assert.match(
      ended.headers.getSetCookie()[0] ?? "",
      /^waypost_session=;.*Expires=Thu, 01 Jan 1970/,
    );
    assert.equal((await read(cookie)).status, 401);
    for (const more of [{ cookie }, {}]) {
      const nobody = await ops.ask("GET", "/api/session", more);
      assert.deepEqual([nobody.status, await nobody.json()], [200, { session: null }]);
    }
    assert.equal((await ops.ask("GET", "/api/session", { as: "wrong" })).status, 401);
    const byToken = await ops.ask("DELETE", "/api/session", { as: configured });
    assert.equal(await slugOf(byToken), "no-session");
  });

  it("may what its token may, and is over with it", async () => {
    const anna = await ops.make("anna", ["read"]);
    const cookie = await ops.logIn({ token: anna });
    assert.equal((await read(cookie)).status, 200);
    assert.equal(await slugOf(await pause(cookie, fromConsole)), "missing-scope");
    await ops.ask("DELETE", "/api/tokens/anna", { as: configured });
    assert.equal((await read(cookie)).status, 401);
    await ops.make("anna", ["read"]);
    assert.equal((await read(cookie)).status, 401);
  });
});

describe("what comes by a session's cookie", () => {
  it("writes only with X-Waypost and from a page of the same origin", async () => {
    const cookie = await ops.logIn({ token: configured });
    const own = new URL(ops.url).host;
    const taken = [
      fromConsole,
      { "x-waypost": "1", origin: ops.url },
      { "x-waypost": "1", origin: "https://ops.example", "x-forwarded-host": "ops.example" },
    ];
    for (const headers of taken) {
      assert.equal(
        await slugOf(await pause(cookie, headers)),
        "not-found",
        JSON.stringify(headers),
      );
    }
    const refused: [Record<string, string>, string][] = [
      [{}, "not-from-console"],
      [{ "sec-fetch-site": "same-origin" }, "not-from-console"],
      [{ "x-waypost": "0", "sec-fetch-site": "same-origin" }, "not-from-console"],
      [{ "x-waypost": "1" }, "other-origin"],
      [{ "x-waypost": "1", origin: "https://evil.example" }, "other-origin"],
      [{ "x-waypost": "1", origin: "null" }, "other-origin"],
      [{ "x-waypost": "1", origin: `http://${own}.evil.example` }, "other-origin"],
      [{ "x-waypost": "1", origin: "http://127.0.0.1:1" }, "other-origin"],
      [{ "x-waypost": "1", origin: ops.url, "sec-fetch-site": "cross-site" }, "other-origin"],
      [{ "x-waypost": "1", origin: ops.url, "sec-fetch-site": "same-site" }, "other-origin"],
      [{ "x-waypost": "1", "sec-fetch-site": "none" }, "other-origin"],
    ];
    for (const [headers, slug] of refused) {
      const response = await pause(cookie, headers);
      assert.equal(response.status, 403);
      assert.equal(await slugOf(response), slug, JSON.stringify(headers));
    }
  });

  it("reads only from the same origin, or from a typed address", async () => {
    const cookie = await ops.logIn({ token: configured });
    for (const site of ["same-origin", "none"]) {
      assert.equal((await read(cookie, { "sec-fetch-site": site })).status, 200);
    }
    for (const site of ["same-site", "cross-site"]) {
      assert.equal((await read(cookie, { "sec-fetch-site": site })).status, 403);
    }
    const other = await read(cookie, { origin: "http://localhost:3000" });
    assert.equal(other.status, 403);
    assert.equal(other.headers.get("access-control-allow-origin"), null);
  });

  it("is not believed where two of the name come, or something else", async () => {
    const cookie = await ops.logIn({ token: configured });
    const secret = cookie.split("=")[1] ?? "";
    assert.equal((await read(`a=b; ${cookie}; c=d`)).status, 200);
    const odd = [
      `${cookie}; ${cookie}`,
      `waypost_session=planted; ${cookie}`,
      `Waypost_Session=${secret}`,
      `waypost_session="${secret}"`,
      `waypost_session=${secret}x`,
      `xwaypost_session=${secret}`,
      "waypost_session=",
    ];
    for (const each of odd) assert.equal((await read(each)).status, 401, each);
  });

  it("gives way to a token, also to a wrong one", async () => {
    const cookie = await ops.logIn({ token: configured });
    const headers = { authorization: "Bearer wrong" };
    assert.equal((await read(cookie, headers)).status, 401);
  });
});

describe("a code", () => {
  const code = async () =>
    (await (await ops.post("/api/session/codes", {})).json()) as {
      code: string;
      expiresAt: string;
    };

  it("begins one session, which sees contents from the start outside production", async () => {
    const { code: one, expiresAt } = await code();
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 600_000) < 60_000);
    const begun = await begin({ code: one });
    assert.equal(((await begun.json()) as { revealed: boolean }).revealed, true);
    const again = await begin({ code: one });
    assert.equal(again.status, 401);
    assert.deepEqual(await again.json(), await (await begin({ token: "wrong" })).json());
    assert.deepEqual(again.headers.getSetCookie(), []);
  });

  it("begins a masked session in production", async () => {
    const production = await startAccess({ production: true });
    const made = await production.post("/api/session/codes", {});
    const { code: one } = (await made.json()) as { code: string };
    const cookie = await production.logIn({ code: one });
    const me = await (await production.ask("GET", "/api/session", { cookie })).json();
    assert.equal((me as { revealed: boolean }).revealed, false);
    assert.equal((me as { production: boolean }).production, true);
    await production.ops.close();
  });

  it("is worth nothing when its token is revoked, and is no token and no session", async () => {
    const admin = await ops.make("admin", ["admin"]);
    const made = await ops.ask("POST", "/api/session/codes", { as: admin, body: {} });
    const { code: one } = (await made.json()) as { code: string };
    assert.equal((await read(`waypost_session=${one}`)).status, 401);
    assert.equal((await ops.ask("GET", "/api/stats", { as: one })).status, 401);
    await ops.ask("DELETE", "/api/tokens/admin", { as: configured });
    assert.equal((await begin({ code: one })).status, 401);
  });

  it("can be made beside the API, as the banner's is", async () => {
    await ops.store.access.sessions.offer(loginCode("of-the-banner", sha256Of(configured)));
    assert.notEqual(await ops.logIn({ code: "of-the-banner" }), "");
  });
});

describe("guessing", () => {
  it("ends after ten wrong ones a minute, for the address alone that guesses", async () => {
    const from = (address: string) => ({ "x-forwarded-for": address });
    const guess = (address: string) => begin({ code: "a-guess" }, from(address));
    const codes: number[] = [];
    for (let n = 0; n < 12; n += 1) codes.push((await guess("203.0.113.7")).status);
    assert.deepEqual(codes, [...Array<number>(10).fill(401), 429, 429]);
    assert.equal((await begin({ token: configured }, from("203.0.113.7"))).status, 429);
    assert.equal((await begin({ token: configured }, from("203.0.113.8"))).status, 200);
  });

  it("a session is not begun from a page of another origin, nor by a form", async () => {
    const body = { token: configured };
    const foreign = await begin(body, { "sec-fetch-site": "cross-site" });
    assert.equal(await slugOf(foreign), "other-origin");
    const form = await fetch(`${ops.url}/api/session`, {
      method: "POST",
      body: new URLSearchParams({ token: configured }),
    });
    assert.equal(form.status, 415);
  });
});
