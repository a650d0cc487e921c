import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { describe, it, mock } from "node:test";
import { StoreError, type WaypostEvent } from "../../../src/contracts.ts";
import { statusEvent, textEvent } from "../../support/sample-events.ts";
import { type Harness, startOps, token, until } from "../harness.ts";

interface Reader {
  readonly response: IncomingMessage;
  text(): string;
  ids(): string[];
  readonly over: Promise<void>;
}

/** Opens the stream and reads it; `paused` leaves everything unread. */
function openStream(
  ops: Harness,
  path = "/api/events/stream",
  more: { headers?: Record<string, string>; paused?: true } = {},
): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...more.headers };
    const request = get(ops.url + path, { headers, agent: false }, (response) => {
      let text = "";
      if (!more.paused) response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("error", () => undefined);
      resolve({
        response,
        text: () => text,
        ids: () => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? ""),
        over: new Promise((over) => response.once("close", over)),
      });
    });
    request.once("error", reject);
  });
}

const ids = (events: readonly WaypostEvent[]) => events.map(({ id }) => id);

describe("the live tail", () => {
  it("shows the last ten, oldest first, then each new one as it comes", async () => {
    const ops = await startOps();
    ops.query.log.push(...Array.from({ length: 12 }, (_, n) => textEvent(20 - n)));
    const reader = await openStream(ops);
    assert.equal(reader.response.headers["content-type"], "text/event-stream");
    await until(() => reader.ids().length === 10);
    ops.publish(textEvent(21));
    await until(() => reader.ids().length === 11);
    assert.deepEqual(
      reader.ids(),
      ids([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21].map((n) => textEvent(n))),
    );
    const frame = `id: evt_21\nevent: event\ndata: ${JSON.stringify(textEvent(21))}\n\n`;
    assert.ok(reader.text().endsWith(frame), reader.text().slice(-400));
    await ops.ops.close();
  });

  it("shows once what comes while the log is read, before or after the log has it", async () => {
    const ops = await startOps();
    ops.query.log.push(textEvent(2), textEvent(1));
    const read = ops.query.events;
    ops.query.events = async (filter, page) => {
      ops.publish(textEvent(2));
      ops.publish(textEvent(3));
      return read(filter, page);
    };
    const reader = await openStream(ops);
    await until(() => reader.ids().length === 3);
    ops.publish(textEvent(1));
    ops.publish(textEvent(4));
    await until(() => reader.ids().includes("evt_4"));
    assert.deepEqual(reader.ids(), ["evt_1", "evt_2", "evt_3", "evt_4"]);
    await ops.ops.close();
  });

  it("filters by type, account and conversation", async () => {
    const ops = await startOps();
    const query =
      "type=whatsapp.message.*&type=whatsapp.status.read&account=900100200300400&conversation=cnv_mia";
    const reader = await openStream(ops, `/api/events/stream?${query}`);
    await until(() => ops.tails.size === 1);
    await until(() => reader.text().includes("retry"));
    const other = textEvent(2);
    ops.publish({ ...other, data: { ...other.data, conversationId: "cnv_other" } });
    ops.publish({ ...textEvent(3), data: { ...other.data, account: { phoneNumberId: "1" } } });
    ops.publish(statusEvent(4, "sent"));
    ops.publish(statusEvent(5, "read"));
    ops.publish(textEvent(6));
    await until(() => reader.ids().includes("evt_6"));
    assert.deepEqual(reader.ids(), ["evt_s5", "evt_6"]);
    await ops.ops.close();
  });

  it("goes on behind the event that a reconnecting client has", async () => {
    const ops = await startOps();
    ops.query.log.push(...Array.from({ length: 30 }, (_, n) => textEvent(30 - n)));
    const reader = await openStream(ops, "/api/events/stream", {
      headers: { "last-event-id": "evt_8" },
    });
    await until(() => reader.ids().length === 22);
    assert.deepEqual([reader.ids()[0], reader.ids().at(-1)], ["evt_9", "evt_30"]);
    await ops.ops.close();
  });

  it("is live without the log when the store is away, and says so", async () => {
    const ops = await startOps();
    ops.query.failure = new StoreError("outage", "gone");
    const reader = await openStream(ops);
    await until(() => reader.text().includes(": the log does not answer"));
    ops.publish(textEvent(1));
    await until(() => reader.ids().includes("evt_1"));
    await ops.ops.close();
  });

  it("sends a comment every 15 seconds", async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const ops = await startOps();
    const reader = await openStream(ops);
    await until(() => reader.text().includes("retry"));
    mock.timers.tick(14_999);
    ops.publish(textEvent(1));
    await until(() => reader.ids().length === 1);
    assert.doesNotMatch(reader.text(), /^:/m);
    mock.timers.tick(1);
    await until(() => /^: still here$/m.test(reader.text()));
    mock.timers.reset();
    await ops.ops.close();
  });

  it("drops a reader for which more than 1 MB waits, with a comment, and keeps the others", {
    timeout: 30_000,
  }, async () => {
    const ops = await startOps();
    const slow = await openStream(ops, "/api/events/stream", { paused: true });
    const quick = await openStream(ops);
    await until(() => ops.tails.size === 2 && quick.text().includes("retry"));
    const before = process.memoryUsage().rss;
    let sent = 0;
    for (; ops.tails.size === 2; sent += 1) {
      assert.ok(sent < 2_000, "200 MB went to a reader that reads nothing");
      ops.publish(textEvent(sent, "x".repeat(100_000)));
      await until(() => quick.ids().length === sent + 1);
    }
    assert.ok(process.memoryUsage().rss - before < 256_000_000);
    let last = "";
    slow.response.setEncoding("utf8").on("data", (chunk) => (last = (last + chunk).slice(-200)));
    await slow.over;
    assert.match(last, /\n: the reader is too slow\n\n$/);
    ops.publish(textEvent(9_999));
    await until(() => quick.ids().includes("evt_9999"));
    await ops.ops.close();
  });

  it("takes a history larger than 1 MB to a reader that reads", async () => {
    const ops = await startOps();
    ops.query.log.push(
      ...Array.from({ length: 10 }, (_, n) => textEvent(10 - n, "x".repeat(500_000))),
    );
    const reader = await openStream(ops);
    await until(() => reader.ids().length === 10);
    await ops.ops.close();
  });

  it("closes its tail when the client goes, and counts the open ones", async () => {
    const ops = await startOps();
    const reader = await openStream(ops);
    await until(() => ops.tails.size === 1);
    const gauge = async () => (await ops.metrics.tails.get()).values[0]?.value;
    assert.equal(await gauge(), 1);
    reader.response.destroy();
    await until(() => ops.tails.size === 0);
    await new Promise(setImmediate);
    assert.equal(await gauge(), 0);
    await ops.ops.close();
  });

  it("ends with a comment when Waypost stops, and no new one opens", async () => {
    const ops = await startOps();
    const reader = await openStream(ops);
    await until(() => reader.text().includes("retry"));
    ops.ops.drain();
    await reader.over;
    assert.match(reader.text(), /: Waypost is stopping\n\n$/);
    assert.equal(ops.tails.size, 0);
    const refused = await openStream(ops);
    assert.deepEqual(
      [refused.response.statusCode, refused.response.headers["retry-after"]],
      [503, "5"],
    );
    await ops.ops.close();
  });

  it("is refused when the bus does not answer or too many are open", async () => {
    const down = await startOps({ tail: () => Promise.reject(new Error("amqp://canary")) });
    const refused = await openStream(down);
    await until(() => refused.text().endsWith("}"));
    assert.equal(refused.response.statusCode, 503);
    assert.match(refused.text(), /bus-unavailable/);
    assert.doesNotMatch(refused.text(), /canary/);
    await down.ops.close();

    const full = await startOps();
    await Promise.all(Array.from({ length: 50 }, () => openStream(full)));
    const last = await openStream(full);
    await until(() => last.text().endsWith("}"));
    assert.match(last.text(), /too-many-tails/);
    await full.ops.close();
  });
});
