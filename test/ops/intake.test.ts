import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { createFakeBus } from "../support/fake-bus.ts";
import { type Harness, startOps, token } from "./harness.ts";

const bus = createFakeBus();
const accounts = { berlin: { phoneNumberId: "700700700700700" } };
let ops: Harness;
before(async () => {
  ops = await startOps({ intake: { publish: bus.publish, accounts: () => accounts } });
  // On a crowded machine it takes longer than a request may take to come in.
  await ops.ops.prepare();
});
after(() => ops.ops.close());
afterEach(() => {
  bus.published.length = 0;
  bus.mood = "confirms";
});

const paid = {
  type: "business.payment.succeeded",
  id: "pi_1",
  account: "berlin",
  contact: { phone: "+49 151 23456789" },
  business: { amount: 1200 },
};
const published = () => bus.published.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()));

interface Refusal {
  readonly type: string;
  readonly errors: { readonly path: string; readonly reason: string; readonly remedy: string }[];
}
async function refusal(response: Response): Promise<Refusal> {
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("content-type"), "application/problem+json; charset=utf-8");
  const problem = (await response.json()) as Refusal;
  assert.equal(problem.type, "urn:waypost:problem:invalid-event");
  assert.deepEqual(bus.published, []);
  return problem;
}

describe("POST /api/events", () => {
  it("answers 202 with the id once the event is on the bus", async () => {
    const response = await ops.post("/api/events", paid);
    assert.equal(response.status, 202);
    assert.deepEqual(await response.json(), { ids: ["pi_1"] });
    const [event] = published();
    assert.equal(event.id, "pi_1");
    assert.deepEqual(event.data.contact, { waId: "4915123456789" });
    assert.equal(bus.published[0]?.routingKey, "business.payment.succeeded.700700700700700");
    const { values } = await ops.metrics.intake.get();
    assert.deepEqual(values, [{ labels: { via: "api", outcome: "taken" }, value: 1 }]);
  });

  it("takes a list, and CloudEvents by their own content type", async () => {
    const { type, id, ...data } = paid;
    const events = [paid, { ...paid, id: "pi_2" }, { specversion: "1.0", type, id, data }];
    const response = await fetch(`${ops.url}/api/events`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/cloudevents-batch+json; charset=utf-8",
      },
      body: JSON.stringify(events),
    });
    assert.equal(response.status, 202);
    assert.deepEqual(await response.json(), { ids: ["pi_1", "pi_2", "pi_1"] });
    assert.deepEqual(
      published().map((event) => event.id),
      ["pi_1", "pi_2"],
    );
  });

  it("takes nothing of a list with a problem in it, and says where", async () => {
    const wrong = { ...paid, contact: { phone: "call me" }, sentBy: "x" };
    const { errors } = await refusal(
      await ops.post("/api/events", [paid, wrong, { ...paid, id: 1 }]),
    );
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["/1/sentBy", "/2/id"],
    );
    const phone = await refusal(await ops.post("/api/events", [{ ...wrong, sentBy: "bot" }]));
    assert.deepEqual(phone.errors[0]?.path, "/0/contact/phone");
    assert.ok(!JSON.stringify(phone).includes("call me"));
  });

  it("refuses two different events under one id", async () => {
    const other = { ...paid, business: { amount: 1 } };
    const { errors } = await refusal(await ops.post("/api/events", [paid, other]));
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["/1/id"],
    );
  });

  it("refuses what is no event and no list of 1 to 100", async () => {
    for (const body of ["1", '"x"', "[]", JSON.stringify(Array(101).fill(paid))]) {
      const { errors } = await refusal(await ops.post("/api/events", body));
      assert.equal(errors[0]?.path, "", body);
    }
    assert.equal((await refusal(await ops.post("/api/events", "[1]"))).errors[0]?.path, "/0");
    const none = await refusal(await ops.post("/api/events"));
    assert.deepEqual(
      none.errors.map(({ path }) => path),
      ["/type"],
    );
  });

  it("outlives hostile bodies", async () => {
    const deep = `{"type":"business.x","business":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
    assert.match(
      (await refusal(await ops.post("/api/events", deep))).errors[0]?.path ?? "",
      /^\/business\/a/,
    );
    for (const broken of ["{", "\0", '{"a":1}}', "[".repeat(900_000)]) {
      assert.equal((await ops.post("/api/events", broken)).status, 400);
    }
    const big = JSON.stringify({ ...paid, business: { text: "x".repeat(3_145_728) } });
    assert.equal((await ops.post("/api/events", big)).status, 413);
    for (const key of ["__proto__", "constructor", "toString"]) {
      const body = `{"type":"business.x","business":{},"${key}":{"polluted":1}}`;
      const { errors } = await refusal(await ops.post("/api/events", body));
      assert.equal(errors[0]?.path, `/${key}`);
      assert.equal((await ops.post("/api/events", { ...paid, account: key })).status, 400);
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.equal((await ops.post("/api/events", paid)).status, 202);
  });

  it("refuses what is not UTF-8, in which characters would be lost", async () => {
    const body = Buffer.from(JSON.stringify({ ...paid, business: { city: "Köln" } }), "latin1");
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json; charset=iso-8859-1",
    };
    const response = await fetch(`${ops.url}/api/events`, { method: "POST", headers, body });
    assert.equal(response.status, 400);
    const { errors } = (await response.json()) as Refusal;
    assert.match(errors[0]?.reason ?? "", /in UTF-8/);
    assert.deepEqual(bus.published, []);
  });

  it("answers 503 when it is not durable, and takes it again under the same id", async () => {
    bus.mood = "rejects";
    const response = await ops.post("/api/events", paid);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "5");
    assert.deepEqual(
      ((await response.json()) as Refusal).type,
      "urn:waypost:problem:bus-unavailable",
    );
    bus.mood = "confirms";
    assert.equal((await ops.post("/api/events", paid)).status, 202);
  });

  it("takes only JSON, from who has a token", async () => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
    const text = await fetch(`${ops.url}/api/events`, { method: "POST", headers, body: "{}" });
    assert.equal(text.status, 415);
    assert.equal((await ops.post("/api/events", paid, {})).status, 401);
    assert.deepEqual(bus.published, []);
  });

  it("logs nothing of what was told", () => {
    assert.doesNotMatch(JSON.stringify(ops.logged), /23456789|pi_1|amount/);
  });
});
