import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Standing, WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeStatus, makeText } from "../../store/make-events.ts";
import { type CloudApi, startCloudApi } from "./cloud-api.ts";
import { type Asked, createReplier, type Replier, start } from "./replier.ts";

const at = new Date(start).toISOString();
const message = (type: string, family = "message", parts: object = {}) =>
  makeEvent({
    type: `whatsapp.${family}.${type}`,
    receivedAt: at,
    data: { message: { id: `wamid.${type}`, type, ...parts } },
  });
const business = (what: string, data: Partial<WaypostEvent["data"]> = {}) =>
  makeEvent({ type: `business.${what}`, receivedAt: at, data: { business: {}, ...data } });

describe("what whatsapp-reply does not answer", () => {
  let api: CloudApi;
  let replier: Replier;
  beforeEach(async () => {
    api = await startCloudApi({ templates: [{ name: "thanks", language: "en" }] });
    replier = createReplier(api);
  });
  afterEach(async () => {
    await replier.close();
    await api.close();
  });
  const skipped = async (event: WaypostEvent, asked?: Asked) =>
    (await replier.deliver(event, asked)).skipped;

  const reaction = message("reaction", "message", { reaction: { messageId: "wamid.1" } });
  const never: readonly (readonly [string, WaypostEvent, string, Partial<Standing>?])[] = [
    ["an echo", message("text", "echo"), "your side wrote it"],
    ["what came with the history", message("text", "history"), "it came with the history"],
    ["standby", message("text", "standby"), "another app has the thread"],
    ["a reaction", reaction, "reactions are not answered"],
    [
      "a status",
      makeStatus("wamid.1", "read"),
      "such events are answered only by what a route emits of them",
    ],
    [
      "what your side sent",
      message("text", "outgoing"),
      "such events are answered only by what a route emits of them",
    ],
    ["an edit", message("edit"), "such events are answered only by what a route emits of them"],
    [
      "a change of number",
      message("system"),
      "such events are answered only by what a route emits of them",
    ],
    ["a test event", makeText("x", { data: { test: true } }), "it is a test event"],
    ["a group", makeText("x", { data: { groupId: "g" } }), "it is of a group"],
    [
      "what was read again",
      makeText("x", { data: { supersededBy: ["evt_2"] } }),
      "it was read again, as other events",
    ],
    [
      "what only reading again has brought",
      makeText("x", { data: { renormalized: true } }),
      "it was read only later, not as it came",
    ],
    ["who said stop", makeText("x"), "they said stop", { stopped: true }],
    ["what a human has", makeText("x"), "a human has the conversation", { heldBy: "human" }],
    [
      "what another app has",
      makeText("x"),
      "another app has the conversation",
      { heldBy: "other" },
    ],
    [
      "a closed window without a template",
      makeText("x"),
      "the customer service window is closed, and there is no template",
      { windowUntil: start - 1 },
    ],
    [
      "who never wrote",
      business("payment.succeeded"),
      "the customer service window is closed, and there is no template",
      { windowUntil: undefined },
    ],
    ["an erased contact", business("contact.erased"), "the contact is erased"],
    [
      "what a route made of the history",
      business("lead.captured"),
      "it came with the history",
      { origin: message("text", "history") },
    ],
    [
      "what a route made of a reaction",
      business("complaint"),
      "reactions are not answered",
      { origin: reaction },
    ],
  ];
  const made: readonly (readonly [string, WaypostEvent, string])[] = [
    ["an echo", message("text", "echo"), "your side wrote it"],
    ["a test event", makeText("x", { data: { test: true } }), "it is a test event"],
    [
      "what only reading again has brought",
      makeText("x", { data: { renormalized: true } }),
      "it was read only later, not as it came",
    ],
  ];
  const cases = [
    ...never,
    ...made.map(
      ([what, origin, why]) =>
        [`what a route made of ${what}`, business("lead.captured"), why, { origin }] as const,
    ),
  ];
  for (const [what, event, why, standing = {}] of cases) {
    it(`does not answer ${what}`, async () => {
      const answered = { answered: event, origin: event, ...standing };
      assert.equal(await skipped(event, { standing: answered }), why);
      assert.deepEqual(api.messages, []);
      assert.equal(replier.links.size, 0);
    });
  }

  it("answers messages, calls, and what is emitted of a status, an echo's outgoing or anything", async () => {
    const events = [
      message("text"),
      message("image"),
      message("interactive"),
      message("unsupported"),
      makeEvent({ type: "whatsapp.call.terminate", receivedAt: at }),
      business("reminder.unread"),
    ];
    for (const [index, event] of events.entries()) {
      const origin = index === 5 ? makeStatus("wamid.1", "delivered") : event;
      replier.links.clear();
      assert.equal(await skipped(event, { standing: { origin } }), undefined, event.type);
    }
    assert.equal(api.messages.length, events.length);
  });

  it("does not answer without somebody to write to, or a number to write from", async () => {
    const nobody = makeText("x", { contact: {} });
    assert.equal(await skipped(nobody), "it is about nobody who can be written to");
    const nowhere = makeText("x", { account: { wabaId: "900" } });
    assert.equal(await skipped(nowhere), "it names no number of yours to write from");
  });

  it("writes nothing in shadow, and says what it would do, or why nothing", async () => {
    const told = async (event: WaypostEvent, asked: Asked = {}) =>
      (await replier.deliver(event, { ...asked, shadow: true })).answer;
    assert.equal(await told(makeText("x")), "would send a message of type text");
    const held = { standing: { heldBy: "human" } } as const;
    assert.equal(await told(makeText("x"), held), "would do nothing: a human has the conversation");
    assert.deepEqual([api.messages, [...replier.links]], [[], []]);
  });

  describe("when somebody asks for a reply", () => {
    const answered = makeText("hi", { id: "evt_answered", receivedAt: at });
    const requested = (business: object) =>
      makeEvent({
        type: "business.reply.requested",
        receivedAt: at,
        data: { business: { ...business } },
      });
    const request = (more: object = {}) =>
      requested({
        ...{ via: "whatsapp", reply: { text: "Hello!" }, purpose: "bot" },
        answers: { id: "evt_answered", type: answered.type, receivedAt: at },
        ...more,
      });
    const standing = { answered, origin: answered };

    it("sends what it asks for", async () => {
      assert.equal(await skipped(request(), { standing }), undefined);
      assert.deepEqual(
        api.messages.map(({ text }) => text),
        ["Hello!"],
      );
    });

    it("judges the event that is answered", async () => {
      const echo = message("text", "echo");
      const asked = { standing: { answered: echo, origin: echo } };
      assert.equal(await skipped(request(), asked), "your side wrote it");
      const old = {
        id: "evt_answered",
        type: "x",
        receivedAt: new Date(start - 3_600_001).toISOString(),
      };
      assert.equal(
        await skipped(request({ answers: old }), { standing }),
        "what it answers is too old",
      );
      const late = { ...old, until: new Date(start + 1_000).toISOString() };
      assert.equal(
        (await replier.deliver(request({ answers: late }), { standing })).skipped,
        undefined,
      );
      const never = { ...old, receivedAt: "yesterday" };
      assert.equal(
        await skipped(request({ answers: never }), { standing }),
        "what it answers is too old",
      );
    });

    it("waits for the log to have that event, and no longer than it is new", async () => {
      const away = { standing: { answered: undefined, origin: undefined } };
      const { verdict, laneOnly, maybeDone } = await replier.fails(request(), away);
      assert.deepEqual([verdict, laneOnly, maybeDone], ["outage", true, false]);
      replier.clock.at += 3_600_001;
      assert.equal(await skipped(request(), away), "what it answers is too old");
    });

    it("leaves to others what is asked of them, and refuses what is no request", async () => {
      assert.equal(
        await skipped(request({ via: "other" }), { standing }),
        "another destination is asked for it",
      );
      for (const broken of [
        { reply: {} },
        { reply: { text: "" } },
        { reply: "hi" },
        { purpose: "spam" },
        { answers: 1 },
      ]) {
        const { verdict, message: words } = await replier.fails(request(broken), { standing });
        assert.equal(verdict, "refused");
        assert.match(words, /^(the request is none|it cannot be sent): /);
      }
    });

    it("confirms a stop, although they said stop; once, and not where they took it back", async () => {
      const consent = request({ purpose: "consent", reply: { text: "Bye." } });
      const stopped = { consent: { stopped: true, marketing: "revoked" } } as const;
      const asked = { standing: { ...standing, stopped: true }, contact: stopped };
      assert.equal(await skipped(consent, asked), undefined);
      assert.equal(
        await skipped(
          { ...consent, id: "evt_other" },
          { ...asked, context: { idempotencyKey: "other" } },
        ),
        "it has been answered already",
      );
      assert.equal(await skipped(request(), asked), "they said stop");
      replier.links.clear();
      // Whoever has the conversation; and by what either the contact or the log knows.
      const held = { standing: { ...standing, stopped: true, heldBy: "human" } } as const;
      assert.equal(await skipped(consent, held), undefined);
      replier.links.clear();
      assert.equal(await skipped(consent, { standing, contact: stopped }), undefined);
      assert.equal(await skipped(consent, { standing }), "they have taken their stop back");
      assert.deepEqual(
        api.messages.map(({ text }) => text),
        ["Bye.", "Bye.", "Bye."],
      );
    });
  });
});
