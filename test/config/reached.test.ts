import { areFine, areReported } from "./one-route.ts";

const file = (routes: readonly string[], more = "") => `accounts:
  berlin: { phoneNumberId: "1" }
hours:
  office: { timeZone: UTC, mon-fri: "09:00-18:00" }
destinations:
  slack: { kind: slack }
  whatsapp: { kind: whatsapp-reply }
${more}
routes:
${routes.map((route, i) => `  - { name: r${i}, ${route} }`).join("\n")}
`;
const all = "to: slack, when: { type: whatsapp.message.* }";
const above = (general: string, special: string, more = "") => file([general, special], more);
const own = (when: string) => `to: { slack: { channel: "#vip" } }, when: { ${when} }`;
const vip = "type: whatsapp.message.*, text: { contains: vip }";
const words = /"r0" above takes all that this route takes.*above it, narrow that one/;

areReported("What no event reaches", [
  ["a route of its own text", above(all, own(vip)), "routes[1].to", words],
  ["one that asks for more", above(all, `${own(vip)}, only: { tag: vip }`), "routes[1].to", words],
  [
    "a route below all",
    above('to: slack, when: { type: "#" }', own("type: business.x")),
    "routes[1].to",
    words,
  ],
  [
    "a pattern within another",
    above("to: slack, when: { type: [business.#, whatsapp.#] }", own("type: whatsapp.*.text")),
    "routes[1].to",
    words,
  ],
  [
    "a narrower condition below a wider one",
    above(
      `${all}, only: { hours: office, tag: [vip, gold] }`,
      `${own(vip)}, only: { tag: gold, hours: office, window: open }`,
    ),
    "routes[1].to",
    words,
  ],
  [
    "data of which more is asked",
    above(
      "to: slack, when: { type: business.x, data: { a: [1, 2] } }",
      own("type: business.x, data: { a: 1, b: { atLeast: 2 } }"),
    ),
    "routes[1].to",
    words,
  ],
  [
    "a range within another",
    above(
      "to: slack, when: { type: business.x, data: { r: { atMost: 5 } } }",
      own("type: business.x, data: { r: { atLeast: 1, atMost: 2 } }"),
    ),
    "routes[1].to",
    words,
  ],
  [
    "the same defaults on both",
    above(all, own(vip), "defaults: { only: { not: { tag: spam } } }"),
    "routes[1].to",
    words,
  ],
  [
    "the same age on both",
    above(`${all}, maxAge: 1h`, `${own(vip)}, maxAge: 1h`),
    "routes[1].to",
    words,
  ],
]);

areFine("What may be reached", [
  ["the special route first", above(own(vip), all)],
  ["another type", above(all, own("type: business.x"))],
  [
    "a range that goes further",
    above(
      "to: slack, when: { type: business.x, data: { r: { atLeast: 1, atMost: 5 } } }",
      own("type: business.x, data: { r: { atMost: 2 } }"),
    ),
  ],
  [
    "a range with another bound",
    above(
      "to: slack, when: { type: business.x, data: { r: { atLeast: 5 } } }",
      own("type: business.x, data: { r: { atLeast: 2 } }"),
    ),
  ],
  [
    "a wider pattern",
    above("to: slack, when: { type: whatsapp.message.text }", own("type: whatsapp.message.*")),
  ],
  [
    "any number of segments",
    above("to: slack, when: { type: whatsapp.*.* }", own("type: whatsapp.#")),
  ],
  ["a general route that asks for something", above(`${all}, only: { tag: vip }`, own(vip))],
  [
    "one that asks for something else",
    above(`${all}, only: { tag: vip }`, `${own(vip)}, only: { tag: gold }`),
  ],
  ["one that is once", above(`${all}, once: { per: contact, for: 1d }`, own(vip))],
  ["one with an age", above(`${all}, maxAge: 1h`, own(vip))],
  ["a delayed one", above(all, `${own(vip)}, after: 1h`)],
  ["below a delayed one", above(`${all}, after: 1h`, own(vip))],
  ["test events", above(all, `${own(vip)}, test: true`)],
  [
    "a route without defaults",
    above(all, `${own(vip)}, defaults: false`, "defaults: { only: { tag: vip } }"),
  ],
  [
    "the same destination beside another",
    above(all, `when: { ${vip} }, to: [slack, whatsapp: { text: hi }]`),
  ],
  [
    "one of several destinations with options of its own",
    above(all, `when: { ${vip} }, to: [{ slack: { channel: "#vip" } }, whatsapp: { text: hi }]`),
  ],
  ["options beside what else the route does", above(all, `${own(vip)}, set: { tag: [+vip] }`)],
  [
    "the same destination beside what is set",
    above(all, `when: { ${vip} }, to: slack, set: { tag: [+vip] }`),
  ],
  [
    "a reply that may be later than a reply may be",
    above(
      "when: { type: whatsapp.message.* }, to: { whatsapp: { text: a } }",
      "when: { type: whatsapp.message.text }, to: { whatsapp: { text: b } }, maxAge: 3d",
    ),
  ],
  [
    "routes that only set",
    above(
      "when: { type: business.x }, set: { tag: [+a] }",
      "when: { type: business.x }, set: { tag: [+b] }",
    ),
  ],
]);
