import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { contactKey, contactKeys } from "../../src/event/contact-keys.ts";
import { makeEvent } from "../store/make-events.ts";

describe("contactKey", () => {
  const golden: [text: string, key: string][] = [
    ["15555550123", "15555550123"],
    ["+15555550123", "15555550123"],
    ["0015555550123", "15555550123"],
    [" +1 (555) 555-0123 ", "15555550123"],
    ["1/555.555-0123", "15555550123"],
    ["DE.7410258963", "DE.7410258963"],
    [" DE.ENT.0012 ", "DE.ENT.0012"],
    ["---", ""],
    ["", ""],
  ];
  for (const [text, key] of golden) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(key)}`, () => {
      assert.equal(contactKey(text), key);
    });
  }
});

describe("contactKeys", () => {
  it("names everybody an event is about, each once", () => {
    const event = makeEvent({
      contact: { userId: "DE.2", waId: "+1 555 555 0123", parentUserId: "DE.ENT.1" },
      data: {
        idChange: { userId: "DE.2", previousUserId: "DE.1", waId: "15555550123" },
        group: { removedParticipants: [{ waId: "15555550124" }], failedParticipants: [] },
      },
    });
    assert.deepEqual(contactKeys(event), [
      "DE.2",
      "DE.ENT.1",
      "15555550123",
      "DE.1",
      "15555550124",
    ]);
  });

  it("names parents too, of a change both, behind everybody of a group", () => {
    const idChange = { userId: "DE.2", parentUserId: "DE.ENT.2", previousParentUserId: "DE.ENT.1" };
    const participants = [
      { userId: "DE.5", parentUserId: "DE.ENT.5" },
      { userId: "DE.6", parentUserId: "DE.ENT.6" },
    ];
    const keysOf = (data: Partial<WaypostEvent["data"]>) =>
      contactKeys(makeEvent({ contact: {}, data }));
    assert.deepEqual(keysOf({ idChange }), ["DE.2", "DE.ENT.2", "DE.ENT.1"]);
    const message = {
      id: "wamid.1",
      type: "system",
      system: { type: "user_changed_user_id", ...idChange },
    };
    assert.deepEqual(keysOf({ message }), ["DE.2", "DE.ENT.2", "DE.ENT.1"]);
    const group = { addedParticipants: participants };
    assert.deepEqual(keysOf({ group }), ["DE.5", "DE.6", "DE.ENT.5", "DE.ENT.6"]);
    const syncedContact = { userId: "DE.7", parentUserId: "DE.ENT.7" };
    assert.deepEqual(keysOf({ syncedContact }), ["DE.7", "DE.ENT.7"]);
  });

  it("leaves out what is no name", () => {
    const odd = { userId: 7, waId: "", parentUserId: "-" } as never;
    const group = { addedParticipants: "nobody" } as never;
    assert.deepEqual(contactKeys(makeEvent({ contact: odd, data: { group } })), []);
  });
});
