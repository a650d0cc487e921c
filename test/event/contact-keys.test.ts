import assert from "node:assert/strict";
import { describe, it } from "node:test";
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

  it("leaves out what is no name", () => {
    const odd = { userId: 7, waId: "", parentUserId: "-" } as never;
    const group = { addedParticipants: "nobody" } as never;
    assert.deepEqual(contactKeys(makeEvent({ contact: odd, data: { group } })), []);
  });
});
