import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DeliveryContext, DeliveryError, type TemplateName } from "../../src/contracts.ts";
import { OptionError } from "../../src/destinations/destination-kind.ts";
import { compileOption } from "../../src/destinations/option-templates.ts";
import { makeText } from "../store/make-events.ts";

const known: Partial<Record<TemplateName, unknown>> = {
  contact: { name: "Mia", tags: ["vip"] },
  message: makeText("hello").data.message,
  transcript: [],
};

/** Tells what is asked for, and remembers it. */
function telling(scope: Partial<Record<TemplateName, unknown>> = known) {
  const asked: TemplateName[][] = [];
  const context: Pick<DeliveryContext, "scope"> = {
    async scope(names) {
      asked.push([...names]);
      return Object.fromEntries([...names].map((name) => [name, scope[name]]));
    },
  };
  return { asked, context };
}

describe("options that are templates", () => {
  it("are rendered with what they name, each with its type", async () => {
    const { asked, context } = telling();
    const source = {
      name: "{{ contact.name }}",
      note: "said: {{ message | text }}",
      tags: "{{ contact.tags }}",
      stage: 3,
    };
    const templates = compileOption("crm", "fields", source);
    assert.deepEqual(await templates.render(context), {
      name: "Mia",
      note: "said: hello",
      tags: ["vip"],
      stage: 3,
    });
    assert.deepEqual(asked, [["contact", "message"]]);
    assert.equal(templates.readsLog, false);
  });

  it("know when they ask the log", () => {
    for (const [text, readsLog] of [
      ["{{ transcript | text }}", true],
      ["{{ about.ref.order }}", true],
      ["{{ contact.name }}", false],
      ["transcript", false],
    ] as const) {
      assert.equal(compileOption("crm", "note", text).readsLog, readsLog, text);
    }
  });

  it("that cannot be read are the operator's to mend, with their place", () => {
    const broken = () => compileOption("crm", "fields", { city: ["{{ contact.name"] });
    assert.throws(broken, (error) => {
      assert.ok(error instanceof OptionError);
      assert.deepEqual([error.destination, error.option], ["crm", "fields.city[0]"]);
      assert.match(error.problem, /not a template/);
      return true;
    });
    assert.throws(
      () => compileOption("crm", "note", "{% nothing %}"),
      (error) => error instanceof OptionError && error.option === "note",
    );
  });

  it("that this event cannot fill are refused, with place and reason and nothing of the person", async () => {
    const long = telling({ contact: { name: "Mia".repeat(200_000) } }).context;
    const templates = compileOption("crm", "fields", { name: "{{ contact.name }}" });
    await assert.rejects(templates.render(long), (error) => {
      assert.ok(error instanceof DeliveryError);
      assert.deepEqual([error.verdict, error.maybeDone], ["refused", false]);
      assert.match(error.message, /the template fields cannot be rendered: name/);
      assert.doesNotMatch(error.message, /Mia/);
      return true;
    });
  });

  it("that take too long are tried again", async () => {
    const many = telling({
      contact: { tags: Array.from({ length: 3_000 }, (_, i) => `tag ${i}`) },
    }).context;
    const loop =
      "{% for a in contact.tags %}{% for b in contact.tags %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}";
    await assert.rejects(compileOption("crm", "note", loop).render(many), (error) => {
      assert.ok(error instanceof DeliveryError);
      assert.equal(error.verdict, "outage");
      return true;
    });
  });

  it("fail as the store does when it is away", async () => {
    const away = new DeliveryError("outage", "the store does not say");
    const context = { scope: () => Promise.reject(away) };
    await assert.rejects(compileOption("crm", "note", "{{ contact.name }}").render(context), away);
  });
});
