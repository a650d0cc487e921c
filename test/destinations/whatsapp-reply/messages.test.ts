import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { type Asked, createReplier, start } from "./replier.ts";

const at = new Date(start).toISOString();
const hello = () => makeText("hi", { receivedAt: at, data: { message: theirs } });
const theirs = { id: "wamid.theirs", type: "text", text: { body: "hi" } };
const closed = { standing: { windowUntil: start } };
const link = "https://acme.example/a.pdf";

describe("what whatsapp-reply sends", () => {
  let api: CloudApi;
  beforeEach(async () => {
    api = await startCloudApi({ templates: [{ name: "thanks", language: "en", body: 1 }] });
  });
  afterEach(() => api.close());
  const sent = async (options: object, event: WaypostEvent = hello(), asked: Asked = {}) => {
    const replier = createReplier(api, { ...options });
    try {
      const delivered = await replier.deliver(event, asked);
      return { ...delivered, body: api.messages.at(-1)?.body ?? {} };
    } finally {
      await replier.close();
    }
  };

  const template = { name: "thanks", language: "en", body: ["a\r\n\tb      c"] };
  const shapes: readonly (readonly [string, object, string, unknown])[] = [
    ["a text", { text: "Hi" }, "text", { body: "Hi", preview_url: true }],
    [
      "buttons",
      { text: "?", buttons: { a: "A", b: "B" } },
      "interactive",
      {
        type: "button",
        body: { text: "?" },
        action: {
          buttons: [
            { type: "reply", reply: { id: "a", title: "A" } },
            { type: "reply", reply: { id: "b", title: "B" } },
          ],
        },
      },
    ],
    [
      "a list",
      {
        text: "?",
        list: {
          button: "Go",
          sections: [
            { title: "One", rows: { a: "A" } },
            { title: "Two", rows: { b: { title: "B", description: "more" } } },
          ],
        },
      },
      "interactive",
      {
        type: "list",
        body: { text: "?" },
        action: {
          button: "Go",
          sections: [
            { title: "One", rows: [{ id: "a", title: "A" }] },
            { title: "Two", rows: [{ id: "b", title: "B", description: "more" }] },
          ],
        },
      },
    ],
    [
      "a flow, whose first screen is told",
      { text: "?", flow: { id: "9", cta: "Go", token: "t:1", screen: "ONE", data: { n: 1 } } },
      "interactive",
      {
        type: "flow",
        body: { text: "?" },
        action: {
          name: "flow",
          parameters: {
            ...{ flow_message_version: "3", flow_id: "9", flow_cta: "Go", flow_token: "t:1" },
            ...{ flow_action: "navigate", flow_action_payload: { screen: "ONE", data: { n: 1 } } },
          },
        },
      },
    ],
    [
      "a flow, whose endpoint says what comes first",
      { text: "?", flow: { id: "9", cta: "Go", data: { n: 1 } } },
      "interactive",
      {
        type: "flow",
        body: { text: "?" },
        action: {
          name: "flow",
          parameters: {
            ...{ flow_message_version: "3", flow_id: "9", flow_cta: "Go" },
            flow_action: "data_exchange",
          },
        },
      },
    ],
    [
      "a document, with its name",
      { media: { type: "document", link, caption: "Here", filename: "a.pdf" } },
      "document",
      { link, caption: "Here", filename: "a.pdf" },
    ],
    [
      "a voice message, which has no caption",
      { media: { type: "audio", id: "55", caption: "Here", filename: "a" } },
      "audio",
      { id: "55" },
    ],
    [
      "a template alone, each parameter on one line",
      { template },
      "template",
      {
        name: "thanks",
        language: { code: "en" },
        components: [{ type: "body", parameters: [{ type: "text", text: "a b    c" }] }],
      },
    ],
  ];
  for (const [what, options, type, shape] of shapes) {
    it(`is ${what}, as Meta takes it`, async () => {
      const { body, answer } = await sent(options);
      assert.deepEqual([body["type"], body[type], answer], [type, shape, `sent as ${type}`]);
    });
  }

  it("is the template from the moment on in which the window closes", async () => {
    const options = { text: "Hi", template };
    assert.equal((await sent(options)).body["type"], "text");
    assert.equal((await sent(options, hello(), closed)).body["type"], "template");
  });

  it("quotes and marks as read what the contact wrote, and nothing else", async () => {
    const options = { text: "Hi", quote: true, read: true };
    assert.deepEqual((await sent(options)).body["context"], { message_id: "wamid.theirs" });
    assert.deepEqual(api.read, ["wamid.theirs"]);
    const paid = makeEvent({
      type: "business.payment.succeeded",
      receivedAt: at,
      data: { business: {}, message: theirs },
    });
    assert.equal((await sent(options, paid)).body["context"], undefined);
    const late = await sent({ quote: true, template }, hello(), closed);
    assert.deepEqual([late.body["type"], late.body["context"]], ["template", undefined]);
    assert.deepEqual(api.read, ["wamid.theirs"]);
  });

  it("shows that somebody types, and may say nothing but that", async () => {
    const marks = () =>
      api.requests.map(({ body }) => JSON.parse(body)).filter(({ status }) => status === "read");
    const mark = { messaging_product: "whatsapp", status: "read", message_id: "wamid.theirs" };
    await sent({ text: "Hi", typing: true });
    assert.deepEqual(marks(), [{ ...mark, typing_indicator: { type: "text" } }]);
    assert.equal((await sent({ read: true })).answer, "marked as read");
    assert.deepEqual(marks().at(-1), mark);
    assert.equal(api.messages.length, 1);
    const paid = makeEvent({ type: "business.x", receivedAt: at, data: { business: {} } });
    assert.equal((await sent({ read: true }, paid)).skipped, "there is nothing to mark as read");
  });

  it("goes to the phone, else to the user id, of the event before those of the contact", async () => {
    const to = async (contact: object, known: Asked["contact"] = {}) => {
      const { body } = await sent({ text: "Hi" }, makeText("hi", { receivedAt: at, contact }), {
        contact: { phones: [], userIds: [], ...known },
      });
      return [body["to"], body["recipient"]];
    };
    const [phone, id] = ["15555550123", "DE.741852963074185"];
    assert.deepEqual(await to({ waId: phone, userId: id }), [phone, undefined]);
    assert.deepEqual(await to({ userId: id }, { phones: ["15555550199"] }), [undefined, id]);
    assert.deepEqual(await to({ waId: id }), [undefined, id]);
    const both = { phones: [phone], userIds: [id] };
    assert.deepEqual(await to({}, both), [phone, undefined]);
    assert.deepEqual(await to({}, { userIds: [id] }), [undefined, id]);
  });

  it("bears marks of its own before those of what it answers; a campaign has its own variants", async () => {
    const borne = { ref: "order 1", campaign: "spring", variant: "a" };
    const marks = async (options: object) => {
      const replier = createReplier(api, { text: "Hi", ...options });
      const event = hello();
      const { replying } = replier.contextOf(event, {});
      const told = { ...replying, marks: async () => borne };
      const context = { replying: told } as NonNullable<Asked["context"]>;
      const { events } = await replier.deliver(event, { context });
      await replier.close();
      const { ref, campaign, variant } = events?.[0]?.data ?? {};
      return [ref, campaign, variant];
    };
    assert.deepEqual(await marks({}), ["order 1", "spring", "a"]);
    assert.deepEqual(await marks({ variant: "b" }), ["order 1", "spring", "b"]);
    assert.deepEqual(await marks({ campaign: "autumn" }), ["order 1", "autumn", undefined]);
  });
});
