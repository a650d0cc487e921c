import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { SilentConversation, WaypostEvent } from "../../src/contracts.ts";
import {
  makeEvent,
  makeStatus,
  makeText,
  phoneNumberId,
  second,
  wabaId,
} from "../store/make-events.ts";
import type { StoreUnderTest } from "./store.ts";

const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "15555550124", name: "Ben" };
const always = { after: second(-1), to: second(10_000) };

/** What every store promises of conversations by their last message. */
export function testSilences(
  name: string,
  options: { skip: string | false },
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`silences in the ${name} store`, options, () => {
    let opened: StoreUnderTest;
    beforeEach(async () => {
      opened = await open();
      await opened.store.syncIndexes();
    });
    afterEach(() => opened.close());
    const append = (...events: WaypostEvent[]) => opened.store.append(events);
    const find = (span: { after: string; to: string } = always, limit = 100) =>
      opened.store.silences.find(span, limit);
    const settle = (...found: SilentConversation[]) => opened.store.silences.settle(found);

    it("end with a message of either side, and with nothing else", async () => {
      const events = [
        makeText("hi", { at: 1, contact: mia }),
        makeEvent({ at: 2, contact: mia, type: "whatsapp.echo.text", ...message("wamid.E") }),
        makeEvent({ at: 3, contact: mia, type: "whatsapp.outgoing.text", ...message("wamid.O") }),
        makeEvent({ at: 4, contact: mia, type: "whatsapp.standby.text", ...message("wamid.S") }),
      ];
      for (const event of events) {
        await append(event);
        const [found, ...others] = await find();
        assert.deepEqual(others, []);
        assert.deepEqual(found?.lastMessage, { at: event.data.receivedAt, id: event.id });
      }
      const test = makeText("test", { at: 9, contact: mia, data: { test: true } });
      await append(
        makeStatus("wamid.O", "read", { at: 5, contact: mia }),
        makeEvent({ at: 6, contact: mia, type: "business.lead.captured", data: { business: {} } }),
        makeEvent({ at: 7, contact: mia, type: "whatsapp.history.text", ...message("wamid.H") }),
        makeEvent({ at: 8, contact: mia, type: "whatsapp.standby.unknown" }),
        { ...test, data: { ...test.data, message: { id: "wamid.T", type: "text" } } },
      );
      assert.equal((await find())[0]?.lastMessage.at, second(4));
    });

    it("say who it is with, and are found within times alone, the longest first", async () => {
      await append(
        makeText("a", { at: 20, contact: mia }),
        makeText("b", { at: 10, contact: ben }),
        makeText("c", { at: 30, contact: { waId: "15555550125" }, data: { groupId: "group" } }),
      );
      const [first, second_, third] = await find();
      assert.ok(first && second_ && third);
      assert.deepEqual(first.contact, ben);
      assert.deepEqual(first.account, { wabaId, phoneNumberId });
      assert.deepEqual([second_.contact, second_.over], [mia, false]);
      assert.deepEqual([third.contact, third.groupId], [undefined, "group"]);
      const within = async (after: number, to: number) =>
        (await find({ after: second(after), to: second(to) })).map(({ id }) => id);
      assert.deepEqual(await within(10, 20), [second_.id]);
      assert.deepEqual(await within(9, 10), [first.id]);
      assert.deepEqual(await within(20, 29), []);
      assert.deepEqual((await find(always, 2)).length, 2);
    });

    it("are found no more once settled, until the next message", async () => {
      await append(makeText("a", { at: 1, contact: mia }), makeText("b", { at: 2, contact: ben }));
      const [one, other] = await find();
      assert.ok(one && other);
      await append(makeText("meanwhile", { at: 3, contact: ben }));
      await settle(one, other);
      await settle();
      assert.deepEqual(
        (await find()).map(({ id }) => id),
        [other.id],
      );
      await append(makeText("again", { at: 4, contact: mia }));
      assert.deepEqual(
        (await find()).map(({ id }) => id),
        [other.id, one.id],
      );
    });

    it("are over when it was closed since, also when their message is stored again", async () => {
      const hello = makeText("hello", { at: 1, contact: mia });
      await append(hello);
      await append(closing(1));
      assert.deepEqual(
        (await find()).map(({ over }) => over),
        [false],
      );
      await append(closing(2));
      const [silent] = await find();
      assert.equal(silent?.over, true);
      await settle(...(silent ? [silent] : []));
      await append(hello);
      assert.deepEqual(
        (await find()).map(({ over }) => over),
        [true],
      );
      await append(makeText("again", { at: 3, contact: mia }));
      assert.deepEqual(
        (await find()).map(({ over }) => over),
        [false],
      );
    });

    it("are over where only your side has written: ever, or since it was closed", async () => {
      const isOver = async () => (await find()).map(({ over }) => over);
      const sent = (at: number) =>
        makeEvent({ at, contact: mia, type: "whatsapp.outgoing.template", ...message(`w${at}`) });
      await append(sent(1));
      assert.deepEqual(await isOver(), [true]);
      await append(makeText("yes", { at: 2, contact: mia }));
      assert.deepEqual(await isOver(), [false]);
      await append(sent(3));
      assert.deepEqual(await isOver(), [false], "it ends with a message of either side");
      await append(closing(4));
      await append(sent(5));
      assert.deepEqual(await isOver(), [true]);
      // Meta brought it late: it was written before it was closed.
      await append(makeText("thanks", { at: 4, receivedAt: second(6), contact: mia }));
      assert.deepEqual(await isOver(), [false]);
    });

    it("are the same in whatever order messages come", async () => {
      const texts = [5, 7, 7, 6].map((at) => makeText("x", { at, contact: mia }));
      const last = texts[2]?.id;
      for (const text of texts.toReversed()) await append(text);
      await append(...texts);
      const [found, ...others] = await find();
      assert.deepEqual([found?.lastMessage, others], [{ at: second(7), id: last }, []]);
    });

    it("are over under the id that a person no longer goes by", async () => {
      const both = { ...mia, userId: "US.8520369147" };
      await append(makeText("by phone", { at: 1, contact: mia }));
      await append(makeText("by both", { at: 5, contact: both }));
      const found = await find();
      assert.deepEqual(
        found.map(({ contact, over }) => [contact?.userId, over]),
        [
          [undefined, true],
          [both.userId, false],
        ],
      );
      await append(makeEvent({ at: 6, contact: mia, type: "business.conversation.closed" }));
      assert.deepEqual(
        (await find()).map(({ over }) => over),
        [true, true],
      );
    });
  });
}

function message(id: string) {
  return { data: { message: { id, type: "text" } } };
}

function closing(at: number): WaypostEvent {
  return makeEvent({ at, contact: mia, type: "business.conversation.closed" });
}
