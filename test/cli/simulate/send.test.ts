import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, describe, it } from "node:test";
import { entriesOf } from "../../../src/cli/simulate/catalog/catalog.ts";
import { createLatency } from "../../../src/cli/simulate/latency.ts";
import { retryDelays } from "../../../src/cli/simulate/retry.ts";
import { type Answer, sendTraffic } from "../../../src/cli/simulate/send.ts";
import { generateTraffic, type TrafficOptions } from "../../../src/cli/simulate/traffic.ts";
import { sign } from "../../../src/cli/simulate/wire.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const appSecret = "a secret for tests";
const open: Receiver[] = [];

async function receiver(answer?: (response: ServerResponse, index: number) => void) {
  const started = await startReceiver({ appSecret, ...(answer !== undefined && { answer }) });
  open.push(started);
  return started;
}

function traffic(options: Partial<TrafficOptions>) {
  return generateTraffic({ seed: "send", appSecret, scenario: "conversation", ...options });
}

/** Of a machine on which each timer comes 2 ms late, and nothing else takes time. */
function lateClock() {
  let ms = 0;
  return {
    monotonic: () => ms,
    after(wait: number, call: () => void) {
      ms += wait + 2;
      setImmediate(call);
      return () => undefined;
    },
  };
}

after(async () => {
  for (const one of open) await one.close();
});

describe("sending on schedule", () => {
  it("keeps the rate, whose schedule no timer that is late moves", async () => {
    const { url, accepted } = await receiver();
    const options = { url, clock: lateClock() };
    const summary = await sendTraffic(traffic({ rate: 200, count: 300 }), options);
    assert.equal(summary.expected, 300);
    assert.equal(accepted.length, 300);
    assert.ok(Math.abs(summary.achievedRate - 200) < 1, String(summary.achievedRate));
    assert.ok(summary.lateMs.max <= 2, String(summary.lateMs.max));
  });

  it("is not slowed by a slow server, whose latency it measures from the time each POST was due", async () => {
    const { url, arrivals } = await receiver((response) => {
      setTimeout(() => response.writeHead(200).end(), 1500);
    });
    const posts = traffic({ rate: 100, count: 100 });
    const summary = await sendTraffic(posts, { url, connections: 200 });
    assert.equal(summary.expected, 100);
    assert.ok((arrivals().at(-1) ?? 0) < 1400, "all sent before the first answer");
    assert.ok(summary.ackMs.p50 >= 1490 && summary.ackMs.p50 < 2200);
  });

  it("counts the wait for a free connection as latency", async () => {
    const { url } = await receiver((response) => {
      setTimeout(() => response.writeHead(200).end(), 100);
    });
    const summary = await sendTraffic(traffic({ rate: 100, count: 20 }), { url, connections: 1 });
    assert.ok(summary.ackMs.max >= 1700, String(summary.ackMs.max));
    assert.ok(summary.lateMs.max < 500, String(summary.lateMs.max));
  });

  it("stops after the duration", async () => {
    const { url, accepted } = await receiver();
    const options = { url, durationMs: 500, clock: lateClock() };
    const summary = await sendTraffic(traffic({ rate: 100 }), options);
    assert.equal(summary.posts, 50);
    assert.equal(accepted.length, 50);
  });
});

describe("sending as fast as answers come", () => {
  it("has as many POSTs under way as connections", async () => {
    let underWay = 0;
    let most = 0;
    const { url } = await receiver((response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.writeHead(200).end();
      }, 20);
    });
    await sendTraffic(traffic({ count: 60 }), { url, connections: 7 });
    assert.equal(most, 7);
  });

  it("keeps the order over one connection", async () => {
    const { url, accepted } = await receiver();
    const sent = [...traffic({ count: 50 })];
    await sendTraffic(sent, { url, connections: 1 });
    assert.deepEqual(
      accepted.map(String),
      sent.map((post) => String(post.bytes)),
    );
  });

  it("stops on a signal, after the answers that are under way", async () => {
    const { url } = await receiver();
    const stop = new AbortController();
    let answers = 0;
    const summary = await sendTraffic(traffic({}), {
      url,
      connections: 3,
      signal: stop.signal,
      onAnswer: () => {
        answers += 1;
        if (answers === 20) stop.abort();
      },
    });
    assert.equal(summary.posts, summary.attempts);
    assert.ok(summary.posts >= 20 && summary.posts <= 25);
  });
});

describe("the summary", () => {
  it("expects 401 for forgeries and 200 for the rest", async () => {
    const { url } = await receiver();
    const summary = await sendTraffic(traffic({ count: 100, badSignatures: 10 }), { url });
    assert.deepEqual(summary.codes, { "200": 90, "401": 10 });
    assert.equal(summary.expected, 100);
    assert.equal(summary.unexpected, 0);
  });

  it("counts a forgery that was accepted and a refusal as unexpected", async () => {
    const careless = await receiver((response, index) => {
      response.writeHead(index === 0 ? 503 : 200).end();
    });
    const posts = [...traffic({ count: 20, badSignatures: 10 })].map((post) =>
      post.expect === 200 ? post : { ...post, signature: sign(post.bytes, appSecret) },
    );
    const summary = await sendTraffic(posts, { url: careless.url, connections: 1 });
    assert.equal(summary.unexpected, 3);
    assert.deepEqual(summary.codes, { "200": 19, "503": 1 });
  });

  it("names what happened where no answer came", async () => {
    const silent = await receiver(() => undefined);
    const closing = await receiver((response) => void response.socket?.resetAndDestroy());
    const one = () => traffic({ entries: entriesOf("text"), count: 1 });
    const timeout = await sendTraffic(one(), { url: silent.url, timeoutMs: 300 });
    assert.deepEqual(timeout.codes, { UND_ERR_HEADERS_TIMEOUT: 1 });
    assert.ok(timeout.ackMs.max >= 290);
    const reset = await sendTraffic(one(), { url: closing.url });
    assert.deepEqual(Object.keys(reset.codes), ["ECONNRESET"]);
    const refused = await sendTraffic(one(), { url: "http://127.0.0.1:1/" });
    assert.deepEqual(refused.codes, { ECONNREFUSED: 1 });
    assert.equal(refused.unexpected, 1);
    assert.equal(refused.ackMs.max, 0);
  });

  it("has exact percentiles", () => {
    const latency = createLatency();
    for (let ms = 3000; ms >= 1; ms -= 1) latency.add(ms);
    assert.deepEqual(latency.percentiles(), {
      ...{ p50: 1500, p95: 2850, p99: 2970, p999: 2997, max: 3000 },
    });
  });
});

describe("behaving like Meta", () => {
  it("repeats the same bytes until they are answered 200", async () => {
    const { url, accepted } = await receiver((response, index) => {
      response.writeHead(index < 3 ? 503 : 200).end();
    });
    const answers: Answer[] = [];
    const summary = await sendTraffic(traffic({ count: 1 }), {
      url,
      retryMs: 60_000,
      onAnswer: (answer) => answers.push(answer),
    });
    assert.deepEqual(summary.codes, { "200": 1, "503": 3 });
    assert.equal(summary.expected, 1);
    assert.equal(summary.attempts, 4);
    assert.equal(new Set(accepted.map(String)).size, 1);
    assert.deepEqual(
      answers.map(({ attempt, willRepeat }) => [attempt, willRepeat]),
      [
        [1, true],
        [2, true],
        [3, true],
        [4, false],
      ],
    );
  });

  it("waits longer each time, and gives up in the end", () => {
    const next = retryDelays(100_000);
    const delays: number[] = [];
    for (let delay = next(); delay !== undefined; delay = next()) delays.push(delay);
    assert.equal(delays[0], 0);
    for (const [i, base] of [500, 1000, 2000, 4000, 8000, 16_000, 30_000].entries()) {
      const delay = delays[i + 1] ?? 0;
      assert.ok(delay >= base && delay <= base * 1.25, `${delay} is not about ${base}`);
    }
    assert.ok(delays.reduce((sum, delay) => sum + delay, 0) <= 100_000);
    assert.equal(retryDelays(undefined)(), undefined);
  });
});
