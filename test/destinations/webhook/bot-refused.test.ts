import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { attempt } from "../../conformance/destination.ts";
import { type StubbedBot, startStubbedBot } from "./bot-stub.ts";

describe("a bot's answer that cannot be carried out", () => {
  let stubbed: StubbedBot;
  before(async () => {
    stubbed = await startStubbedBot();
  });
  after(() => stubbed.close());

  const wrong: readonly [what: string, body: unknown, says: RegExp][] = [
    ["HTML", "<html><body>It works!</body></html>", /not JSON.*204/],
    ["a list", [], /not an object/],
    ["a text", '"Hello"', /not an object/],
    ["an unknown key", { replies: "Hi" }, /\? is no key.*reply, set and emit/],
    [
      "somebody else",
      { reply: { text: "Hi", to: "15555550124" } },
      /reply\.\? is not for a bot to say.*who wrote/,
    ],
    ["an empty text", { reply: "" }, /reply\.text/],
    [
      "four buttons",
      { reply: { text: "x", buttons: { a: "a", b: "b", c: "c", d: "d" } } },
      /button/,
    ],
    [
      "one id twice",
      { reply: { text: "x", buttons: ["A", "B"].map((title) => ({ id: "1", title })) } },
      /reply\.buttons has two ids that are the same, and Meta takes each once\. Tell them apart/,
    ],
    [
      "four buttons in a list",
      { reply: { text: "x", buttons: ["a", "b", "c", "d"].map((id) => ({ id, title: id })) } },
      /reply\.buttons/,
    ],
    ["buttons without a text", { reply: { buttons: { a: "A" } } }, /reply\.buttons .*Add text/],
    [
      "a list beside buttons",
      { reply: { text: "x", buttons: { a: "A" }, list: { button: "b", rows: { a: "A" } } } },
      /reply\.list stands beside buttons.*Keep one/,
    ],
    [
      "a file beside a text",
      { reply: { text: "x", media: { type: "image", link: "https://a.example" } } },
      /reply\.media stands beside text/,
    ],
    ["a text of blanks", { reply: " \n\u200b" }, /reply\.text has nothing that can be seen/],
    [
      "a text longer than Meta takes",
      { reply: "x".repeat(4_097) },
      /reply\.text has 4,097 characters, and Meta takes 4,096\. Shorten it/,
    ],
    [
      "a long title",
      { reply: { text: "x", buttons: { "csat.5": "x".repeat(21) } } },
      /reply\.buttons has a title of 21 characters/,
    ],
    [
      "too many rows in all",
      {
        reply: {
          text: "x",
          list: {
            button: "b",
            sections: ["a", "b"].map((title) => ({
              title,
              rows: Object.fromEntries([..."123456"].map((id) => [`${title}${id}`, "Row"])),
            })),
          },
        },
      },
      /reply\.list has 12 rows, and Meta takes 10/,
    ],
    [
      "an empty parameter",
      { reply: { template: { name: "t", language: "en", body: ["Mia", " "] } } },
      /reply\.template\.body\.1 is empty/,
    ],
    ["a number for a text", { reply: { text: 5 } }, /reply\.text must be string/],
    ["no such media", { reply: { media: { type: "gif", link: "https://a.example" } } }, /image/],
    ["an unknown set", { set: { tags: ["+vip"] } }, /set\.\? is no key/],
    ["a tag without its sign", { set: { tag: "vip" } }, /set\.tag/],
    ["a type of Meta's", { emit: { type: "whatsapp.message.text" } }, /emit\.0\.type.*business\./],
    ["a type of Waypost's", { emit: { type: "business.reply.requested" } }, /reply or set instead/],
    ["an event without a type", { emit: { data: {} } }, /emit\.0\.type is missing/],
    ["too many events", { emit: Array(21).fill({ type: "business.x" }) }, /at most 20/],
    ["10,000 events", { emit: Array(10_000).fill({ type: "business.x" }) }, /larger than 64 KB/],
    ["10,000 small things", { emit: Array(11_000).fill(1) }, /more than 10000 values/],
    ["a prototype", '{"reply":{"text":"Hi","__proto__":{"to":"x"}}}', /no usable key/],
    ["a prototype of its own", '{"__proto__":{"reply":"Hi"}}', /no usable key/],
    ["depth", `{"emit":{"type":"business.x","data":${"[".repeat(30_000)}`, /not JSON/],
    [
      "depth that is closed",
      `{"emit":{"type":"business.x","data":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}}`,
      /deeper than 32/,
    ],
    ["half a letter", '{"reply":"\\ud83d"}', /surrogate/],
    ["a NUL", '{"reply":"a\\u0000b"}', /NUL/],
  ];
  for (const [what, body, reason] of wrong) {
    it(`is refused with place and remedy: ${what}`, async () => {
      const { refused } = stubbed;
      const { message, answer: words } = await refused(body);
      assert.match(message, reason);
      assert.match(words ?? "", /^200 /);
    });
  }

  it("is told all that is wrong, and nobody what it said", async () => {
    const { refused } = stubbed;
    const { message, answer: words } = await refused({
      reply: { text: 5, "15555550124": "call me" },
      Mia: 1,
    });
    for (const place of ["reply.text", "reply.?", "Mia"]) assert.ok(words?.includes(place), words);
    assert.doesNotMatch(`${message} ${words}`, /15555550124|call me/);
    assert.doesNotMatch(message, /Mia/);
  });

  it("is not read further than 64 KB, nor followed elsewhere", async () => {
    const { stub, bot, asked, refused, answers } = stubbed;
    const { message } = await refused(`{"reply":"${"x".repeat(3 * 1024 * 1024)}"}`);
    assert.match(message, /larger than 64 KB/);
    answers({
      status: 302,
      headers: { location: `${stub.url}/elsewhere` },
      body: '{"reply":"Hi"}',
    });
    const moved = await attempt(bot, asked);
    assert.ok(moved instanceof DeliveryError);
    assert.equal(moved.verdict, "config");
    assert.ok(stub.requests.every(({ path }) => path === "/bot"));
  });
});
