import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createTemplates, TemplateError } from "../../src/support/template.ts";
import { moduleUrl, sourceLoader } from "./source.ts";

const templates = createTemplates({
  filters: {
    text: (value) => `words of ${(value as { id: string }).id.toLowerCase()}`,
  },
});

const scope = {
  contact: { name: "Mia", tags: ["vip", "new"], fields: { age: 41, city: null }, size: "L" },
  about: { ref: { appointment: 77 } },
  business: { items: [{ sku: "a", price: 3 }, { sku: "b" }], active: false, rating: "4" },
  message: { id: "M1" },
  key: "city",
};

function rendered(source: unknown, given: object = scope): unknown {
  return templates.compile(source).render(given);
}

function failure(source: unknown, given: object = scope): TemplateError {
  try {
    rendered(source, given);
  } catch (error) {
    assert.ok(error instanceof TemplateError, String(error));
    return error;
  }
  assert.fail(`rendered: ${JSON.stringify(source)}`);
}

describe("A template", () => {
  const table: [source: unknown, expected: unknown][] = [
    ["no template", "no template"],
    [41, 41],
    [null, null],
    ["Hello {{ contact.name }}!", "Hello Mia!"],
    ["{{ contact.fields.age }}", 41],
    ["{{- contact.fields.age -}}", 41],
    ["{{ contact.fields.age }}.", "41."],
    ["{{ business.active }}", false],
    ["{{ contact.tags }}", ["vip", "new"]],
    ["{{ about.ref }}", { appointment: 77 }],
    ["{{ contact.fields.city }}", null],
    ["<{{ contact.fields.city }}>", "<>"],
    ["{{ business.rating | plus: 0 }}", 4],
    ["{{ nobody }}", ""],
    ["<{{ nobody.at.all }}>", "<>"],
    ["tags: {{ contact.tags }}", 'tags: ["vip","new"]'],
    ["ref: {{ about.ref }}", 'ref: {"appointment":77}'],
    ["{{ about.ref | append: '!' }}", '{"appointment":77}!'],
    ["{{ business.items | map: 'sku' | join: ', ' }}", "a, b"],
    ["{% for item in business.items %}{{ item.sku }}{{ forloop.index }}{% endfor %}", "a1b2"],
    ["{{ contact.tags.size }} {{ contact.tags.first }} {{ contact.tags[1] }}", "2 vip new"],
    ["{{ contact.size }} {{ business.items.last.sku }} {{ about.size }}", "L b 1"],
    ["{{ contact.fields[key] | default: 'nowhere' }}", "nowhere"],
    ["{% if contact.none %}{% assign contact = 1 %}{% endif %}{{ contact.name }}", "Mia"],
    ["{% raw %}{{ x }}{% endraw %}", "{{ x }}"],
    ["{{ message | text }}", "words of m1"],
    [
      { a: ["{{ contact.name }}", 1, { b: "x{{ about.ref.appointment }}" }], c: true },
      { a: ["Mia", 1, { b: "x77" }], c: true },
    ],
  ];
  for (const [source, expected] of table) {
    it(`renders ${JSON.stringify(source)}`, () => {
      assert.deepEqual(rendered(source), expected);
    });
  }

  it("gives nothing where a filter cannot take its input", () => {
    const sources = [
      "{{ 'ä%' | url_decode }}",
      "{{ '*' | base64_decode }}",
      "{{ 5 | divided_by: 0 }}",
      "{{ 'now' | date: '%Y', 'Nowhere/None' }}",
      "{{ contact | text }}",
      "{{ nobody | text }}",
      "{{ contact.name | append }}",
    ];
    for (const source of sources) assert.equal(rendered(source), "", source);
  });

  it("tells time in UTC unless it is given a zone, whatever the machine's", () => {
    const script = `
      import { createTemplates } from ${JSON.stringify(moduleUrl("../../src/support/template.ts", import.meta.url))};
      const source = "{{ at | date: '%Y-%m-%d %H:%M %z' }} {{ at | date: '%H:%M %Z', 'Europe/Berlin' }} {{ at | date }}";
      // The first look at a zone reads its data from disk: no part of what is measured.
      new Date(0).toLocaleString("en", { timeZone: "Europe/Berlin" });
      const at = ["2026-07-01T10:00:00Z", "2026-12-01T10:00:00Z", 0];
      console.log(at.map((each) => createTemplates().compile(source).render({ at: each })).join("\\n"));`;
    const output = execFileSync(
      process.execPath,
      [...sourceLoader, "--input-type=module", "--eval", script],
      { env: { ...process.env, TZ: "America/New_York", LANG: "de_DE.UTF-8" }, encoding: "utf8" },
    );
    assert.deepEqual(output.trim().split("\n"), [
      "2026-07-01 10:00 +0000 12:00 Europe/Berlin Wednesday, July 1, 2026 at 10:00 am +0000",
      "2026-12-01 10:00 +0000 11:00 Europe/Berlin Tuesday, December 1, 2026 at 10:00 am +0000",
      "1970-01-01 00:00 +0000 01:00 Europe/Berlin Thursday, January 1, 1970 at 12:00 am +0000",
    ]);
  });

  it("knows what it takes from its scope", () => {
    const source = {
      a: "{{ contact.name }} {{ contact.tags[0] }} {{ contact.name }}",
      b: ["{% for m in transcript %}{{ m.text }}{% endfor %}", "{{ contact.fields[about.key].x }}"],
      c: "{% assign local = business.total | plus: tax %}{{ local }}",
      d: "{% if topic == 'cart' %}{% endif %}",
    };
    const { variables, isStatic } = templates.compile(source);
    assert.equal(isStatic, false);
    assert.deepEqual(
      variables.map(({ path }) => path),
      [
        "about.key",
        "business.total",
        "contact.fields",
        "contact.name",
        "contact.tags.0",
        "tax",
        "topic",
        "transcript",
      ],
    );
    assert.equal(variables[3]?.name, "contact");
  });

  it("is static when no text is a template, and then gives what it was made of", () => {
    const source = { text: "plain", list: [1, { a: null }] };
    const template = templates.compile(source);
    assert.equal(template.isStatic, true);
    assert.deepEqual(template.variables, []);
    assert.equal(template.render({}), source);
  });

  it("can be rendered again and again, and leaves its scope as it was", () => {
    const template = templates.compile("{% increment n %}{% assign contact = 1 %}{{ contact }}");
    const before = structuredClone(scope);
    assert.equal(template.render(scope), "01");
    assert.equal(template.render(scope), "01");
    assert.deepEqual(scope, before);
  });

  it("gives plain JSON, whatever JSON it is given", () => {
    const { render } = templates.compile({ whole: "{{ value }}" });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const given = JSON.parse(JSON.stringify({ value }));
        assert.deepStrictEqual(render(given), { whole: given.value });
      }),
    );
  });
});

describe("A bad template", () => {
  const table: [source: unknown, place: string, reason: RegExp][] = [
    ["{{ name", "", /not closed/],
    [{ a: [1, { b: "{% if %}" }] }, "a[1].b", /expression/],
    [["{{ x | nofilter }}"], "[0]", /undefined filter: nofilter/],
    ["{{ x | constructor }}", "", /undefined filter/],
    ["{{ x | where_exp: 'item', 'item.a' }}", "", /undefined filter/],
    ["{% constructor %}", "", /tag "constructor" not found/],
    ["{% nothing %}", "", /tag "nothing" not found/],
    ["{% include '/etc/passwd' %}", "", /tag "include" not found/],
    ["{% render '../package.json' %}", "", /tag "render" not found/],
    ["{% layout 'x' %}", "", /tag "layout" not found/],
  ];
  for (const [source, place, reason] of table) {
    it(`is refused: ${JSON.stringify(source)}`, () => {
      const error = failure(source);
      assert.equal(error.kind, "parse");
      assert.equal(error.place, place);
      assert.match(error.reason, reason);
    });
  }

  it("is refused where a range has no end that can be seen", () => {
    const ranges = ["(1..n)", "(n..5)", "(1..100000000000000000)", "('1'..'5')"];
    const sources = ranges.flatMap((range) => [
      `{% for i in ${range} %}{% endfor %}`,
      `{% assign a = ${range} %}`,
      `{% if ${range} contains 2 %}{% endif %}`,
      `{{ x | concat: ${range} }}`,
      `{% for i in list limit: ${range} %}{% endfor %}`,
      `{{ list[${range}] }}`,
      `{% liquid\necho ${range} %}`,
    ]);
    for (const source of sources) assert.equal(failure(source).kind, "parse", source);
    assert.equal(rendered("{% for i in (1..3) %}{{ i }}{% endfor %}"), "123");
  });

  it("is refused when it is nested too deep or too long", () => {
    let deep: unknown = "{{ x }}";
    for (let i = 0; i < 100; i++) deep = [deep];
    assert.equal(failure(deep).kind, "parse");
    assert.equal(failure(`{{ x }}${"a".repeat(70_000)}`).kind, "tooLong");
  });
});

describe("A hostile scope or template", () => {
  it("reaches own properties alone", () => {
    const given = JSON.parse(
      '{ "body": { "a": 1, "__proto__": { "evil": 1 }, "constructor": { "name": "own" } }, "text": "x" }',
    );
    assert.equal(rendered("{{ text.constructor }}{{ text.at }}{{ text.big }}", given), "");
    assert.equal(
      rendered("<{{ other.constructor }}{{ constructor }}{{ __proto__ }}>", given),
      "<>",
    );
    assert.equal(rendered("<{{ body.toString }}{{ body.hasOwnProperty }}>", given), "<>");
    assert.deepEqual(rendered("{{ body.constructor }}", given), { name: "own" });
    assert.deepEqual(rendered("{{ body.__proto__ }}", given), { evil: 1 });
    assert.equal(rendered("<{% assign __proto__ = body %}{{ a }}{{ x.evil }}>", given), "<>");
    assert.equal(({} as { evil?: number }).evil, undefined);
  });

  it("calls no function", () => {
    const fail = () => assert.fail("called");
    const given = { x: { f: fail, toLiquid: fail, toJSON: fail, valueOf: fail, toString: fail } };
    assert.equal(rendered("<{{ x.f }}{{ x }}{{ x | append: '' }}>", given), "<{}{}>");
  });

  const endless: [string, source: string, TemplateError["kind"]][] = [
    ["a long range", "{% for i in (1..100000000) %}x{% endfor %}", "tooLong"],
    [
      "loops in loops",
      "{% for i in (1..9000) %}{% for j in (1..9000) %}{% endfor %}{% endfor %}",
      "limit",
    ],
    ["a loop that prints", `{% for i in (1..99999) %}${"long ".repeat(99)}{% endfor %}`, "tooLong"],
    [
      "a text that doubles by capture",
      "{% capture a %}x{% endcapture %}{% for i in (1..99) %}{% capture a %}{{a}}{{a}}{% endcapture %}{% endfor %}",
      "tooLong",
    ],
    [
      "a text that doubles by a filter",
      "{% assign a = 'x' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}",
      "tooLong",
    ],
    [
      "a list that doubles",
      "{% assign a = 'x' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}",
      "tooLong",
    ],
    ["a wide date", "{{ 0 | date: '%999999999d' }}", "tooLong"],
  ];
  for (const [title, source, kind] of endless) {
    it(`is ended: ${title}`, () => {
      const started = performance.now();
      assert.equal(failure(source).kind, kind);
      assert.ok(performance.now() - started < 2_000);
    });
  }

  it("is limited over all texts of a value together", () => {
    const loop = "{% for i in (1..9000) %}{% for j in (1..9000) %}{% endfor %}{% endfor %}";
    const started = performance.now();
    assert.equal(failure([`${loop}1`, `${loop}2`]).kind, "limit");
    assert.ok(performance.now() - started < 1_000);
    const half = "x".repeat(140_000);
    assert.deepEqual(rendered(["{{ half }}"], { half }), [half]);
    assert.equal(failure(["{{ half }}", "a {{ half }}"], { half }).place, "[1]");
    assert.equal(failure(["{{ half }}", "a {{ half }}"], { half }).kind, "tooLong");
  });

  it("counts bytes, not characters, of what comes out", () => {
    const text = "ä".repeat(140_000);
    for (const source of ["{{ text }}", "{{ text }}.", "{{ list }}"]) {
      assert.equal(failure(source, { text, list: [text] }).kind, "tooLong", source);
    }
  });

  it("pays for what it names, not for what lies beside it", () => {
    const given = { event: { id: "evt_1", raw: "x".repeat(3_000_000) } };
    assert.equal(rendered("{{ event.id }}", given), "evt_1");
    assert.equal(failure("{{ event.raw | size }}", given).kind, "tooLong");
    assert.match(
      failure("{{ event.raw | size }}", given).reason,
      /event\.raw holds more than 1 MB/,
    );
    assert.equal(failure("{{ event | json }}", given).kind, "tooLong");
  });

  it("may be deep, and is refused where its depths are named", () => {
    let deep: object = { end: 1 };
    for (let i = 0; i < 50_000; i++) deep = { a: deep };
    assert.equal(rendered("<{{ x.a.a.a.b }}>", { x: deep }), "<>");
    const error = failure("{{ x.a }}", { x: deep });
    assert.equal(error.kind, "tooLong");
    assert.match(error.reason, /nested deeper than 64/);
  });

  it("takes filters time in proportion to their text", () => {
    const filters =
      "escape_once downcase capitalize squish strip strip_html strip_newlines truncatewords newline_to_br";
    const texts = ["<", " ", "<!--", "<script", "&amp;", "=", "\r\n", "%"];
    const started = performance.now();
    for (const part of texts) {
      const text = part.repeat(100_000 / part.length);
      for (const filter of [...filters.split(" "), "base64_decode", "url_decode", "date"]) {
        rendered(`{{ text | ${filter} | size }}`, { text });
        rendered(`{{ text | append: 'x' | ${filter} | size }}`, { text });
      }
    }
    assert.ok(performance.now() - started < 10_000);
  });

  it("tells nothing of what it was given", () => {
    const secret = "PIN-4711".repeat(200_000);
    for (const source of ["{{ a.b }}", "{{ a.b | size }}"]) {
      assert.ok(!failure(source, { a: { b: secret } }).message.includes("4711"));
    }
  });
});
