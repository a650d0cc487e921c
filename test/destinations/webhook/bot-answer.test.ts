import assert from "node:assert/strict";
import { it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { readBotAnswer } from "../../../src/destinations/webhook/bot-answer.ts";

type Answer = Parameters<typeof readBotAnswer>[0];
const answer = (text: string, end?: Answer["end"]) =>
  ({ status: 200, text, ...(end && { end }) }) as Answer;
const thrown = (given: Answer): DeliveryError => {
  try {
    readBotAnswer(given);
  } catch (error) {
    if (error instanceof DeliveryError) return error;
  }
  return assert.fail("it was taken");
};

it("is asked again for what did not come whole, however whole it looks", () => {
  for (const end of ["late", "broken"] as const) {
    for (const text of ["", "{}", '{"reply":"hi"}']) {
      const { verdict, maybeDone } = thrown(answer(text, end));
      assert.deepEqual([verdict, maybeDone], ["outage", true], `${end} ${text}`);
    }
  }
  assert.equal(thrown(answer("{}", "long")).verdict, "refused");
});

it("takes a byte order mark and white space for nothing", () => {
  assert.deepEqual(readBotAnswer(answer('\uFEFF {"reply":"hi"} \n')), { reply: { text: "hi" } });
  for (const text of ["", " ", "\uFEFF", "{}", '{"reply":null,"set":null,"emit":null}']) {
    assert.deepEqual(readBotAnswer(answer(text)), {}, text);
  }
});

it("takes a reply and a set that have nothing in them for none", () => {
  for (const text of [
    '{"reply":{"text":null,"buttons":null}}',
    '{"reply":{},"set":{"tag":null}}',
  ]) {
    assert.deepEqual(readBotAnswer(answer(text)), {}, text);
  }
  assert.equal(thrown(answer('{"emit":{}}')).verdict, "refused");
});

it("takes null for absent in every part, and for a value in what is the bot's own", () => {
  const list = {
    button: "Open",
    rows: [{ id: "1", title: "One", description: null }],
    sections: null,
  };
  const told = {
    reply: { text: "hi", buttons: null, list, ref: { order: null }, read: null },
    set: { tag: null, topic: "order" },
    emit: [
      { type: "business.x", data: { size: null } },
      { type: "business.y", data: null },
    ],
  };
  const rows = [{ id: "1", title: "One" }];
  assert.deepEqual(readBotAnswer(answer(JSON.stringify(told))), {
    reply: { text: "hi", list: { button: "Open", rows }, ref: { order: null } },
    set: { topic: "order" },
    emit: [{ type: "business.x", data: { size: null } }, { type: "business.y" }],
  });
});
