import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent } from "../../store/make-events.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { createReplier, start } from "./replier.ts";

const at = new Date(start).toISOString();
const unread = (contact: NonNullable<WaypostEvent["data"]["contact"]>, business: object = {}) =>
  makeEvent({
    type: "business.reminder.unread",
    receivedAt: at,
    contact,
    data: { business: { ...business } },
  });

describe("a template's parameter that would be empty", () => {
  let api: CloudApi;
  beforeEach(async () => {
    const templates = [
      { name: "reminder", language: "de", body: 1 },
      { name: "two", language: "de", body: 2 },
    ];
    api = await startCloudApi({ templates });
  });
  afterEach(() => api.close());
  const sending = async (template: object, event: WaypostEvent) => {
    const replier = createReplier(api, { template: { language: "de", ...template } });
    try {
      await replier.deliver(event);
      const { components = [] } = (api.messages.at(-1)?.body["template"] ?? {}) as {
        components?: { parameters: { text?: string }[] }[];
      };
      return components.flatMap(({ parameters }) => parameters.map(({ text }) => text));
    } finally {
      await replier.close();
    }
  };
  const reminder = { name: "reminder", body: ["{{ contact.name }}"] };
  const refused = (template: object, event: WaypostEvent, reason: RegExp) =>
    assert.rejects(sending(template, event), (error: Error & { verdict?: string }) => {
      assert.equal(error.verdict, "refused");
      assert.match(error.message, reason);
      return true;
    });

  it("shows what else a person without a name is called: username, then phone", async () => {
    const waId = "4915123456789";
    assert.deepEqual(await sending(reminder, unread({ waId, name: "Mia" })), ["Mia"]);
    assert.deepEqual(await sending(reminder, unread({ waId, username: "mia_b" })), ["mia_b"]);
    assert.deepEqual(await sending(reminder, unread({ waId })), ["+49 1512 3456789"]);
    // A mark of direction, and a blank that is none: nobody sees either.
    const hidden = unread({ waId, name: "\u200e\u00a0" });
    assert.deepEqual(await sending(reminder, hidden), ["+49 1512 3456789"]);
  });

  it("keeps what the template says instead, and changes no other parameter", async () => {
    const waId = "4915123456789";
    const own = { name: "reminder", body: ['{{ contact.name | default: "du" }}'] };
    assert.deepEqual(await sending(own, unread({ waId })), ["du"]);
    const both = {
      name: "two",
      body: ['{{ contact.name | default: "du" }}', "{{ contact.name }}"],
    };
    assert.deepEqual(await sending(both, unread({ waId })), ["du", "+49 1512 3456789"]);
    const named = { name: "reminder", body: { first: "{{ contact.name }}" } };
    assert.deepEqual(await sending(named, unread({ waId })), ["+49 1512 3456789"]);
  });

  it("is refused before anything is sent, with its place and what to write, where nothing is known", async () => {
    const waId = "4915123456789";
    const order = { name: "two", body: ["{{ contact.name }}", "{{ business.order }}"] };
    const remedy = "is empty, and Meta takes no empty parameter\\. Say .* default:";
    await refused(order, unread({ waId }), new RegExp(`template\\.body\\.1 ${remedy}`));
    const link = { name: "reminder", buttons: [{}, { url: "{{ business.path }}" }] };
    await refused(link, unread({ waId }), new RegExp(`template\\.buttons\\.1\\.url ${remedy}`));
    const header = { name: "reminder", header: "{{ business.title }}" };
    await refused(header, unread({ waId }), new RegExp(`template\\.header ${remedy}`));
    const nobody = unread({ userId: "DE.741852963074185" });
    await refused(reminder, nobody, new RegExp(`template\\.body\\.0 ${remedy}`));
    assert.equal(api.requests.length, 0);
    assert.deepEqual(await sending(order, unread({ waId }, { order: 1001 })), [
      "+49 1512 3456789",
      "1001",
    ]);
  });

  it("is shown by a preview as it would be sent", async () => {
    const replier = createReplier(api, { template: { language: "de", ...reminder } });
    const shown = JSON.stringify(replier.destination.preview(unread({ waId: "4915123456789" })));
    assert.match(shown, /\+49 1512 3456789/);
    await replier.close();
  });
});
