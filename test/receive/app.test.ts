import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { largePost, messagesPost, textMessage } from "../support/meta-post.ts";
import { path, post, send, startReceiver, type TestReceiver } from "../support/receiver.ts";
import { sign, verifyToken } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";

const text = JSON.stringify(messagesPost([textMessage("wamid.one")]));

let receiver: TestReceiver;
before(async () => {
  receiver = await startReceiver();
});
after(() => receiver.close());
beforeEach(() => {
  receiver.bus.published.length = 0;
});

function types(): unknown[] {
  return receiver.published().map(({ type }) => type);
}

describe("the challenge", () => {
  const query = (token: string, challenge = "1158201444") =>
    `${path}?hub.mode=subscribe&hub.challenge=${challenge}&hub.verify_token=${token}`;

  it("is given back as plain text", async () => {
    const { code, headers, body } = await send(receiver.port, { path: query(verifyToken) });
    assert.equal(code, 200);
    assert.equal(body, "1158201444");
    assert.match(String(headers["content-type"]), /^text\/plain/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["etag"], undefined);
    assert.equal(headers["x-powered-by"], undefined);
  });

  for (const [what, target] of [
    ["a wrong token", query("guess")],
    ["two tokens", `${query(verifyToken)}&hub.verify_token=${verifyToken}`],
    ["nested parameters", query(verifyToken).replace("hub.mode=", "hub[mode]=")],
    ["markup", query(verifyToken, "%3Cscript%3Ealert(1)%3C/script%3E")],
    ["10 KB", query(verifyToken, "1".repeat(10_240))],
    ["nothing", path],
  ] as const) {
    it(`is refused, empty, for ${what}`, async () => {
      const { code, body } = await send(receiver.port, { path: target });
      assert.equal(code, 403);
      assert.equal(body, "");
    });
  }
});

describe("a signed POST", () => {
  it("becomes an event and is answered 200, empty", async () => {
    const { code, body } = await post(receiver.port, text);
    assert.equal(code, 200);
    assert.equal(body, "");
    const [event, ...others] = receiver.published();
    assert.deepEqual(others, []);
    assert.equal(event?.["type"], "whatsapp.message.text");
    assert.match(String(event?.["postid"]), /^pst_[0-9a-f]{32}$/);
    const [encoded] = receiver.bus.published;
    assert.equal(encoded?.routingKey, "whatsapp.message.text.700700700700700");
    assert.equal(encoded?.id, event?.["id"]);
  });

  it("gets the same ids when it comes again, and another post id", async () => {
    await post(receiver.port, text);
    await post(receiver.port, text);
    const [first, second] = receiver.published();
    assert.equal(first?.["id"], second?.["id"]);
    assert.notEqual(first?.["postid"], second?.["postid"]);
  });

  it("is answered only when the bus has confirmed", async () => {
    receiver.bus.confirmMs = 60;
    const startedAt = performance.now();
    const { code } = await post(receiver.port, text);
    receiver.bus.confirmMs = 0;
    assert.equal(code, 200);
    assert.ok(performance.now() - startedAt >= 58);
  });

  it("that is large is read in the thread, with the same events in the same order", async () => {
    const count = 300;
    assert.equal((await post(receiver.port, largePost(count, 200_000))).code, 200);
    const ids = receiver.published().map(({ data }) => Object(Object(data)["message"])["id"]);
    assert.deepEqual(
      ids,
      Array.from({ length: count }, (_, index) => `wamid.large${index}`),
    );
    const inThread = receiver.published().at(7);
    receiver.bus.published.length = 0;
    await post(receiver.port, JSON.stringify(messagesPost([textMessage("wamid.large7")])));
    assert.equal(receiver.published()[0]?.["id"], inThread?.["id"]);
  });

  it("without items is answered 200", async () => {
    const empty = '{"object":"whatsapp_business_account","entry":[]}';
    assert.equal((await post(receiver.port, empty)).code, 200);
  });

  it("that is no JSON is kept in quarantine, byte for byte", async () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);
    assert.equal((await post(receiver.port, body)).code, 200);
    const [kept, ...others] = receiver.published();
    assert.deepEqual(others, []);
    assert.equal(kept?.["type"], "waypost.quarantine");
    assert.deepEqual(Buffer.from(String(kept?.["data_base64"]), "base64"), body);
    assert.deepEqual(JSON.parse(String(kept?.["problems"])), [{ path: "", reason: "not UTF-8" }]);
  });

  it("of another Meta product is kept in quarantine", async () => {
    const body = '{"object":"page","entry":[{"id":"1","messaging":[{"text":"hi"}]}]}';
    assert.equal((await post(receiver.port, body)).code, 200);
    const kept = receiver.published().find(({ type }) => type === "waypost.quarantine");
    assert.equal(Buffer.from(String(kept?.["data_base64"]), "base64").toString(), body);
  });

  it("with a key twice and a number too long gives its events and is kept as well", async () => {
    const body = text
      .replace('"type":"text"', '"type":"text","type":"text"')
      .replace('"messages":', '"n":12345678901234567890,"messages":');
    assert.equal((await post(receiver.port, body)).code, 200);
    assert.equal(types().at(0), "whatsapp.message.text");
    assert.equal(types().filter((type) => type === "waypost.quarantine").length, 1);
    const kept = receiver.published().at(-1);
    assert.equal(Buffer.from(String(kept?.["data_base64"]), "base64").toString(), body);
    const paths = JSON.parse(String(kept?.["problems"])).map((one: { path: string }) => one.path);
    assert.ok(paths.includes("entry[0].changes[0].value.n"));
    assert.ok(paths.includes("entry[0].changes[0].value.messages[0].type"));
  });

  it("with ordinary floats is not kept", async () => {
    const location = { latitude: 52.52, longitude: 7.95, name: "Shop" };
    const message = { ...textMessage("wamid.place"), type: "location", text: undefined, location };
    const body = JSON.stringify(messagesPost([message])).replace("52.52,", "52.520,");
    await post(receiver.port, body);
    assert.deepEqual(types(), ["whatsapp.message.location"]);
  });
});

describe("other requests", () => {
  it("get 404 on every other path", async () => {
    for (const target of [
      "/",
      "/webhooks",
      `${path}/`,
      `${path}/x`,
      path.toUpperCase(),
      "/metrics",
    ]) {
      const { code, body } = await send(receiver.port, { path: target });
      assert.deepEqual([target, code, body], [target, 404, ""]);
    }
  });

  it("get 405 with the methods there are", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
      const { code, headers, body } = await send(receiver.port, { method });
      assert.deepEqual([method, code, headers["allow"], body], [method, 405, "GET, POST", ""]);
    }
  });
});

describe("a POST that cannot be made durable", () => {
  it("is answered 503 with Retry-After when bus and spool are away", async () => {
    const own = await startReceiver();
    own.bus.down = "gone";
    own.spool.failure = "full";
    const { code, headers, body } = await post(own.port, text);
    assert.deepEqual([code, headers["retry-after"], body], [503, "5", ""]);
    await own.close();
  });

  it("is spooled while the bus is away, and reaches it later", async () => {
    const own = await startReceiver();
    own.bus.down = "gone";
    assert.equal((await post(own.port, text)).code, 200);
    assert.equal(own.spool.depth().posts, 1);
    own.bus.down = undefined;
    await waitFor("the drain", () => own.spool.depth().posts === 0);
    assert.equal(own.published()[0]?.["type"], "whatsapp.message.text");
    await own.close();
  });
});

describe("what is measured and logged", () => {
  it("counts answers, reasons, families and accounts, and times each step", async () => {
    const own = await startReceiver();
    await post(own.port, text);
    await post(own.port, text, { "x-hub-signature-256": sign(text, "another") });
    await send(own.port, { method: "POST", body: text });
    await post(own.port, "no JSON");
    const measured = await own.metrics.registry.metrics();
    for (const line of [
      /^waypost_posts_total\{code="200"\} 2$/m,
      /^waypost_posts_total\{code="401"\} 2$/m,
      /^waypost_unauthorized_total\{reason="mismatch"\} 1$/m,
      /^waypost_unauthorized_total\{reason="missing"\} 1$/m,
      /^waypost_last_unauthorized_timestamp_seconds 1\d{9}/m,
      /^waypost_last_webhook_timestamp_seconds\{account="700700700700700"\} 1\d{9}/m,
      /^waypost_events_received_total\{family="message"\} 1$/m,
      /^waypost_quarantined_total 1$/m,
      /^waypost_ack_seconds_count 2$/m,
      /^waypost_ack_step_seconds_count\{step="read"\} 4$/m,
      /^waypost_ack_step_seconds_count\{step="verify"\} 2$/m,
      /^waypost_ack_step_seconds_count\{step="split"\} 2$/m,
      /^waypost_ack_step_seconds_count\{step="publish"\} 2$/m,
    ]) {
      assert.match(measured, line);
    }
    await own.close();
  });

  it("logs nothing of a good POST above debug, and one line for many bad ones", async () => {
    const own = await startReceiver();
    await post(own.port, text);
    for (let i = 0; i < 5; i += 1) await send(own.port, { method: "POST", body: text });
    const lines = own.log.lines.filter(({ level }) => level !== "debug");
    assert.deepEqual(
      lines.map(({ level, reason }) => [level, reason]),
      [["warn", "missing"]],
    );
    assert.doesNotMatch(JSON.stringify(own.log.lines), /Mia|15555550123|blue one/);
    await own.close();
  });
});
