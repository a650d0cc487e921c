import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { Agent } from "undici";
import { DeliveryError } from "../../../src/contracts.ts";
import { clientCredentials, jwtBearer } from "../../../src/destinations/http/grants.ts";
import { send } from "../../../src/destinations/http/send.ts";
import { createTokenSource, withToken } from "../../../src/destinations/http/token-source.ts";
import { waitFor } from "../../support/wait-for.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";

const clientSecret = "s3cr3t/with+odd=characters";
const minute = 60_000;

/** A vendor: tokens at /token, and an API that takes the newest alone. */
let vendor: Stub;
let dispatcher: Agent;
let issued: number;
let life: Record<string, unknown>;
/** The API takes none of the tokens up to this one. */
let revoked: number;
let now: number;

const json = (status: number, body: object): StubAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});
const bearer = ({ headers }: StubRequest) =>
  Number(/^Bearer tkn_(\d+)$/.exec(headers.authorization ?? "")?.[1]);
const asked = () => vendor.requests.filter(({ path }) => path === "/token");

beforeEach(async () => {
  [issued, revoked, now, life] = [0, 0, 1_000, { expires_in: 3_600 }];
  dispatcher = new Agent();
  const act = (request: StubRequest): StubAnswer => {
    if (request.path !== "/token") return { status: bearer(request) > revoked ? 200 : 401 };
    issued += 1;
    return json(200, { access_token: `tkn_${issued}`, token_type: "Bearer", ...life });
  };
  vendor = await startStub(act, ({ path }) => path === "/token");
});
afterEach(async () => {
  await vendor.close();
  await dispatcher.destroy();
});

const endpoint = () => ({ dispatcher, url: new URL("/token", vendor.url) });
const grant = () => clientCredentials({ ...endpoint(), clientId: "waypost", clientSecret });
const source = (fetchToken = grant()) =>
  createTokenSource({ fetchToken, clock: { monotonic: () => now } });
const never = new AbortController().signal;
const call = (tokens: ReturnType<typeof source>) =>
  withToken(tokens, never, (token) => {
    const headers = { authorization: `Bearer ${token}` };
    return send(dispatcher, {
      url: new URL("/api", vendor.url),
      headers,
      body: "{}",
      signal: never,
    });
  });

/** The error with which it rejects; no secret stands anywhere in it. */
async function failure(work: Promise<unknown>): Promise<DeliveryError> {
  const error = await work.then(
    () => assert.fail("it resolved"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DeliveryError, inspect(error));
  assert.equal(error.maybeDone, false, "no token, nothing delivered");
  const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
  for (const secret of [clientSecret, encodeURIComponent(clientSecret), "tkn_", "assertion="]) {
    assert.ok(!shown.includes(secret), `${secret} in ${shown}`);
  }
  return error;
}

describe("a token source", () => {
  it("fetches once for ten who ask at once, and keeps the token", async () => {
    const tokens = source();
    const all = await Promise.all(Array.from({ length: 10 }, () => tokens.token(never)));
    assert.deepEqual(new Set(all), new Set(["tkn_1"]));
    now += 54 * minute;
    assert.equal(await tokens.token(never), "tkn_1");
    assert.equal(asked().length, 1);
  });

  it("fetches another before the end, while the old one still serves", async () => {
    const tokens = source();
    await tokens.token(never);
    now += 55 * minute;
    assert.equal(await tokens.token(never), "tkn_1");
    await waitFor("the next token", () => issued === 2);
    await waitFor("its use", async () => (await tokens.token(never)) === "tkn_2");
    assert.equal(asked().length, 2);
  });

  it("goes on with the old one to its end while the token endpoint is away", async () => {
    const tokens = source();
    await tokens.token(never);
    vendor.fail({ status: 503 }, { status: 503 });
    now += 59 * minute;
    assert.equal(await tokens.token(never), "tkn_1");
    await waitFor("the question", () => asked().length === 2);
    now += minute;
    assert.equal((await failure(tokens.token(never))).verdict, "outage");
  });

  it("fetches one when the old one has ended, whatever the wall clock says", async () => {
    const tokens = source();
    await tokens.token(never);
    now += 60 * minute;
    assert.equal(await tokens.token(never), "tkn_2");
  });

  it("keeps a token whose life is not told for a quarter of an hour", async () => {
    life = {};
    const tokens = source();
    await tokens.token(never);
    now += 13 * minute;
    assert.equal(await tokens.token(never), "tkn_1");
    now += 2 * minute;
    assert.equal(await tokens.token(never), "tkn_2");
  });

  it("lets one who gives up go, and the others wait on", async () => {
    const tokens = source();
    vendor.fail("hang");
    const leaving = new AbortController();
    const [first, second] = [tokens.token(leaving.signal), tokens.token(never)];
    await waitFor("the question", () => asked().length === 1);
    leaving.abort();
    assert.match((await failure(first)).message, /in time/);
    const rejected = failure(second);
    await vendor.close();
    assert.equal((await rejected).verdict, "outage");
  });
});

describe("a request with a token", () => {
  it("is made again with a new one after a 401", async () => {
    const tokens = source();
    assert.equal((await call(tokens)).status, 200);
    revoked = 1;
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(tokens)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(asked().length, 2, "one new token for all of them");
  });

  it("is a matter of configuration after a second 401, and the next one starts anew", async () => {
    const tokens = source();
    revoked = 2;
    const error = await failure(call(tokens));
    assert.equal(error.verdict, "config");
    assert.match(error.message, /401.*credentials/);
    assert.equal(asked().length, 2);
    assert.equal((await call(tokens)).status, 200);
    assert.equal(asked().length, 3);
  });

  it("that sets out with the new one is not made again either", async () => {
    const tokens = source();
    tokens.refused(await tokens.token(never));
    revoked = 2;
    assert.equal(await tokens.token(never), "tkn_2");
    tokens.refused("tkn_1");
    assert.equal((await failure(call(tokens))).verdict, "config");
    assert.equal(asked().length, 2);
  });

  it("asks for a new token again when one that was new long ago is refused", async () => {
    const tokens = source();
    revoked = 1;
    await call(tokens);
    now += 10 * minute;
    revoked = 2;
    assert.equal((await call(tokens)).status, 200);
    assert.equal(asked().length, 3);
  });

  it("leaves every other answer to the caller", async () => {
    const tokens = source();
    const answer = await withToken(tokens, never, async () => ({ status: 403 }));
    assert.equal(answer.status, 403);
  });
});

describe("a token endpoint", () => {
  const fails = async (answer: StubAnswer | "reset" | "garbage") => {
    vendor.fail(answer);
    return failure(source().token(never));
  };

  it("that refuses the credentials is a matter of configuration, with its code and our words", async () => {
    for (const [status, code, words] of [
      [401, "invalid_client", /401 invalid_client: check the client id/],
      [400, "invalid_grant", /400 invalid_grant: /],
      [400, "invalid_scope", /check the scopes/],
    ] as const) {
      const error_description = `no client with ${clientSecret}`;
      const error = await fails(json(status, { error: code, error_description }));
      assert.equal(error.verdict, "config");
      assert.match(error.message, words);
    }
    const unknown = await fails(json(400, { error: clientSecret }));
    assert.equal(unknown.verdict, "config");
    assert.equal((await fails({ status: 404, body: "<html>" })).verdict, "config");
    assert.match((await fails({ status: 200, body: "<html>" })).message, /without a token/);
  });

  it("that is away or busy is an outage", async () => {
    for (const status of [500, 502, 503, 408]) {
      assert.equal((await fails({ status, body: "" })).verdict, "outage", String(status));
    }
    const busy = await fails({ status: 429, headers: { "retry-after": "7" } });
    assert.deepEqual([busy.verdict, busy.afterMs], ["outage", 7_000]);
    assert.equal((await fails("reset")).verdict, "outage");
    assert.equal((await fails("garbage")).verdict, "outage");
  });

  it("gets the client's credentials in a form", async () => {
    const fetchToken = clientCredentials({
      ...endpoint(),
      clientId: "waypost",
      clientSecret,
      scope: "read write",
    });
    await fetchToken(never);
    const [request] = asked();
    assert.equal(request?.headers["content-type"], "application/x-www-form-urlencoded");
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body)), {
      grant_type: "client_credentials",
      client_id: "waypost",
      client_secret: clientSecret,
      scope: "read write",
    });
  });

  it("gets a signed assertion that a clock which is a little off does not spoil", async () => {
    const { privateKey: key, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const fetchToken = jwtBearer({
      ...endpoint(),
      issuer: "robot@project.example",
      audience: "https://oauth2.example/token",
      scope: "sheets",
      key,
      keyId: "k1",
      clock: { now: () => 1_800_000_000_500 },
    });
    assert.deepEqual(await fetchToken(never), { token: "tkn_1", lifeMs: 3_600_000 });
    const form = new URLSearchParams(asked()[0]?.body);
    assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = form.get("assertion")?.split(".") ?? [];
    const parse = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    assert.deepEqual(parse(header), { alg: "RS256", typ: "JWT", kid: "k1" });
    assert.deepEqual(parse(claims), {
      iss: "robot@project.example",
      aud: "https://oauth2.example/token",
      scope: "sheets",
      iat: 1_799_999_940,
      exp: 1_800_000_180,
    });
    const verify = createVerify("sha256").update(`${header}.${claims}`);
    assert.ok(verify.verify(publicKey, signature, "base64url"));
  });
});
