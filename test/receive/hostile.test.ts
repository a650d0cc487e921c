import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { messagesPost, textMessage } from "../support/meta-post.ts";
import {
  exchangeRaw,
  openRaw,
  path,
  post,
  send,
  startReceiver,
  type TestReceiver,
} from "../support/receiver.ts";
import { sign } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";

const limit = 3_145_728;
const text = JSON.stringify(messagesPost([textMessage("wamid.one")]));
const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const head = `POST ${path} HTTP/1.1\r\nHost: waypost.example\r\nX-Hub-Signature-256: ${sign(text)}`;

let receiver: TestReceiver;
before(async () => {
  receiver = await startReceiver();
});
after(() => receiver.close());
beforeEach(() => {
  receiver.bus.published.length = 0;
});

async function lives(): Promise<void> {
  assert.equal((await post(receiver.port, text)).code, 200);
}

describe("hostile signatures", () => {
  it("are answered 401, empty, and nothing is published", async () => {
    for (const header of [
      undefined,
      "",
      "sha256=",
      sign(text, "another"),
      sign(JSON.stringify(JSON.parse(text), null, 1)),
      sign(text).replace("sha256", "sha1"),
      sign(text).slice(0, -1),
      `${sign(text)}0`,
      `${sign(text)},${sign(text)}`,
      "a".repeat(8_192),
    ]) {
      const headers = header === undefined ? {} : { "x-hub-signature-256": header };
      const { code, body } = await send(receiver.port, { method: "POST", headers, body: text });
      assert.deepEqual([header, code, body], [header, 401, ""]);
    }
    const twice = { "x-hub-signature-256": [sign(text), sign(text)] };
    assert.equal(
      (await send(receiver.port, { method: "POST", headers: twice, body: text })).code,
      401,
    );
    assert.deepEqual(receiver.bus.published, []);
  });

  it("are not saved by a good SHA-1 signature", async () => {
    const headers = { "x-hub-signature": `sha1=${"a".repeat(40)}` };
    assert.equal((await send(receiver.port, { method: "POST", headers, body: text })).code, 401);
  });
});

describe("hostile sizes", () => {
  for (const [size, code] of [
    [0, 200],
    [1, 200],
    [limit - 1, 200],
    [limit, 200],
    [limit + 1, 413],
    [10 * limit, 413],
  ] as const) {
    it(`of ${size} bytes are answered ${code}`, async () => {
      const answer = await post(receiver.port, Buffer.alloc(size, 0x20));
      assert.equal(answer.code, code);
      if (code === 413) assert.equal(answer.headers["connection"], "close");
      await lives();
    });
  }

  it("without a length are cut at the limit", async () => {
    const headers = { "transfer-encoding": "chunked", "x-hub-signature-256": sign("") };
    const body = Buffer.alloc(limit + 1, 0x20);
    const { code } = await send(receiver.port, { method: "POST", headers, body });
    assert.equal(code, 413);
    await lives();
  });

  it("that together are too much are answered 503, while all other POSTs go on", async () => {
    const stalled = Buffer.concat([
      Buffer.from(lines(head, `Content-Length: ${limit}`)),
      Buffer.alloc(limit - 1, 0x20),
    ]);
    const open = await Promise.all(
      Array.from({ length: 40 }, () => openRaw(receiver.port, stalled)),
    );
    const refused = () => open.filter((raw) => raw.received().startsWith("HTTP/1.1 503 "));
    await waitFor("the refusals", () => refused().length >= 40 - 21);
    assert.match(refused()[0]?.received() ?? "", /^Retry-After: 5\r$/m);
    await lives();
    assert.equal((await post(receiver.port, Buffer.alloc(limit, 0x20))).code, 200);
    for (const { socket } of open) socket.destroy();
  });

  it("in a million chunks of a byte do not fill the memory", async () => {
    const chunks = "1\r\nx\r\n".repeat(500_000);
    const before = process.memoryUsage().rss;
    const answer = await exchangeRaw(
      receiver.port,
      `${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 (503|401) /);
    assert.ok(process.memoryUsage().rss - before < 268_435_456);
    await lives();
  });

  it("that lie are 400, and what follows is no request", async () => {
    const short = await exchangeRaw(
      receiver.port,
      lines(head, "Content-Length: 5") + text.slice(0, 5) + text.slice(5),
    );
    assert.match(short, /HTTP\/1\.1 40[01] /);
    assert.doesNotMatch(short, /HTTP\/1\.1 200/);
    for (const length of ["abc", "-1", "1e3", "0x10", "+5", "99999999999999999999999"]) {
      const answer = await exchangeRaw(receiver.port, lines(head, `Content-Length: ${length}`));
      assert.match(answer, /^HTTP\/1\.1 4(00|13) /, length);
    }
    await lives();
  });
});

describe("encodings", () => {
  it("are answered 415, and nothing is inflated", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "x"]) {
      const { code, body } = await post(receiver.port, bomb, { "content-encoding": encoding });
      assert.deepEqual([encoding, code, body], [encoding, 415, ""]);
    }
    assert.equal((await post(receiver.port, text, { "content-encoding": "Identity" })).code, 200);
    await lives();
  });
});

describe("broken HTTP", () => {
  for (const [what, request] of [
    [
      "length and chunks",
      `${lines(head, "Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    ],
    ["two lengths", `${lines(head, "Content-Length: 5", "Content-Length: 6")}hello`],
    ["a folded header", `${lines(head, "X-Folded: a", " b", "Content-Length: 0")}`],
    ["bare line feeds", `POST ${path} HTTP/1.1\nHost: a\nContent-Length: 0\n\n`],
    ["an unknown coding", `${lines(head, "Transfer-Encoding: chunked, gzip")}0\r\n\r\n`],
    ["a spaced coding", `${lines(head, "Transfer-Encoding : chunked")}0\r\n\r\n`],
    ["a bad chunk size", `${lines(head, "Transfer-Encoding: chunked")}zz\r\nhello\r\n0\r\n\r\n`],
    ["no host", lines(`POST ${path} HTTP/1.1`, "Content-Length: 0")],
    ["a NUL in the path", lines(`GET /web\0hooks HTTP/1.1`, "Host: a")],
    ["a NUL in a header", lines(`GET ${path} HTTP/1.1`, "Host: a", "X-A: a\0b")],
    ["no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["nonsense", "hello\r\n\r\n"],
  ] as const) {
    it(`with ${what} is answered 400 and closed`, async () => {
      const answer = await exchangeRaw(receiver.port, request);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
      assert.deepEqual(receiver.bus.published, []);
      await lives();
    });
  }

  it("with 20 KB of headers is answered 431", async () => {
    const request = lines(`GET ${path} HTTP/1.1`, "Host: a", `X-A: ${"a".repeat(20_480)}`);
    assert.match(await exchangeRaw(receiver.port, request), /^HTTP\/1\.1 431 /);
    await lives();
  });

  it("never gets more than a refusal for odd targets", async () => {
    for (const target of [
      `${path}%00`,
      `/..${path}`,
      `/a/..${path}`,
      `//${path}`,
      `${path}/%2e%2e`,
      "*",
      "/%ff%fe",
      `/${"a".repeat(12_000)}`,
    ]) {
      const answer = await exchangeRaw(
        receiver.port,
        lines(`GET ${target} HTTP/1.1`, "Host: a", "Connection: close"),
      );
      assert.match(answer, /^HTTP\/1\.1 (400|404|403) /, target.slice(0, 40));
    }
    await lives();
  });

  it("does not harm what is pipelined before it", async () => {
    const good = `${head}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const last = good.replace("\r\nHost", "\r\nConnection: close\r\nHost");
    const answer = await exchangeRaw(receiver.port, good + good + last);
    assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  });
});

describe("slow senders", () => {
  it("are cut off: headers after 6 s, bodies after 11 s, and others notice nothing", async () => {
    const slowHeaders = await Promise.all(
      Array.from({ length: 20 }, () => openRaw(receiver.port, "POST / HTTP/1.1\r\nHost: a\r\nX-")),
    );
    const slowBodies = await Promise.all(
      Array.from({ length: 20 }, () => openRaw(receiver.port, lines(head, "Content-Length: 1000"))),
    );
    const drip = setInterval(() => {
      for (const { socket } of [...slowHeaders, ...slowBodies])
        if (socket.writable) socket.write("a");
    }, 200);
    const startedAt = performance.now();
    for (let i = 0; i < 20; i += 1) await lives();
    assert.ok(performance.now() - startedAt < 2_000);
    const headerMs = await Promise.all(slowHeaders.map(({ closed }) => closed));
    const bodyMs = await Promise.all(slowBodies.map(({ closed }) => closed));
    clearInterval(drip);
    assert.ok(Math.max(...headerMs) < 7_000, `headers: ${Math.max(...headerMs)} ms`);
    assert.ok(Math.max(...bodyMs) < 12_000, `bodies: ${Math.max(...bodyMs)} ms`);
    for (const raw of slowHeaders) assert.match(raw.received(), /^HTTP\/1\.1 408 /);
    await lives();
  });
});

describe("hostile content, signed", () => {
  const kept = () =>
    receiver
      .published()
      .filter(({ type }) => type === "waypost.quarantine")
      .map((item) => Buffer.from(String(item["data_base64"]), "base64").toString("latin1"));

  it("that is cut at any byte is kept as it came", async () => {
    for (let end = 0; end < text.length; end += 7) {
      receiver.bus.published.length = 0;
      const body = text.slice(0, end);
      assert.equal((await post(receiver.port, body)).code, 200);
      assert.deepEqual(kept(), [body]);
    }
  });

  it("with a byte order mark is read", async () => {
    await post(receiver.port, `\ufeff${text}`);
    assert.deepEqual(
      receiver.published().map(({ type }) => type),
      ["whatsapp.message.text"],
    );
  });

  it("with prototype keys leaves the prototypes alone", async () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const poison = `"${key}":{"polluted":true,"toString":1},`;
      for (const at of [
        '"object"',
        '"entry"',
        '"field"',
        '"messaging_product"',
        '"from"',
        '"body"',
      ]) {
        assert.equal((await post(receiver.port, text.replace(at, poison + at))).code, 200);
      }
    }
    assert.equal(Object("")["polluted"], undefined);
    assert.equal(Reflect.ownKeys(Object.prototype).length, before);
  });

  it("with odd characters is stored with the same id as ever", async () => {
    for (const odd of [
      "\\ud800",
      "\\udfff",
      "\\u0000",
      "\\u202e",
      "\\u200b",
      "👍🏽",
      "שלום",
      "x".repeat(65_536),
    ]) {
      receiver.bus.published.length = 0;
      await post(receiver.port, text.replace("Is the blue", odd));
      await post(receiver.port, text);
      const [first, second] = receiver.published();
      assert.equal(first?.["id"], second?.["id"], odd.slice(0, 10));
    }
  });

  it("that drifted from every schema is answered 200", async () => {
    const drift = fc.mixedCase(fc.constantFrom("entry", "changes", "value", "messages", "object"));
    await fc.assert(
      fc.asyncProperty(drift, fc.jsonValue({ maxDepth: 4 }), async (key, value) => {
        const body = text.replace(`"${key}":`, `"${key}":${JSON.stringify(value)},"was":`);
        assert.equal((await post(receiver.port, body)).code, 200);
        assert.ok(receiver.bus.published.length > 0 || !body.includes("wamid"), body);
        receiver.bus.published.length = 0;
      }),
      { numRuns: 200 },
    );
  });

  it("of random JSON or bytes is answered 200", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.uint8Array(), fc.string()), async (body) => {
        assert.equal((await post(receiver.port, body)).code, 200);
      }),
      { numRuns: 200 },
    );
  });
});
