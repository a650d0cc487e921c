import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { derivedEvent } from "../../src/event/derived-event.ts";
import { type Omission, omissions, omitFrom, withPersonOf } from "../../src/event/omit.ts";
import { makeEvent, makeText, type Parts } from "../store/make-events.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);
const fixtures = readdirSync(folder).flatMap((name) =>
  (JSON.parse(readFileSync(new URL(name, folder), "utf8")) as WaypostEvent[]).map(
    (event) => [name, event] as const,
  ),
);

/** What an event may still say when all is left out: the business's own, Meta's words, ids. A new field is to be put here, or gets `x-omit` in event.schema.json. */
const mayStay = new Set(
  `account accountUpdate conversationId conversion errors flow groupId payment phoneUpdate receivedAt template tracking unrecognized userAction
contact.userId contact.parentUserId contact.identityKeyHash
message.id message.type message.direction message.sentAt message.context.id message.context.referredProduct message.conversationContext.type
message.bizOpaqueCallbackData message.button.payload message.errors message.fromLogicalId message.identity message.interactive.type
message.interactive.buttonReply.id message.interactive.listReply.id message.interactive.callPermissionReply message.interactive.paymentMethod
message.interactive.product message.interactive.nfmReply.name message.interactive.nfmReply.flowToken message.order.catalogId
message.order.productItems message.reaction.messageId message.referral.sourceId message.referral.sourceType message.referral.sourceUrl
message.referral.ctwaClid message.referral.mediaType message.referral.ref message.edit.originalMessageId message.revoke.originalMessageId
message.edit.message.type message.edit.message.context.id message.unsupported.type message.template.name message.template.language
message.system.type message.system.identity message.system.userId message.system.previousUserId message.system.parentUserId
message.system.previousParentUserId
message.image.mimeType message.video.mimeType message.audio.mimeType message.document.mimeType message.sticker.mimeType message.edit.message.image.mimeType
status.messageId status.status status.at status.recipientType status.bizOpaqueCallbackData status.templateId status.identityKeyHash
status.conversation status.pricing status.errors
call.id call.event call.status call.at call.direction call.startedAt call.endedAt call.bizOpaqueCallbackData call.deeplinkPayload call.ctaPayload
call.errors call.session.sdpType call.recording.mimeType call.transcript.mimeType
group.id group.type group.at group.requestId group.joinRequestId group.inviteLink group.joinApprovalMode group.reason group.initiatedBy group.errors
group.profilePicture.mimeType group.profilePicture.errors group.addedParticipants.*.userId group.failedParticipants.*.errors
handover.type handover.at handover.previousOwnerAppId handover.previousOwnerAppRole handover.previousOwnerRole handover.newOwnerAppId handover.newOwnerRole
history.status idChange.at idChange.detail idChange.userId idChange.parentUserId idChange.previousUserId idChange.previousParentUserId
preference syncedContact.type syncedContact.action syncedContact.at syncedContact.userId`.split(
    /\s+/,
  ),
);

function leavesOf(value: unknown, path: readonly string[] = []): [path: string[], text: string][] {
  if (typeof value === "string") return [[[...path], value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? "*" : key]),
  );
}
const isAllowed = (path: readonly string[]) =>
  path.some((_, i) => mayStay.has(path.slice(0, i + 1).join(".")));

describe("an event without all that can be left out", () => {
  it("says of a person nothing but ids", () => {
    let gone = 0;
    for (const [name, event] of fixtures) {
      const told = omitFrom(event, omissions);
      const left = leavesOf(told.data);
      for (const [path] of left) assert.ok(isAllowed(path), `${name}: ${path.join(".")} is left`);
      const { raw: _, ...whole } = event.data;
      const kept = new Set(left.map(([path]) => path.join(".")));
      const shown = JSON.stringify(told);
      const { account, groupId } = event.data;
      const own = [account.displayPhoneNumber, groupId];
      for (const [path, text] of leavesOf(whole)) {
        // The business's own number and a group's id may stand among what is left out, and stay in their own place.
        if (kept.has(path.join(".")) || own.includes(text) || text.length < 3) continue;
        if (path.at(-1) === "flow_token") continue;
        gone += 1;
        assert.ok(!shown.includes(JSON.stringify(text).slice(1, -1)), `${name}: ${path.join(".")}`);
      }
      // Nor what stands in Meta's own envelope alone.
      for (const [path, text] of leavesOf(event.data.raw)) {
        const personal = /^(wa_id|from|to|recipient_id|body|caption|username|title)$/.test(
          path.at(-1) ?? "",
        );
        const isPerson = personal && path.includes("value") && !/^[A-Z]{2}\./.test(text);
        if (!isPerson || own.includes(text) || text.length < 3) continue;
        if (path.includes("errors") || path.includes("message_template_title")) continue;
        const ids = /^whatsapp\.(message|echo|history|standby)\./.test(event.type);
        if (ids)
          assert.ok(
            !shown.includes(JSON.stringify(text).slice(1, -1)),
            `${name}: raw ${path.join(".")}`,
          );
      }
    }
    assert.ok(gone > 200, `${gone}`);
  });

  it("is the same event: id, type, times and conversation", () => {
    for (const [, event] of fixtures) {
      const { data, ...around } = omitFrom(event, omissions);
      const { data: whole, ...before } = event;
      assert.deepEqual(around, before);
      assert.equal(data.conversationId, whole.conversationId);
      assert.equal(data.message?.id, whole.message?.id);
    }
  });

  it("leaves the event itself as it was", () => {
    for (const [, event] of fixtures) {
      const before = JSON.stringify(event);
      omitFrom(event, omissions);
      assert.equal(JSON.stringify(event), before);
      assert.equal(omitFrom(event, undefined), event);
      assert.equal(omitFrom(event, []), event);
    }
  });
});

describe("each omission alone", () => {
  const data = {
    message: {
      id: "wamid.1",
      type: "image",
      context: { from: "15555550123", id: "wamid.0" },
      image: { id: "m1", mimeType: "image/jpeg", caption: "us", sha256: "x", url: "https://x" },
    },
    business: { phone: "15555550123", note: "Mia" },
    ref: "order 1",
  };
  const event = makeEvent({ data });
  const told = (omit: Omission, parts: Parts = { data }) => omitFrom(makeEvent(parts), [omit]).data;

  it("takes Meta's envelope along, which holds all of it", () => {
    for (const omit of omissions) assert.equal("raw" in told(omit), false);
    const { raw: _, ...rest } = event.data;
    assert.deepEqual(omitFrom(event, ["raw"]).data, rest);
  });

  it("leaves what the others are for, and business data", () => {
    const { image, context } = told("phone").message ?? {};
    assert.deepEqual(told("phone").contact, { name: "Mia" });
    assert.deepEqual(context, { id: "wamid.0" });
    assert.equal(image?.caption, "us");
    assert.deepEqual(told("name").contact, { waId: "15555550123" });
    assert.equal(told("name").message?.image?.caption, "us");
    assert.deepEqual(told("text").message?.image, {
      id: "m1",
      mimeType: "image/jpeg",
      sha256: "x",
      url: "https://x",
    });
    assert.deepEqual(told("media").message?.image, { mimeType: "image/jpeg", caption: "us" });
    for (const omit of omissions) {
      assert.deepEqual(told(omit).business, data.business);
      assert.equal(told(omit).ref, "order 1");
    }
  });

  it("keeps a BSUID where a phone may stand, and what a button stands for", () => {
    const message = { id: "wamid.1", type: "button", context: { from: "DE.7410", id: "wamid.0" } };
    const button = (payload: string) =>
      told("text", { data: { message: { ...message, button: { text: "Stop", payload } } } });
    assert.equal(told("phone", { data: { message } }).message?.context?.from, "DE.7410");
    assert.deepEqual(button("STOP_ALL").message?.button, { payload: "STOP_ALL" });
    assert.deepEqual(button("Stop").message?.button, {});
  });
});

describe("an event made of one that was told in part", () => {
  const source = makeText("hi", { contact: { waId: "15555550123", name: "Mia" } });
  const told = omitFrom(source, ["phone", "name"]);
  const derive = (of: WaypostEvent, contact?: { waId: string }) =>
    derivedEvent({
      ...{ source: of, route: "r", type: "business.record.created", data: { id: "1" } },
      at: new Date(source.time),
      ...(contact && { contact }),
    });

  it("is about the whole one's person, in their conversation", () => {
    assert.equal(derive(told).data.conversationId, undefined);
    assert.deepEqual(withPersonOf(source, told, derive(told)), derive(source));
  });

  it("is left alone where it is about somebody else, or made of another", () => {
    const other = derive(told, { waId: "15555550199" });
    assert.equal(withPersonOf(source, told, other), other);
    const foreign = derive(makeText("x"));
    assert.equal(withPersonOf(source, told, foreign), foreign);
  });
});
