import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { createReplier, type Replier } from "./replier.ts";

const hour = 3_600_000;

describe("how often whatsapp-reply writes to a contact", () => {
  let api: CloudApi;
  let replier: Replier;
  beforeEach(async () => {
    api = await startCloudApi({ now: () => replier.clock.at });
    replier = createReplier(api);
  });
  afterEach(async () => {
    await replier.close();
    await api.close();
  });
  const text = (more = {}) =>
    makeText("hi", { receivedAt: new Date(replier.clock.at).toISOString(), ...more });
  const bot = (answered: WaypostEvent) =>
    makeEvent({
      type: "business.reply.requested",
      receivedAt: answered.data.receivedAt,
      data: {
        business: {
          ...{ via: "whatsapp", purpose: "bot", reply: { text: "?" } },
          answers: { id: answered.id, type: answered.type, receivedAt: answered.data.receivedAt },
        },
      },
    });

  it("five times in an hour, tells with the fifth that it falls silent, and is for a day", async () => {
    for (let count = 1; count <= 5; count += 1) {
      const { skipped, events = [] } = await replier.deliver(text());
      assert.equal(skipped, undefined);
      const types = events.map(({ type }) => type);
      const silenced = count === 5 ? ["business.reply.silenced"] : [];
      assert.deepEqual(types, ["whatsapp.outgoing.text", ...silenced]);
      if (count === 5) {
        const until = new Date(replier.clock.at + 24 * hour).toISOString();
        assert.deepEqual(events[1]?.data.business, { destination: "whatsapp", until });
      }
      replier.clock.at += 60_000;
    }
    for (const ms of [0, 2 * hour, 21 * hour]) {
      replier.clock.at += ms;
      const { skipped = "" } = await replier.deliver(text());
      assert.match(
        skipped,
        /^the contact got as many replies in an hour as maxPerHour allows, and gets none until 2026-/,
      );
    }
    replier.clock.at += hour;
    const { skipped, events = [] } = await replier.deliver(text());
    const types = events.map(({ type }) => type);
    assert.deepEqual([skipped, types], [undefined, ["whatsapp.outgoing.text"]]);
    assert.equal(api.messages.length, 6);
    const other = text({ contact: { waId: "15555550188" } });
    assert.equal((await replier.deliver(other)).skipped, undefined);
  });

  it("sixty times for a bot, of its own count, and ten in a minute at most", async () => {
    let waited = 0;
    for (let count = 0; count < 60; count += 1) {
      const answered = text();
      const asked = { standing: { answered, origin: answered } };
      const request = bot(answered);
      const sent = await replier
        .deliver(request, asked)
        .catch((error: { laneOnly?: boolean; afterMs?: number }) => error);
      if ("laneOnly" in sent) {
        assert.equal(sent.laneOnly, true);
        waited += 1;
        replier.clock.at += sent.afterMs ?? 0;
        await replier.deliver(request, asked);
      }
      assert.equal((sent as { skipped?: string }).skipped, undefined);
    }
    assert.equal(api.messages.length, 60);
    assert.equal(waited, 5);
    assert.match((await replier.deliver(text())).skipped ?? "", /gets none until/);
  });

  it("counts what a bot answers and what routes write apart", async () => {
    for (let count = 0; count < 4; count += 1) {
      const answered = text();
      await replier.deliver(bot(answered), { standing: { answered, origin: answered } });
    }
    const { events = [] } = await replier.deliver(text());
    assert.deepEqual(
      events.map(({ type }) => type),
      ["whatsapp.outgoing.text"],
    );
  });

  it("again the one that made it silent, where nobody knows whether it was sent", async () => {
    replier = createReplier(api, { text: "Hi", maxPerHour: 1, onUnknown: "repeat" });
    const last = text();
    api.fail("lost");
    await replier.fails(last);
    assert.match((await replier.deliver(text())).skipped ?? "", /gets none until/);
    replier.clock.at += 600_000;
    assert.equal(await replier.find(last), undefined);
    assert.equal((await replier.deliver(last)).skipped, undefined);
    assert.match((await replier.deliver(text())).skipped ?? "", /gets none until/);
  });

  it("once to an event, whichever delivery came first; with `after` or again it is another", async () => {
    const answered = text();
    assert.equal((await replier.deliver(answered)).skipped, undefined);
    const asked = { standing: { answered, origin: answered } };
    assert.equal(
      (await replier.deliver(bot(answered), asked)).skipped,
      "it has been answered already",
    );
    const later = { idempotencyKey: `${answered.id}:whatsapp:later`, after: "later" };
    assert.equal((await replier.deliver(answered, { context: later })).skipped, undefined);
    const again = { idempotencyKey: `${answered.id}:whatsapp:rpl_1`, again: "rpl_1" };
    assert.equal((await replier.deliver(answered, { context: again })).skipped, undefined);
  });

  it("as the option says, and two that answer each other end by themselves", async () => {
    let other = 0;
    replier = createReplier(api, { text: "I am a bot.", maxPerHour: 7 });
    // Each reply comes back as a message, at once.
    const answerOf = async (event: WaypostEvent): Promise<number> => {
      const { skipped } = await replier.deliver(event);
      if (skipped !== undefined) return other;
      other += 1;
      assert.ok(other < 50, "it never ends");
      return answerOf(text());
    };
    assert.equal(await answerOf(text()), 7);
    assert.equal(api.messages.length, 7);
  });
});
