import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { checkRouting } from "../../src/config/check/check-routing.ts";
import { checkTemplates } from "../../src/config/check/check-templates.ts";
import type { Report } from "../../src/config/yaml-file.ts";
import type { Route, WaypostEvent } from "../../src/contracts.ts";
import { messageTexts } from "../../src/event/message-texts.ts";
import { loadYaml, problemsOfYaml } from "./load-yaml.ts";

const text = { type: "string", minLength: 1 };
const slack = {
  schema: {
    type: "object",
    required: ["token"],
    properties: {
      token: { ...text, "x-secret": true },
      channel: { type: "string", pattern: "^#" },
      mention: text,
    },
  },
};
const kinds = { slack, "whatsapp-reply": { schema: { type: "object", properties: { text } } } };

/** One route, which takes everything to one destination; `more` is put before it, `route` into it. */
const withRoute = (route: string, more = "", when = 'type: "#"') => `accounts:
  berlin: { phoneNumberId: "1" }
  group: { wabaId: "2" }
destinations:
  a: { kind: slack, token: t, channel: "#a" }
  b: { kind: slack, token: t }
${more}
routes:
  - { name: r, when: { ${when} }, ${route} }
`;
const withWhen = (when: string) => withRoute("to: [a]", "", when);
const withOnly = (only: string, more = "") => withRoute(`to: [a], only: { ${only} }`, more);
const office = 'hours: { office: { timeZone: Europe/Berlin, mon-fri: "09:00-18:00" } }';
const withHours = (hours: string) => withRoute("to: [a]", `hours: { office: { ${hours} } }`);
const withSource = (source: string) =>
  withRoute("to: [a]", `sources: { x: { ${source}, emit: [{ type: business.x }] } }`);
const emitting = (...routes: [name: string, when: string, type: string][]) =>
  withRoute("to: [a]") +
  routes
    .map(([name, when, type]) => `  - { name: ${name}, when: ${when}, emit: { type: ${type} } }\n`)
    .join("");

async function routeOf(t: TestContext, yaml: string): Promise<Route> {
  const [route] = (await loadYaml(t, yaml, kinds)).routes;
  return route ?? assert.fail();
}

const wrong: [title: string, yaml: string, at: string, words: RegExp][] = [
  // Names.
  ["unknown hours", withOnly("hours: ofice", office), "routes[0].only.hours", /mean office/],
  [
    "unknown hours below not",
    withOnly("not: { hours: [x] }", office),
    "routes[0].only.not.hours[0]",
    /"x" in hours/,
  ],
  [
    "unknown hours of a delay",
    withRoute("to: [a], after: { delay: 1h, hours: x }"),
    "routes[0].after.hours",
    /"x" in hours/,
  ],
  ["an unknown list", withOnly("list: [vips]"), "routes[0].only.list[0]", /"vips" in lists/],
  ["a list that only Object has", withOnly("list: constructor"), "routes[0].only.list", /in lists/],
  [
    "an unknown pool",
    withRoute("set: { owner: { pool: sales } }"),
    "routes[0].set.owner.pool",
    /"sales" in pools/,
  ],
  [
    "an unknown destination with options",
    withRoute("to: [{ c: { channel: x } }]"),
    "routes[0].to[0].c",
    /"c" in destinations/,
  ],
  [
    "unknown hours of a member",
    withRoute("to: [a]", "pools: { sales: [{ name: Ana, hours: x }] }"),
    "pools.sales[0].hours",
    /"x" in hours/,
  ],
  [
    "an unknown account of a word",
    withRoute("to: [a]", "consent: { stop: { rome: [STOP] } }"),
    "consent.stop.rome",
    /"rome" in accounts/,
  ],
  [
    "an unknown sender",
    withRoute("to: [a]", "consent: { stop: STOP, via: x }"),
    "consent.via",
    /"x" in destinations/,
  ],
  [
    "a sender that is none",
    withRoute("to: [a]", "consent: { stop: STOP, via: a }"),
    "consent.via",
    /kind whatsapp-reply/,
  ],
  [
    "a confirmation that nobody sends",
    withRoute("to: [a]", "consent: { stop: STOP, confirm: Done }"),
    "consent.via",
    /no destination.*Add/,
  ],
  [
    "a word that stops and starts",
    withRoute("to: [a]", "consent: { stop: [Stop], start: [go, STOP ] }"),
    "consent.start[1]",
    /stop too/,
  ],
  ["an unknown name in defaults", `defaults: { only: { list: x } }\n`, "defaults.only.list", /"x"/],
  // Options of a route.
  [
    "an option that the kind refuses",
    withRoute("to: [b, { a: { channel: sales } }]"),
    "routes[0].to[1].a.channel",
    /pattern/,
  ],
  [
    "an option that the kind does not know",
    withRoute("to: { a: { chanel: '#x' } }"),
    "routes[0].to.a.chanel",
    /mean channel/,
  ],
  [
    "an option that is the destination's own",
    withRoute("to: [{ a: { rate: 1/s } }]"),
    "routes[0].to[0].a.rate",
    /destination/,
  ],
  [
    "a kind for a route",
    withRoute("to: [{ a: { kind: queue } }]"),
    "routes[0].to[0].a.kind",
    /destination/,
  ],
  [
    "two destinations in one entry",
    withRoute("to: [{ a: {}, b: {} }]"),
    "routes[0].to[0]",
    /more than 1/,
  ],
  [
    "one destination twice with options",
    withRoute("to: [a, { a: { channel: '#x' } }]"),
    "routes[0].to[1].a",
    /once/,
  ],
  // What a route does.
  ["a route that does nothing", withRoute("test: true"), "routes[0].to", /missing.*emit or set/],
  [
    "a type that is not to be emitted",
    withRoute("emit: { type: whatsapp.message.text }"),
    "routes[0].emit.type",
    /Begin with business/,
  ],
  [
    "a type in capitals",
    withRoute("emit: { type: business.Lead }"),
    "routes[0].emit.type",
    /lower-case/,
  ],
  ["a type of one word", withRoute("emit: { type: business }"), "routes[0].emit.type", /Begin/],
  ["a pattern", withRoute("emit: { type: business.* }"), "routes[0].emit.type", /Begin/],
  ["emit without a type", withRoute("emit: { data: 1 }"), "routes[0].emit.type", /missing/],
  ["a tag without a sign", withRoute("set: { tag: vip }"), "routes[0].set.tag", /\+vip/],
  [
    "a tag that comes and goes",
    withRoute("set: { tag: [+vip, -vip] }"),
    "routes[0].set.tag[1]",
    /added by/,
  ],
  ["no time at all", withRoute("to: a, maxAge: 0s"), "routes[0].maxAge", /no time/],
  [
    "once for no time",
    withRoute("to: a, once: { per: contact, for: 0d }"),
    "routes[0].once.for",
    /no time/,
  ],
  [
    "once until something else",
    withRoute("to: a, once: { per: contact, for: untilPaid }"),
    "routes[0].once.for",
    /untilClosed or untilAnswered/,
  ],
  ["a bad delay", withRoute("to: a, after: tomorrow"), "routes[0].after", /duration/],
  [
    "a number for a delay",
    withRoute("to: a, after: { delay: 5 }"),
    "routes[0].after.delay",
    /unit/,
  ],
  ["within no time", withOnly("about: { within: 0h }"), "routes[0].only.about.within", /no time/],
  ["an unknown status", withOnly("status: [seen]"), "routes[0].only.status[0]", /one of.*read/],
  ["an unknown single status", withOnly("status: seen"), "routes[0].only.status", /one of.*read/],
  [
    "an unknown party",
    withOnly("answered: { by: robot }"),
    "routes[0].only.answered.by",
    /human, bot/,
  ],
  [
    "a holder that never is",
    withOnly("held: { by: bot }"),
    "routes[0].only.held.by",
    /human, other/,
  ],
  [
    "one of several holders that never is",
    withOnly("held: { by: [human, campaign] }"),
    "routes[0].only.held.by[1]",
    /human, other/,
  ],
  ["a bad country", withWhen("country: [DE, de]"), "routes[0].when.country[1]", /letters/],
  [
    "a bad pattern of what follows",
    withOnly("followedBy: [A]"),
    "routes[0].only.followedBy[0]",
    /type pattern/,
  ],
  // Expressions.
  [
    "a bad expression for an id",
    withWhen('replyId: { matches: ["a", "("] }'),
    "routes[0].when.replyId.matches[1]",
    /RE2/,
  ],
  [
    "a bad expression for data",
    withWhen('data: { order: { matches: "(?=x)" } }'),
    "routes[0].when.data.order.matches",
    /look-around/,
  ],
  // What can never hold.
  [
    "a text of a business event",
    withWhen("type: business.*, text: { contains: x }"),
    "routes[0].when.text",
    /never holds/,
  ],
  [
    "a button of a status",
    withWhen("type: whatsapp.status.*, replyId: x"),
    "routes[0].when.replyId",
    /never holds/,
  ],
  [
    "a reaction that is an image",
    withWhen("type: [whatsapp.message.image, business.*], reaction: x"),
    "routes[0].when.reaction",
    /never holds/,
  ],
  [
    "a template that a contact sends",
    withWhen("type: whatsapp.message.*, template: x"),
    "routes[0].when.template",
    /never holds/,
  ],
  [
    "an error of a business event",
    withWhen("type: business.#, errorCode: 1"),
    "routes[0].when.errorCode",
    /never holds/,
  ],
  [
    "business data of a message",
    withWhen("type: whatsapp.message.text, data: { a: 1 }"),
    "routes[0].when.data",
    /never holds/,
  ],
  [
    "a contact that writes what we write",
    withWhen("type: whatsapp.outgoing.*, from: contact"),
    "routes[0].when.from",
    /never holds/,
  ],
  [
    "a business that writes what contacts write",
    withWhen("type: whatsapp.message.*, from: business"),
    "routes[0].when.from",
    /never holds/,
  ],
  [
    "a button that is a reaction",
    withWhen("replyId: x, reaction: y"),
    "routes[0].when.reaction",
    /together with replyId/,
  ],
  [
    "a template of a contact",
    withWhen("template: x, from: contact"),
    "routes[0].when.from",
    /together with template/,
  ],
  [
    "the opposite of itself",
    withWhen("type: whatsapp.message.text, account: berlin, not: { type: whatsapp.message.* }"),
    "routes[0].when.not",
    /excludes all/,
  ],
  [
    "the opposite of itself, remembered",
    withOnly("tag: [vip], first: true, not: { tag: [vip, new] }"),
    "routes[0].only.not",
    /excludes all/,
  ],
  [
    "what defaults exclude",
    withOnly("tag: spam", "defaults: { only: { not: { tag: [spam] } } }"),
    "routes[0].only",
    /defaults: false/,
  ],
  [
    "nothing between",
    withWhen("data: { n: { atLeast: 2, atMost: 1 } }"),
    "routes[0].when.data.n.atMost",
    /both/,
  ],
  [
    "a value that is not there",
    withWhen("data: { n: { exists: false, atMost: 1 } }"),
    "routes[0].when.data.n.exists",
    /both/,
  ],
  // Circles.
  [
    "a route that feeds itself",
    emitting(["x", "{ type: business.* }", "business.x"]),
    "routes[1].emit.type",
    /x → x/,
  ],
  [
    "two circles over a route of every type",
    emitting(
      ["x", "{ account: berlin }", "business.x"],
      ["y", "{ type: business.x }", "business.y.z"],
      ["z", '{ type: "business.y.#", not: { type: whatsapp.* } }', "business.z"],
    ),
    "routes[1].emit.type",
    /x → x/,
  ],
  [
    "a circle of two",
    emitting(
      ["x", "{ type: business.y }", "business.x"],
      ["out", "{ type: business.x }", "business.out"],
      ["y", "{ type: business.x, data: { a: 1 } }", "business.y"],
    ),
    "routes[1].emit.type",
    /x → y → x/,
  ],
  [
    "a circle that is broken for one account alone",
    emitting([
      "x",
      "{ type: business.x, not: { type: business.x, account: berlin } }",
      "business.x",
    ]),
    "routes[1].emit.type",
    /x → x/,
  ],
  // Templates.
  [
    "a template that does not end",
    withRoute(
      'emit: { type: business.x, data: { a: ["x", "{{ contact.name"] } }',
      "",
      "type: whatsapp.#",
    ),
    "routes[0].emit.data.a[1]",
    /not a template/,
  ],
  [
    "a filter that there is not",
    withRoute('set: { field: { a: "{{ contact.name | shout }}" } }'),
    "routes[0].set.field.a",
    /shout/,
  ],
  [
    "a variable that there is not",
    withRoute('to: [{ a: { mention: "{{ contct.name }}" } }]'),
    "routes[0].to[0].a.mention",
    /"contct".*mean contact/,
  ],
  [
    "a body in a route",
    withRoute('set: { topic: "{{ body.id }}" }'),
    "routes[0].set.topic",
    /Use one of event, message/,
  ],
  [
    "a variable of a destination",
    withRoute("to: [a]").replace("token: t }", 'token: t, mention: "{{ evnt }}" }'),
    "destinations.b.mention",
    /mean event/,
  ],
  [
    "a message of a source",
    withRoute(
      "to: [a]",
      'sources: { x: { kind: stripe, secret: s, account: berlin, emit: [{ type: business.x, contact: { phone: "{{ message.from }}" } }] } }',
    ),
    "sources.x.emit[0].contact.phone",
    /body, account/,
  ],
  [
    "a confirmation",
    withRoute("to: [a]", 'consent: { stop: STOP, confirm: "{% if %}", via: w }').replace(
      "  b:",
      "  w: { kind: whatsapp-reply }\n  b:",
    ),
    "consent.confirm",
    /template/,
  ],
  // Hours.
  [
    "an unknown time zone",
    withHours('timeZone: Europe/Berln, mon: "09:00-10:00"'),
    "hours.office.timeZone",
    /IANA/,
  ],
  ["no time zone", withHours('mon: "09:00-10:00"'), "hours.office.timeZone", /missing/],
  ["no day", withHours("timeZone: UTC, except: [2026-12-24]"), "hours.office", /no day/],
  [
    "an unknown day",
    withHours('timeZone: UTC, monday: "09:00-10:00"'),
    "hours.office.monday",
    /known/,
  ],
  ["no span", withHours("timeZone: UTC, mon: morning"), "hours.office.mon", /09:00-18:00/],
  [
    "a minute that is none",
    withHours('timeZone: UTC, mon: "09:00-24:01"'),
    "hours.office.mon",
    /not a span/,
  ],
  [
    "a span that ends first",
    withHours('timeZone: UTC, sat: ["18:00-02:00"]'),
    "hours.office.sat[0]",
    /midnight/,
  ],
  [
    "spans that overlap",
    withHours('timeZone: UTC, mon-fri: ["13:00-18:00", "09:00-13:01"]'),
    "hours.office.mon-fri[0]",
    /overlaps/,
  ],
  [
    "ranges that overlap",
    withHours('timeZone: UTC, mon-fri: "09:00-18:00", fri-sun: "10:00-12:00"'),
    "hours.office.fri-sun",
    /mon-fri has too/,
  ],
  [
    "a date that is none",
    withHours('timeZone: UTC, mon: "09:00-10:00", except: [2026-02-29]'),
    "hours.office.except[0]",
    /calendar/,
  ],
  [
    "a date in another form",
    withHours('timeZone: UTC, mon: "09:00-10:00", except: 24.12.2026'),
    "hours.office.except",
    /2026-12-24/,
  ],
  // Pools and conversations.
  ["a pool of nobody", withRoute("to: [a]", "pools: { sales: [] }"), "pools.sales", /no members/],
  [
    "a member twice",
    withRoute("to: [a]", "pools: { sales: [{ name: Ana }, { name: Ana }] }"),
    "pools.sales[1].name",
    /already/,
  ],
  [
    "an id that is a number",
    withRoute("to: [a]", "pools: { sales: [{ name: Ana, a: 101 }] }"),
    "pools.sales[0].a",
    /quotes/,
  ],
  [
    "a silence of no time",
    withRoute("to: [a]", "conversations: { closeAfter: 0h }"),
    "conversations.closeAfter",
    /no time/,
  ],
  [
    "a hold until something else",
    withRoute("to: [a]", "conversations: { hold: { handoff: untilAnswered } }"),
    "conversations.hold.handoff",
    /untilClosed/,
  ],
  // Sources and reports.
  [
    "a source without a secret",
    withSource("kind: stripe, account: berlin"),
    "sources.x.secret",
    /missing/,
  ],
  [
    "a vendor's source with auth",
    withSource("kind: stripe, account: berlin, auth: { bearer: t }"),
    "sources.x.auth",
    /hook only/,
  ],
  [
    "a hook with both",
    withSource("kind: hook, account: berlin, secret: s, auth: { bearer: t }"),
    "sources.x.auth",
    /secret/,
  ],
  [
    "a hook with two ways",
    withSource("kind: hook, account: berlin, auth: { bearer: t, basic: u }"),
    "sources.x.auth",
    /several/,
  ],
  [
    "a header without a secret",
    withSource("kind: hook, account: berlin, auth: { header: x-key }"),
    "sources.x.auth.secret",
    /missing/,
  ],
  [
    "an unknown kind of source",
    withSource("kind: paypal, secret: s, account: berlin"),
    "sources.x.kind",
    /stripe/,
  ],
  ["no account", withSource("kind: stripe, secret: s"), "sources.x.account", /missing/],
  [
    "an account without a number",
    withSource("kind: stripe, secret: s, account: group"),
    "sources.x.account",
    /phoneNumberId/,
  ],
  [
    "a source's name",
    withSource("kind: stripe, secret: s, account: berlin").replace("{ x:", "{ X_Y:"),
    "sources.X_Y",
    /lower-case/,
  ],
  [
    "a source's type",
    withSource("kind: stripe, secret: s, account: berlin").replace("business.x", "stripe.x"),
    "sources.x.emit[0].type",
    /business/,
  ],
  [
    "a source's expression",
    withSource("kind: stripe, secret: s, account: berlin").replace(
      "{ type: b",
      '{ when: { a: { matches: "(" } }, type: b',
    ),
    "sources.x.emit[0].when.a.matches",
    /RE2/,
  ],
  [
    "a report to nowhere at no time",
    withRoute(
      "to: [a]",
      "reports: [{ name: w, at: noon, timeZone: Mars, by: [hour, mood], to: [c] }]",
    ),
    "reports[0].at",
    /mon 09:00/,
  ],
];

describe("A problem in what routes remember and do", () => {
  for (const [title, yaml, at, words] of wrong) {
    it(`is reported with path and remedy: ${title}`, async (t) => {
      const problems = await problemsOfYaml(t, yaml, kinds);
      const found = problems.find(({ where }) => where.split(" ")[1] === at);
      assert.ok(found, inspect(problems));
      assert.match(`${found.problem}. ${found.remedy}`, words);
    });
  }

  it("comes alone", async (t) => {
    const several = ["a report to nowhere at no time", "two circles over a route of every type"];
    const counts: string[] = [];
    for (const [title, yaml] of wrong.filter(([title]) => !several.includes(title))) {
      const problems = await problemsOfYaml(t, yaml, kinds);
      if (problems.length > 1) counts.push(`${title}: ${inspect(problems)}`);
    }
    assert.deepEqual(counts, []);
  });

  it("of a report is each found", async (t) => {
    const yaml = withRoute(
      "to: [a]",
      "reports: [{ name: W, at: noon, timeZone: Mars, by: [hour, mood], to: [c] }, { name: W, at: '25:00' }]",
    );
    const problems = await problemsOfYaml(t, yaml, kinds);
    assert.deepEqual(problems.map(({ where }) => where.split(" ")[1]).sort(), [
      "reports[0].at",
      "reports[0].by[1]",
      "reports[0].name",
      "reports[0].timeZone",
      "reports[0].to[0]",
      "reports[1].at",
      "reports[1].by",
      "reports[1].name",
      "reports[1].timeZone",
      "reports[1].to",
    ]);
  });

  it("of the destination is not told of each route with options", async (t) => {
    const yaml = withRoute("to: [{ a: { mention: here } }]").replace('channel: "#a"', "channel: a");
    const problems = await problemsOfYaml(t, yaml, kinds);
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["waypost.yaml:5 destinations.a.channel"],
    );
  });
});

/** What must not be refused, however odd it looks. */
const right: [title: string, yaml: string][] = [
  ["a business event without conditions of messages", withWhen("type: business.*, data: { a: 1 }")],
  [
    "a text of several types",
    withWhen("type: [business.*, whatsapp.message.*], text: { contains: x }"),
  ],
  ["a reaction of any type", withWhen("type: whatsapp.*.*, reaction: x")],
  ["a reaction of its type", withWhen("type: whatsapp.message.reaction, reaction: x")],
  ["a button of an unknown type", withWhen("type: whatsapp.message.hologram, replyId: x")],
  ["a template in the history", withWhen("type: whatsapp.history.*, template: x")],
  ["no referral of a status", withWhen("type: whatsapp.status.*, referral: false")],
  [
    "data that a message lacks",
    withWhen("type: whatsapp.message.*, data: { a: { exists: false } }"),
  ],
  ["a wider not", withWhen("type: whatsapp.*.text, not: { type: whatsapp.message.text }")],
  ["a not of two", withWhen("type: whatsapp.#, not: { type: whatsapp.#, account: berlin }")],
  ["a not of one of two tags", withOnly("tag: [vip, new], not: { tag: vip }")],
  [
    "what defaults exclude, without them",
    withRoute(
      "to: [a], only: { tag: spam }, defaults: false",
      "defaults: { only: { not: { tag: [spam] } } }",
    ),
  ],
  [
    "a chain that ends",
    emitting(
      ["x", "{ type: whatsapp.# }", "business.x"],
      ["y", "{ type: business.x }", "business.y"],
      ["all", "{ account: berlin, not: { type: business.* } }", "business.x"],
      ["tap", "{ replyId: x }", "business.x"],
    ),
  ],
  ["a plain destination twice", withRoute("to: [a, a]")],
  ["a route that only sets", withRoute("set: { field: { city: null } }")],
  [
    "a week that wraps",
    withHours('timeZone: UTC, sat-mon: "00:00-24:00", sun: []'.replace(", sun: []", "")),
  ],
  ["spans that touch", withHours('timeZone: UTC, mon: ["09:00-13:00", "13:00-18:00"]')],
  [
    "templates with names of their own, and secrets that only look like one",
    withRoute(
      'to: [{ a: { mention: "{% for t in contact.tags %}{{ t }}{% endfor %}{% assign x = 1 %}{{ x }}{{ message | text }}" } }]',
    ).replaceAll("token: t", 'token: "{{ pass"'),
  ],
  [
    "words by account",
    withRoute("to: [a]", 'consent: { stop: { berlin: STOP, "*": [STOP, END] } }'),
  ],
];

describe("What looks odd, but may be meant", () => {
  for (const [title, yaml] of right) {
    it(`has no problem: ${title}`, async (t) => {
      await loadYaml(t, yaml, kinds);
    });
  }
});

describe("A route", () => {
  it("without the new keys is what it always was", async (t) => {
    assert.deepEqual(await routeOf(t, withRoute("to: a")), {
      name: "r",
      when: { type: ["#"] },
      to: ["a"],
      test: false,
    });
  });

  it("has single values as lists, wherever a list may stand", async (t) => {
    const when =
      "reaction: x, referral: { sourceId: s }, country: DE, data: { a.b: 1, c: [null, true], d: { matches: m } }";
    assert.deepEqual((await routeOf(t, withWhen(when))).when, {
      reaction: ["x"],
      referral: { sourceId: ["s"] },
      country: ["DE"],
      data: { "a.b": [1], c: [null, true], d: { matches: ["m"] } },
    });
    const only =
      "owner: Ana, topic: t, field: { a: 1 }, window: open, consent: false, opens: false";
    const setting = `${withOnly(only)}  - { name: t, when: { type: business.t }, set: { topic: t } }\n`;
    assert.deepEqual((await routeOf(t, setting)).only, {
      owner: ["Ana"],
      topic: ["t"],
      field: { a: [1] },
      window: "open",
      consent: false,
      opens: false,
    });
    assert.deepEqual((await routeOf(t, withOnly("owner: false"))).only, { owner: false });
  });

  it("has tags to add and to take away", async (t) => {
    const { set } = await routeOf(t, withRoute("set: { tag: [+vip, -new], topic: cart }"));
    assert.deepEqual(set, { tag: { add: ["vip"], remove: ["new"] }, topic: "cart" });
  });

  it("must meet the defaults too, unless it does without", async (t) => {
    const only = "defaults: { only: { not: { tag: spam }, hours: office } }";
    const both = await loadYaml(
      t,
      `${withRoute("to: a, only: { not: { tag: x } }", `${only}\n${office}`)}  - { name: s, when: { type: business.x }, to: a, defaults: false }\n  - { name: u, when: { type: business.y }, to: a }\n`,
      kinds,
    );
    const spam = { not: { tag: ["spam"] }, hours: ["office"] };
    assert.deepEqual(
      both.routes.map(({ only }) => only),
      [{ not: { tag: ["x"] }, all: [spam] }, undefined, spam],
    );
  });
});

describe("Hours", () => {
  it("are minutes by ISO weekday; a day by itself counts instead of a range", async (t) => {
    const yaml = withHours(
      'timeZone: Asia/Kolkata, fri: "09:00-15:00", sat-mon: ["20:00-24:00", "00:00-4:00"], tue-fri: "09:30-18:00", except: 2026-12-24',
    );
    const { hours } = (await loadYaml(t, yaml, kinds)).flows;
    const weekend = [
      [0, 240],
      [1200, 1440],
    ];
    const week = [[570, 1080]];
    assert.deepEqual(hours["office"], {
      timeZone: "Asia/Kolkata",
      days: { 1: weekend, 2: week, 3: week, 4: week, 5: [[540, 900]], 6: weekend, 7: weekend },
      except: ["2026-12-24"],
    });
  });
});

describe("Secrets", () => {
  const yaml = withRoute(
    `to: { a: { token: "\${T}" } }`,
    `sources:
  one: { kind: stripe, secret: ["\${T}"], account: berlin, emit: [{ type: business.x }] }
  two: { kind: hook, auth: { basic: "u:\${T}" }, account: berlin, emit: [{ type: business.x }] }`,
  );

  it("of sources and of options in routes are there, frozen, and shown to nobody", async (t) => {
    const routing = await loadYaml(t, yaml, kinds, { T: "c4n4ry" });
    assert.deepEqual(routing.sources["one"]?.secrets, ["c4n4ry"]);
    assert.deepEqual(routing.sources["two"]?.auth, { basic: ["u:c4n4ry"] });
    assert.deepEqual(routing.routes[0]?.options, { a: { token: "c4n4ry" } });
    assert.ok(Object.isFrozen(routing.routes[0].options["a"]));
    assert.ok(!`${JSON.stringify(routing)}${inspect(routing, { depth: 9 })}`.includes("c4n4ry"));
  });

  it("do not change the hash; what routes refer to does", async (t) => {
    const hashOf = async (text: string, T: string) =>
      (await loadYaml(t, text, kinds, { T, TZ_OF: "UTC" })).hash;
    assert.equal(await hashOf(yaml, "one"), await hashOf(yaml, "two"));
    assert.notEqual(
      await hashOf(yaml, "one"),
      await hashOf(yaml.replace("business.x", "business.y"), "one"),
    );
  });
});

/** Any value where another is expected. */
const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    "",
    "x",
    "#",
    "(",
    "0s",
    "1h",
    "__proto__",
    "{{",
    "{{ x }}",
    "business.x",
  ),
  fc.constantFrom<unknown>([], {}, [[]], [{}], [null], { a: {} }, [{ a: null }], { "": "" }, [
    ["x"],
  ]),
  fc.object({ maxDepth: 3, maxKeys: 4 }),
);
const keysOf = (node: unknown): string[] =>
  typeof node !== "object" || node === null
    ? []
    : Object.entries(node).flatMap(([key, inner]) => [
        ...(key === "properties" ? Object.keys(inner as object) : []),
        ...keysOf(inner),
      ]);
const keys = [
  ...new Set(
    keysOf(
      JSON.parse(
        readFileSync(new URL("../../schemas/waypost.schema.json", import.meta.url), "utf8"),
      ),
    ),
  ),
];

describe("Values of the wrong type", () => {
  const check = (value: unknown) => {
    const problems: string[] = [];
    const report: Report = (at, words) =>
      problems.push(`${at.join(".")} ${words.problem} ${words.remedy}`);
    checkRouting({ value, source: value, kinds, report });
    checkTemplates({ source: value, kinds, report });
    return problems;
  };
  const anyTree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      anything,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, "mon-fri", "a"), tie("node"), { maxKeys: 6 }),
    ),
  })).node;

  it("give problems, and never an exception", () => {
    const sections = ["routes", "defaults", "lists", "hours", "pools", "conversations", "consent"];
    const file = fc.dictionary(
      fc.constantFrom(...sections, "accounts", "destinations", "sources", "reports", "alerts"),
      anyTree,
    );
    fc.assert(
      fc.property(file, (value) => {
        for (const problem of check(value)) assert.match(problem, /\S/);
      }),
      { numRuns: 500 },
    );
  });

  it("in each place of a good file give problems, or are good too", () => {
    const good = {
      accounts: { berlin: { phoneNumberId: "1" } },
      destinations: { a: { kind: "slack", token: "t" } },
      hours: { office: { timeZone: "UTC", "mon-fri": ["09:00-18:00"], except: ["2026-12-24"] } },
      lists: { vip: ["1"] },
      pools: { sales: [{ name: "Ana", a: "1", hours: "office" }] },
      consent: { stop: { berlin: ["STOP"] }, start: ["GO"] },
      conversations: { closeAfter: "1h", hold: { human: "1h", handoff: "1h" } },
      defaults: { only: { not: { tag: ["spam"] } } },
      sources: {
        x: {
          kind: "hook",
          auth: { header: "h", secret: "s" },
          account: "berlin",
          emit: [{ when: { a: { matches: "x" } }, type: "business.x", contact: { phone: "1" } }],
        },
      },
      reports: [{ name: "w", at: "mon 09:00", timeZone: "UTC", by: ["hour"], to: ["a"] }],
      routes: [
        {
          name: "r",
          when: {
            type: ["whatsapp.#"],
            text: { matches: ["x"] },
            data: { a: { atMost: 1 } },
            referral: { sourceId: ["1"] },
            not: { country: ["DE"] },
          },
          only: {
            hours: ["office"],
            about: { template: ["x"], within: "1h" },
            field: { a: [1] },
            held: { by: ["human"] },
            followedBy: ["business.#"],
            not: { list: ["vip"] },
          },
          after: { delay: "1h", hours: "office" },
          once: { per: "contact", for: "1h" },
          maxAge: "1h",
          to: ["a", { a: { mention: "x" } }],
          emit: { type: "business.x", data: { a: "x" } },
          set: { tag: ["+a"], field: { a: "x" }, topic: "t", owner: { pool: "sales" } },
        },
      ],
    };
    const paths: (string | number)[][] = [];
    const walk = (node: unknown, at: (string | number)[]) => {
      if (at.length > 0) paths.push(at);
      if (typeof node !== "object" || node === null) return;
      for (const [key, inner] of Object.entries(node)) {
        walk(inner, [...at, Array.isArray(node) ? Number(key) : key]);
      }
    };
    walk(good, []);
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, (at, value) => {
        const changed = structuredClone(good) as Record<string | number, unknown>;
        let node = changed;
        for (const part of at.slice(0, -1)) node = node[part] as typeof node;
        node[at.at(-1) ?? ""] = value;
        check(changed);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("What is said never to hold", () => {
  const folder = new URL("../../fixtures/events/", import.meta.url);
  const events = readdirSync(folder).flatMap((name) => {
    const content = [JSON.parse(readFileSync(new URL(name, folder), "utf8"))].flat();
    return content.flatMap((each) => each.events ?? each) as WaypostEvent[];
  });
  const problemsOfWhen = (when: object) => {
    const problems: string[] = [];
    const value = { routes: [{ name: "r", when, set: { topic: "t" } }] };
    const report: Report = (at, { problem }) => problems.push(`${at.join(".")} ${problem}`);
    checkRouting({ value, source: value, kinds, report });
    return problems;
  };
  /** Conditions that this event meets. */
  const metBy = ({ data: { message, status, errors } }: WaypostEvent): object[] => {
    const { interactive, button, direction } = message ?? {};
    const reply = button?.payload ?? interactive?.buttonReply?.id ?? interactive?.listReply?.id;
    return [
      ...(messageTexts(message).length > 0 ? [{ text: { contains: "x" } }] : []),
      ...(reply ? [{ replyId: "x" }] : []),
      ...(message ? [{ messageType: "x" }] : []),
      ...(message?.reaction ? [{ reaction: "x" }] : []),
      ...(message?.template ? [{ template: "x" }] : []),
      ...(message?.referral ? [{ referral: true }] : []),
      ...(interactive?.nfmReply ? [{ flow: "x" }] : []),
      ...(errors || status?.errors || message?.errors ? [{ errorCode: 1 }] : []),
      ...(direction ? [{ from: direction === "in" ? "contact" : "business" }] : []),
    ];
  };

  it("does not hold for any event that we know", () => {
    let met = 0;
    for (const event of events) {
      for (const condition of metBy(event)) {
        met += 1;
        const when = { type: event.type, ...condition };
        assert.deepEqual(problemsOfWhen(when), [], JSON.stringify(when));
      }
    }
    assert.ok(met > 150, String(met));
  });

  it("is said of statuses and business events, by whatever pattern", () => {
    for (const type of ["whatsapp.status.*", "whatsapp.status.#", "business.#", "business.a.b"]) {
      for (const key of ["replyId", "reaction", "template", "flow", "messageType"]) {
        const when = { type, [key]: ["x"] };
        assert.deepEqual(problemsOfWhen(when), [
          `routes.0.when.${key} never holds for events of these types`,
        ]);
      }
    }
  });
});

it("names a report's destination that cannot take one", async (t) => {
  const yaml = `destinations:
  a: { kind: slack, token: t, channel: "#a" }
  w: { kind: whatsapp-reply, text: hello }
reports:
  - { name: daily, at: "09:00", timeZone: Europe/Berlin, by: account, to: [a, w] }
`;
  const problems = await problemsOfYaml(t, yaml, kinds);
  assert.deepEqual(
    problems.map(({ problem }) => problem),
    ["names w, whose kind whatsapp-reply cannot take reports"],
  );
});
