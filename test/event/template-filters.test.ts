import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { templateFilters } from "../../src/event/template-filters.ts";
import { createTemplates } from "../../src/support/template.ts";

const templates = createTemplates({ filters: templateFilters });
const render = (text: string, contact: object) =>
  templates.compile(`> ${text}`).render({ contact });

describe("the filter phone", () => {
  it("puts the plus before a phone's digits", () => {
    assert.equal(
      render("{{ contact.phone | phone }}", { phone: "4915123456789" }),
      "> +4915123456789",
    );
    assert.equal(
      render("{{ contact.phone | phone }}", { phone: 4_915_123_456_789 }),
      "> +4915123456789",
    );
  });

  it("leaves alone what is no phone's digits", () => {
    for (const text of [
      "+4915123456789",
      "Mia",
      "DE.741025896",
      "0151234567",
      "42",
      "1".repeat(16),
    ]) {
      assert.equal(render("{{ contact.phone | phone }}", { phone: text }), `> ${text}`);
    }
    assert.equal(render("{{ contact.phone | phone }}", {}), "> ");
  });

  it("takes the last of several that may stand for each other", () => {
    const who = "{{ contact.name | default: contact.phone | default: contact.userId | phone }}";
    assert.equal(render(who, { name: "Mia", phone: "4915123456789" }), "> Mia");
    assert.equal(render(who, { phone: "4915123456789" }), "> +4915123456789");
    assert.equal(render(who, { userId: "DE.741025896" }), "> DE.741025896");
  });
});
