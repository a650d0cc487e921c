import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { createLog, type LogFields } from "../../src/support/log.ts";

async function written(message: string, fields: LogFields): Promise<string> {
  const stream = new PassThrough();
  const log = createLog({ level: "debug", stream });
  log.error(message, fields);
  await log.close();
  return String(stream.read());
}

const pair = "waypost:p@ss/word one";
const base64 = Buffer.from(pair).toString("base64");
const base64url = Buffer.from(pair).toString("base64url");

describe("a log line", () => {
  const credentials = {
    "a Basic header": `authorization: Basic ${base64}`,
    "a lower-case one": `{"authorization":"basic ${base64}"}`,
    "a pair without a header": `sent ${base64}, and got 401`,
    "a pair as base64url": `sent ${base64url}`,
    "a short pair": `Basic ${Buffer.from("a:b").toString("base64")}`,
    "a token": "Authorization: Bearer invented.token-1",
    "a URL": "cannot reach amqps://waypost:p@ss/word@rabbit.example:5671/vhost",
    "a URL with a query": "GET https://erp.example/hooks?token=invented.token-1 failed",
  };
  const hidden = [base64, base64url, "YTpi", "invented.token-1", "p@ss", "word@", "ss/word"];
  for (const [what, text] of Object.entries(credentials)) {
    it(`shows no credentials: ${what}`, async () => {
      const cause = new Error(text);
      for (const line of [
        await written("failed", { error: new Error(text) }),
        await written("failed", { error: new Error("it failed", { cause }) }),
        await written("failed", { reason: text }),
        await written(text, {}),
      ]) {
        for (const each of hidden) assert.ok(!line.includes(each), `${each} in ${line}`);
      }
    });
  }

  it("keeps the host, the class and the code", async () => {
    const error = Object.assign(new TypeError("amqp://u:p@rabbit.example:5672 is away"), {
      code: "ECONNREFUSED",
    });
    const line = JSON.parse(await written("failed", { error, reason: "evt_0123456789abcdef" }));
    assert.equal(line.error, "TypeError ECONNREFUSED: amqp://rabbit.example:5672 is away");
    assert.equal(line.reason, "evt_0123456789abcdef");
  });

  it("says which replay, event and POST it is about", async () => {
    const about = { id: "rpl_1", eventId: "evt_1", postId: "pst_1" };
    const { timestamp: _, ...line } = JSON.parse(await written("through", about));
    assert.deepEqual(line, { level: "error", message: "through", ...about });
  });

  it("takes what is said after its end for unsaid", async () => {
    const stream = new PassThrough();
    const log = createLog({ level: "debug", stream });
    log.info("before");
    await log.close();
    log.error("after");
    log.child({ role: "work" }).debug("after");
    await new Promise(setImmediate);
    assert.doesNotMatch(String(stream.read()), /after/);
  });
});
