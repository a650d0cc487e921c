import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { applyStep, stepInWords, stepsOf } from "../../src/meta/apply-step.ts";
import { knownFields } from "../../src/meta/fields.ts";
import type { ConnectionOptions } from "../../src/meta/graph-answers.ts";
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
  wabaOf,
} from "./setup.ts";

const read = async (graph: GraphStub, changes: Partial<ConnectionOptions> = {}) =>
  (await readConnection(optionsFor(graph, changes))).connection;
const told = async (...from: Parameters<typeof read>) =>
  (await read(...from)).problems.map(({ level, kind }) => `${level} ${kind}`);

/** Does all that is offered, and answers with what is left. */
async function apply(graph: GraphStub, options: ConnectionOptions, overrides = false) {
  const found = await readConnection(options);
  const refused: string[] = [];
  for (const step of stepsOf(found.connection, { overrides })) {
    refused.push(...(await applyStep(step, found, verifyToken)).refused);
  }
  return { refused, left: (await read(graph, options)).problems };
}

async function connected(t: TestContext) {
  const graph = await startMeta(t);
  const callback = await startCallback(t);
  const fields = knownFields.map((name) => ({ name, version: "v26.0" }));
  const app = graph.apps.get(appId);
  if (app) app.subscription = { callback_url: callback, active: true, fields };
  graph.wabas.get(waba)?.subscribed.set(appId, "");
  return { graph, callback };
}

describe("the connection to Meta", () => {
  it("says what is missing, does it in three calls, and then nothing is missing", async (t) => {
    const graph = await startMeta(t);
    const callback = await startCallback(t);
    const options = optionsFor(graph, { callback });
    const before = await read(graph, options);
    assert.equal(before.ok, false);
    assert.deepEqual(
      before.problems.map(({ level, kind }) => `${level} ${kind}`),
      [
        "error meta_callback",
        "error meta_fields",
        "error meta_account_unsubscribed",
        "warning meta_fields",
      ],
    );
    const steps = stepsOf(before, { overrides: false });
    assert.deepEqual(
      steps.map(({ act }) => act),
      ["set-webhook", "subscribe-account"],
    );
    for (const step of steps) assert.ok(stepInWords(step).length > 20);
    graph.asked.length = 0;
    const { left, refused } = await apply(graph, options);
    assert.deepEqual([left, refused], [[], []]);
    // Through the version that knows the latest of the fields.
    const posts = graph.asked.filter((what) => what.startsWith("POST"));
    assert.deepEqual(posts, [
      `POST v26.0 ${appId}/subscriptions`,
      `POST v24.0 ${waba}/subscribed_apps`,
    ]);
    const after = await read(graph, options);
    assert.equal(after.ok, true);
    assert.deepEqual(after.accounts[0]?.numbers[0], {
      ...{ id: number, display: "+1 555-555-0100", name: "Acme Shop" },
      ...{ callback, by: "app" },
    });
    assert.equal(after.app?.name, "Acme Bot");
  });

  it("asks for an older version where no field needs a later one", async (t) => {
    const graph = await startMeta(t);
    const callback = await startCallback(t);
    await apply(graph, optionsFor(graph, { callback, fields: ["messages"] }));
    assert.ok(graph.asked.includes(`POST v24.0 ${appId}/subscriptions`));
    assert.deepEqual(graph.apps.get(appId)?.subscription?.fields, [
      { name: "messages", version: "v24.0" },
    ]);
  });

  it("keeps the fields that somebody else has subscribed", async (t) => {
    const { graph, callback } = await connected(t);
    const subscription = graph.apps.get(appId)?.subscription;
    subscription?.fields.splice(0, Infinity, { name: "new_of_meta", version: "v26.0" });
    const { left } = await apply(graph, optionsFor(graph, { callback, fields: ["messages"] }));
    assert.deepEqual(left, []);
    const names = graph.apps.get(appId)?.subscription?.fields.map(({ name }) => name);
    assert.deepEqual(names, ["new_of_meta", "messages"]);
  });

  it("leaves a field out that Meta does not offer, and says which", async (t) => {
    const graph = await startMeta(t);
    graph.apps.set(appId, { name: "Acme Bot", secret, withheld: ["partner_solutions", "standby"] });
    const callback = await startCallback(t);
    const { refused, left } = await apply(graph, optionsFor(graph, { callback }));
    assert.deepEqual(refused.toSorted(), ["partner_solutions", "standby"]);
    assert.deepEqual(
      left.map(({ what }) => what),
      ["The app is not subscribed to standby, partner_solutions."],
    );
  });

  it("finds drift of every sort", async (t) => {
    const { graph, callback } = await connected(t);
    assert.deepEqual(await told(graph, { callback }), []);
    const subscription = graph.apps.get(appId)?.subscription;
    assert.ok(subscription);
    subscription.callback_url = "https://old.example/hook";
    assert.deepEqual(await told(graph, { callback }), ["error meta_callback"]);
    assert.deepEqual(await told(graph), ["note meta_callback"]);
    subscription.callback_url = callback;
    subscription.active = false;
    assert.deepEqual(await told(graph, { callback }), ["error meta_callback"]);
    subscription.active = true;
    subscription.fields = [{ name: "messages", version: "v19.0" }];
    assert.deepEqual(await told(graph, { callback, fields: ["messages"] }), [
      "warning meta_fields",
    ]);
    subscription.fields = [{ name: "calls", version: "v22.0" }];
    assert.deepEqual(await told(graph, { callback, fields: ["messages", "calls"] }), [
      "error meta_fields",
    ]);
    const accounts = { berlin: { phoneNumberId: number }, bonn: { phoneNumberId: "7001" } };
    const strange = await read(graph, { callback, fields: ["calls"], accounts });
    assert.deepEqual(
      strange.problems.map(({ what }) => /\((\w+) in/.exec(what)?.[1]),
      ["bonn"],
    );
  });

  it("tells an override apart that is meant from one that is left over, and takes it away when told", async (t) => {
    const { graph, callback } = await connected(t);
    const account = wabaOf({ subscribed: new Map([[appId, "https://account.example/"]]) });
    for (const [id, override] of [
      ["1", "https://one.example/"],
      ["2", callback],
      ["3", ""],
    ] as const)
      account.numbers.set(id, { display: `+1 ${id}`, override });
    graph.wabas.set(waba, account);
    const accounts = { berlin: { phoneNumberId: number }, one: { phoneNumberId: "1" } };
    assert.deepEqual(await told(graph, { callback }), ["note meta_override", "note meta_override"]);
    const found = await read(graph, { callback, accounts });
    assert.deepEqual(
      found.problems.map(({ level }) => level),
      ["error", "error"],
    );
    assert.deepEqual(found.accounts[0]?.numbers.map(({ id, by }) => `${id} ${by}`).toSorted(), [
      "1 number",
      "2 number",
      "3 account",
      `${number} account`,
    ]);
    // Subscribing again would take the account's override away: it is not done by the way.
    assert.deepEqual(stepsOf(found, { overrides: false }), []);
    const { left } = await apply(graph, optionsFor(graph, { callback, accounts }), true);
    assert.deepEqual(left, []);
    assert.equal(account.subscribed.get(appId), "");
    assert.equal(account.numbers.get("1")?.override, "");
    assert.equal(account.numbers.get("2")?.override, callback);
  });

  it("shows the other apps of an account, and leaves them subscribed", async (t) => {
    const graph = await startMeta(t);
    const callback = await startCallback(t);
    graph.wabas.get(waba)?.subscribed.set(otherApp, "");
    const { left } = await apply(graph, optionsFor(graph, { callback }));
    assert.deepEqual(
      left.map(({ level, what }) => [level, what]),
      [["note", `Account Acme (${waba}) also sends to other apps: Other CRM.`]],
    );
    assert.deepEqual([...(graph.wabas.get(waba)?.subscribed.keys() ?? [])], [otherApp, appId]);
  });

  it("reads lists of several pages, and none that never ends", async (t) => {
    const { graph, callback } = await connected(t);
    const ids = ["9001", "9002", "9003", "9004", "9005"];
    for (const id of ids)
      graph.wabas.set(
        id,
        wabaOf({
          subscribed: new Map([
            ["1", ""],
            ["2", ""],
            [appId, ""],
          ]),
        }),
      );
    const numbers = Array.from(
      { length: 7 },
      (_, n) => [`70${n}`, { display: `+1 ${n}` }] as const,
    );
    graph.wabas.set(
      "9005",
      wabaOf({ subscribed: new Map([[appId, ""]]), numbers: new Map(numbers) }),
    );
    graph.tokens.set(token, { appId, scopes, wabas: [waba, ...ids] });
    const found = await read(graph, { callback });
    assert.deepEqual(
      found.accounts.map(({ id }) => id),
      [...ids, waba].toSorted(),
    );
    assert.equal(found.accounts.find(({ id }) => id === "9005")?.numbers.length, 7);
    assert.ok(found.accounts.every(({ subscribed }) => subscribed));
    assert.doesNotMatch(JSON.stringify(found), /access_token/);
  });

  it("proves that it knows the secret, where the app asks for it", async (t) => {
    const { graph, callback } = await connected(t);
    const subscription = graph.apps.get(appId)?.subscription;
    graph.apps.set(appId, {
      name: "Acme Bot",
      secret,
      proof: true,
      ...(subscription && { subscription }),
    });
    assert.deepEqual(await told(graph, { callback, appSecrets: ["e".repeat(32), secret] }), []);
  });
});
