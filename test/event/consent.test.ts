import assert from "node:assert/strict";
import { it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { type ConsentChange, consentChange } from "../../src/event/consent.ts";
import {
  makeEvent,
  makeStatus,
  makeText,
  phoneNumberId,
  second,
  wabaId,
} from "../store/make-events.ts";

const accounts = {
  berlin: { phoneNumberId, wabaId },
  paris: { phoneNumberId: "700700700700701" },
  rome: { wabaId: "900100200300402" },
  inherited: { phoneNumberId: "700700700700703" },
  izmir: { phoneNumberId: "700700700700704" },
};
const turkish = { wabaId, phoneNumberId: "700700700700704" };
const rules = {
  stop: {
    berlin: ["STOP", "ABMELDEN"],
    paris: ["ARRÊT", "stop !"],
    rome: ["BASTA"],
    izmir: ["İptal", "\u200b"],
    "*": ["ENDE", "😶"],
  },
  start: { "*": ["START"] },
};
const at = second(5);
const stop = { marketing: "revoked", stopped: true, at };
const start = { marketing: "granted", stopped: false, at };
const again = { stopped: false, at };

const of = (event: WaypostEvent) => consentChange(event, rules, accounts);
const text = (body: string, account = { wabaId, phoneNumberId }) =>
  makeText(body, { at: 5, account });
const message = (type: string, parts: object, more: object = {}) =>
  makeEvent({ at: 5, data: { message: { id: "wamid.1", type, ...parts }, ...more } });
const preference = (told: object) =>
  makeEvent({ type: "whatsapp.user.preference", at: 9, data: { preference: { at, ...told } } });

function withoutWord(change: ConsentChange | undefined) {
  if (change === undefined) return undefined;
  const { word: _word, ...said } = change;
  return said;
}

it("consent: names the word as the rules have it, and nothing else that was written", () => {
  assert.equal(of(text("abMelden!"))?.word, "ABMELDEN");
  assert.equal(of(text("start"))?.word, "START");
  assert.equal(of(text("hello"))?.word, undefined);
  assert.equal(of(preference({ value: "stop" }))?.word, undefined);
});

const table: [string, WaypostEvent, object | undefined][] = [
  ["a word of the account", text("STOP"), stop],
  ["in any case", text("abMelden"), stop],
  ["in any width, with white space and punctuation around it", text("\n “ＳＴＯＰ!” "), stop],
  ["with marks around and in it that nobody sees", text("\u200eS\u00adTO\u200bP\u2069"), stop],
  ["with emoji around it", text("🛑 STOP ✋🏽❤️"), stop],
  ["with signs around it", text("`~=STOP+$"), stop],
  ["in letters without the dots of Turkish", text("iptal", turkish), stop],
  ["in letters with them", text("İPTAL", turkish), stop],
  ["in the other case of them", text("ıptal", turkish), stop],
  ["marks that nobody sees are no word", text("\u200b\u2060", turkish), again],
  ["not within a sentence", text("please STOP"), again],
  ["not a longer word", text("STOPS"), again],
  ["not another account's word", text("ARRÊT"), again],
  ["not that of all, where the account has its own", text("ENDE"), again],
  ["that of another account", text("arrêt.", { wabaId, phoneNumberId: "700700700700701" }), stop],
  ["that has punctuation", text("Stop", { wabaId, phoneNumberId: "700700700700701" }), stop],
  ["of a whole WABA", text("basta", { wabaId: "900100200300402", phoneNumberId: "1" }), stop],
  [
    "of all, for an account without its own",
    text("ende", { wabaId, phoneNumberId: "700700700700703" }),
    stop,
  ],
  [
    "of all, for an account without a name",
    text("Ende", { wabaId: "1", phoneNumberId: "2" }),
    stop,
  ],
  ["of nothing but an emoji", text("😶", { wabaId: "1", phoneNumberId: "2" }), stop],
  ["punctuation alone is no word", text("!", { wabaId: "1", phoneNumberId: "2" }), again],
  ["start", text("start"), start],
  ["anything else", text("hello"), again],
  ["a button", message("button", { button: { text: "Stop" } }), stop],
  [
    "a reply",
    message("interactive", { interactive: { buttonReply: { id: "x", title: "STOP" } } }),
    stop,
  ],
  ["a picture", message("image", { image: { id: "1" } }), again],
  ["a reaction", message("reaction", { reaction: { emoji: "👍" } }), undefined],
  ["a system message", message("system", { system: { body: "STOP" } }), undefined],
  [
    "an edit",
    message("edit", { edit: { message: { type: "text", text: { body: "STOP" } } } }),
    undefined,
  ],
  ["a group", message("text", { text: { body: "STOP" } }, { groupId: "grp_1" }), undefined],
  ["what our side sent", makeText("STOP", { at: 5, type: "whatsapp.outgoing.text" }), undefined],
  ["a status", makeStatus("wamid.1", "read"), undefined],
  [
    "Meta's switch, off",
    preference({ category: "marketing_messages", value: "stop" }),
    { marketing: "revoked", at },
  ],
  [
    "Meta's switch, on",
    preference({ category: "marketing_messages", value: "resume" }),
    { marketing: "granted", at },
  ],
  ["a sign-up", preference({ value: "signup" }), { marketing: "granted", at }],
  ["a switch of another kind", preference({ category: "service", value: "stop" }), undefined],
  ["a switch to what is not known", preference({ value: "maybe" }), undefined],
];
for (const [name, event, change] of table) {
  it(`consent: ${name}`, () => assert.deepEqual(withoutWord(of(event)), change));
}

it("counts the moment at which it was said, never one behind its receipt", () => {
  const sent = (sentAt: string) =>
    makeText("STOP", {
      at: 7,
      receivedAt: second(8),
      data: { message: { id: "1", type: "text", sentAt } },
    });
  assert.equal(of(sent(second(6)))?.at, second(6));
  assert.equal(of(sent("2999-01-01T00:00:00Z"))?.at, second(8));
  assert.equal(of(sent("never"))?.at, second(7));
});

it("knows no words without rules, and takes no name of an object's own for an account", () => {
  assert.deepEqual(consentChange(text("STOP"), undefined), again);
  const odd = { constructor: { phoneNumberId } };
  assert.deepEqual(withoutWord(consentChange(text("ENDE"), rules, odd)), stop);
});
