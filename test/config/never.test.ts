import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { families } from "../../src/config/check/check-types.ts";
import { areFine, areReported, file, withOnly, withWhen } from "./one-route.ts";

const when = "routes[0].when";
areReported("What no event ever is", [
  // Types.
  [
    "a misspelt family",
    withWhen("type: whatsapp.mesage.*"),
    `${when}.type`,
    /mean whatsapp\.message\.\*\?/,
  ],
  [
    "a misspelt root",
    withWhen("type: [business.x, whatsap.message.text]"),
    `${when}.type[1]`,
    /mean whatsapp\.message\.text\?/,
  ],
  [
    "a type without its root",
    withWhen("type: message.text"),
    `${when}.type`,
    /mean whatsapp\.message\.text\?/,
  ],
  [
    "a type of nobody",
    withWhen("type: telegram.message.text"),
    `${when}.type`,
    /Begin with whatsapp\. or business\./,
  ],
  [
    "a family alone",
    withWhen("type: whatsapp.message"),
    `${when}.type`,
    /mean whatsapp\.message\.\*\?/,
  ],
  ["a root alone", withWhen("type: business"), `${when}.type`, /mean business\.#\?/],
  [
    "a kind in the family's place",
    withWhen("type: whatsapp.text"),
    `${when}.type`,
    /mean whatsapp\.message\.text\?/,
  ],
  [
    "a family that is none",
    withWhen("type: whatsapp.purchase.*"),
    `${when}.type`,
    /Choose among whatsapp\.message, status/,
  ],
  [
    "a misspelt status",
    withWhen("type: whatsapp.status.deliverd"),
    `${when}.type`,
    /mean whatsapp\.status\.delivered\?/,
  ],
  ["a kind of error", withWhen("type: whatsapp.error.x"), `${when}.type`, /mean whatsapp\.error\?/],
  [
    "a misspelt type below not",
    withWhen("from: contact, not: { type: whatsapp.mesage.* }"),
    `${when}.not.type`,
    /mean/,
  ],
  [
    "what never follows",
    withOnly("followedBy: [whatsapp.mesage.*]"),
    "routes[0].only.followedBy[0]",
    /mean/,
  ],
  [
    "a type that a variable brings, without showing it",
    withWhen(`type: "whatsap.\${X}"`),
    `${when}.type`,
    /^(?!.*secret).*variable/,
  ],
  // Values.
  ["a country that is none", withWhen("country: [DE, UK]"), `${when}.country[1]`, /mean GB\?/],
  ["a country that nobody knows", withWhen("country: ZZ"), `${when}.country`, /ISO 3166/],
  ["a template with a star", withWhen('template: "cart_*"'), `${when}.template`, /each name/],
  ["a flow with a star", withWhen('flow: "qualify*"'), `${when}.flow`, /each name/],
  [
    "a misspelt kind of message",
    withWhen("messageType: [text, imge]"),
    `${when}.messageType[1]`,
    /mean image\?/,
  ],
  [
    "a reaction by its name",
    withWhen('reaction: ":thumbsdown:"'),
    `${when}.reaction`,
    /sign itself/,
  ],
  [
    "a conversation by phone",
    withWhen('conversation: "+49 151 23456789"'),
    `${when}.conversation`,
    /`contact`/,
  ],
  [
    "a contact without country code",
    withWhen('contact: "0151 23456789"'),
    `${when}.contact`,
    /country code/,
  ],
  ["a contact by name", withWhen("contact: Ana"), `${when}.contact`, /BSUID/],
  [
    "a list of such",
    file(
      "to: slack, when: { type: business.x }",
      'lists: { staff: ["+1 555 555 0123", "+49 (0)151 23456789"] }',
    ),
    "lists.staff[1]",
    /without \(0\)/,
  ],
  // What only messages are.
  [
    "the first that we sent",
    withOnly("first: true", "whatsapp.outgoing.*"),
    "routes[0].only.first",
    /message/,
  ],
  [
    "a status that opens",
    withOnly("opens: true", "whatsapp.status.read"),
    "routes[0].only.opens",
    /message/,
  ],
]);

areFine("What an event may be", [
  [
    "every type there is",
    withWhen(
      `type: ["#", "*.message.#", "whatsapp.*.text", whatsapp.error, "whatsapp.#", business.any.thing, "business.*"]`,
    ),
  ],
  [
    "a kind of message that Meta may add",
    withWhen("type: whatsapp.message.hologram, messageType: hologram"),
  ],
  [
    "people in any writing",
    file('when: { contact: ["+1 (555) 555-0123", 0049-151-23456789, DE.ab12] }, to: slack'),
  ],
  ["the first of all that comes", withOnly("first: true", "#")],
  ["none of the first", withOnly("first: false", "whatsapp.outgoing.*")],
]);

it("docs/events.md lists the same families of types", () => {
  const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `whatsapp\.([a-z]+)(?:\.\*)?` \|/gm)].map(
    ([, each]) => each,
  );
  assert.deepEqual(listed.toSorted(), families.toSorted());
});
