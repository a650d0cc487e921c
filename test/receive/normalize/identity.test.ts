import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { conversationIdOf } from "../../../src/event/conversation.ts";
import { normalize } from "../../../src/receive/normalize.ts";
import { context, envelope, metadata, phoneNumberId } from "./envelopes.ts";

const value = (more: object) => ({ messaging_product: "whatsapp", metadata, ...more });
const message = (more: object) => ({
  id: "wamid.A",
  timestamp: "1793000000",
  type: "text",
  ...more,
});

function contactOf(more: object) {
  const { events, problems } = normalize(envelope("messages", value(more)), context);
  assert.deepEqual(problems, []);
  assert.equal(events.length, 1, events.map(({ type }) => type).join());
  return events[0]?.data;
}

describe("who a message is from", () => {
  const conversation = conversationIdOf(phoneNumberId, { userId: "DE.7" });
  const shapes: [string, object][] = [
    ["both ids in the message", { messages: [message({ from: "4915", from_user_id: "DE.7" })] }],
    ["a BSUID only", { messages: [message({ from_user_id: "DE.7" })] }],
    ["a BSUID where the phone belongs", { messages: [message({ from: "DE.7" })] }],
    ["an empty phone", { messages: [message({ from: "", from_user_id: "DE.7" })] }],
    [
      "its contact's BSUID",
      { contacts: [{ user_id: "DE.7", wa_id: "4915" }], messages: [message({ from: "4915" })] },
    ],
    ["its contact's BSUID in wa_id", { contacts: [{ wa_id: "DE.7" }], messages: [message({})] }],
    [
      "a contact with an empty wa_id",
      { contacts: [{ wa_id: "", user_id: "DE.7" }], messages: [message({ from_user_id: "DE.7" })] },
    ],
  ];
  for (const [name, shape] of shapes) {
    it(`is one conversation with ${name}`, () => {
      assert.equal(contactOf(shape)?.conversationId, conversation);
    });
  }

  it("is a phone in any writing when there is no BSUID", () => {
    const plain = conversationIdOf(phoneNumberId, { phone: "4915550002211" });
    for (const from of ["4915550002211", "+49 155 5000-2211", 4915550002211]) {
      assert.equal(contactOf({ messages: [message({ from })] })?.conversationId, plain);
    }
  });

  it("is nobody when it says nothing that looks like an id", () => {
    for (const from of ["", "someone", null, {}, "１２３"]) {
      const data = contactOf({ messages: [message({ from })] });
      assert.equal(data?.contact, undefined);
      assert.equal(data?.conversationId, undefined);
    }
  });

  it("keeps the username without its @", () => {
    const contacts = [{ user_id: "DE.7", profile: { username: "@mia" } }];
    const data = contactOf({ contacts, messages: [message({ from_user_id: "DE.7" })] });
    assert.equal(data?.contact?.username, "mia");
  });

  it("is the group's conversation in a group", () => {
    const data = contactOf({ messages: [message({ from: "4915", group_id: "G1" })] });
    assert.equal(data?.conversationId, conversationIdOf(phoneNumberId, { groupId: "G1" }));
    assert.equal(data?.contact?.waId, "4915");
  });
});

describe("contacts", () => {
  const raws = (more: object) => {
    const { events } = normalize(envelope("messages", value(more)), context);
    return events.map((event) => ({
      type: event.type,
      contact: event.data.contact,
      raw: JSON.stringify(event.data.raw),
    }));
  };
  const ann = { profile: { name: "Ann" }, wa_id: "491", user_id: "DE.1" };
  const bob = { profile: { name: "Bob" }, wa_id: "492", user_id: "DE.2" };

  it("go to their own, whatever their order", () => {
    const made = raws({
      contacts: [bob, ann],
      messages: [message({ from: "491" }), message({ id: "wamid.B", from_user_id: "DE.2" })],
    });
    assert.deepEqual(
      made.map(({ contact }) => contact?.name),
      ["Ann", "Bob"],
    );
    assert.ok(!made[0]?.raw.includes("Bob") && !made[1]?.raw.includes("Ann"));
  });

  it("never merge two people", () => {
    const made = raws({
      contacts: [ann],
      messages: [message({ from: "491" }), message({ id: "wamid.B", from: "493" })],
    });
    assert.equal(made[1]?.contact?.name, undefined);
    assert.equal(made[1]?.contact?.userId, undefined);
  });

  it("with the phone of one and the BSUID of another are nobody's", () => {
    const made = raws({
      contacts: [ann],
      messages: [message({ from: "491", from_user_id: "DE.9" })],
    });
    assert.equal(made[0]?.contact?.name, undefined);
    assert.equal(made[1]?.type, "whatsapp.unrecognized.messages");
  });

  it("that come twice alike count once; variants are kept aside", () => {
    const renamed = { ...ann, profile: { name: "Annie" } };
    const messages = [message({ from: "491" })];
    assert.equal(raws({ contacts: [ann, ann], messages }).length, 1);
    const made = raws({ contacts: [ann, renamed], messages });
    assert.equal(made.length, 2);
    assert.ok(made[1]?.raw.includes("Annie"));
  });

  it("of a single message are its sender's, even under another writing of the number", () => {
    const contacts = [{ wa_id: "5511955500011", profile: { name: "Bia" } }];
    const made = raws({ contacts, messages: [message({ from: "551155500011" })] });
    assert.deepEqual(made[0]?.contact, { waId: "551155500011", name: "Bia" });
  });
});

describe("statuses", () => {
  const status = (more: object) => ({
    id: "wamid.S",
    status: "delivered",
    timestamp: "1793000000",
    ...more,
  });
  const made = (...statuses: object[]) =>
    normalize(envelope("messages", value({ statuses })), context).events;

  it("of each participant of a group are events of their own, in the group's conversation", () => {
    const group = { recipient_id: "G1", recipient_type: "group" };
    const events = made(
      status({ ...group, recipient_participant_id: "491" }),
      status({ ...group, participant_recipient_id: "492" }),
      status({ ...group, recipient_participant_user_id: "DE.3" }),
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
    assert.deepEqual(
      events.map(({ data }) => data.contact?.waId ?? data.contact?.userId),
      ["491", "492", "DE.3"],
    );
    const conversations = new Set(events.map(({ data }) => data.conversationId));
    assert.deepEqual([...conversations], [conversationIdOf(phoneNumberId, { groupId: "G1" })]);
  });

  it("of a refund differ from the payment's and from the next step's", () => {
    const payment = (more: object) =>
      status({
        type: "payment",
        status: "captured",
        recipient_id: "91",
        payment: { transaction: { id: "t", updated_timestamp: 1793000000 }, ...more },
      });
    const refund = (at: number) => ({
      refunds: [{ id: "r", status: "success", updated_timestamp: at }],
    });
    const events = made(payment({}), payment(refund(1793000100)), payment(refund(1793000200)));
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
    assert.ok(events.every(({ type }) => type === "whatsapp.payment.captured"));
    assert.ok(events.every(({ data }) => data.status === undefined));
  });

  it("that repeat are one", () => {
    const [a, b] = made(status({ recipient_id: "491" }), status({ recipient_id: "491" }));
    assert.equal(a?.id, b?.id);
  });
});

describe("ids", () => {
  const idOf = (field: string, more: object, number = phoneNumberId) =>
    normalize(
      envelope(field, { ...value(more), metadata: { ...metadata, phone_number_id: number } }),
      context,
    ).events.map(({ id }) => id)[0];

  it("of the same wamid differ by family and by number", () => {
    const item = { id: "wamid.A", from: "491", to: "492", timestamp: "1", type: "text" };
    const ids = [
      idOf("messages", { messages: [item] }),
      idOf("messages", { messages: [item] }, "7"),
      idOf("smb_message_echoes", { message_echoes: [item] }),
      idOf("history", { messages: [item] }),
      idOf("history", { messages: [{ ...item, type: "media_placeholder" }] }),
      idOf("standby", { standby: { messages: [item] } }),
      idOf("standby", { standby: { message_echoes: [item] } }),
    ];
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id ?? "", /^evt_[a-z2-7]{32}$/);
  });

  it("of an account's event depend on the entry's time", () => {
    const at = (time?: number) => {
      const body = envelope("account_update", { event: "ACCOUNT_DELETED" });
      Object.assign(body.entry[0] ?? {}, time === undefined ? {} : { time });
      return normalize(body, context).events[0]?.id;
    };
    assert.equal(new Set([at(), at(1), at(2)]).size, 3);
    assert.equal(at(1), at(1));
  });

  const callId = (list: "calls" | "statuses", more: object, beside: object = {}) => {
    const item = { id: "wacid.A", timestamp: "1793000000", type: "call", ...more };
    return idOf("calls", { [list]: [item], ...beside });
  };

  it("of a call's steps differ, also where Meta leaves out what the step is called", () => {
    const made = [
      callId("calls", {}),
      callId("statuses", {}),
      callId("calls", { event: 7, timestamp: "1793000001" }),
      callId("calls", { timestamp: "1793000001" }),
      callId("statuses", { timestamp: "1793000001" }),
      callId("calls", { event: "connect" }),
      callId("statuses", { status: "connect" }),
      callId("calls", { event: "RINGING" }),
      callId("statuses", { status: "RINGING" }),
      callId("statuses", { status: "Ringing" }),
      callId("calls", { event: "Ringing" }),
    ];
    assert.equal(new Set(made).size, made.length);
  });

  it("of a call's nameless step are the same whatever stands beside it, in any order of keys", () => {
    const step = callId("calls", {});
    assert.equal(callId("calls", {}, { errors: [{ code: 1 }] }), step);
    const reordered = { type: "call", timestamp: "1793000000", id: "wacid.A" };
    assert.equal(idOf("calls", { calls: [reordered] }), step);
    const twice = normalize(
      envelope("calls", value({ calls: [reordered, { ...reordered }] })),
      context,
    );
    assert.deepEqual([...new Set(twice.events.map(({ id }) => id))], [step]);
  });

  it("of statuses without a status differ with what they say", () => {
    const status = (more: object) => ({ id: "wamid.S", timestamp: "1793000000", ...more });
    const made = [
      {},
      { errors: [{ code: 1 }] },
      { errors: [{ code: 2 }] },
      { status: "unknown" },
    ].map((more) => idOf("messages", { statuses: [status(more)] }));
    assert.equal(new Set(made).size, made.length);
  });

  it("of equal errors are one: Meta's repeats cannot be told from a second occurrence", () => {
    const errors = [{ code: 130_429, title: "Rate limit hit" }];
    const at = (time?: number) => {
      const body = envelope("messages", value({ errors }));
      Object.assign(body.entry[0] ?? {}, time === undefined ? {} : { time });
      return normalize(body, context).events[0]?.id;
    };
    assert.equal(at(), at());
    assert.equal(new Set([at(), at(1_793_000_000), at(1_793_086_400)]).size, 3);
  });
});

describe("a history chunk without chats", () => {
  const made = (chunk: object) =>
    normalize(envelope("history", value({ history: [chunk] })), context).events.map(
      ({ type, data }) => [type, data.history],
    );
  const progress = ["whatsapp.history.progress", { phase: 2, progress: 100 }];

  it("tells how far the sync is, and keeps what else it says", () => {
    const metadata = { phase: 2, progress: 100 };
    assert.deepEqual(made({ metadata }), [progress]);
    assert.deepEqual(made({ metadata, threads: [] }), [progress]);
    const unrecognized = ["whatsapp.unrecognized.history", undefined];
    assert.deepEqual(made({ metadata, more: "x" }), [progress, unrecognized]);
    assert.deepEqual(made({ metadata: { stage: "late" }, threads: [] }), [unrecognized]);
  });
});

describe("a voicemail", () => {
  it("is an audio with a call's id", () => {
    const marked = (more: object) => contactOf({ messages: [message(more)] })?.message?.voicemail;
    assert.equal(marked({ id: "wacid.V", type: "audio", audio: { id: "1" } }), true);
    assert.equal(marked({ id: "wamid.V", type: "audio", audio: { id: "1" } }), undefined);
    assert.equal(marked({ id: "wacid.V" }), undefined);
  });
});
