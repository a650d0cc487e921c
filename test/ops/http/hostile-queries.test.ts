import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { type Harness, startOps, token } from "../harness.ts";

let ops: Harness;
before(async () => {
  ops = await startOps({ validateResponses: false });
});
after(() => ops.ops.close());

const lists = ["/api/events", "/api/conversations", "/api/quarantine", "/api/events/stream"];
const names = ["type", "account", "conversation", "contact", "text", "limit", "cursor", "from"];
const operators = [
  "$ne",
  "$gt",
  "$where",
  "$regex",
  "$expr",
  "$function",
  "$nor",
  "$in",
  "__proto__",
];
const injected = [
  ...names.flatMap((name) => operators.map((operator) => `${name}[${operator}]=1`)),
  ...names.map((name) => `${name}[]=1`),
  ...names.map((name) => `${name}[=1`),
  ...names.map((name) => `${name}[constructor][prototype][x]=1`),
  ...[
    "$where",
    "$or",
    "sort",
    "projection",
    "fields",
    "select",
    "skip",
    "offset",
    "populate",
    "page",
  ].map((name) => `${name}=1`),
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "a.b", "a%00b", ""].map(
    (name) => `${name}=1`,
  ),
  ...[
    "0",
    "-1",
    "201",
    "1e9",
    "1.5",
    "NaN",
    "Infinity",
    "-Infinity",
    "9".repeat(400),
    "[1]",
    "{}",
  ].map((limit) => `limit=${encodeURIComponent(limit)}`),
];

describe("hostile queries", () => {
  for (const list of lists) {
    it(`are refused with 400 before the log is asked, by ${list}`, async () => {
      for (const query of injected) {
        const response = await ops.get(`${list}?${query}`);
        assert.equal(response.status, 400, `${list}?${query}`);
        await response.text();
      }
      assert.deepEqual(ops.query.asked, []);
    });
  }

  it("reach the log, if at all, as plain strings of bounded length", async () => {
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom(
        '{"$ne":1}',
        "(a+)+$",
        "';drop--",
        "%00",
        "../../..",
        "\u202e",
        "a".repeat(2_000),
      ),
    );
    const query = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), value));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists.slice(0, 3)), query, async (list, pairs) => {
        const encoded = pairs
          .map((pair) => pair.map((part) => encodeURIComponent(wellFormed(part))).join("="))
          .join("&");
        const response = await ops.get(`${list}?${encoded}`);
        await response.text();
        assert.ok([200, 400].includes(response.status), `${response.status} for ${encoded}`);
      }),
      { numRuns: 600 },
    );
    for (const { filter, page } of ops.query.asked) {
      assert.ok(Number.isInteger(page.limit) && page.limit >= 1 && page.limit <= 200);
      for (const value of [...Object.values(filter).flat(), page.cursor ?? ""]) {
        assert.ok(typeof value === "string" && value.length <= 1_024);
      }
    }
    assert.deepEqual(Object.keys(Object.prototype), []);
  });

  it("in the request line are answered or cut off, and the server lives on", async () => {
    const lines = [
      "GET http://[::1/api/events HTTP/1.1",
      "GET http://127.0.0.1/api/events?limit=9999 HTTP/1.1",
      "GET //api/events?limit=9999 HTTP/1.1",
      "GET /api/../api/events?limit=9999 HTTP/1.1",
      "GET /api/%2e%2e/healthz HTTP/1.1",
      "GET /schemas/..%2fpackage.json HTTP/1.1",
      "GET /schemas/%2e%2e%2fpackage.json HTTP/1.1",
      `GET /api/events?text=${"a".repeat(20_000)} HTTP/1.1`,
      "GET /api/events\0 HTTP/1.1",
      "BREW /api/events HTTP/1.1",
    ];
    for (const line of lines) {
      const code = await statusOf(line);
      assert.ok([400, 404, 405, 431].includes(code), `${code} for ${line.slice(0, 60)}`);
    }
    assert.equal((await ops.get("/healthz")).status, 200);
  });

  it("that are too long get a problem all the same", async () => {
    const answer = await ops.get(`/api/events?text=${"a".repeat(20_000)}`);
    assert.equal(answer.status, 431);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    const { type } = (await answer.json()) as { type: string };
    assert.equal(type, "urn:waypost:problem:too-long");
  });

  it("with ever new content types do not make the validator grow", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        ops.get("/api/stats", {
          authorization: `Bearer ${token}`,
          "content-type": `application/x-${n}`,
        }),
      ),
    );
    assert.ok(answers.every(({ status }) => status === 200));
  });
});

/** Lone surrogates cannot be URL-encoded at all. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "");
}

function statusOf(requestLine: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(ops.url);
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write(
        `${requestLine}\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
    });
    let answer = "";
    socket.setEncoding("latin1").on("data", (text) => {
      answer += text;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
  });
}
