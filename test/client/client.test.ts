import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { after, before, describe, it } from "node:test";
import { ApiProblem, ApiUnreachable, createClient } from "../../src/client/client.ts";
import { type Harness, startOps, token } from "../ops/harness.ts";
import { textEvent } from "../support/sample-events.ts";

describe("the client, of the real API", () => {
  let harness: Harness;
  before(async () => {
    harness = await startOps();
    harness.query.log.push(...Array.from({ length: 450 }, (_, n) => textEvent(450 - n)));
  });
  after(() => harness.ops.close());
  const client = (with_ = token) => createClient({ baseUrl: `${harness.url}/`, token: with_ });

  it("answers with what the document says", async () => {
    const page = await client().get("/api/events", {
      query: { limit: 2, type: ["whatsapp.message.*", "b.#"] },
    });
    assert.deepEqual(
      page.items.map(({ id, data }) => [id, data.message?.text?.body]),
      [
        ["evt_450", "text 450"],
        ["evt_449", "text 449"],
      ],
    );
    assert.deepEqual(harness.query.asked.at(-1)?.filter, { types: ["whatsapp.message.*", "b.#"] });
  });

  it("goes through a list page by page, as far as it is asked to", async () => {
    const ids = async (max?: number) => {
      harness.query.asked.length = 0;
      const all: string[] = [];
      const request = max === undefined ? {} : { max };
      for await (const { id } of client().list("/api/events", request)) all.push(id);
      return { all, limits: harness.query.asked.map(({ page }) => page.limit) };
    };
    const whole = await ids();
    assert.equal(new Set(whole.all).size, 450);
    assert.deepEqual(whole.limits, [200, 200, 200]);
    const some = await ids(250);
    assert.equal(some.all.length, 250);
    assert.deepEqual(some.limits, [200, 50]);
  });

  it("asks for no page more than is taken", async () => {
    harness.query.asked.length = 0;
    for await (const { id } of client().list("/api/events")) if (id !== "") break;
    assert.equal(harness.query.asked.length, 1);
  });

  it("encodes what stands in the path", async () => {
    const problem = await client()
      .post("/api/deliveries/{id}/retry", { path: { id: "erp:a/b ?#é" }, body: { again: true } })
      .catch((error: unknown) => error);
    assert.ok(problem instanceof ApiProblem);
    assert.deepEqual([problem.status, problem.type], [404, "urn:waypost:problem:not-found"]);
  });

  it("throws a problem that names the parameter", async () => {
    const problem = await client()
      .get("/api/events", { query: { limit: 201, from: undefined } })
      .catch((error: unknown) => error);
    assert.ok(problem instanceof ApiProblem);
    assert.equal(problem.message, "The request does not fit.");
    assert.deepEqual(problem.errors, [{ parameter: "limit", reason: "must be <= 200" }]);
  });

  it("throws where the token is refused", async () => {
    const problem = await client("wrong")
      .get("/api/stats")
      .catch((error: unknown) => error);
    assert.ok(problem instanceof ApiProblem);
    assert.equal(problem.status, 401);
  });

  it("ends when its caller ends it, with the caller's reason", async () => {
    const reason = new Error("enough");
    await assert.rejects(client().get("/api/stats", { signal: AbortSignal.abort(reason) }), reason);
  });

  it("follows the live tail until its caller ends it", async () => {
    const ending = new AbortController();
    const ids: string[] = [];
    const onOpen = () => harness.publish(textEvent(1_000));
    for await (const { id } of client().follow({ signal: ending.signal, onOpen })) {
      ids.push(id);
      if (id === "evt_1000") ending.abort();
    }
    assert.equal(ids.length, 11);
    assert.equal(ids[0], "evt_441");
  });
});

describe("the client, of whatever else answers", () => {
  it("says what a proxy answered", async () => {
    const answer: RequestListener = (_request, response) => response.writeHead(502).end("<html>");
    await withServer(answer, async (baseUrl) => {
      const problem = await createClient({ baseUrl })
        .get("/api/stats")
        .catch((error: unknown) => error);
      assert.ok(problem instanceof ApiProblem);
      assert.deepEqual(
        [problem.status, problem.type, problem.message],
        [502, "about:blank", "The answer was 502."],
      );
    });
  });

  it("does not take a page for an answer", async () => {
    await withServer(
      (_request, response) => response.end("<html>"),
      async (baseUrl) => {
        const problem = await createClient({ baseUrl })
          .get("/api/stats")
          .catch((error: unknown) => error);
        assert.ok(problem instanceof ApiProblem);
        assert.equal(problem.message, "The answer is not of Waypost.");
      },
    );
  });

  it("gives up when the answer does not end in time", async () => {
    await withServer(
      (_request, response) => void response.write("{"),
      async (baseUrl) => {
        const error = await createClient({ baseUrl })
          .get("/api/stats", { timeoutMs: 100 })
          .catch((thrown: unknown) => thrown);
        assert.ok(error instanceof ApiUnreachable);
        assert.equal(error.reason, "ETIMEDOUT");
      },
    );
  });

  it("says why nobody can be reached", async () => {
    let gone = "";
    await withServer(
      () => undefined,
      async (baseUrl) => {
        gone = baseUrl;
      },
    );
    const client = createClient({ baseUrl: gone });
    const unreachable = { name: "ApiUnreachable", reason: "ECONNREFUSED" };
    await assert.rejects(client.get("/api/stats"), unreachable);
    await assert.rejects(client.follow().next(), unreachable);
  });

  it("says who asks, and marks what changes something", async () => {
    const seen: unknown[] = [];
    const note: RequestListener = ({ method, headers }, response) => {
      seen.push([
        method,
        headers.authorization,
        headers["x-waypost"],
        headers["x-waypost-reveal"],
        headers["content-type"],
      ]);
      response.end("{}");
    };
    await withServer(note, async (baseUrl) => {
      await createClient({ baseUrl, token }).get("/api/stats", { reveal: "a complaint, ünd" });
      await createClient({ baseUrl }).post("/api/reload");
      await createClient({ baseUrl }).post("/api/events", { body: [] });
    });
    assert.deepEqual(seen, [
      ["GET", `Bearer ${token}`, undefined, "a%20complaint%2C%20%C3%BCnd", undefined],
      ["POST", undefined, "1", undefined, undefined],
      ["POST", undefined, "1", undefined, "application/json"],
    ]);
  });
});

describe("the live tail, whose connection is lost", () => {
  it("goes on behind the last event that came", async () => {
    const lastIds: unknown[] = [];
    const drop: RequestListener = (request, response) => {
      const last = request.headers["last-event-id"];
      lastIds.push(last);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const id = last === undefined ? "evt_1" : "evt_2";
      const frame = `: hello\n\nid: ${id}\nevent: event\ndata: {"id":"${id}"}\n\n`;
      response.write(frame.slice(0, 30));
      setImmediate(() => response.end(frame.slice(30)));
    };
    await withServer(drop, async (baseUrl) => {
      const ids: string[] = [];
      let lost = 0;
      const onLost = () => {
        lost += 1;
      };
      for await (const { id } of createClient({ baseUrl }).follow({ onLost })) {
        ids.push(id);
        if (id === "evt_2") break;
      }
      assert.deepEqual([ids, lastIds, lost], [["evt_1", "evt_2"], [undefined, "evt_1"], 1]);
    });
  });

  it("ends when it is refused", async () => {
    let times = 0;
    const refuse: RequestListener = (_request, response) => {
      times += 1;
      if (times === 1) response.writeHead(200).end('data: {"id":"evt_1"}\n\n');
      else response.writeHead(times === 2 ? 503 : 401).end();
    };
    await withServer(refuse, async (baseUrl) => {
      const following = createClient({ baseUrl }).follow();
      await following.next();
      await assert.rejects(following.next(), { name: "ApiProblem", status: 401 });
    });
  });
});

async function withServer(answer: RequestListener, use: (baseUrl: string) => Promise<void>) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  try {
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
