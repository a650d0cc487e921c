import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { applyStep, stepsOf } from "../../src/meta/apply-step.ts";
import type { ConnectionOptions } from "../../src/meta/graph-answers.ts";
import { GraphError } from "../../src/meta/graph-error.ts";
import { readConnection } from "../../src/meta/read-connection.ts";
import type { GraphStub } from "./graph-state.ts";
import {
  appId,
  number,
  optionsFor,
  otherApp,
  scopes,
  secret,
  startCallback,
  startMeta,
  token,
  verifyToken,
  waba,
} from "./setup.ts";

/** What is told, of which nothing may be a secret. */
async function told(graph: GraphStub, changes: Partial<ConnectionOptions> = {}) {
  const { connection } = await readConnection(optionsFor(graph, { fields: [], ...changes }));
  const text = JSON.stringify(connection);
  for (const hidden of [token, secret, verifyToken]) assert.ok(!text.includes(hidden));
  return connection.problems.map(({ level, kind, what }) => `${level} ${kind}: ${what}`);
}
async function begin(t: TestContext) {
  const graph = await startMeta(t);
  graph.wabas.get(waba)?.subscribed.set(appId, "");
  const subscription = { callback_url: "https://here.example/", active: true, fields: [] };
  graph.apps.set(appId, { name: "Acme Bot", secret, subscription });
  return graph;
}
const here = { callback: "https://here.example/" };

describe("what Meta refuses", () => {
  it("an expired, unknown or foreign token is said, and the app is read all the same", async (t) => {
    const graph = await begin(t);
    graph.tokens.set(token, { appId, scopes, wabas: [waba], valid: false });
    assert.deepEqual(await told(graph, here), [
      "error meta_token: Meta does not take META_ACCESS_TOKEN: Meta says that it is not valid.",
    ]);
    graph.tokens.delete(token);
    assert.match((await told(graph, here)).join(), /^error meta_token: .* the code 190\.$/);
    graph.tokens.set(token, { appId: otherApp, scopes, wabas: [waba] });
    const [first] = await told(graph, here);
    assert.match(first ?? "", /^error meta_app: .* made for the app 111122223333444/);
    const soon = Math.floor(Date.now() / 1_000) + 3_600;
    graph.tokens.set(token, { appId, scopes, wabas: [waba], expires: soon });
    assert.match(
      (await told(graph, here)).join(),
      /^warning meta_token: META_ACCESS_TOKEN ends at/,
    );
  });

  it("a token that lacks a right", async (t) => {
    const graph = await begin(t);
    graph.tokens.set(token, { appId, scopes: ["whatsapp_business_messaging"], wabas: [waba] });
    const all = await told(graph, here);
    assert.match(
      all[0] ?? "",
      /^error meta_rights: META_ACCESS_TOKEN lacks whatsapp_business_management/,
    );
    assert.match(all[1] ?? "", new RegExp(`^error meta_rights: Account ${waba}: .* the code 200`));
    graph.tokens.set(token, { appId, scopes: ["whatsapp_business_management"], wabas: [waba] });
    assert.match(
      (await told(graph, here)).join(),
      /^warning meta_rights: .* lacks whatsapp_business_messaging/,
    );
  });

  it("an account of somebody else, beside one of ours", async (t) => {
    const graph = await begin(t);
    const all = await told(graph, {
      ...here,
      wabaIds: ["900999"],
      accounts: { berlin: { phoneNumberId: number } },
    });
    assert.equal(all.length, 1);
    assert.match(all[0] ?? "", /^error meta_account_unknown: Account 900999: .* the code 100/);
    graph.tokens.set(token, { appId, scopes, wabas: [waba], all: true });
    assert.match(
      (await told(graph, here)).join(),
      /^warning meta_not_asked: No WhatsApp Business Account/,
    );
    assert.deepEqual(await told(graph, { ...here, accounts: { berlin: { wabaId: waba } } }), []);
  });

  it("a secret that is not the app's; one of several may be it", async (t) => {
    const graph = await begin(t);
    const wrong = "e".repeat(32);
    const all = await told(graph, { ...here, appSecrets: [wrong] });
    assert.match(
      all[0] ?? "",
      new RegExp(`^error meta_token: .* WHATSAPP_APP_SECRET for the app ${appId}`),
    );
    assert.deepEqual(await told(graph, { ...here, appSecrets: [wrong, secret] }), []);
  });

  it("says what is not known where it cannot ask", async (t) => {
    const graph = await begin(t);
    const kinds = async (changes: Partial<ConnectionOptions>) =>
      (await told(graph, { ...here, ...changes })).map((text) => text.split(":")[0]);
    assert.deepEqual(await kinds({ accessToken: undefined }), ["warning meta_not_asked"]);
    assert.deepEqual(await kinds({ appSecrets: [] }), ["warning meta_not_asked"]);
    const nothing = { accessToken: undefined, appSecrets: [], appId: undefined };
    graph.asked.length = 0;
    assert.deepEqual(await kinds(nothing), ["warning meta_not_asked", "warning meta_not_asked"]);
    assert.deepEqual(graph.asked, []);
    // The token knows its app.
    assert.deepEqual(await kinds({ appId: undefined }), []);
  });

  it("a limit, an outage, a broken connection, an answer that is not Graph's or has no end", async (t) => {
    const graph = await begin(t);
    const faults: NonNullable<GraphStub["fault"]>[] = [
      { status: 400, error: { code: 4, message: "(#4) Application request limit reached" } },
      { status: 400, error: { code: 80_008, message: "too many calls to this WABA" } },
      { status: 429 },
      { status: 503 },
      { status: 400, error: { code: 2, message: "Service temporarily unavailable" } },
      { status: 200, how: "html" },
      { status: 200, how: "endless" },
      { status: 200, how: "reset" },
      { status: 200, error: { code: 4, message: "with a 200" } },
    ];
    for (const fault of faults) {
      graph.fault = fault;
      const all = await told(graph, here);
      const wanted = /^warning meta_away: /;
      assert.ok(
        all.length === 2 && all.every((text) => wanted.test(text)),
        JSON.stringify([fault, all]),
      );
    }
    graph.fault = { status: 400, error: { code: 80_008 }, on: /phone_numbers/ };
    assert.match(
      (await told(graph, here)).join(),
      new RegExp(`^warning meta_away: Account ${waba}`),
    );
  });

  it("a callback that Meta cannot verify, and why, without changing anything", async (t) => {
    const graph = await begin(t);
    const refuses = await startCallback(t, () => 403);
    const silent = "http://127.0.0.1:1/webhooks/whatsapp";
    for (const [callback, why, status] of [
      [refuses, /the address answered 403$/, 403],
      [silent, /no connection to the address \(curl 7\)$/, undefined],
    ] as const) {
      const found = await readConnection(
        optionsFor(graph, { callback, verifyToken, fields: ["messages"] }),
      );
      const tried = found.connection.problems.filter(({ level }) => level === "warning");
      assert.match(
        tried[0]?.what ?? "",
        /tried from here: (?:the right verify token was answered with 403|no answer)/,
      );
      const [step] = stepsOf(found.connection, { overrides: false });
      assert.ok(step);
      await assert.rejects(applyStep(step, found, verifyToken), (error: unknown) => {
        assert.ok(error instanceof GraphError);
        assert.deepEqual([error.failure, error.details.status], ["callback", status]);
        assert.match(error.message, why);
        return true;
      });
      assert.equal(graph.apps.get(appId)?.subscription?.callback_url, here.callback);
    }
  });
});
