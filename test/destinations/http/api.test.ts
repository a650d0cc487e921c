import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import {
  type Api,
  type ApiOptions,
  createApi,
  pathOf,
  type Session,
} from "../../../src/destinations/http/api.ts";
import { createTokenSource } from "../../../src/destinations/http/token-source.ts";
import { makeText } from "../../store/make-events.ts";
import { type Fault, type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";

/** A CRM: what it made, and what it answers with. */
let crm: Stub;
let api: Api;
let made: string[];
let answer: (request: StubRequest) => StubAnswer | undefined;
const secret = "an-invented-key";
const event = makeText("my very private words");

const json = (status: number, body: object, headers = {}): StubAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});
const open = (options: Partial<ApiOptions> = {}) =>
  createApi({
    vendor: "Acme",
    baseUrl: new URL(`${crm.url}/v3/`),
    credentials: { header: "authorization", prefix: "Bearer ", token: secret },
    headers: { "x-version": "2" },
    secrets: [secret],
    ...options,
  });

beforeEach(async () => {
  made = [];
  answer = () => undefined;
  crm = await startStub((request) => {
    if (request.method !== "GET") made.push(request.body);
    return answer(request) ?? json(200, { id: "7" });
  });
  api = open();
});
afterEach(async () => {
  await api.close();
  await crm.close();
});

const session = (shadow = false, ms = 2_000): Session =>
  api.session(event, { shadow }, AbortSignal.timeout(ms));
const look = { method: "GET", path: "/contacts" } as const;
const write = { method: "POST", path: "/contacts", json: { name: "Mia" } } as const;

async function failure(asking: Promise<unknown>): Promise<DeliveryError> {
  const error = await asking.then(
    () => assert.fail("it did not fail"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeliveryError, String(error));
  return error;
}
const facts = ({ verdict, maybeDone, afterMs, laneOnly }: DeliveryError) => [
  verdict,
  maybeDone,
  afterMs,
  laneOnly,
];

describe("a session with a vendor's API", () => {
  it("sends what it is told below the base address, with credentials and headers, and reads JSON", async () => {
    const path = pathOf`/contacts/${"a/b?c"}/notes/${7}`;
    const query = { after: "x y", limit: 5, none: undefined };
    const found = await session().look({ method: "GET", path, query, headers: { "x-one": "1" } });
    assert.deepEqual(found.json, { id: "7" });
    await session().write("create a contact", write);
    const [first, second] = crm.requests;
    assert.equal(first?.path, "/v3/contacts/a%2Fb%3Fc/notes/7?after=x+y&limit=5");
    assert.deepEqual(
      [
        first?.headers.authorization,
        first?.headers["x-version"],
        first?.headers["x-one"],
        first?.body,
      ],
      [`Bearer ${secret}`, "2", "1", ""],
    );
    assert.deepEqual(
      [second?.method, second?.headers["content-type"], second?.body],
      ["POST", "application/json", '{"name":"Mia"}'],
    );
  });

  it("sends bytes as they are", async () => {
    await session().write("upload a file", {
      method: "PUT",
      path: "/files",
      body: Buffer.from("abc"),
      headers: { "content-type": "image/jpeg" },
    });
    assert.deepEqual(
      [crm.requests[0]?.body, crm.requests[0]?.headers["content-type"]],
      ["abc", "image/jpeg"],
    );
  });

  it("takes a 2xx with JSON or with nothing, and what the request accepts besides", async () => {
    answer = () => ({ status: 204 });
    assert.equal((await session().write("delete", { ...write, method: "DELETE" }))?.status, 204);
    answer = () => json(404, { message: "no such contact" });
    assert.equal((await session().look({ ...look, accept: [404] })).status, 404);
    assert.equal((await failure(session().look(look))).verdict, "config");
  });

  const unsure: readonly Fault[] = [
    { status: 500 },
    { status: 408 },
    "lost",
    "reset",
    "garbage",
    "big",
    "silent",
    "drip",
  ];
  for (const fault of unsure) {
    it(`says what a failed write may have done, and that a look-up did nothing: ${JSON.stringify(fault)}`, async () => {
      crm.fail(fault, fault);
      const written = await failure(session(false, 300).write("create a contact", write));
      assert.deepEqual([written.verdict, written.maybeDone], ["outage", true]);
      const looked = await failure(session(false, 300).look(look));
      assert.deepEqual([looked.verdict, looked.maybeDone], ["outage", false]);
    });
  }

  it("takes an answer that is no JSON for none, and reads 4 MB of one at most", async () => {
    answer = () => ({ status: 200, body: "<html>" });
    assert.match((await failure(session().look(look))).message, /Acme answered 200 with something/);
    const long = (bytes: number) => json(200, { text: "x".repeat(bytes) });
    answer = () => long(4_000_000);
    assert.equal(((await session().look(look)).json as { text: string }).text.length, 4_000_000);
    answer = () => long(4_400_000);
    assert.equal((await failure(session().look(look))).verdict, "outage");
  });

  it("knows the usual meaning of a status, and waits as long as Retry-After says", async () => {
    answer = () => ({ status: 429, headers: { "retry-after": "30" } });
    assert.deepEqual(facts(await failure(session().write("x", write))), [
      "outage",
      false,
      30_000,
      false,
    ]);
    answer = () => ({ status: 422 });
    assert.deepEqual(facts(await failure(session().write("x", write))), [
      "refused",
      false,
      undefined,
      false,
    ]);
    answer = () => ({ status: 401 });
    const wrong = await failure(session().look(look));
    assert.equal(wrong.message, "Acme answered 401: check the credentials");
  });

  it("is stopped by the signal, and sends nothing after it", async () => {
    crm.fail("hang");
    assert.deepEqual(facts(await failure(session(false, 100).write("x", write))), [
      "outage",
      true,
      undefined,
      false,
    ]);
    const over = api.session(event, { shadow: false }, AbortSignal.abort());
    assert.deepEqual(facts(await failure(over.write("x", write))), [
      "outage",
      false,
      undefined,
      false,
    ]);
    assert.equal(crm.requests.length, 1);
  });

  it("keeps the vendor's answer for the engineer, without secrets or what it echoes", async () => {
    answer = () =>
      json(422, { message: `no my very private words ${secret} of 15555550123`, field: "phone" });
    const { message, answer: kept = "" } = await failure(session().write("x", write));
    assert.equal(message, "Acme answered 422");
    assert.match(kept, /^422 .*field/);
    for (const hidden of ["private", secret, "15555550123"])
      assert.ok(!kept.includes(hidden), kept);
    assert.equal((await failure(api.plain(AbortSignal.timeout(500)).look(look))).answer, undefined);
  });
});

describe("the vendor's own words", () => {
  it("decide: verdict, code, words, when, and whether it is the conversation's alone", async () => {
    await api.close();
    api = open({
      judge: ({ json: body }) => {
        const { code } = body as { code?: string };
        if (code === "TICKET_FULL")
          return {
            verdict: "outage",
            code,
            words: "the ticket is full",
            afterMs: 600_000,
            laneOnly: true,
          };
        if (code === "SLOW") return { verdict: "outage", maybeDone: true };
        return undefined;
      },
    });
    answer = () => json(400, { code: "TICKET_FULL" }, { "retry-after": "5" });
    const full = await failure(session().write("x", write));
    assert.deepEqual(facts(full), ["outage", false, 600_000, true]);
    assert.equal(full.message, "Acme answered 400 TICKET_FULL: the ticket is full");
    answer = () => json(400, { code: "SLOW" });
    assert.equal((await failure(session().write("x", write))).maybeDone, true);
    assert.equal((await failure(session().look(look))).maybeDone, false);
    answer = () => json(400, { code: "OTHER" });
    assert.equal((await failure(session().write("x", write))).verdict, "refused");
  });
});

describe("a session in shadow", () => {
  it("looks up, writes nothing, and tells what it would have done", async () => {
    const shadow = session(true);
    assert.deepEqual((await shadow.look(look)).json, { id: "7" });
    assert.equal(await shadow.write("create a contact", write), undefined);
    assert.equal(await shadow.write("create a note", write), undefined);
    shadow.note("1 duplicate by phone");
    assert.equal(shadow.summary(), "would create a contact, create a note; 1 duplicate by phone");
    assert.deepEqual([made, crm.requests.length], [[], 1]);
    assert.equal(session(true).summary(), "would do nothing");
  });
});

describe("a session with tokens", () => {
  it("fetches another one after a 401, once, and then says that the credentials are wrong", async () => {
    let issued = 0;
    const fetchToken = async () => ({ token: `tkn_${++issued}`, lifeMs: 3_600_000 });
    const token = createTokenSource({ fetchToken });
    await api.close();
    api = open({ credentials: { header: "x-token", prefix: "", token } });
    let good = "tkn_1";
    answer = ({ headers }) => (headers["x-token"] === good ? undefined : json(401, {}));
    await session().write("create a contact", write);
    good = "tkn_2";
    await session().write("create a contact", write);
    assert.deepEqual(
      crm.requests.map(({ headers }) => headers["x-token"]),
      ["tkn_1", "tkn_1", "tkn_2"],
    );
    good = "none";
    const wrong = await failure(session().look(look));
    assert.deepEqual([wrong.verdict, wrong.maybeDone], ["config", false]);
    assert.ok(issued <= 3, String(issued));
  });
});
