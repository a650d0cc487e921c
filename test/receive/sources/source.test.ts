import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SourceConfig } from "../../../src/contracts/sources.ts";
import { SourceError } from "../../../src/receive/sources/compile-emit.ts";
import type { VerifiedBody } from "../../../src/receive/verified-body.ts";
import { makeSource } from "../../support/sources.ts";

const stamp = {
  postId: "pst_1",
  receivedAt: "2026-11-20T10:00:00.000Z",
  source: "/hooks/shop",
};
const type = "business.thing.happened";
const formType = "application/x-www-form-urlencoded";

/** What becomes of a body: the events' parts that matter, and where and why it lies in quarantine. */
function parse(config: Partial<SourceConfig>, body: unknown, contentType?: string) {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const post = makeSource(config).parse(bytes as VerifiedBody, stamp, contentType);
  assert.deepEqual(post.accounts, []);
  const all = post.events.map(({ bytes }) => JSON.parse(String(bytes)));
  const kept = all.filter((each) => each.type === "waypost.quarantine");
  for (const each of kept) {
    assert.equal(each.source, "/hooks/shop");
    assert.deepEqual(Buffer.from(each.data_base64, "base64"), bytes);
  }
  assert.ok(kept.length <= 1);
  return {
    events: all.filter((each) => each.type !== "waypost.quarantine"),
    problems: kept.flatMap((each) =>
      JSON.parse(each.problems).map(
        ({ path, reason }: Record<string, string>) => `${path}: ${reason}`,
      ),
    ),
  };
}

function idsOf(config: Partial<SourceConfig>, body: unknown): string[] {
  return parse(config, body).events.map(({ id }) => id);
}

describe("the id of an event", () => {
  const emit = [{ type, id: "{{ body.id }}" }];

  it("is the same when the body comes again, whatever else it holds", () => {
    const [first] = idsOf({ emit }, { id: "evt_1", attempt: 1 });
    assert.match(String(first), /^evt_[a-z2-7]{32}$/);
    assert.deepEqual(idsOf({ emit }, { attempt: 2, id: "evt_1" }), [first]);
  });

  it("differs by what the template says, by source and by type", () => {
    const all = [
      ...idsOf({ emit }, { id: "1" }),
      ...idsOf({ emit }, { id: "2" }),
      ...idsOf({ emit, name: "other" }, { id: "1" }),
      ...idsOf({ emit: [{ ...emit[0], type: "business.other" }] }, { id: "1" }),
      ...idsOf({}, { id: "1" }),
      ...idsOf({}, { id: "2" }),
    ];
    assert.equal(new Set(all).size, 6);
  });

  it("is made of a number or a text alike, and never of a vendor's id as it is", () => {
    assert.deepEqual(idsOf({ emit }, { id: 1 }), idsOf({ emit }, { id: "1" }));
    assert.ok(!idsOf({ emit }, { id: "evt_1" }).includes("evt_1"));
  });

  it("is made of the bytes where there is none, byte for byte", () => {
    for (const config of [{}, { emit }]) {
      const [first] = idsOf(config, '{"a":1}');
      assert.deepEqual(idsOf(config, '{"a":1}'), [first]);
      assert.notDeepEqual(idsOf(config, '{"a": 1}'), [first]);
    }
  });

  it("of a second event of one body differs from the first's, and is the same each time", () => {
    const twice = [...emit, ...emit, { type }, { type }];
    const ids = idsOf({ emit: twice }, { id: "1" });
    assert.equal(new Set(ids).size, 4);
    assert.deepEqual(idsOf({ emit: twice }, { id: "1" }), ids);
    assert.deepEqual(ids.slice(0, 1), idsOf({ emit }, { id: "1" }));
  });
});

describe("the contact", () => {
  const emit = [
    {
      type,
      contact: { phone: "{{ body.phone }}", waId: "{{ body.wa }}", userId: "{{ body.bsuid }}" },
    },
  ];

  for (const [what, body, contact] of [
    ["a phone in any writing", { phone: "+49 (151) 234-567/89" }, { waId: "4915123456789" }],
    ["a phone that is a number", { phone: 4915123456789 }, { waId: "4915123456789" }],
    ["a BSUID", { bsuid: " DE.7410258963 " }, { userId: "DE.7410258963" }],
    [
      "both",
      { phone: "0049 151 23456789", bsuid: "DE.7410258963" },
      { waId: "4915123456789", userId: "DE.7410258963" },
    ],
  ] as const) {
    it(`is found by ${what}`, () => {
      const { events, problems } = parse({ emit }, body);
      assert.deepEqual(problems, []);
      assert.deepEqual(events[0].data.contact, contact);
      assert.match(events[0].subject, /^cnv_/);
    });
  }

  it("makes the conversation that a message of the same person is in", () => {
    const [byPhone] = parse({ emit }, { phone: "+4915123456789" }).events;
    const [byWaId] = parse({ emit }, { wa: "4915123456789" }).events;
    assert.equal(byPhone.subject, byWaId.subject);
  });

  it("that is nobody, or unusable, keeps the body in quarantine with the reason, and shows nothing of it", () => {
    for (const [body, problem] of [
      [{}, "emit[0].contact: the body names nobody"],
      [{ phone: "", wa: null, bsuid: "  " }, "emit[0].contact: the body names nobody"],
      [
        { phone: "0151 2345678" },
        "emit[0].contact.phone: is no phone number with its country code",
      ],
      [{ phone: "ask Mia" }, "emit[0].contact.phone: is no phone number with its country code"],
      [{ bsuid: "4915123456789" }, "emit[0].contact.userId: is no BSUID"],
      [
        { phone: "+4915123456789", wa: "4915100000000" },
        "emit[0].contact.phone: is not whom the keys before it name",
      ],
    ] as const) {
      const { events, problems } = parse({ emit }, body);
      assert.deepEqual({ events, problems }, { events: [], problems: [problem] });
    }
  });

  it("is not needed: without, the event is about the account alone", () => {
    const { events, problems } = parse({}, { phone: "+4915123456789" });
    assert.deepEqual(problems, []);
    assert.equal(events[0].data.contact, undefined);
    assert.equal(events[0].source, "/whatsapp/900100200300400/700700700700700");
  });

  it("of one entry does not keep the others from their events", () => {
    const { events, problems } = parse({ emit: [...emit, { type: "business.other" }] }, { id: 1 });
    assert.deepEqual(
      events.map((each) => each.type),
      ["business.other"],
    );
    assert.deepEqual(problems, ["emit[0].contact: the body names nobody"]);
  });
});

describe("the data", () => {
  const dataOf = (data: unknown, body: unknown) => parse({ emit: [{ type, data }] }, body);

  it("keeps the types of the body, and may be the body", () => {
    const body = { a: [1, { b: null }], t: true, n: 1.5, s: "" };
    assert.deepEqual(dataOf("{{ body }}", body).events[0].data.business, body);
    const some = { list: "{{ body.a }}", text: "n={{ body.n }}", gone: "{{ body.x }}", fixed: 7 };
    assert.deepEqual(dataOf(some, body).events[0].data.business, {
      list: body.a,
      text: "n=1.5",
      gone: "",
      fixed: 7,
    });
    assert.deepEqual(dataOf(undefined, body).events[0].data.business, {});
  });

  it("sees the account and the groups of what matched", () => {
    const emit = [
      {
        type,
        when: { kind: { matches: ["^(?P<first>\\w+)\\."] } },
        data: { first: "{{ match.first }}", at: "{{ account.name }} {{ account.phoneNumberId }}" },
      },
    ];
    const { events } = parse({ emit }, { kind: "ticket.solved" });
    assert.deepEqual(events[0].data.business, { first: "ticket", at: "berlin 700700700700700" });
    assert.deepEqual(parse({ emit }, { kind: "ticket" }), { events: [], problems: [] });
  });

  it("that is no object, or no value that JSON readers keep, lies in quarantine with its place", () => {
    for (const body of [[1], '"text"', 7, null]) {
      assert.deepEqual(dataOf("{{ body }}", body).problems, ["emit[0].data: is no object"]);
    }
    assert.match(
      dataOf("{{ body }}", '{"__proto__":{"a":1}}').problems.join(),
      /^emit\[0\]\.data\.\S*: is no usable key$/,
    );
    const long = dataOf(
      { a: ["{{ body.text }}", "{{ body.text }}"] },
      { text: "x".repeat(200_000) },
    );
    assert.deepEqual(long.events, []);
    assert.match(
      long.problems.join(),
      /^emit\[0\]\.data\.a\[1\]: its result is larger than 256 KB$/,
    );
  });
});

describe("a body", () => {
  it("that no entry is for makes nothing, and is no problem", () => {
    const emit = [{ type, when: { kind: ["order"] } }];
    assert.deepEqual(parse({ emit }, { kind: "refund" }), { events: [], problems: [] });
  });

  it("makes an event of each entry that is for it, in their order", () => {
    const emit = [
      { type: "business.b", when: { n: { atLeast: 1 } } },
      { type: "business.a" },
      { type: "business.c", when: { n: { atLeast: 9 } } },
    ];
    const types = parse({ emit }, { n: "5" }).events.map((each) => each.type);
    assert.deepEqual(types, ["business.b", "business.a"]);
  });

  for (const [what, body, reason] of [
    ["no JSON", "{nope", "not JSON"],
    ["empty", "", "not JSON"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "not UTF-8"],
    ["nested too deep", `${"[".repeat(65)}${"]".repeat(65)}`, "deeper than 64 levels"],
  ] as const) {
    it(`that is ${what} lies whole in quarantine`, () => {
      assert.deepEqual(parse({}, body), { events: [], problems: [`: ${reason}`] });
    });
  }

  it("of which JSON readers would lose something makes its events and is kept as well", () => {
    const { events, problems } = parse({}, '{"id":820982911946154508,"a":1,"a":2}');
    assert.equal(events.length, 1);
    assert.deepEqual(problems, [
      "id: the number does not fit a double",
      "a: the key occurs more than once",
    ]);
  });

  it("never reaches beyond itself: no prototype, no process, no template of its own", () => {
    const emit = [
      {
        type,
        data: {
          a: "{{ body.constructor.name }}{{ body.toString }}{{ body.__proto__ }}",
          b: "{{ body.text }}",
        },
      },
    ];
    const text = "{{ account.phoneNumberId }}{% raw %}";
    const { events } = parse({ emit }, { text });
    assert.deepEqual(events[0].data.business, { a: "", b: text });
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("a form", () => {
  const emit = [{ type, data: "{{ body }}" }];
  const fieldsOf = (body: string, contentType: string | undefined = formType) =>
    parse({ emit }, body, contentType);

  it("becomes its fields; those that occur more than once are lists", () => {
    const { events, problems } = fieldsOf(
      "a=1&b=x+y%26z&a=2&c=&a=3&d",
      `${formType}; charset=UTF-8`,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(events[0].data.business, { a: ["1", "2", "3"], b: "x y&z", c: "", d: "" });
  });

  it("is JSON all the same where it begins so: curl calls everything a form", () => {
    assert.deepEqual(fieldsOf(' \n{"a":1}').events[0].data.business, { a: 1 });
    assert.deepEqual(fieldsOf('\ufeff{"a":1}').events[0].data.business, { a: 1 });
  });

  it("is told by its looks when the type is no longer known", () => {
    const again = (body: string) => parse({ emit }, body);
    assert.deepEqual(again("a=1&b=2").events[0].data.business, { a: "1", b: "2" });
    assert.deepEqual(again("some words").problems, [": not JSON"]);
  });

  it("is one only when it says so, and only of the kind hook", () => {
    assert.deepEqual(fieldsOf("a=1", "text/plain").problems, [": not JSON"]);
    assert.deepEqual(fieldsOf("a=1", "multipart/form-data; boundary=x").problems, [": not JSON"]);
    const stripe = { emit, kind: "stripe" as const, secrets: ["whsec_x"] };
    assert.deepEqual(parse(stripe, "a=1", formType).problems, [": not JSON"]);
  });

  it("with too many fields, or bytes that are no text, is kept", () => {
    assert.deepEqual(fieldsOf("a&".repeat(10_001)).problems, [": more than 10000 fields"]);
    const odd = fieldsOf("a=%ff&b=1");
    assert.deepEqual(odd.problems, [": holds encoded bytes that are no UTF-8"]);
    assert.equal(odd.events.length, 1);
    assert.deepEqual(fieldsOf("a=%EF%BF%BD").problems, []);
  });

  it("cannot name a prototype", () => {
    const { problems } = fieldsOf("__proto__=1&constructor=2");
    assert.match(problems.join(), /is no usable key/);
  });
});

describe("a source that cannot be", () => {
  for (const [what, config, path] of [
    ["a template with a mistake", { emit: [{ type, id: "{{ body." }] }, "emit[0].id"],
    [
      "an unknown filter",
      { emit: [{ type, data: { a: ["{{ body.x | nope }}"] } }] },
      "emit[0].data.a[0]",
    ],
    [
      "a bad contact",
      { emit: [{ type }, { type, contact: { phone: "{% if %}" } }] },
      "emit[1].contact.phone",
    ],
    ["a bad expression", { emit: [{ type, when: { a: { matches: ["("] } } }] }, "emit[0].when"],
    ["a type of Meta's", { emit: [{ type: "whatsapp.message.text" }] }, "emit[0].type"],
    ["an account that is not there", { account: "rome" }, "account"],
    ["an account of an object's own", { account: "constructor" }, "account"],
    ["no secret", { kind: "shopify" as const, auth: undefined }, "secret"],
    ["an empty secret", { secrets: ["", "x"], kind: "shopify" as const }, "secret"],
    ["empty credentials", { auth: { bearer: [""] } }, "secret"],
    ["a secret that is no base64", { secrets: ["whsec_!"] }, "secret"],
  ] as [string, Partial<SourceConfig>, string][]) {
    it(`says so: ${what}`, () => {
      assert.throws(
        () => makeSource(config),
        (error) => error instanceof SourceError && error.path === path,
      );
    });
  }
});
