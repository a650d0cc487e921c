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

/** Golden events say when; the tests of kinds and ends need not repeat it. */
const edgesOf = (event: WaypostEvent) => aliasEdges(event).map(({ at: _, ...edge }) => edge);
const sorted = (edges: readonly object[]) => edges.map((edge) => JSON.stringify(edge)).sort();

describe("alias edges", () => {
  it("lead from the phone to the BSUID when a payload holds both", () => {
    assert.deepEqual(edgesOf(golden("message-text")), [
      { from: oldPhone, to: oldUser, kind: "phone" },
    ]);
    assert.deepEqual(edgesOf(golden("status-played")), [
      { from: oldPhone, to: oldUser, kind: "phone" },
    ]);
  });

  it("lead from the old to the new when a number changes", () => {
    assert.deepEqual(
      sorted(edgesOf(golden("message-system-number-changed"))),
      sorted([
        { from: oldPhone, to: oldUser, kind: "left" },
        { from: newPhone, to: newUser, kind: "phone" },
        { from: oldPhone, to: newUser, kind: "left" },
        { from: oldUser, to: newUser, kind: "became" },
      ]),
    );
  });

  it("lead from the old to the new when a BSUID changes", () => {
    assert.deepEqual(edgesOf(golden("message-system-user-id-changed")), [
      { from: user("ES.5512093847266"), to: user("ES.8800114433"), kind: "became" },
    ]);
    assert.deepEqual(
      sorted(edgesOf(golden("user-id-update"))),
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
    for (const name of names) assert.deepEqual(edgesOf(golden(name)), [], name);
  });

  it("say nothing about an identity check", () => {
    const edges = edgesOf(golden("message-system-identity-changed"));
    assert.ok(edges.every(({ kind }) => kind === "phone"));
  });

  it("say when they were told: by payload time, of history when it came", () => {
    const text = golden("message-text");
    assert.deepEqual(
      aliasEdges(text).map(({ at }) => at),
      [text.time],
    );
    const history = golden("history-chunk-two-threads");
    assert.notEqual(history.time, history.data.receivedAt);
    assert.deepEqual(
      aliasEdges(history).map(({ at }) => at),
      [history.data.receivedAt],
    );
    const odd = { ...text, time: "yesterday" };
    assert.equal(aliasEdges(odd)[0]?.at, new Date(text.data.receivedAt).toISOString());
  });

  it("lead from phone to phone when no BSUID is told", () => {
    const changed = (system: object, contact: object) =>
      edgesOf({
        ...golden("message-text"),
        data: {
          ...golden("message-text").data,
          contact: { waId: "4915550002211", ...contact },
          message: {
            id: "wamid.S",
            type: "system",
            system: { previousWaId: "4915550002211", waId: "4915550002299", ...system },
          },
        },
      });
    const moved = { from: oldPhone, to: newPhone, kind: "moved" };
    assert.deepEqual(changed({}, {}), [moved]);
    assert.deepEqual(changed({}, { userId: "DE.9031846620571" }), [
      { from: oldPhone, to: oldUser, kind: "left" },
      moved,
    ]);
    assert.deepEqual(
      sorted(changed({}, { waId: "4915550002299", userId: "DE.1174503928116" })),
      sorted([
        { from: newPhone, to: newUser, kind: "phone" },
        { from: oldPhone, to: newUser, kind: "left" },
      ]),
    );
  });
});
