import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { publishing, publishingNeeds } from "../../../src/ops/http/contract.ts";
import { type AccessHarness, startAccess } from "../access/access-harness.ts";

const event = { type: "business.lead.captured", id: "lead-1", account: "berlin", business: {} };

/** `POST /api/events` as production has it, beside the general validator, and as all else is held against the contract. */
describe("POST /api/events is answered alike with and without the general validator", () => {
  let general: AccessHarness;
  let direct: AccessHarness;
  before(async () => {
    general = await startAccess();
    direct = await startAccess({ validateResponses: false });
    for (const each of [general, direct]) await each.ops.prepare();
  });
  after(async () => {
    await general.ops.close();
    await direct.ops.close();
  });

  const told = async (ops: AccessHarness, scopes: readonly string[], more: object) => {
    const as = await ops.make(`t-${Math.random().toString(36).slice(2)}`, scopes as never);
    const { path = "", ...given } = more as { path?: string; as?: string };
    const answer = await ops.ask("POST", `/api/events${path}`, { as, ...given });
    const { date: _, ...headers } = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, body: await answer.text() };
  };
  const cases: Readonly<Record<string, [readonly string[], object]>> = {
    "one event": [["publish"], { body: event }],
    "a list, by who sees contents": [
      ["publish", "content"],
      { body: [event, { ...event, id: "b" }] },
    ],
    "masked on demand": [
      ["publish", "content"],
      { body: event, headers: { "x-waypost-mask": "1" } },
    ],
    "no event": [["publish"], { body: { type: "nonsense" } }],
    "an empty list": [["publish"], { body: [] }],
    "a number": [["publish"], { body: 7 }],
    "no body": [["publish"], {}],
    "another content type": [
      ["publish"],
      { body: event, headers: { "content-type": "text/plain" } },
    ],
    "an unknown parameter": [["publish"], { body: event, path: "?dry=1" }],
    "an odd parameter": [["publish"], { body: event, path: "?a[$ne]=1" }],
    "another scope": [["read", "operate"], { body: event }],
    "a wrong token": [["publish"], { body: event, headers: { authorization: "Bearer wrong" } }],
    "a closing slash": [["publish"], { body: event, path: "/" }],
  };
  for (const [name, [scopes, more]] of Object.entries(cases)) {
    it(name, async () => {
      const answer = await told(direct, scopes, more);
      assert.deepEqual(answer, await told(general, scopes, more));
    });
  }

  it("takes only who may publish, for the accounts of the token", async () => {
    const as = await direct.make("munich", ["publish"], { accounts: ["munich"] });
    const answer = await direct.ask("POST", "/api/events", { as, body: event });
    assert.equal(answer.status, 400);
  });

  it("is what the contract says of it", async () => {
    const document = parse(await readFile("schemas/openapi.yaml", "utf8")) as {
      paths: { "/api/events": { post: Record<string, unknown> } };
    };
    const { post } = document.paths["/api/events"];
    for (const [key, value] of Object.entries(publishing)) assert.equal(post[key], value);
    const [{ token } = { token: [] }] = post["security"] as { token: string[] }[];
    assert.deepEqual(token, publishingNeeds);
    assert.equal(post["parameters"], undefined);
  });
});
