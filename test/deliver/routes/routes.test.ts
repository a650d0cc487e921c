import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Route, WaypostEvent, When } from "../../../src/contracts.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { compilePattern } from "../../../src/event/pattern.ts";
import { bindingKey, routingKey } from "../../../src/event/routing-key.ts";
import { statusEvent, textEvent } from "../../support/sample-events.ts";

const accounts = {
  berlin: { phoneNumberId: "700700700700700", wabaId: "900100200300400" },
  rome: { phoneNumberId: "700700700700701" },
  chain: { wabaId: "900100200300400" },
};

function matches(when: When, event: WaypostEvent): boolean {
  const routes: Route[] = [{ name: "r", when, to: ["a"], test: false }];
  return compileRoutes({ accounts, routes }).match(event).length === 1;
}

type Message = NonNullable<WaypostEvent["data"]["message"]>;

function message(fields: Omit<Message, "id">): WaypostEvent {
  const event = textEvent(1);
  const { text: _, ...rest } = event.data.message ?? { type: "text" };
  return {
    ...event,
    type: `whatsapp.message.${fields.type}`,
    data: { ...event.data, message: { ...rest, ...fields } },
  };
}

function withData(data: Partial<WaypostEvent["data"]>): WaypostEvent {
  const event = textEvent(1);
  return { ...event, data: { ...event.data, ...data } };
}

const hello = textEvent(1, "Get me an AGENT, please");
const failed = {
  ...statusEvent(1, "failed"),
  data: {
    ...statusEvent(1, "failed").data,
    status: { messageId: "wamid.1", status: "failed", errors: [{ code: 131026 }] },
  },
};
const button = message({
  type: "interactive",
  interactive: { type: "button_reply", buttonReply: { id: "yes", title: "Yes, please" } },
});
const row = message({
  type: "interactive",
  interactive: { type: "list_reply", listReply: { id: "slot_3", title: "Friday" } },
});
const template = message({ type: "button", button: { payload: "CONFIRM", text: "Confirm" } });
const image = message({ type: "image", image: { id: "1", caption: "my Receipt" } });
const ofWaba = withData({ account: { wabaId: "900100200300400" } });
const bsuid = withData({ contact: { userId: "DE.ab12", parentUserId: "DE.ENT.cd34" } });

const table: [title: string, when: When, event: WaypostEvent, expected: boolean][] = [
  ["# takes everything", { type: ["#"] }, hello, true],
  ["an exact type", { type: ["whatsapp.message.text"] }, hello, true],
  ["* is one segment", { type: ["whatsapp.message.*"] }, hello, true],
  ["* is not two segments", { type: ["whatsapp.*"] }, hello, false],
  ["# is any number of segments", { type: ["whatsapp.#"] }, hello, true],
  ["any pattern of a list", { type: ["a.b", "whatsapp.message.text"] }, hello, true],
  ["no pattern of a list", { type: ["a.b", "whatsapp.status.*"] }, hello, false],

  ["an account by its number", { account: ["berlin"] }, hello, true],
  ["another number of the same WABA", { account: ["rome"] }, hello, false],
  ["any account of a list", { account: ["rome", "berlin"] }, hello, true],
  ["an account that is a whole WABA", { account: ["chain"] }, hello, true],
  ["an event of the WABA belongs to its accounts", { account: ["berlin"] }, ofWaba, true],
  ["an event of the WABA, account without one", { account: ["rome"] }, ofWaba, false],

  ["a contact by wa_id", { contact: ["15555550123"] }, hello, true],
  ["a contact by phone in another writing", { contact: ["+1 (555) 555-0123"] }, hello, true],
  ["a contact by BSUID", { contact: ["DE.ab12"] }, bsuid, true],
  ["a contact by parent BSUID", { contact: ["DE.ENT.cd34"] }, bsuid, true],
  ["another contact", { contact: ["15555550124", "DE.ab12"] }, hello, false],
  ["an event without contact", { contact: ["15555550123"] }, ofAccount(), false],

  ["a conversation", { conversation: ["cnv_mia"] }, hello, true],
  ["another conversation", { conversation: ["cnv_tom"] }, hello, false],

  ["a message type", { messageType: ["image", "text"] }, hello, true],
  ["another message type", { messageType: ["image"] }, hello, false],
  ["a message type on a status", { messageType: ["text"] }, failed, false],

  [
    "an expression, found anywhere",
    { text: { matches: ["(?i)\\b(human|agent)\\b"] } },
    hello,
    true,
  ],
  ["an expression with letter case", { text: { matches: ["agent"] } }, hello, false],
  ["any expression of a list", { text: { matches: ["x", "AGENT"] } }, hello, true],
  ["contains, without letter case", { text: { contains: ["get ME"] } }, hello, true],
  ["contains, compatibility forms", { text: { contains: ["ｐｌｅａｓｅ"] } }, hello, true],
  ["contains nothing of a list", { text: { contains: ["x", "y"] } }, hello, false],
  ["equals the whole text", { text: { equals: [" get me an agent, PLEASE "] } }, hello, true],
  ["equals only a part", { text: { equals: ["agent"] } }, hello, false],
  ["all of the text's keys", { text: { contains: ["get"], matches: ["AGENT"] } }, hello, true],
  ["not all of the text's keys", { text: { contains: ["get"], matches: ["x"] } }, hello, false],
  ["a caption is text", { text: { contains: ["receipt"] } }, image, true],
  ["a button's title is text", { text: { equals: ["yes, please"] } }, button, true],
  ["a row's title is text", { text: { equals: ["friday"] } }, row, true],
  ["a template button's text is text", { text: { equals: ["confirm"] } }, template, true],
  ["text on an event without text", { text: { matches: [".*"] } }, failed, false],

  ["a reply button's id", { replyId: ["no", "yes"] }, button, true],
  ["a list row's id", { replyId: ["slot_3"] }, row, true],
  ["a template button's payload", { replyId: ["CONFIRM"] }, template, true],
  ["ids count letter case", { replyId: ["YES"] }, button, false],
  ["an id on a message without", { replyId: ["yes"] }, hello, false],

  ["an error code of a status", { errorCode: [131047, 131026] }, failed, true],
  ["another error code", { errorCode: [131047] }, failed, false],
  ["an error code of an event", { errorCode: [7] }, withData({ errors: [{ code: 7 }] }), true],
  ["an error code without errors", { errorCode: [7] }, hello, false],

  ["not", { not: { account: ["rome"] } }, hello, true],
  ["not, where it holds", { not: { account: ["berlin"] } }, hello, false],
  ["not all keys of not", { not: { account: ["berlin"], messageType: ["image"] } }, hello, true],
  ["not not", { not: { not: { account: ["berlin"] } } }, hello, true],
  ["all keys", { type: ["whatsapp.#"], account: ["berlin"], messageType: ["text"] }, hello, true],
  ["all keys but one", { type: ["whatsapp.#"], account: ["rome"] }, hello, false],
];

function ofAccount(): WaypostEvent {
  const { contact: _, message: __, conversationId: ___, ...data } = textEvent(1).data;
  return { ...textEvent(1), type: "whatsapp.account.alert", data };
}

describe("A condition", () => {
  for (const [title, when, event, expected] of table) {
    it(`${expected ? "matches" : "does not match"}: ${title}`, () => {
      assert.equal(matches(when, event), expected);
    });
  }

  it("needs time in proportion to the text, whatever the expression", () => {
    const evil = ["^(a+)+$", "(a|aa)+$", "(.*a){12}b", "(?:a?){30}b"];
    const seconds = (length: number) => {
      const event = textEvent(1, `${"a".repeat(length)}!`);
      const started = performance.now();
      matches({ text: { matches: evil } }, event);
      return (performance.now() - started) / 1000;
    };
    seconds(1000);
    assert.equal(matches({ text: { matches: evil } }, textEvent(1, "aaaa!")), false);
    assert.ok(seconds(4096) < 1);
    assert.ok(seconds(1_000_000) < 3, "what is beyond 65,536 characters is cut");
  });
});

describe("compileRoutes", () => {
  const route = (name: string, to: string[], more: Partial<Route> = {}): Route => ({
    name,
    when: { type: ["#"] },
    to,
    test: false,
    ...more,
  });

  it("takes an event to each destination once, for the first route in the file", () => {
    const routes = [
      route("one", ["a", "b"]),
      route("none", ["d"], { when: { type: ["x"] } }),
      route("two", ["b", "c"]),
    ];
    assert.deepEqual(compileRoutes({ accounts, routes }).match(hello), [
      { route: "one", destination: "a" },
      { route: "one", destination: "b" },
      { route: "two", destination: "c" },
    ]);
  });

  it("keeps test events from routes that do not ask for them", () => {
    const test = withData({ test: true });
    const routes = [route("customers", ["a"]), route("all", ["b"], { test: true })];
    const compiled = compileRoutes({ accounts, routes });
    assert.deepEqual(compiled.match(test), [{ route: "all", destination: "b" }]);
    assert.equal(compiled.match(hello).length, 2);
    assert.equal(compiled.explain(test)[0]?.because, "test");
  });

  it("says which key of a route does not hold", () => {
    const when = { type: ["whatsapp.#"], account: ["rome"], messageType: ["image"] };
    const [verdict] = compileRoutes({ accounts, routes: [route("r", ["a"], { when })] }).explain(
      hello,
    );
    assert.deepEqual(verdict, {
      route: "r",
      to: ["a"],
      matches: false,
      held: 1,
      because: "account",
    });
  });

  it("knows the patterns to bind for a destination", () => {
    const typed = (name: string, to: string[], type?: string[]) =>
      route(name, to, { when: type ? { type } : { account: ["berlin"] } });
    const { patternsFor } = compileRoutes({
      accounts,
      routes: [
        typed("1", ["a"], ["whatsapp.status.*", "whatsapp.message.*"]),
        typed("2", ["a", "b"], ["whatsapp.message.*"]),
        typed("3", ["c"]),
        typed("4", ["c"], ["whatsapp.message.*"]),
      ],
    });
    assert.deepEqual(patternsFor("a"), ["whatsapp.message.*", "whatsapp.status.*"]);
    assert.deepEqual(patternsFor("b"), ["whatsapp.message.*"]);
    assert.deepEqual(patternsFor("c"), ["#"]);
    assert.deepEqual(patternsFor("d"), []);
  });

  it("throws on what the configuration's check refuses", () => {
    for (const when of [{ type: ["A"] }, { account: ["x"] }, { account: ["constructor"] }]) {
      assert.throws(() => matches(when, hello), TypeError);
    }
    assert.throws(() => matches({ text: { matches: ["("] } }, hello));
  });
});

const both = { embedded: true, rabbit: true };
const types = [
  "whatsapp.message.text",
  "whatsapp.message.image",
  "whatsapp.status.failed",
  "whatsapp.account.alert",
];
const patterns = ["#", "whatsapp.#", "whatsapp.message.*", "whatsapp.*.failed", "business.#"];
const anyWhen: fc.Arbitrary<When> = fc.record(
  {
    type: fc.subarray(patterns, { minLength: 1 }),
    account: fc.subarray(Object.keys(accounts), { minLength: 1 }),
    messageType: fc.subarray(["text", "image"], { minLength: 1 }),
    text: fc.record({ contains: fc.constantFrom(["agent"], ["x"]) }),
  },
  { requiredKeys: [] },
);
const anyRoutes = fc
  .array(
    fc.record({
      when: fc.oneof(anyWhen, fc.record({ not: anyWhen })),
      to: fc.subarray(["a", "b", "c"], { minLength: 1 }),
      test: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((routes) => routes.map((each, i): Route => ({ name: `r${i}`, ...each })));
const anyEvent = fc
  .record({
    type: fc.constantFrom(...types),
    test: fc.boolean(),
    event: fc.constantFrom(hello, failed, image, ofWaba),
  })
  .map(({ type, test, event }): WaypostEvent => {
    const data = test ? { ...event.data, test: true as const } : event.data;
    return { ...event, type, data };
  });

describe("Routes, whatever they are,", () => {
  const destinations = (routes: readonly Route[], event: WaypostEvent) =>
    compileRoutes({ accounts, routes })
      .match(event)
      .map(({ destination }) => destination);

  it("reach the same destinations in any order, each once", () => {
    const shuffled = anyRoutes.chain((routes) =>
      fc.tuple(fc.constant(routes), fc.shuffledSubarray(routes, { minLength: routes.length })),
    );
    fc.assert(
      fc.property(shuffled, anyEvent, ([routes, others], event) => {
        const reached = destinations(routes, event);
        assert.deepEqual(reached.toSorted(), destinations(others, event).sort());
        assert.equal(new Set(reached).size, reached.length);
      }),
    );
  });

  it("reach what each reaches alone", () => {
    fc.assert(
      fc.property(anyRoutes, anyEvent, (routes, event) => {
        const alone = routes.flatMap((each) => destinations([each], event));
        assert.deepEqual(new Set(destinations(routes, event)), new Set(alone));
      }),
    );
  });

  it("reach each destination as it alone is asked for", () => {
    fc.assert(
      fc.property(anyRoutes, anyEvent, fc.boolean(), (plain, event, media) => {
        const emit = { type: "business.told", data: {} };
        const routes = plain.map((route, i) => (i % 3 === 1 ? { ...route, emit } : route));
        const compiled = compileRoutes({ accounts, routes, media });
        const all = compiled.match(event);
        const names = [...routes.flatMap(({ to }) => to), "flows", "media", "nobody"];
        for (const name of new Set(names)) {
          const own = all.filter(({ destination }) => destination === name);
          assert.deepEqual(compiled.matchFor(name, event), own);
        }
      }),
    );
  });

  it("match no event that a destination's bindings would keep from it", () => {
    fc.assert(
      fc.property(anyRoutes, anyEvent, fc.boolean(), (routes, event, media) => {
        const { match, patternsFor } = compileRoutes({ accounts, routes, media });
        const key = routingKey(event.type, event.data.account.phoneNumberId);
        // `flows` and `media` among them: such patterns may themselves ask for the built-in ones.
        for (const { destination } of match(event)) {
          const patterns = patternsFor(destination);
          const embedded = patterns.some((pattern) => compilePattern(pattern)(event.type));
          const rabbit = patterns.some((pattern) => compilePattern(bindingKey(pattern))(key));
          assert.deepEqual({ destination, embedded, rabbit }, { destination, ...both });
        }
      }),
    );
  });
});
