import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Only, WaypostEvent } from "../../../src/contracts.ts";
import { makeStatus } from "../../store/make-events.ts";
import { come, holds, ms } from "./asking.ts";

const message = (at = 0, data: Partial<WaypostEvent["data"]> = {}) =>
  come("whatsapp.message.text", at, { data });

describe("opens", () => {
  const close = 20 * 3_600;
  const opens = (at: number, ...events: WaypostEvent[]) =>
    holds({ opens: true }, [message(at), ...events]);

  it("is a message after so long a silence of both sides, to the millisecond", async () => {
    assert.equal(await opens(0), true);
    for (const type of ["message", "standby", "echo", "outgoing"]) {
      const before = come(`whatsapp.${type}.text`, 0);
      assert.equal(await opens(close, before), true, type);
      const at = new Date(ms(close) - 1).toISOString();
      assert.equal(
        await holds({ opens: true }, [message(close, { receivedAt: at }), before]),
        false,
        type,
      );
    }
    assert.equal(await holds({ opens: false }, [message(1), message(0)]), true);
    assert.equal(await holds({ opens: false }, [message(0)]), false);
  });

  it("is no other event, nor what a status or a service tells in the silence", async () => {
    assert.equal(await holds({ opens: true }, [come("business.payment.succeeded", 0)]), false);
    assert.equal(await holds({ opens: true }, [come("whatsapp.echo.text", 0)]), false);
    assert.equal(await opens(close, come("business.payment.succeeded", close - 5)), true);
  });

  it("is a message after the end, and only the first", async () => {
    const closed = (at: number) => come("business.conversation.closed", at);
    assert.equal(await opens(30, message(10), closed(20)), true);
    assert.equal(await opens(30, closed(10), message(20)), false);
    assert.equal(await opens(30, message(10), closed(15), message(20)), false);
    assert.equal(await opens(30, message(10), closed(40)), false);
  });
});

describe("about", () => {
  const sent = (id: string, at: number, more: Partial<WaypostEvent["data"]> = {}) =>
    come("whatsapp.outgoing.template", at, {
      data: { message: { id, type: "template", template: { name: id } }, ...more },
    });
  const is = (template: string, ...events: WaypostEvent[]) =>
    holds({ about: { template: [template] } }, events);
  const says = (at: number, message: object) =>
    come("whatsapp.message.text", at, {
      data: { message: { id: "wamid.in", type: "text", ...message } },
    });

  it("is a status's own message, and our own event itself", async () => {
    const status = { ...makeStatus("one", "read"), time: message(9).time };
    assert.equal(await is("one", status, sent("one", 1), sent("two", 2)), true);
    assert.equal(await is("two", status, sent("one", 1), sent("two", 2)), false);
    const own = sent("one", 1);
    assert.equal(await is("one", own, sent("two", 0)), true);
  });

  it("is what was quoted, tapped or reacted to, before the last one", async () => {
    const others = [sent("one", 1), sent("two", 2)];
    assert.equal(await is("one", says(9, { context: { id: "one" } }), ...others), true);
    const reaction = { type: "reaction", reaction: { messageId: "one", emoji: "x" } };
    assert.equal(await is("one", says(9, reaction), ...others), true);
    assert.equal(await is("two", says(9, {}), ...others), true);
    const quoted = message(3, { message: { id: "wamid.theirs", type: "text" } });
    const quoting = says(9, { context: { id: "wamid.theirs" } });
    assert.equal(await holds({ about: {} }, [quoting, quoted, ...others]), false);
    assert.equal(await is("two*", says(9, {}), sent("three", 10), ...others), true);
  });

  it("is the last one before it, however many went out since", async () => {
    const later = Array.from({ length: 60 }, (_, n) => sent(`later${n}`, 20 + n));
    assert.equal(await is("one", says(9, {}), sent("one", 1), ...later), true);
    assert.equal(await is("later*", says(9, {}), sent("one", 1), ...later), false);
  });

  it("is the one that was sent last of many that one POST told, whatever their ids", async () => {
    const { receivedAt } = come("whatsapp.message.text", 60).data;
    const told = Array.from({ length: 12 }, (_, n) => sent(`told${n}`, 50 - n, { receivedAt }));
    assert.equal(await is("told0", says(100, {}), ...told), true);
    assert.equal(await is("told0", says(100, {}), ...told.toReversed()), true);
  });

  it("is what was sent from the phone too, which has no template", async () => {
    const phone = come("whatsapp.echo.text", 3, { data: { message: { id: "e", type: "text" } } });
    assert.equal(await is("two", says(9, {}), phone, sent("two", 2)), false);
  });

  it("is a name as a whole, or how it begins; template and campaign both, within the time", async () => {
    const events = [says(100, {}), sent("cart_1", 40, { campaign: "autumn" })];
    const about = (wanted: NonNullable<Only["about"]>) => holds({ about: wanted }, events);
    assert.equal(await about({ template: ["x", "cart_1"] }), true);
    assert.equal(await about({ template: ["cart"] }), false);
    assert.equal(await about({ template: ["cart*"], campaign: ["aut*"] }), true);
    assert.equal(await about({ template: ["cart*"], campaign: ["spring"] }), false);
    assert.equal(await about({ withinMs: 60_000 }), true);
    assert.equal(await about({ withinMs: 59_999 }), false);
    assert.equal(await holds({ about: {} }, [says(1, {})]), false);
  });

  it("goes by when it was sent, not by its statuses", async () => {
    const read = makeStatus("cart", "read", { at: 90 });
    const events = [says(100, { context: { id: "cart" } }), sent("cart", 40), read];
    assert.equal(await holds({ about: { withinMs: 59_999 } }, events), false);
  });

  it("knows the campaign from what Meta was given, unless a service tells another", async () => {
    const marked = (callback: string, more: Partial<WaypostEvent["data"]> = {}) => {
      const status = makeStatus("m", "sent", { at: 2 });
      const told = { ...status.data.status, bizOpaqueCallbackData: callback };
      const events = [
        says(9, { context: { id: "m" } }),
        sent("m", 1, more),
        { ...status, data: { ...status.data, status: told } } as WaypostEvent,
      ];
      return (campaign: string) => holds({ about: { campaign: [campaign] } }, events);
    };
    assert.equal(await marked("campaign:autumn:b")("autumn"), true);
    assert.equal(await marked("order:autumn")("autumn"), false);
    assert.equal(await marked("campaign:")("*"), false);
    const both = marked("campaign:autumn", { campaign: "winter" });
    assert.deepEqual([await both("winter"), await both("autumn")], [true, false]);
  });

  it("is asked for its status, of which there may be none", async () => {
    const read = makeStatus("m", "read", { at: 2 });
    const events = [sent("m", 1), read];
    assert.equal(await holds({ status: ["sent", "read"] }, events), true);
    assert.equal(await holds({ status: ["delivered"] }, events), false);
    assert.equal(await holds({ status: ["read"] }, [sent("m", 1)]), false);
    assert.equal(await holds({ status: ["read"] }, [message(1)]), false);
  });
});
