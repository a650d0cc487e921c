import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { aliasEdges } from "../../src/event/alias-edges.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import type { WaypostEvent } from "../../src/event/generated.ts";

function golden(name: string): WaypostEvent {
  const file = new URL(`../../fixtures/events/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"))[0];
}

const number = "604410020099881";
const phone = (digits: string) => conversationIdOf(number, { phone: digits });
const user = (userId: string) => conversationIdOf(number, { userId });
const [oldPhone, newPhone] = [phone("4915550002211"), phone("4915550002299")];
const [oldUser, newUser] = [user("DE.9031846620571"), user("DE.1174503928116")];

const sorted = (edges: readonly object[]) => edges.map((edge) => JSON.stringify(edge)).sort();

describe("alias edges", () => {
  it("lead from the phone to the BSUID when a payload holds both", () => {
    assert.deepEqual(aliasEdges(golden("message-text")), [
      { from: oldPhone, to: oldUser, kind: "phone" },
    ]);
    assert.deepEqual(aliasEdges(golden("status-played")), [
      { from: oldPhone, to: oldUser, kind: "phone" },
    ]);
  });

  it("lead from the old to the new when a number changes", () => {
    assert.deepEqual(
      sorted(aliasEdges(golden("message-system-number-changed"))),
      sorted([
        { from: oldPhone, to: oldUser, kind: "phone" },
        { from: newPhone, to: newUser, kind: "phone" },
        { from: oldPhone, to: newUser, kind: "became" },
        { from: oldUser, to: newUser, kind: "became" },
      ]),
    );
  });

  it("lead from the old to the new when a BSUID changes", () => {
    assert.deepEqual(aliasEdges(golden("message-system-user-id-changed")), [
      { from: user("ES.5512093847266"), to: user("ES.8800114433"), kind: "became" },
    ]);
    assert.deepEqual(
      sorted(aliasEdges(golden("user-id-update"))),
      sorted([
        { from: oldPhone, to: newUser, kind: "phone" },
        { from: oldUser, to: newUser, kind: "became" },
      ]),
    );
  });

  it("lead nowhere in groups, with one id, without a person or a number", () => {
    const names = [
      "message-group-text",
      "status-group-two-participants",
      "group-participants-added",
      "status-read-bsuid-only",
      "status-failed",
      "message-contacts-answer-to-phone-request",
      "account-deleted",
    ];
    for (const name of names) assert.deepEqual(aliasEdges(golden(name)), [], name);
  });

  it("say nothing about an identity check", () => {
    const edges = aliasEdges(golden("message-system-identity-changed"));
    assert.ok(edges.every(({ kind }) => kind === "phone"));
  });
});
