import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Route, WaypostEvent, When } from "../../../src/contracts.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { statusEvent, textEvent } from "../../support/sample-events.ts";

function routesOf(when: When) {
  const routes: Route[] = [{ name: "r", when, to: ["a"], test: false }];
  return compileRoutes({ accounts: {}, routes });
}

function matches(when: When, event: WaypostEvent): boolean {
  return routesOf(when).match(event).length === 1;
}

function withData(data: object, type = "whatsapp.message.text"): WaypostEvent {
  const event = textEvent(1);
  return { ...event, type, data: { ...event.data, ...data } };
}

function message(parts: object, type = "whatsapp.message.any"): WaypostEvent {
  return withData({ message: { id: "wamid.1", type: "any", ...parts } }, type);
}

const business = (data: unknown) => withData({ message: undefined, business: data }, "business.x");
const reaction = (emoji?: unknown) => message({ reaction: { messageId: "wamid.0", emoji } });
const reply = (id: string) => message({ interactive: { buttonReply: { id, title: "Yes" } } });
const form = (nfmReply: object) => message({ interactive: { type: "nfm_reply", nfmReply } });
const ad = { sourceId: "ad1", sourceType: "ad", ctwaClid: "clid1" };
const contact = (fields: object) => withData({ contact: fields });
const echo = message({ direction: "out" }, "whatsapp.echo.text");

const table: [title: string, when: When, event: WaypostEvent, expected: boolean][] = [
  ["business data", { data: { rating: { atMost: 2 } } }, business({ rating: 2 }), true],
  [
    "business data, written as text",
    { data: { rating: { atMost: 2 } } },
    business({ rating: "2" }),
    true,
  ],
  ["business data beyond", { data: { rating: { atMost: 2 } } }, business({ rating: 3 }), false],
  [
    "business data below",
    { data: { "order.city": ["Rome"] } },
    business({ order: { city: "Rome" } }),
    true,
  ],
  ["all paths", { data: { a: [1], b: [2] } }, business({ a: 1, b: 3 }), false],
  ["business data that is not there", { data: { a: { exists: false } } }, business({}), true],
  ["an event without business data", { data: { a: { exists: true } } }, textEvent(1), false],
  [
    "an event without business data, told so",
    { data: { a: { exists: false } } },
    textEvent(1),
    true,
  ],
  ["properties of every object", { data: { "constructor.name": ["Object"] } }, business({}), false],

  ["a reply's id by expression", { replyId: { matches: ["^csat:[1-5]$"] } }, reply("csat:5"), true],
  ["another reply's id", { replyId: { matches: ["^csat:[1-5]$"] } }, reply("csat:6"), false],
  ["a reply's id on a text", { replyId: { matches: [""] } }, textEvent(1), false],

  ["a reaction", { reaction: ["👎", "😡"] }, reaction("😡"), true],
  ["another reaction", { reaction: ["👎"] }, reaction("👍"), false],
  ["a reaction in another skin", { reaction: ["👍"] }, reaction("👍🏽"), true],
  ["a reaction of another skin", { reaction: ["👍🏿"] }, reaction("👍🏻"), true],
  ["a reaction of no skin", { reaction: ["👍🏿"] }, reaction("👍"), true],
  ["a sign as emoji", { reaction: ["❤"] }, reaction("❤️"), true],
  ["a sign as text", { reaction: ["❤️"] }, reaction("❤"), true],
  ["skin and sex together", { reaction: ["🙋‍♀️"] }, reaction("🙋🏾‍♀"), true],
  ["another sex", { reaction: ["🙋‍♀️"] }, reaction("🙋🏾‍♂️"), false],
  ["a colour is an emoji of its own", { reaction: ["🏽"] }, reaction("🏾"), false],
  [
    "a reaction taken back",
    { reaction: ["👎", ""] },
    message({ reaction: { removed: true } }),
    false,
  ],
  ["a reaction that is empty", { reaction: ["👎", ""] }, reaction(""), false],
  ["a reaction on a text", { reaction: ["👎"] }, textEvent(1, "👎"), false],

  [
    "a template",
    { template: ["a", "reminder"] },
    message({ template: { name: "reminder" } }),
    true,
  ],
  [
    "another template",
    { template: ["reminder"] },
    message({ template: { name: "reminder_2" } }),
    false,
  ],
  ["an event about a template", { template: ["x"] }, withData({ template: { name: "x" } }), false],

  ["a flow by its token", { flow: ["qualify"] }, form({ flowToken: "qualify" }), true],
  [
    "a flow by its token's beginning",
    { flow: ["qualify"] },
    form({ flowToken: "qualify:77" }),
    true,
  ],
  [
    "a flow by its answer",
    { flow: ["qualify"] },
    form({ response: { flow_token: "qualify:1" } }),
    true,
  ],
  ["another flow", { flow: ["qualify"] }, form({ flowToken: "qualify2" }), false],
  ["a flow without a token", { flow: ["qualify"] }, form({ response: { stars: 4 } }), false],
  ["a flow whose answer is no JSON", { flow: ["qualify"] }, form({ responseJson: "{" }), false],

  ["an ad", { referral: true }, message({ referral: ad }), true],
  ["no ad", { referral: true }, textEvent(1), false],
  ["without an ad", { referral: false }, textEvent(1), true],
  ["without an ad, but with", { referral: false }, message({ referral: ad }), false],
  ["an ad by its id", { referral: { sourceId: ["ad2", "ad1"] } }, message({ referral: ad }), true],
  ["another ad", { referral: { sourceId: ["ad2"] } }, message({ referral: ad }), false],
  ["an ad by its click", { referral: { ctwaClid: ["clid1"] } }, message({ referral: ad }), true],
  ["an ad without a click id", { referral: { ctwaClid: ["x"] } }, message({ referral: {} }), false],
  [
    "an ad by both",
    { referral: { sourceId: ["ad1"], ctwaClid: ["x"] } },
    message({ referral: ad }),
    false,
  ],

  ["a country", { country: ["AT", "DE"] }, contact({ waId: "4915550002211" }), true],
  ["another country", { country: ["AT"] }, contact({ waId: "4915550002211" }), false],
  ["a country of a BSUID", { country: ["DE"] }, contact({ userId: "DE.7410258963" }), false],
  ["a BSUID in a phone's place", { country: ["DE"] }, contact({ waId: "DE.4915550002211" }), false],
  ["a number of no one country", { country: ["US"] }, contact({ waId: "15555550123" }), false],
  ["a country without a contact", { country: ["DE"] }, withData({ contact: undefined }), false],

  ["from the contact", { from: "contact" }, textEvent(1), true],
  ["from the contact, but ours", { from: "contact" }, echo, false],
  ["from the business", { from: "business" }, echo, true],
  ["from neither", { from: "business" }, statusEvent(1, "read"), false],
  ["not from the contact", { not: { from: "contact" } }, statusEvent(1, "read"), true],
];

describe("A condition on what the event alone tells", () => {
  for (const [title, when, event, expected] of table) {
    it(`${expected ? "matches" : "does not match"}: ${title}`, () => {
      assert.equal(matches(when, event), expected);
    });
  }

  it("throws on a bad expression when it is compiled", () => {
    assert.throws(() => routesOf({ replyId: { matches: ["("] } }));
    assert.throws(() => routesOf({ data: { a: { matches: ["(?<"] } } }));
  });

  it("does not throw, whatever stands where another program may publish anything", () => {
    const whens: When[] = [
      { data: { "a.b": ["x"] } },
      { data: { a: { matches: ["x"], atLeast: 1, exists: true } } },
      { template: ["x"] },
      { flow: ["x"] },
      { referral: { sourceId: ["x"], ctwaClid: ["x"] } },
      { from: "contact" },
    ];
    const routes = whens.map((when) => routesOf({ not: when }));
    const anything = fc.jsonValue({ maxDepth: 3 });
    const anyObject = fc.dictionary(fc.constantFrom("a", "b", "flow_token", "sourceId"), anything);
    fc.assert(
      fc.property(anything, anyObject, anything, (value, object, other) => {
        const event = withData({
          business: value,
          call: { direction: other },
          group: { initiatedBy: other, reason: value },
          message: {
            type: "any",
            template: { name: other },
            referral: object,
            interactive: { nfmReply: { flowToken: value, response: object, responseJson: other } },
          },
        });
        for (const { match, captures } of routes) {
          match(event);
          captures("r", event);
        }
      }),
    );
  });
});

describe("captures", () => {
  const captured = (when: When, event: WaypostEvent) => routesOf(when).captures("r", event);

  it("are the named groups of the expression that took the event", () => {
    const text = { matches: ["^nothing (?P<no>.)", "(?i)order (?P<order>\\d+)(?P<rest>!)?"] };
    assert.deepEqual(captured({ text }, textEvent(1, "my Order 77, please")), { order: "77" });
    assert.deepEqual(
      captured({ replyId: { matches: ["^confirm:(?P<id>\\d+)$"] } }, reply("confirm:12")),
      { id: "12" },
    );
    const data = { sku: { matches: ["^(?P<family>\\w)-"] }, "a.b": { matches: ["(?<n>\\d)"] } };
    assert.deepEqual(captured({ data }, business({ sku: ["?", "x-1"], a: { b: 4 } })), {
      family: "x",
      n: "4",
    });
  });

  it("come together from all keys; of two with one name the first is kept", () => {
    const event = message({
      text: { body: "a1" },
      interactive: { buttonReply: { id: "b2", title: "c3" } },
    });
    const when: When = {
      text: { matches: ["(?P<t>[a-z])(?P<n>\\d)"] },
      replyId: { matches: ["(?P<r>[a-z])(?P<n>\\d)"] },
    };
    assert.deepEqual(captured(when, event), { r: "b", n: "2", t: "a" });
  });

  it("are none without names, without expressions, of what must not hold, of another route", () => {
    const event = textEvent(1, "abc");
    assert.deepEqual(captured({ text: { matches: ["(b)"] } }, event), {});
    assert.deepEqual(captured({ type: ["#"], text: { contains: ["b"] } }, event), {});
    assert.deepEqual(captured({ not: { text: { matches: ["(?P<x>z)"] } } }, event), {});
    assert.deepEqual(routesOf({ text: { matches: ["(?P<x>b)"] } }).captures("s", event), {});
  });

  it("may have any name", () => {
    const captures = captured({ text: { matches: ["(?P<__proto__>b)"] } }, textEvent(1, "abc"));
    assert.deepEqual(Object.entries(captures), [["__proto__", "b"]]);
  });
});
