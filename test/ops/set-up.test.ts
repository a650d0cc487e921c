import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type {
  Connection,
  DoctorReport,
  RunningConfiguration,
  TestMessage,
  WaypostEvent,
} from "../../src/contracts.ts";
import { type Planted, startPlanted } from "../support/planted-program.ts";
import { waitFor } from "../support/wait-for.ts";

let waypost: Planted;
before(async () => {
  waypost = await startPlanted();
});
after(() => waypost?.close());

const ask = async (method: string, path: string, body?: unknown, as?: string) => {
  const answer = await waypost.ask(method, path, body, as);
  return { status: answer.status, body: (await answer.json()) as never };
};
const slugOf = ({ type }: { type: string }) => type.replace("urn:waypost:problem:", "");

describe("GET /api/doctor", () => {
  it("tells what was found, what is not well first, each of that with its remedy and runbook", async () => {
    const { status, body } = await ask("GET", "/api/doctor");
    const { at, findings }: DoctorReport = body;
    assert.equal(status, 200);
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 120_000);
    assert.deepEqual(
      findings.map(({ ok }) => ok),
      [...findings.map(({ ok }) => ok)].sort(),
    );
    const parts = new Set(findings.map(({ of }) => of));
    for (const part of ["store", "broker", "erp"]) assert.ok(parts.has(part), [...parts].join());
    const erp = findings.find(({ of }) => of === "erp");
    assert.equal(erp?.ok, false);
    assert.match(erp?.runbook ?? "", /^\/runbooks\/[a-z-]+$/);
    for (const each of findings.filter(({ ok }) => !ok))
      assert.ok(each.remedy ?? each.runbook, each.found);
  });

  it("is for who has admin", async () => {
    const operator = await waypost.make("operator", ["read", "content", "operate"]);
    const { status, body } = await ask("GET", "/api/doctor", undefined, operator);
    assert.deepEqual([status, slugOf(body)], [403, "missing-scope"]);
    assert.equal((await ask("GET", "/api/doctor?deep=1")).status, 400);
  });
});

describe("GET /api/connect", () => {
  it("says what is missing to ask Meta, and what to do", async () => {
    const { status, body } = await ask("GET", "/api/connect");
    const connection: Connection = body;
    assert.equal(status, 200);
    assert.equal(connection.ok, false);
    assert.ok(connection.wanted.fields.includes("messages"));
    assert.deepEqual(
      connection.problems.map(({ kind }) => kind),
      ["meta_not_asked", "meta_not_asked"],
    );
    assert.equal(connection.problems[0]?.runbook, "/runbooks/meta-not-asked");
    assert.equal((await ask("GET", "/api/connect?x=1")).status, 400);
  });
});

describe("POST /api/test-message", () => {
  it("sends a marked message through the receiver into the log, where it reaches nobody", async () => {
    const { status, body } = await ask("POST", "/api/test-message", {});
    const sent: TestMessage = body;
    assert.equal(status, 200);
    assert.deepEqual([sent.status, sent.test, sent.goesTo, sent.why], [200, true, [], undefined]);
    assert.equal(sent.url, waypost.program.webhookUrl);
    const event: WaypostEvent = (await ask("GET", `/api/events/${sent.event}`)).body;
    assert.equal(event.data.test, true);
  });

  it("sends one like any other with `asTest: false`, of the number that is told", async () => {
    const phoneNumberId = "700700700700701";
    const asked = { asTest: false, phoneNumberId, to: "local" };
    const sent: TestMessage = (await ask("POST", "/api/test-message", asked)).body;
    assert.deepEqual([sent.test, sent.goesTo], [false, ["erp"]]);
    const event: WaypostEvent = (await ask("GET", `/api/events/${sent.event}`)).body;
    assert.equal(event.data.account.phoneNumberId, phoneNumberId);
  });

  it("says why it does not arrive, with a remedy, where the public address is not known", async () => {
    const sent: TestMessage = (await ask("POST", "/api/test-message", { to: "public" })).body;
    assert.equal(sent.event, undefined);
    assert.match(sent.remedy ?? "", /PUBLIC_URL/);
  });

  it("refuses what it does not know, and names it", async () => {
    for (const [body, parameter] of [
      [{ to: "mars" }, "to"],
      [{ asTest: "yes" }, "asTest"],
      [{ phoneNumberId: "+49 151" }, "phoneNumberId"],
      [{ phone: "1" }, "phone"],
      [[], "body"],
    ] as const) {
      const answer = await ask("POST", "/api/test-message", body);
      const { errors } = answer.body as { errors: { parameter: string }[] };
      assert.deepEqual([answer.status, errors[0]?.parameter], [400, parameter]);
    }
  });

  it("is an act in the audit, what was refused soon after", async () => {
    const results = async (result: string) => {
      const entries = await waypost.list("/api/audit?action=sendTestMessage");
      return entries.filter((each) => each["who"] === "OPS_TOKENS" && each["result"] === result)
        .length;
    };
    assert.equal(await results("done"), 3);
    await waitFor("the refused ones", async () => (await results("refused")) === 5);
  });
});

describe("GET /api/configuration", () => {
  it("tells what runs, how long what is kept and when a secret was used, and no secret", async () => {
    const { status, body } = await ask("GET", "/api/configuration");
    const running: RunningConfiguration = body;
    assert.equal(status, 200);
    assert.match(running.yaml, /destinations:/);
    const days = running.settings.find(({ name }) => name === "RETENTION_DAYS");
    assert.equal(days?.value, String(running.retention[0]?.days));
    for (const { name, value, secret } of running.settings)
      assert.ok(secret !== true || value === undefined, name);
    assert.equal(running.secrets.length, 1);
    const operator = await waypost.make("reader-only", ["read", "operate"]);
    assert.equal((await ask("GET", "/api/configuration", undefined, operator)).status, 403);
  });
});
