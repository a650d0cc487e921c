import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { circumstancesOf, type FlowMemory } from "../../src/deliver/flows/circumstances.ts";
import { makeEvent, makeText, second } from "../store/make-events.ts";
import type { StoreUnderTest } from "./store.ts";

/** Near enough for the window to be open. */
const today = Math.floor((Date.now() - Date.parse(second(0))) / 1_000) - 60;
const metas = "5215512345678";
const yours = "525512345678";
const wrote = (nth: number, waId = metas) =>
  makeText("hello", { at: today + nth, contact: { waId } });
const told = (type: string, nth: number, data: Partial<WaypostEvent["data"]> = {}) =>
  makeEvent({ at: today + nth, type, contact: { waId: yours }, data });
const paid = (nth: number) => told("business.payment.succeeded", nth, { business: {} });

/** What every store promises of a phone that your systems write otherwise than Meta. */
export function testWritings(
  name: string,
  options: { skip: string | false },
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`phones in two writings in the ${name} store`, options, () => {
    let opened: StoreUnderTest;
    beforeEach(async () => {
      opened = await open();
      await opened.store.syncIndexes();
    });
    afterEach(() => opened.close());
    const append = (...events: WaypostEvent[]) => opened.store.append(events);
    const as = (event: WaypostEvent) => {
      const { store } = opened;
      const memory: FlowMemory = { query: store, contacts: store.contacts, ledger: store.ledger };
      const at = Date.parse(event.data.receivedAt);
      return circumstancesOf(event, { at, now: at + 60_000 }, memory);
    };

    it("are one conversation for all that routes ask: what follows, the window, the topic, who", async () => {
      const [message, payment] = [wrote(1), paid(2)];
      await append(message, payment);
      assert.equal(await as(message).followedBy(["business.payment.*"]), true);
      assert.equal(
        await as(payment).windowUntil(),
        Date.parse(second(today + 1)) + 24 * 60 * 60 * 1_000,
      );
      const { contacts } = opened.store;
      await contacts.setTopic(payment.data.conversationId ?? "", "cart", { event: "e", fence: 1 });
      assert.equal(await as(message).topic(), "cart");
      const [contact, payer] = [await as(message).contact(), await as(payment).contact()];
      assert.equal(contact?.id, payer?.id);
      assert.deepEqual(contact?.phones, [metas]);
    });

    it("are one also where your systems spoke first, with what was noted then", async () => {
      const { contacts } = opened.store;
      const payment = paid(1);
      await append(payment);
      const before = await contacts.of(payment);
      await contacts.change(before?.id ?? "", { addTags: ["vip"] });
      const message = wrote(2);
      await append(message);
      const after = await contacts.of(message);
      assert.deepEqual([after?.id, after?.tags, after?.phones], [before?.id, ["vip"], [metas]]);
      assert.equal((await contacts.of(payment))?.id, before?.id);
      assert.equal(await as(payment).followedBy(["whatsapp.message.*"]), true);
      await append(told("business.conversation.closed", 3));
      const span = { after: second(today), to: second(today + 9) };
      const [silent] = await opened.store.silences.find(span, 9);
      assert.equal(silent?.over, true);
    });

    it("are two as soon as Meta knows somebody by each, who keep what is theirs", async () => {
      const { contacts } = opened.store;
      const [message, payment] = [wrote(1), paid(2)];
      await append(message, payment);
      const first = await contacts.of(message);
      await contacts.change(first?.id ?? "", { addTags: ["vip"] });
      const other = wrote(3, yours);
      await append(other);
      assert.equal(await as(message).followedBy(["whatsapp.message.*"]), false);
      assert.equal(await as(payment).followedBy(["whatsapp.message.*"]), true);
      const [one, two] = [await contacts.of(message), await contacts.of(other)];
      assert.deepEqual([one?.tags, one?.phones], [["vip"], [metas]]);
      assert.deepEqual([two?.tags, two?.phones], [[], [yours]]);
      assert.equal((await contacts.of(payment))?.id, two?.id);
    });

    it("are two where what our side sent to the one arrived, before they write", async () => {
      const status = { messageId: "wamid.S", status: "delivered", at: second(today + 2) };
      const delivered = told("whatsapp.status.delivered", 2, { status });
      const message = wrote(1);
      await append(message, delivered);
      const { contacts } = opened.store;
      const [one, two] = [await contacts.of(message), await contacts.of(paid(3))];
      assert.notEqual(one?.id, two?.id);
      assert.deepEqual([one?.phones, two?.phones], [[metas], [yours]]);
    });
  });
}
