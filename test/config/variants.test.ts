import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { createDestinations } from "../../src/app/destinations.ts";
import { DeliveryError } from "../../src/contracts.ts";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { attempt } from "../conformance/destination.ts";
import { type Stub, type StubAnswer, startStub } from "../destinations/stub.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { loadYaml } from "./load-yaml.ts";

/** A destination, and the same with an option of a route's; the vendor answers all but token requests with `answer`. */
async function open(
  t: TestContext,
  block: (stub: Stub) => object,
  { option, answer }: { readonly option: object; readonly answer: StubAnswer },
) {
  const stub = await startStub(({ path }) =>
    /oauth|token/.test(path)
      ? {
          status: 200,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            access_token: "invented",
            expires_in: 3600,
            token_type: "bearer",
          }),
        }
      : answer,
  );
  const yaml = {
    destinations: { crm: block(stub) },
    routes: [
      { name: "plain", when: { type: "whatsapp.#" }, to: ["crm"] },
      { name: "special", when: { type: "#" }, to: [{ crm: option }] },
    ],
  };
  const routing = await loadYaml(t, JSON.stringify(yaml), destinationKinds);
  const [setup] = await createDestinations(routing, { log: createArrayLog() });
  const variant = setup?.byRoute?.get("special");
  assert.ok(setup && variant);
  t.after(async () => {
    await Promise.all([setup.destination.close(), variant.close()]);
    await stub.close();
  });
  return { stub, destination: setup.destination, variant };
}

const nothing: StubAnswer = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: "{}",
};
const spent = (headers: Readonly<Record<string, string>>): StubAnswer => ({
  ...nothing,
  headers: { ...nothing.headers, "x-ratelimit-remaining": "0", ...headers },
});
const credentials = { clientId: "invented-id", clientSecret: "invented-secret" };

function serviceAccount(url: string) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const private_key = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return { client_email: "a@b.example", private_key, token_uri: `${url}/token` };
}

describe("a destination with options of a route's", () => {
  const fetching: Readonly<Record<string, { make(stub: Stub): object; option: object }>> = {
    zendesk: {
      make: ({ url }) => ({ kind: "zendesk", ...credentials, baseUrl: url }),
      option: { tags: ["vip"] },
    },
    shopify: {
      make: ({ url }) => ({ kind: "shopify", shop: "acme", ...credentials, baseUrl: url }),
      option: { tag: "vip" },
    },
    salesforce: {
      make: ({ url }) => ({ kind: "salesforce", loginUrl: url, baseUrl: url, ...credentials }),
      option: { object: "Lead" },
    },
    "google-sheets": {
      make: ({ url }) => ({
        ...{ kind: "google-sheets", spreadsheet: "1AbC-invented_id", baseUrl: url },
        credentials: serviceAccount(url),
      }),
      option: { sheet: "Others" },
    },
  };
  for (const [kind, { make, option }] of Object.entries(fetching)) {
    it(`has its access token in common with it: ${kind}`, async (t) => {
      const { stub, destination, variant } = await open(t, make, { option, answer: nothing });
      await destination.check(AbortSignal.timeout(5_000));
      const before = stub.requests.length;
      await variant.check(AbortSignal.timeout(5_000));
      assert.ok(stub.requests.length > before, "the variant asked nothing");
      const tokens = stub.requests.filter(({ path }) => /oauth|token/.test(path));
      assert.equal(tokens.length, 1);
    });
  }

  const limited: Readonly<Record<string, { make(stub: Stub): object; answer: StubAnswer }>> = {
    intercom: {
      make: ({ url }) => ({ kind: "intercom", token: "invented", baseUrl: url }),
      answer: spent({ "x-ratelimit-reset": String(Math.floor(Date.now() / 1_000) + 60) }),
    },
    freshdesk: {
      make: ({ url }) => ({ kind: "freshdesk", domain: "acme", apiKey: "invented", baseUrl: url }),
      answer: spent({}),
    },
  };
  for (const [kind, { make, answer }] of Object.entries(limited)) {
    it(`knows what the other has used of the limit: ${kind}`, async (t) => {
      const option = { text: "{{ message | text }}!" };
      const { stub, destination, variant } = await open(t, make, { option, answer });
      await destination.check(AbortSignal.timeout(5_000));
      const before = stub.requests.length;
      assert.ok(before > 0);
      const outcome = await attempt(variant, makeText("one too many"));
      assert.ok(outcome instanceof DeliveryError);
      assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false], outcome.message);
      assert.match(outcome.message, /limit is used up/);
      assert.equal(stub.requests.length, before);
    });
  }

  it("keeps the pace that the other was told to keep: hubspot", async (t) => {
    const make = ({ url }: Stub) => ({ kind: "hubspot", token: "invented", baseUrl: url });
    const body = JSON.stringify({ policyName: "TEN_SECONDLY_ROLLING" });
    const answer = { ...nothing, status: 429, body };
    const { stub, destination, variant } = await open(t, make, { option: { log: "note" }, answer });
    await destination.check(AbortSignal.timeout(5_000));
    const before = stub.requests.length;
    assert.ok(before > 0);
    await variant.check(AbortSignal.timeout(200));
    assert.equal(stub.requests.length, before);
  });

  it("has nothing in common with it where it speaks in another's name", async (t) => {
    const make = ({ url }: Stub) => ({ kind: "zendesk", ...credentials, baseUrl: url });
    const option = { clientId: "another-id" };
    const { stub, destination, variant } = await open(t, make, { option, answer: nothing });
    await destination.check(AbortSignal.timeout(5_000));
    await variant.check(AbortSignal.timeout(5_000));
    const tokens = stub.requests.filter(({ path }) => path.includes("oauth"));
    assert.equal(tokens.length, 2);
  });
});
