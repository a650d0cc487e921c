import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { makeEvent, makeStatus, makeText } from "../store/make-events.ts";
import { attempt, contextOf, type DestinationUnderTest } from "./destination.ts";

const message = (type: string, parts: object, family = "message") =>
  makeEvent({
    type: `whatsapp.${family}.${type}`,
    data: { message: { id: `wamid.${type}`, type, ...parts } },
  });

/** One of each that a person could see of a conversation, and what nobody would write down. */
const events = (): readonly WaypostEvent[] => [
  makeText("my very private words"),
  message("image", { image: { id: "media-1", mimeType: "image/jpeg", caption: "private too" } }),
  message("reaction", { reaction: { messageId: "wamid.1", emoji: "👍" } }),
  message("edit", { edit: { originalMessageId: "wamid.1", message: { type: "text" } } }),
  message("revoke", { revoke: { originalMessageId: "wamid.1" } }),
  message("text", { text: { body: "on my way" } }, "echo"),
  message("text", { text: { body: "from the bot" } }, "outgoing"),
  makeStatus("wamid.1", "failed"),
  makeStatus("wamid.1", "delivered"),
  ...["handoff.requested", "lead.captured", "conversation.closed", "record.created"].map((what) =>
    makeEvent({ type: `business.${what}`, data: { business: { object: "contact", id: "1" } } }),
  ),
];

/** What a kind with `shadows` promises: `open` gives it a vendor that knows nobody yet. */
export function shadowConformance(kind: string, open: () => Promise<DestinationUnderTest>): void {
  describe(`every destination that knows of shadow: ${kind}`, () => {
    let under: DestinationUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());
    const look = async (event: WaypostEvent) => {
      const context = { ...contextOf(event), shadow: true };
      const signal = AbortSignal.timeout(5_000);
      return (await under.destination.deliver(event, context, signal)).answer ?? "";
    };

    it("says that it does", () => {
      assert.equal(under.destination.shadows, true);
    });

    it("writes nothing, whatever the event, and says what it would have done", async () => {
      for (const event of events()) {
        const answer = await look(event);
        assert.match(answer, /^would \S/, `${event.type}: ${answer}`);
        assert.ok(answer.length <= 500);
      }
      assert.deepEqual(under.effects(), []);
    });

    it("says so of a plain message, for which it would write something", async () => {
      assert.notEqual(await look(makeText("hello")), "would do nothing");
    });

    it("says nothing of the person, nor a secret", async () => {
      for (const event of events()) {
        const answer = await look(event);
        for (const hidden of [...under.secrets, "private", "15555550123", "Mia"]) {
          assert.ok(!answer.includes(hidden), `${hidden} in ${answer}`);
        }
      }
    });

    it("says the same each time, and delivers afterwards as if it had never been asked", async () => {
      const event = makeText("hello");
      assert.equal(await look(event), await look(event));
      const delivered = await attempt(under.destination, event);
      assert.ok(!(delivered instanceof Error), String(delivered));
      assert.deepEqual(under.effects(), [event.id]);
    });

    it("does nothing when the signal has aborted already, and says that nothing was done", async () => {
      const event = makeText("late");
      const context = { ...contextOf(event), shadow: true };
      const looked = under.destination.deliver(event, context, AbortSignal.abort());
      await looked.then(
        ({ answer }) => assert.match(answer ?? "", /^would /),
        (error: { verdict?: unknown; maybeDone?: unknown }) =>
          assert.deepEqual([error.verdict, error.maybeDone], ["outage", false]),
      );
      assert.deepEqual(under.effects(), []);
    });
  });
}
