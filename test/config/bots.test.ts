import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { loadYaml, problemsOfYaml } from "./load-yaml.ts";

const kinds = destinationKinds;
const one = "  wa: { kind: whatsapp-reply, token: t }\n";
const two = `${one}  wa-two: { kind: whatsapp-reply, token: t }\n`;
const withBot = (options: string, senders = one, to = "bot") => `destinations:
  bot: { kind: webhook, url: https://bot.example, ${options} }
${senders}routes:
  - { name: r, when: { type: whatsapp.message.* }, to: [${to}] }
`;

const wrong: readonly [what: string, yaml: string, where: string, says: RegExp][] = [
  ["a bot that nobody answers for", withBot("reply: true", ""), "bot.via", /no destination.*Add/],
  ["a bot with two senders", withBot("reply: true", two), "bot.via", /more than one.*wa, wa-two/],
  ["an unknown sender", withBot("reply: true, via: w"), "bot.via", /"w" in destinations.*wa\?/],
  [
    "a sender that is none",
    withBot("reply: true, via: bot"),
    "bot.via",
    /cannot write to contacts/,
  ],
  ["via of who is no bot", withBot("via: wa"), "bot.via", /reply: true/],
  [
    "a bot in Meta's format",
    withBot("reply: true, format: meta, appSecret: s"),
    "bot.format",
    /bot/,
  ],
  ["a bot by half", withBot("reply: yes-please"), "bot.reply", /boolean/],
  [
    "a bot for one route",
    withBot("bearer: b", one, "{ bot: { reply: true } }"),
    "routes[0].to[0].bot.reply",
    /all routes/,
  ],
  [
    "a route's unknown sender",
    withBot("reply: true", one, "{ bot: { via: w } }"),
    "routes[0].to[0].bot.via",
    /"w" in destinations/,
  ],
  [
    "a bot for alerts",
    `${withBot("reply: true")}alerts: { to: { kind: webhook, url: https://a.example, reply: true } }\n`,
    "alerts.to.reply",
    /nobody answers/,
  ],
  [
    "a route that asks for replies itself",
    `routes: [{ name: r, when: { type: whatsapp.# }, emit: { type: business.reply.requested } }]\n`,
    "routes[0].emit.type",
    /Waypost itself asks.*whatsapp-reply/,
  ],
];

describe("a bot in waypost.yaml", () => {
  for (const [what, yaml, where, says] of wrong) {
    it(`is refused: ${what}`, async (t) => {
      const problems = await problemsOfYaml(t, yaml, kinds);
      const found = problems.find((each) => each.where.includes(where));
      assert.ok(found, JSON.stringify(problems));
      assert.match(`${found.problem} ${found.remedy}`, says);
    });
  }

  it("notes parameters of templates that are empty for some people", async (t) => {
    const parameters = [
      "{{ contact.fields.city }}",
      "{{ owner.name | upcase }}",
      "{{ contact.fields.city | default: 'your city' }}",
      "{{ contact.fields.city }}!",
      "{{ contact.name }}",
    ];
    const body = parameters.map((each) => `"${each}"`).join(", ");
    const yaml = (kind: string, options: string) => `destinations:
  wa: { ${kind}, token: t, ${options} }
routes:
  - { name: r, when: { type: business.lead.* }, to: [{ wa: { template: { name: t, language: de, body: [${body}] } } }] }
`;
    const header = 'template: { name: t, language: de, header: "{{ contact.username }}" }';
    const { warnings } = await loadYaml(t, yaml("kind: whatsapp-reply", header), kinds);
    const places = warnings.map((note) => /^(.+?) is empty for whoever has no (.+?),/.exec(note));
    assert.deepEqual(
      places.map((found) => [found?.[1], found?.[2]]),
      [
        ["template.header of the destination wa", "contact.username"],
        ["template.body.0 of the route r", "contact.fields.city"],
        ["template.body.1 of the route r", "owner.name"],
      ],
    );
  });

  it("answers through the only one there is, or through the one it names", async (t) => {
    const routing = await loadYaml(t, withBot("reply: true"), kinds);
    assert.equal(routing.destinations["bot"]?.options["via"], "wa");
    assert.deepEqual(routing.flows.replies, { senders: ["wa"], bots: ["bot"] });
    assert.deepEqual(routing.warnings, []);
    assert.equal(routing.destinations["bot"]?.writesToContacts, true);
    const named = await loadYaml(t, withBot("reply: true, via: wa-two", two), kinds);
    assert.equal(named.destinations["bot"]?.options["via"], "wa-two");
    assert.deepEqual(named.warnings, ["no route leads to the destination wa"]);
    const byRoute = withBot("reply: true, via: wa-two", two, "{ bot: { via: wa } }");
    assert.deepEqual((await loadYaml(t, byRoute, kinds)).warnings, []);
  });

  it("is none by default, and no sender is none who is asked", async (t) => {
    const routing = await loadYaml(t, withBot("bearer: b", ""), kinds);
    assert.equal(routing.flows.replies, undefined);
    assert.equal(routing.destinations["bot"]?.writesToContacts, undefined);
    const sender = await loadYaml(t, withBot("bearer: b"), kinds);
    assert.deepEqual(sender.flows.replies, { senders: ["wa"], bots: [] });
  });
});
