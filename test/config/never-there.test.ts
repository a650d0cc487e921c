import { areFine, areReported, file, withOnly, withWhen } from "./one-route.ts";

const saying = (words: string, when = "type: whatsapp.message.*") =>
  file(`when: { ${when} }, to: { whatsapp: { text: "${words}" } }`);
const emitting = (words: string, when = "type: whatsapp.message.*") =>
  file(`when: { ${when} }, emit: { type: business.x, data: { id: "${words}" } }`);
const lasting = (route: string, more = "") =>
  file(`when: { type: whatsapp.message.* }, to: slack${route}`, more);
const fromSource = (emit: string) =>
  file(
    "when: { type: business.x }, to: slack",
    `sources: { s: { kind: stripe, secret: s, account: berlin, emit: [{ type: business.x, ${emit} }] } }`,
  );

/** A route that asks for a topic, and one that sets one. */
const asking = (topic: string, set: string) =>
  `${lasting(`, only: { topic: ${topic} }`)}  - { name: s, when: { type: business.x }, set: { topic: ${set} } }\n`;

const asked = "routes[0].only.topic";
const said = "routes[0].to.whatsapp.text";
areReported("What is never there", [
  // Names in templates.
  [
    "a group that is not there",
    emitting("{{ match.idd }}", 'replyId: { matches: "^a:(?P<id>.*)$" }'),
    "routes[0].emit.data.id",
    /mean match\.id\?/,
  ],
  ["a group without expressions", saying("{{ match.id }}"), said, /no named group/],
  [
    "a group of a source",
    fromSource('id: "{{ match.id }}"'),
    "sources.s.emit[0].id",
    /no named group/,
  ],
  [
    "a group of a field",
    file('when: { type: business.x }, set: { field: { a: "{{ match.a }}" } }'),
    "routes[0].set.field.a",
    /no named group/,
  ],
  ["a misspelt part of the contact", saying("Hi {{ contact.nmae }}"), said, /mean contact\.name\?/],
  ["a field of the contact", saying("{{ contact.city }}"), said, /contact\.fields\.city/],
  ["a part of the message", saying("{{ about.order }}"), said, /about\.ref/],
  [
    "a misspelt key of a pool's members",
    file(
      'when: { type: business.x }, to: { slack: { text: "{{ owner.slck }}" } }',
      "pools: { sales: [{ name: Ana, slack: U01 }] }",
    ),
    "routes[0].to.slack.text",
    /mean owner\.slack\?/,
  ],
  ["a misspelt part of the account", saying("{{ account.nam }}"), said, /mean account\.name\?/],
  // Pools.
  [
    "an id of nobody's",
    file(
      "when: { type: business.x }, set: { owner: { pool: p } }",
      "pools: { p: [{ name: Ana, slak: U1 }] }",
    ),
    "pools.p[0].slak",
    /mean slack\?/,
  ],
  // Times beyond all calendars.
  ["a delay of ages", lasting(", after: 99999999d"), "routes[0].after", /at most 36500d/],
  [
    "a delay of open ages",
    lasting(", after: { delay: 99999999d }"),
    "routes[0].after.delay",
    /at most/,
  ],
  [
    "once in ages",
    lasting(", once: { per: contact, for: 99999999d }"),
    "routes[0].once.for",
    /at most/,
  ],
  ["late after ages", lasting(", maxAge: 99999999d"), "routes[0].maxAge", /at most/],
  [
    "within ages",
    withOnly("about: { within: 99999999d }"),
    "routes[0].only.about.within",
    /at most/,
  ],
  [
    "silent for ages",
    lasting("", "conversations: { closeAfter: 99999999d }"),
    "conversations.closeAfter",
    /at most/,
  ],
  [
    "held for ages",
    lasting("", "conversations: { hold: { human: 99999999d } }"),
    "conversations.hold.human",
    /at most/,
  ],
  [
    "handed over for ages",
    lasting("", "conversations: { hold: { handoff: 99999999d } }"),
    "conversations.hold.handoff",
    /at most/,
  ],
  // What the file itself is.
  [
    "a name that nothing has",
    `${withWhen("type: business.x")}lists: { a: *nobody }\n`,
    "",
    /anchor.*quotes/,
  ],
  [
    "a list as a key",
    `${withWhen("type: business.x")}lists:\n  ? [a]\n  : ["+15555550123"]\n`,
    "",
    /key/,
  ],
  ["a file of 16 bits", "a\0c\0c\0", "", /UTF-8/],
  [
    "a day by its whole name",
    file(
      "when: { type: business.x }, to: slack",
      'hours: { o: { timeZone: UTC, mon: "9:00-18:00", monday: "9:00-18:00" } }',
    ),
    "hours.o.monday",
    /mon, tue.*mon-fri/,
  ],
  // Topics.
  ["a topic that nobody sets", asking("cart", "carts-of-old"), asked, /set: \{ topic: … \}/],
  ["a misspelt topic", asking("[cart, crat]", "cart"), `${asked}[1]`, /mean cart\?/],
  [
    "a topic that all routes must have",
    file("when: { type: business.x }, to: slack", "defaults: { only: { topic: cart } }"),
    "defaults.only.topic",
    /no route that sets the topic "cart"/,
  ],
  [
    "keys of another file",
    file("when: { type: business.x }, to: slack, <<: { test: true }"),
    "routes[0].<<",
    /Write out/,
  ],
]);

areFine("What may be there", [
  [
    "a named group of data",
    emitting("{{ match.n }}", 'type: business.y, data: { a: { matches: "(?P<n>x)" } }'),
  ],
  [
    "a named group that a variable brings",
    emitting("{{ match.n }}", `text: { matches: "\${X}(?P<m>x)" }`),
  ],
  [
    "a named group of a source",
    fromSource('when: { a: { matches: "(?P<n>x)" } }, id: "{{ match.n }}"'),
  ],
  [
    "all that is known of the contact",
    saying(
      "{{ contact.fields.city }}{{ contact.tags | join }}{{ contact.owner.name }}{{ contact.first.at }}{{ contact.consent.stopped }}{{ contact }}",
    ),
  ],
  [
    "what is made in the template itself",
    saying("{% assign contact = business %}{{ contact.city }}"),
  ],
  ["a topic that a route sets", asking("cart", "cart")],
  ["a topic that may be any", asking("cart", "'{{ business.topic }}'")],
  ["none of a topic that nobody sets", lasting(", only: { not: { topic: cart } }")],
  [
    "a topic of a bot's",
    lasting(", only: { topic: cart }").replace(
      "destinations:",
      "destinations:\n  bot: { kind: webhook, reply: true }",
    ),
  ],
  ["an owner where there are no pools", saying("{{ owner.crm }}")],
  ["a hundred years", lasting(", after: 36500d, maxAge: 36500d")],
  [
    "an id of a place that only templates know",
    file(
      "when: { type: business.x }, set: { owner: { pool: p } }",
      'pools: { p: [{ name: Ana, extension: "12" }] }',
    ),
  ],
]);
