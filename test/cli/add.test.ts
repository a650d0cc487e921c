import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { gatherOptions, type KindOptions } from "../../src/cli/add/options.ts";
import { keepInEnv } from "../../src/cli/common/env-file.ts";
import type { ConfigProblem } from "../../src/config/config-error.ts";
import { readGiven } from "../../src/config/env.ts";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { tempDir } from "../config/temp-dir.ts";
import { hubspotToken, startHubspotStub } from "../destinations/hubspot/stub.ts";
import { slackToken, startSlackStub } from "../destinations/slack-stub.ts";
import { add } from "./run-add.ts";

describe("waypost add", { timeout: 120_000 }, () => {
  it("goes from nothing to a live destination, and keeps secrets out of the file", async (t) => {
    const stub = await startSlackStub();
    t.after(() => stub.stub.close());
    const cwd = await tempDir(t);
    const settings = ["--set", "channel=#support", `baseUrl=${stub.baseUrl}`];
    const answers = [slackToken, "y", "y"];
    const { code, out, err } = await add(cwd, ["slack", "--name", "support", ...settings], answers);
    assert.equal(code, 0, err + out);
    assert.match(out, /would begin a thread in #support/);
    assert.match(out, /support is live in waypost\.yaml/);
    assert.ok(!out.includes(slackToken));
    const text = await readFile(path.join(cwd, "waypost.yaml"), "utf8");
    assert.match(
      text,
      /support: \{ kind: slack, token: "?\$\{SLACK_TOKEN\}"?, channel: "#support"/,
    );
    assert.ok(!text.includes("shadow"), text);
    assert.match(text, /name: to-support/);
    const env = path.join(cwd, ".env");
    assert.equal(await readFile(env, "utf8"), `SLACK_TOKEN='${slackToken}'\n`);
    assert.equal((await stat(env)).mode & 0o777, 0o600);
    // Nothing was posted.
    assert.deepEqual(stub.posts, []);
  });

  it("creates what the vendor must have before it checks again, and shows what it would do", async (t) => {
    const { stub, portal, writes } = await startHubspotStub({ bare: true, specification: false });
    t.after(() => stub.close());
    const cwd = await tempDir(t);
    const answers = [hubspotToken, "y", "y", "y", "y", "y", "y"];
    const { code, out, err } = await add(cwd, ["hubspot", "--set", `baseUrl=${stub.url}`], answers);
    assert.equal(code, 0, err + out);
    assert.match(out, /✗ the property whatsapp_id of contacts: create it: Settings, Properties/);
    assert.match(out, /✓ the property waypost_id of communications was created/);
    // What is missing is said once, and so is what is there.
    const lines = out.split("\n").filter((line) => line.includes("whatsapp_id of contacts"));
    assert.deepEqual(
      lines.map((line) => line.replace(/: create it: .*/, "")),
      [
        "✗ the property whatsapp_id of contacts",
        "✓ the property whatsapp_id of contacts was created",
        "✓ the property whatsapp_id of contacts: it is there",
      ],
    );
    assert.match(out, /would create a contact, log a WhatsApp message/);
    assert.match(out, /hubspot is live in waypost\.yaml/);
    assert.equal(portal.properties.get("contacts")?.get("whatsapp_id")?.hasUniqueValue, true);
    assert.ok(
      writes().every((write) => write.includes("/crm/properties/")),
      writes().join(),
    );
  });

  it("writes nothing when the answer is no, and goes on where it stopped", async (t) => {
    const stub = await startSlackStub();
    t.after(() => stub.stub.close());
    const cwd = await tempDir(t);
    const settings = [
      "--set",
      `token=${slackToken}`,
      "channel=#support",
      `baseUrl=${stub.baseUrl}`,
    ];
    const refused = await add(cwd, ["slack", ...settings], ["n"]);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /Nothing was written\.\n$/);
    await assert.rejects(readFile(path.join(cwd, "waypost.yaml")), { code: "ENOENT" });
    const waiting = await add(cwd, ["slack", ...settings], ["y", "n"]);
    assert.equal(waiting.code, 0, waiting.err);
    assert.match(waiting.out, /stays in shadow/);
    const shadowed = await readFile(path.join(cwd, "waypost.yaml"), "utf8");
    assert.match(shadowed, /shadow: true/);
    const again = await add(cwd, ["slack", "--yes"]);
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /has slack already/);
    const live = await readFile(path.join(cwd, "waypost.yaml"), "utf8");
    assert.ok(!live.includes("shadow"));
  });

  it("stops at credentials that are not accepted, and says what to do", async (t) => {
    const stub = await startSlackStub();
    t.after(() => stub.stub.close());
    const cwd = await tempDir(t);
    await stub.stub.close();
    const settings = [
      "--set",
      `token=${slackToken}`,
      "channel=#support",
      `baseUrl=${stub.baseUrl}`,
    ];
    const { code, out } = await add(cwd, ["slack", ...settings, "--yes"]);
    assert.equal(code, 1);
    assert.match(out, /✗ /);
    assert.match(await readFile(path.join(cwd, "waypost.yaml"), "utf8"), /shadow: true/);
  });

  it("says which kinds and options there are", async (t) => {
    const cwd = await tempDir(t);
    assert.match((await add(cwd, ["sleck"])).err, /no kind sleck\. There are: .*slack/);
    const { code, err } = await add(cwd, ["slack", "--set", "chanel=x"]);
    assert.equal(code, 2);
    assert.match(err, /no option chanel\. It has: .*channel/);
    assert.match((await add(cwd, ["slack"])).err, /No answer/);
  });
});

describe("the options that `add` gathers", () => {
  const schema = {
    required: ["token", "size"],
    properties: {
      token: { type: "string", "x-secret": true },
      size: { type: "integer" },
      deep: { type: "boolean" },
    },
  };
  const nobody = { ask: async () => assert.fail("asked") };
  const isTaken = () => false;

  it("keeps references and what the environment has, and gives values their type", async () => {
    const env = { CRM_TOKEN: "known" };
    const given = { size: "3", deep: "true" };
    const gathered = await gatherOptions("crm", schema, given, { questions: nobody, env, isTaken });
    assert.deepEqual(gathered, {
      options: { token: `\${CRM_TOKEN}`, size: 3, deep: true },
      secrets: {},
    });
    const own = await gatherOptions(
      "crm",
      schema,
      { token: `\${OURS}`, size: "1" },
      { questions: nobody, env: {}, isTaken },
    );
    assert.deepEqual(own, { options: { token: `\${OURS}`, size: 1 }, secrets: {} });
  });
});

describe("what `add` asks for", () => {
  const schemaOf = (kind: string) => destinationKinds[kind]?.schema as KindOptions;
  const gather = async (kind: string, given: Readonly<Record<string, string>> = {}) => {
    const asked: string[] = [];
    const questions = {
      ask: async (question: string, { secret = false } = {}) => {
        asked.push(`${question.split(" ")[0]?.replace(":", "")}${secret ? " (hidden)" : ""}`);
        return question.startsWith("loginUrl") ? "https://x" : "xx";
      },
    };
    const gathered = await gatherOptions(kind, schemaOf(kind), given, {
      ...{ questions, env: {}, isTaken: () => false },
    });
    return { asked, ...gathered };
  };

  it("is one of the sets of options that a kind takes", async () => {
    assert.deepEqual((await gather("zendesk")).asked, [
      "clientId",
      "clientSecret (hidden)",
      "subdomain",
    ]);
    const elsewhere = await gather("zendesk", { baseUrl: "https://help.example" });
    assert.ok(!elsewhere.asked.includes("subdomain"));
    assert.ok((await gather("salesforce")).asked.includes("clientSecret (hidden)"));
  });

  it("asks again for what does not fit, and says why", async () => {
    const asked: string[] = [];
    const answers = ["acme", "https://acme.my.salesforce.com", "id", "secret"];
    const ask = async (question: string) => {
      asked.push(question);
      return answers.shift();
    };
    const parts = { questions: { ask }, env: {}, isTaken: () => false };
    const { options } = await gatherOptions("salesforce", schemaOf("salesforce"), {}, parts);
    assert.equal(options["loginUrl"], "https://acme.my.salesforce.com");
    assert.match(asked[1] ?? "", /^It must match pattern "\^https\?:\/\/"\. loginUrl \(/);
    assert.equal(asked.length, 4);
  });

  it("is what a shop is to be written, unless that is given", async () => {
    const shop = { shop: "acme", clientId: "a", clientSecret: "b" };
    assert.deepEqual((await gather("shopify", shop)).asked, ["tag"]);
    assert.deepEqual((await gather("shopify", { ...shop, note: "x" })).asked, []);
  });

  it("puts a secret of several forms into the environment, never into the file", async () => {
    const { options, secrets } = await gather("webhook", {
      url: "https://erp.example",
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    });
    assert.equal(options["secret"], `\${WEBHOOK_SECRET}`);
    assert.deepEqual(Object.keys(secrets), ["WEBHOOK_SECRET"]);
    const sheet = await gather("google-sheets");
    const hook = await gather("webhook", { preset: "zapier" });
    assert.deepEqual(hook.asked, ["url (hidden)"]);
    assert.equal(hook.options["url"], `\${WEBHOOK_URL}`);
    assert.equal(
      (await gather("webhook", { url: "https://a.example" })).options["url"],
      "https://a.example",
    );
    assert.equal(sheet.options["credentials"], `\${GOOGLE_SHEETS_CREDENTIALS}`);
  });

  it("keeps a key file as it is in `.env`", async (t) => {
    const cwd = await tempDir(t);
    const before = process.cwd();
    process.chdir(cwd);
    t.after(() => process.chdir(before));
    const key = JSON.stringify({
      type: "service_account",
      private_key: "-----BEGIN\nabc\n-----END\n",
    });
    await keepInEnv({ GOOGLE_KEY: key, PLAIN: "it's" });
    const problems: ConfigProblem[] = [];
    const given = await readGiven({}, cwd, problems);
    assert.deepEqual([given["GOOGLE_KEY"], given["PLAIN"], problems], [key, "it's", []]);
    await assert.rejects(keepInEnv({ ODD: `'"` }), /both kinds of quotes/);
  });
});
