import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError, type Reply } from "../../src/contracts.ts";
import { OptionError } from "../../src/destinations/destination-kind.ts";
import { beyondMeta } from "../../src/destinations/reply-misfits.ts";
import { outgoingOf } from "../../src/destinations/whatsapp-reply/message.ts";
import { parseReplyOptions } from "../../src/destinations/whatsapp-reply/options.ts";
import { makeText } from "../store/make-events.ts";
import { refusalOf } from "./whatsapp-reply/cloud-rules.ts";

const of = (count: number) => "é".repeat(count);
const rows = (count: number, first = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`r${first + at}`, `Row ${at}`]));
const list = (parts: object): Reply["list"] => ({ button: "Choose", rows: rows(1), ...parts });
const flow = { id: "1", cta: "Open" };

/** What may be so much; one more is too much, said so. */
const limits: readonly (readonly [
  most: number,
  make: (count: number) => Reply,
  part: string,
  says: RegExp,
])[] = [
  [4_096, (n) => ({ text: of(n) }), "text", /^has 4,097 characters, and Meta takes 4,096$/],
  [1_024, (n) => ({ text: of(n), buttons: { a: "A" } }), "text", /takes 1,024$/],
  [1_024, (n) => ({ text: of(n), flow }), "text", /takes 1,024$/],
  [4_096, (n) => ({ text: of(n), list: list({}) }) as Reply, "text", /takes 4,096$/],
  [
    20,
    (n) => ({ text: "?", buttons: { a: "A", b: of(n) } }),
    "buttons",
    /^has a title of 21 characters, and Meta takes 20$/,
  ],
  [20, (n) => ({ text: "?", list: list({ button: of(n) }) }) as Reply, "list.button", /takes 20$/],
  [24, (n) => ({ text: "?", list: list({ rows: { a: of(n) } }) }) as Reply, "list.rows", /title/],
  [
    72,
    (n) =>
      ({ text: "?", list: list({ rows: { a: { title: "A", description: of(n) } } }) }) as Reply,
    "list.rows",
    /^has a description of 73 characters/,
  ],
  [
    24,
    (n) => ({
      text: "?",
      list: {
        button: "Choose",
        sections: [
          { title: "One", rows: rows(1) },
          { title: of(n), rows: rows(1, 1) },
        ],
      },
    }),
    "list.sections.1.title",
    /takes 24$/,
  ],
  [
    5,
    (n) => ({
      text: "?",
      list: {
        button: "Choose",
        sections: [
          { title: "One", rows: rows(5) },
          { title: "Two", rows: rows(n, 5) },
        ],
      },
    }),
    "list",
    /^has 11 rows, and Meta takes 10 in all$/,
  ],
  [30, (n) => ({ text: "?", flow: { ...flow, cta: of(n) } }), "flow.cta", /takes 30$/],
  [
    1_024,
    (n) => ({ media: { type: "image", link: "https://a.example", caption: of(n) } }),
    "media.caption",
    /takes 1,024$/,
  ],
];

/** What Meta says of it, whatever we do. */
function refusedByMeta(reply: Reply, most: Reply): boolean {
  const { body, type } = outgoingOf(most, "free", undefined);
  const text = (given: Reply) => JSON.stringify(given);
  assert.notEqual(text(reply), text(most));
  return (
    refusalOf({ messaging_product: "whatsapp", to: "15555550123", type, ...body }, []) !== undefined
  );
}

describe("what is more than Meta takes", () => {
  for (const [most, make, part, says] of limits) {
    it(`of ${part} is found at ${most + 1}, and ${most} are sent`, () => {
      assert.deepEqual(beyondMeta(make(most)), []);
      assert.equal(refusedByMeta(make(most + 1), make(most)), false);
      const [found, ...more] = beyondMeta(make(most + 1));
      assert.deepEqual([found?.part, more], [part, []]);
      assert.match(found?.problem ?? "", says);
      assert.throws(
        () => outgoingOf(make(most + 1), "free", undefined),
        (error) =>
          error instanceof DeliveryError &&
          error.verdict === "refused" &&
          error.message === `it cannot be sent: ${part} ${found?.problem}`,
      );
    });
  }

  it("is two buttons of one title", () => {
    const [found] = beyondMeta({ text: "?", buttons: { a: "Yes", b: "Yes" } });
    assert.equal(found?.part, "buttons");
  });

  it("is a row of one id in two sections, also where a template makes them the same", async () => {
    const sections = (one: string, other: string) => [
      { title: "One", rows: { [one]: "Row" } },
      { title: "Two", rows: { b: "Other", [other]: "Row" } },
    ];
    const listed = (one: string, other: string): Reply => ({
      text: "?",
      list: { button: "Choose", sections: sections(one, other) },
    });
    assert.deepEqual(beyondMeta(listed("a", "c")), []);
    const [found, ...more] = beyondMeta(listed("a", "a"));
    assert.deepEqual([found?.part, more], ["list.sections.1.rows", []]);
    assert.match(found?.problem ?? "", /^has a row whose id an earlier one has too/);
    const { body } = outgoingOf(listed("a", "c"), "free", undefined);
    const meant = { messaging_product: "whatsapp", to: "15555550123", type: "interactive" };
    assert.equal(refusalOf({ ...meant, ...body }, []), undefined);
    const twice = JSON.parse(JSON.stringify(body).replaceAll('"id":"c"', '"id":"a"'));
    assert.equal(refusalOf({ ...meant, ...twice }, [])?.code, 131009);
    const rendered = parseReplyOptions("wa", {
      token: "t",
      ...listed("{{ contact.waId }}", "15555550123"),
    }).reply?.renderFrom(makeText("hi", { contact: { waId: "15555550123" } })) as Reply;
    assert.equal(beyondMeta(rendered)[0]?.part, "list.sections.1.rows");
    const parse = () => parseReplyOptions("wa", { token: "t", ...listed("a", "a") });
    assert.throws(
      parse,
      (error) => error instanceof OptionError && error.option === "list.sections.1.rows",
    );
  });

  it("is one id twice among buttons or rows, also where a template makes them the same", () => {
    const event = makeText("hi", { contact: { waId: "15555550123" } });
    const forms: readonly [string, (id: string) => Reply][] = [
      ["buttons", (id) => ({ text: "?", buttons: { "15555550123": "One", [id]: "Two" } })],
      [
        "list.rows",
        (id) => ({
          text: "?",
          list: { button: "Go", rows: { "15555550123": "One", [id]: "Two" } },
        }),
      ],
    ];
    for (const [part, make] of forms) {
      const { reply } = parseReplyOptions("wa", { token: "t", ...make("{{ contact.waId }}") });
      const [found, ...more] = beyondMeta(reply?.renderFrom(event) as Reply);
      assert.deepEqual([found?.part, more], [part, []]);
      assert.match(found?.problem ?? "", /\bids? .*Meta takes each once/);
      const other = parseReplyOptions("wa", { token: "t", ...make("{{ contact.waId }}0") }).reply;
      assert.deepEqual(beyondMeta(other?.renderFrom(event) as Reply), []);
    }
    const buttons = [1, 2].map((n) => ({ id: "a", title: `Title ${n}` }));
    assert.throws(
      () => parseReplyOptions("wa", { token: "t", text: "?", buttons }),
      (error) => error instanceof OptionError && error.option === "buttons",
    );
  });

  it("does not count where the template is sent instead", () => {
    const template = { name: "thanks", language: "en" };
    assert.equal(outgoingOf({ text: of(5_000), template }, "template", undefined).type, "template");
  });

  it("is found in waypost.yaml, where it is no template", () => {
    const parse = (parts: object) => parseReplyOptions("wa", { token: "t", ...parts });
    assert.throws(
      () => parse({ text: "?", buttons: { a: of(21) } }),
      (error) => error instanceof OptionError && error.option === "buttons",
    );
    parse({ text: "?", buttons: { a: `{{ contact.name }}${of(30)}`, b: "{{ contact.name }}" } });
  });
});
