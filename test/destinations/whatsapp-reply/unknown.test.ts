import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { makeText } from "../../store/make-events.ts";
import { startStub } from "../stub.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { createReplier, type Replier, start } from "./replier.ts";

const minute = 60_000;

describe("a reply whose outcome is unknown", () => {
  let api: CloudApi;
  const repliers: Replier[] = [];
  beforeEach(async () => {
    api = await startCloudApi();
  });
  afterEach(async () => {
    for (const replier of repliers.splice(0)) await replier.close();
    await api.close();
  });
  const open = (more: object = {}) => {
    const replier = createReplier(api, { text: "Back at 9.", ...more });
    repliers.push(replier);
    return replier;
  };
  const event = () => makeText("hi", { receivedAt: new Date(start).toISOString() });
  const asksAgain = async (replier: Replier, asked: ReturnType<typeof event>) => {
    await assert.rejects(replier.find(asked), (error) => {
      assert.ok(error instanceof DeliveryError);
      const { verdict, maybeDone, laneOnly, afterMs } = error;
      assert.deepEqual([verdict, maybeDone, laneOnly, afterMs], ["outage", true, true, 30_000]);
      return true;
    });
  };

  it("asks the log every 30 s, and is delivered by the first status, as if it had been answered", async () => {
    const replier = open();
    const asked = event();
    api.fail("lost");
    assert.equal((await replier.fails(asked)).maybeDone, true);
    replier.clock.at += 9 * minute;
    await asksAgain(replier, asked);
    const [message] = api.messages;
    replier.statuses.set(`${asked.id}:whatsapp`, message?.wamid ?? "");
    const found = await replier.find(asked);
    assert.equal(found?.remoteId, message?.wamid);
    const [told] = found?.events ?? [];
    assert.equal(told?.type, "whatsapp.outgoing.text");
    assert.equal(told?.data.sentBy, "bot");
    assert.equal(told?.data.receivedAt, new Date(start).toISOString());
    assert.deepEqual(told?.data.message?.text, { body: "Back at 9." });
    assert.equal(told?.data.conversationId, asked.data.conversationId);
  });

  it("is told as it was sent, though the window has closed since or opened", async () => {
    const template = { name: "thanks", language: "en" };
    const replier = open({ template });
    const asked = event();
    api.fail("lost");
    await replier.fails(asked);
    replier.statuses.set(`${asked.id}:whatsapp`, "wamid.1");
    const typeOf = async (of: typeof asked, windowUntil: number) =>
      (await replier.find(of, { standing: { windowUntil } }))?.events?.[0]?.type;
    assert.equal(await typeOf(asked, start), "whatsapp.outgoing.text");
    const other = makeText("hi", { receivedAt: new Date(start).toISOString() });
    api.fail("lost");
    await replier.fails(other, { standing: { windowUntil: start } });
    replier.statuses.set(`${other.id}:whatsapp`, "wamid.2");
    assert.equal(await typeOf(other, start + minute), "whatsapp.outgoing.template");
  });

  it("is dead as unknown after 10 minutes, and asks no more", async () => {
    const replier = open();
    const asked = event();
    api.fail("lost");
    await replier.fails(asked);
    replier.clock.at += 10 * minute - 1;
    await asksAgain(replier, asked);
    replier.clock.at += 1;
    await assert.rejects(replier.find(asked), {
      verdict: "refused",
      maybeDone: true,
      message: /^unknown: .*waypost deliveries retry <id> --not-done/,
    });
    assert.deepEqual(replier.repeats, []);
    // Retried by somebody who has looked, it is not asked about again, but sent, and counted.
    await replier.deliver(asked);
    assert.deepEqual([api.messages.length, replier.repeats.length], [2, 1]);
  });

  it("is sent again with onUnknown: repeat, and counted", async () => {
    const replier = open({ onUnknown: "repeat" });
    const asked = event();
    api.fail("lost");
    await replier.fails(asked);
    await asksAgain(replier, asked);
    assert.deepEqual(replier.repeats, []);
    replier.clock.at += 10 * minute;
    assert.equal(await replier.find(asked), undefined);
    await replier.deliver(asked);
    assert.equal(replier.repeats.length, 1);
    assert.deepEqual([...api.effects().values()], [2]);
  });

  it("is not sent again once what it answers is older than its route allows", async () => {
    const replier = open({ onUnknown: "repeat" });
    const asked = event();
    const { replying } = replier.contextOf(asked, {});
    assert.ok(replying);
    const context = { replying: { ...replying, until: start + 5 * minute } };
    api.fail("lost");
    await replier.fails(asked, { context });
    replier.clock.at += 10 * minute;
    assert.equal(await replier.find(asked, { context }), undefined);
    const { skipped } = await replier.deliver(asked, { context });
    assert.equal(skipped, "what it answers is too old");
    assert.deepEqual([api.messages.length, replier.repeats.length], [1, 0]);
  });

  it("is none where the message that is answered could not be marked as read: the reply was not tried", async () => {
    const down = await startStub(() => ({ status: 500 }));
    const replier = open({ typing: true, baseUrl: down.url });
    const { verdict, maybeDone } = await replier.fails(event());
    await down.close();
    assert.deepEqual([verdict, maybeDone], ["outage", false]);
  });

  it("is none where nothing was sent: it is tried again at once, and not counted", async () => {
    const replier = open();
    const asked = event();
    for (const fault of [{ status: 503 }, { code: 130429 }, { code: 131056 }] as const) {
      api.fail(fault);
      assert.equal((await replier.fails(asked)).maybeDone, false);
      assert.equal(await replier.find(asked), undefined);
    }
    await replier.deliver(asked);
    assert.deepEqual([replier.repeats, [...api.effects().values()]], [[], [1]]);
  });

  it("stays unknown where a second call is refused for certain", async () => {
    const replier = open({ onUnknown: "repeat" });
    const asked = event();
    api.fail("lost", { status: 503 });
    await replier.fails(asked);
    replier.clock.at += 10 * minute;
    assert.equal((await replier.fails(asked)).maybeDone, false);
    replier.statuses.set(`${asked.id}:whatsapp`, "wamid.OUT000001");
    assert.equal((await replier.find(asked))?.remoteId, "wamid.OUT000001");
  });

  it("is found by its key's hash where the key is longer than Meta takes", async () => {
    const replier = open();
    const asked = event();
    const context = { idempotencyKey: `${"x".repeat(600)}:whatsapp` };
    await replier.deliver(asked, { context });
    const [{ callback = "" } = {}] = api.messages;
    assert.match(callback, /^sha256:[0-9a-f]{64}$/);
    replier.statuses.set(callback, "wamid.found");
    assert.equal((await replier.find(asked, { context }))?.remoteId, "wamid.found");
  });
});
