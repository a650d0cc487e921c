import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Webhook } from "standardwebhooks";
import { DeliveryError, type Destination } from "../../src/contracts.ts";
import type { RawOptions } from "../../src/destinations/webhook/options.ts";
import { webhook } from "../../src/destinations/webhook/webhook.ts";
import { compileSchema } from "../../src/support/schema.ts";
import { attempt } from "../conformance/destination.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createAuthority } from "../support/certificates.ts";
import { type Stub, type StubRequest, startStub } from "./stub.ts";

const secretOf = (letter: string) => `whsec_${Buffer.alloc(32, letter).toString("base64")}`;
const create = (options: object): Destination =>
  webhook.create("erp", options as RawOptions, { log: createArrayLog() });

describe("a webhook", () => {
  let stub: Stub;
  const opened: Destination[] = [];
  beforeEach(async () => {
    stub = await startStub(() => ({ status: 200 }));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await stub.close();
  });
  const open = (options: object) => {
    const destination = create({ url: stub.url, allowPrivateAddresses: true, ...options });
    opened.push(destination);
    return destination;
  };
  const sent = async (options: object, event = makeText("Grüße 🌷 \ud800", {})) => {
    const outcome = await attempt(open(options), event);
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    const request = stub.requests.at(-1);
    assert.ok(request);
    return request;
  };
  const verify = (secret: string, { body, headers }: StubRequest) =>
    new Webhook(secret).verify(body, headers as Record<string, string>);

  it("POSTs the event as a CloudEvent, signed so that the standard's own verifier takes it", async () => {
    const event = makeText("Grüße 🌷 \ud800", {});
    const secret = secretOf("a");
    const request = await sent({ secret }, event);
    assert.equal(request.method, "POST");
    assert.equal(request.headers["content-type"], "application/cloudevents+json");
    assert.equal(request.headers["webhook-id"], event.id);
    assert.deepEqual(verify(secret, request), event);
    assert.throws(() => verify(secretOf("b"), request));
    assert.throws(() => verify(secret, { ...request, body: `${request.body} ` }));
  });

  it("signs with every secret while one replaces another", async () => {
    const secrets = [secretOf("a"), secretOf("b"), secretOf("c")];
    const request = await sent({ secret: secrets });
    assert.equal(String(request.headers["webhook-signature"]).split(" ").length, 3);
    for (const secret of secrets) verify(secret, request);
  });

  it("signs every attempt for its own time, under the same id and with the same body", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 10, 20, 10) });
    const event = makeText("x", {});
    const secret = secretOf("a");
    const first = await sent({ secret }, event);
    t.mock.timers.tick(600_000);
    const second = await sent({ secret }, event);
    const times = [first, second].map(({ headers }) => Number(headers["webhook-timestamp"]));
    assert.equal((times[1] ?? 0) - (times[0] ?? 0), 600);
    assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert.equal(first.body, second.body);
    verify(secret, second);
    assert.throws(() => verify(secret, first), /too old/);
  });

  it("has no dot in the webhook-id, whatever the event's id", async () => {
    const ids = ["order.created.1", "order-created-1", "a b/ü", "x".repeat(500)];
    const seen = [];
    for (const id of ids) seen.push((await sent({}, makeText("x", { id }))).headers["webhook-id"]);
    for (const id of seen) assert.match(String(id), /^[\w-]{1,100}$/);
    assert.equal(new Set(seen).size, ids.length);
  });

  it("forwards Meta's own form, signed as Meta signs it", async () => {
    const event = makeText("Grüße", {});
    const request = await sent({ format: "meta", appSecret: "invented-app-secret" }, event);
    assert.deepEqual(JSON.parse(request.body), event.data.raw);
    assert.equal(request.headers["content-type"], "application/json");
    const digest = createHmac("sha256", "invented-app-secret").update(request.body).digest("hex");
    assert.equal(request.headers["x-hub-signature-256"], `sha256=${digest}`);
  });

  it("refuses what has no form of Meta's", async () => {
    const event = makeEvent({ type: "business.order_paid", data: { raw: undefined } });
    const destination = open({ format: "meta", appSecret: "s" });
    const outcome = await attempt(destination, event);
    assert.ok(outcome instanceof DeliveryError);
    assert.equal(outcome.verdict, "refused");
    assert.equal(stub.requests.length, 0);
    assert.match(JSON.stringify(destination.preview(event)), /refused/);
  });

  it("sends bearer, basic and headers of one's own", async () => {
    const authorization = async (options: object) => (await sent(options)).headers.authorization;
    assert.equal(await authorization({ bearer: "token-1" }), "Bearer token-1");
    const basic = await authorization({ basic: { username: "wäy", password: "p:w" } });
    assert.equal(Buffer.from(String(basic).slice(6), "base64").toString(), "wäy:p:w");
    const { headers } = await sent({
      headers: { "X-Key": "k", "Content-Type": "application/json" },
    });
    assert.equal(headers["x-key"], "k");
    assert.equal(headers["content-type"], "application/json");
  });

  it("sends an event of 3 MB", async () => {
    const event = makeText("🌷".repeat(800_000), {});
    assert.deepEqual(JSON.parse((await sent({ secret: secretOf("a") }, event)).body), event);
  });

  it("keeps no credentials and nothing of the event in an answer, in any letter case or encoding", async () => {
    const basic = { username: "waypost", password: "invented pass/word" };
    const pair = `${basic.username}:${basic.password}`;
    const event = makeText("my very private words", {});
    for (const text of [basic.password, pair, "my very private words"]) {
      const forms = [
        text,
        text.toUpperCase(),
        encodeURIComponent(text),
        text.replaceAll(" ", "+").replaceAll("/", "%2F").replaceAll(":", "%3A"),
        Buffer.from(text).toString("base64"),
        Buffer.from(text).toString("base64url"),
      ];
      for (const form of forms) {
        stub.fail({ status: 400, body: `no ${form}, no` });
        const outcome = await attempt(open({ basic }), event);
        assert.ok(outcome instanceof DeliveryError);
        assert.match(outcome.answer ?? "", /^400 no …=*, no$/, form);
      }
    }
  });

  it("keeps at most 500 characters of the answer, on one line", async () => {
    stub.fail({ status: 400, body: `field\r\nmissing\u202e ${"x".repeat(100_000)}` });
    const outcome = await attempt(open({}), makeText("x", {}));
    assert.ok(outcome instanceof DeliveryError);
    assert.match(outcome.answer ?? "", /^400 field missing x+$/);
    assert.ok((outcome.answer ?? "").length <= 500);
  });

  it("refuses options that cannot work, without showing them", () => {
    const url = "https://erp.example/hooks";
    const wrong: [object, string][] = [
      [{ secret: "hidden-secret" }, "secret"],
      [{ secret: "whsec_c2hvcnQ=" }, "secret"],
      [{ secret: [secretOf("a"), "whsec_ü"] }, "secret"],
      [{ format: "meta" }, "appSecret"],
      [{ bearer: "a", basic: { username: "u", password: "p" } }, ""],
      [{ bearer: "hidden\nx: y" }, "bearer"],
      [{ headers: { Authorization: "x" }, bearer: "a" }, ""],
      [{ headers: { "Webhook-Id": "x" } }, "headers.Webhook-Id"],
      [{ headers: { Host: "hidden" } }, "headers.Host"],
      [{ tls: { cert: "/nowhere/hidden.pem", key: "/nowhere/key.pem" } }, "tls.cert"],
      [{ tls: { cert: "-----BEGIN CERTIFICATE-----\nhidden" } }, "tls"],
    ];
    for (const [options, option] of wrong) {
      assert.throws(
        () => create({ url, ...options }),
        (error) => {
          assert.ok(error instanceof Error && error.name === "OptionError", String(error));
          assert.equal((error as { option?: string }).option, option);
          assert.ok(!error.message.includes("hidden"), error.message);
          return true;
        },
      );
    }
  });

  it("has a schema that takes its options and refuses others", () => {
    const check = compileSchema(webhook.schema);
    const url = "https://erp.example/hooks";
    assert.deepEqual(check({ url, secret: [secretOf("a")], headers: { "x-a": "b" } }), []);
    for (const wrong of [
      {},
      { url, secrets: "x" },
      { url, headers: { "a b": "c" } },
      { url, headers: { a: "b\nc" } },
    ]) {
      assert.notDeepEqual(check(wrong), [], JSON.stringify(wrong));
    }
  });
});

describe("a webhook with TLS", () => {
  const ca = createAuthority("ca.example");
  const server = ca.issue("server.example", "IP:127.0.0.1");
  const client = ca.issue("client.example");

  const withServer = async (work: (stub: Stub) => Promise<void>) => {
    const tls = { ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: true };
    const stub = await startStub(
      () => ({ status: 200 }),
      () => true,
      tls,
    );
    await work(stub).finally(() => stub.close());
  };

  it("shows its client certificate, from files or as text", (t) =>
    withServer(async (stub) => {
      const folder = mkdtempSync(join(tmpdir(), "waypost-tls-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const texts = { ca: ca.cert, ...client };
      const files = Object.fromEntries(
        Object.entries(texts).map(([name, pem]) => {
          const file = join(folder, `${name}.pem`);
          writeFileSync(file, pem);
          return [name, file];
        }),
      );
      for (const tls of [files, texts]) {
        const destination = create({ url: stub.url, allowPrivateAddresses: true, tls });
        const outcome = await attempt(destination, makeText("x", {}));
        assert.ok(!(outcome instanceof DeliveryError), String(outcome));
        const [check] = await destination.check(AbortSignal.timeout(5000));
        assert.equal(check?.ok, true, check?.detail);
        assert.match(check?.detail ?? "", /TLSv1\.3; its certificate ends in 1 days/);
        await destination.close();
      }
      assert.equal(stub.requests.length, 2);
    }));

  it("does not talk to a server whose certificate it does not know", () =>
    withServer(async (stub) => {
      const destination = create({ url: stub.url, allowPrivateAddresses: true });
      const outcome = await attempt(destination, makeText("x", {}));
      assert.ok(outcome instanceof DeliveryError);
      assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false]);
      assert.match(outcome.message, /certificate/);
      const [check] = await destination.check(AbortSignal.timeout(5000));
      assert.equal(check?.ok, false);
      assert.match(check?.detail ?? "", /certificate/);
      await destination.close();
      assert.equal(stub.requests.length, 0);
    }));

  it("is refused without a client certificate where one is asked for", () =>
    withServer(async (stub) => {
      const tls = { ca: ca.cert };
      const destination = create({ url: stub.url, allowPrivateAddresses: true, tls });
      const outcome = await attempt(destination, makeText("x", {}));
      assert.ok(outcome instanceof DeliveryError);
      assert.equal(outcome.verdict, "outage");
      await destination.close();
      assert.equal(stub.requests.length, 0);
    }));
});
