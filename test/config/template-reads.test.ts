import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Kinds } from "../../src/config/routing.ts";
import { loadYaml } from "./load-yaml.ts";

const open = { type: "object", additionalProperties: true };
const kinds: Kinds = {
  any: { schema: open },
  secret: { schema: { ...open, properties: { token: { type: "string", "x-secret": true } } } },
  owned: {
    schema: {
      ...open,
      properties: {
        owner: { type: "string", default: "{{ owner.crm }}" },
        ticket: { type: "object", properties: { note: { default: "{{ transcript | text }}" } } },
      },
    },
  },
};

/** Of the one route, to these. */
async function readsOf(t: TestContext, to: string, options = "{ kind: any }") {
  const yaml = `destinations: { crm: ${options}, desk: { kind: any } }
routes: [{ name: r, when: { type: "#" }, to: ${to} }]`;
  const { routes } = await loadYaml(t, yaml, kinds, { TAG: "{{ contact.tags }}" });
  return routes[0]?.templatesRead;
}
const readsOfText = (t: TestContext, text: string) =>
  readsOf(t, "crm", `{ kind: any, text: ${JSON.stringify(text)} }`);

describe("what the templates of destinations read", () => {
  for (const text of [
    "{{ contact.tags }}",
    "{{ contact.fields.city }}",
    "{{ contact.owner.name }}",
    "{% if contact.consent.marketing %}no{% endif %}",
    "{{ owner.crm }}",
    "{{ conversation.topic }}",
    "{{ contact | json }}",
    "{% assign c = contact %}{{ c.tags }}",
    "{% for tag in contact.tags %}{{ tag }}{% endfor %}",
  ]) {
    it(`is what is remembered: ${text}`, async (t) => {
      assert.deepEqual(await readsOfText(t, text), { crm: ["memory"] });
    });
  }

  for (const text of ["{{ about.campaign }}", "{{ transcript | text }}"]) {
    it(`is what the log must have: ${text}`, async (t) => {
      assert.deepEqual(await readsOfText(t, text), { crm: ["log"] });
    });
  }

  for (const text of [
    "{{ contact.name }} {{ contact.phone }}",
    "{{ message | text }}",
    "{{ conversation.id }}",
    "contact.tags",
    "{{ event.data.owner }}",
  ]) {
    it(`is nothing beside the event: ${text}`, async (t) => {
      assert.equal(await readsOfText(t, text), undefined);
    });
  }

  it("is told for each destination, with the options that the route gives it", async (t) => {
    const crm = '{ kind: any, text: "{{ owner.crm }}", more: ["{{ about.ref.order }}"] }';
    assert.deepEqual(await readsOf(t, "[crm, desk]", crm), { crm: ["log", "memory"] });
    assert.deepEqual(await readsOf(t, "[crm: { text: hi }]", crm), { crm: ["log"] });
    assert.deepEqual(await readsOf(t, '[desk: { text: "{{ contact.tags }}" }]', crm), {
      desk: ["memory"],
    });
  });

  it("counts what a kind has as its default, where the option is not given", async (t) => {
    assert.deepEqual(await readsOf(t, "crm", "{ kind: owned }"), { crm: ["memory"] });
    assert.equal(await readsOf(t, "crm", "{ kind: owned, owner: nobody }"), undefined);
    const ticket = (keys: string) =>
      readsOf(t, "crm", `{ kind: owned, owner: nobody, ticket: {${keys}} }`);
    assert.deepEqual(await ticket(""), { crm: ["log"] });
    assert.equal(await ticket("note: none"), undefined);
  });

  it("is nothing that a secret or a variable's value holds", async (t) => {
    assert.equal(await readsOf(t, "crm", '{ kind: secret, token: "{{ owner.crm }}" }'), undefined);
    assert.equal(await readsOf(t, "crm", `{ kind: any, text: "\${TAG}" }`), undefined);
  });
});
