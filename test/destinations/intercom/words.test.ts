import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering } from "../delivering.ts";
import { type IntercomStub, intercomToken, startIntercomStub } from "./stub.ts";

describe("what stands in Intercom's conversations", () => {
  let server: IntercomStub;
  const closing: (() => Promise<void>)[] = [];
  const desk = (options: object = {}): Delivering => {
    const given = { token: intercomToken, baseUrl: server.stub.url, ...options };
    const destination = intercom.create("desk", given, { log: createArrayLog() });
    closing.push(destination.close);
    return delivering(destination);
  };
  const sent = (body: string) =>
    makeEvent({
      type: "whatsapp.outgoing.text",
      data: { message: { id: "wamid.O", type: "text", text: { body } } },
    });
  const bodies = () =>
    server.workspace.effects.map(({ part_type, body }) => `${part_type} ${body}`);
  beforeEach(async () => {
    server = await startIntercomStub();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await server.stub.close();
  });

  it("says what is quoted and reacted to, edits and deletions (rule 9)", async () => {
    const { deliver } = desk();
    const first = makeText("Tulips or roses?");
    await deliver(first);
    const about = (message: object) =>
      deliver(
        makeEvent({ data: { message: { id: "wamid.2", type: "text", ...message } as never } }),
        { concerned: first },
      );
    const messageId = "wamid.1";
    await about({ text: { body: "Roses" }, context: { id: messageId } });
    await about({ type: "reaction", reaction: { messageId, emoji: "🌹" } });
    await about({ type: "reaction", reaction: { messageId, removed: true } });
    const edited = { id: messageId, type: "text", text: { body: "Tulips or lilies?" } };
    await about({ type: "edit", edit: { messageId, message: edited } });
    await about({ type: "revoke", revoke: { messageId } });
    const quoting = (words: string) => `comment <p>&gt; Tulips or roses?<br>${words}</p>`;
    assert.deepEqual(
      bodies().slice(1),
      [
        "Roses",
        "Reacted 🌹",
        "Took back the reaction",
        "Edited to: Tulips or lilies?",
        "Deleted this message",
      ].map(quoting),
    );
  });

  it("takes hostile texts as they are, and only as text", async () => {
    const { deliver } = desk();
    const odd = "\u0000\u0007 \u202egnp.exe \ud800 \u200b \u05e9\u05dc\u05d5\u05dd";
    const hostile = `<img src=x onerror=alert(1)> **b** =1+1 ${odd}`;
    await deliver(makeText(hostile));
    await deliver(sent(hostile));
    const text =
      "&lt;img src=x onerror=alert(1)&gt; **b** =1+1  gnp.exe \ufffd \u200b \u05e9\u05dc\u05d5\u05dd";
    assert.deepEqual(bodies(), [
      `source <p>${text}</p>`,
      `comment <p><strong>Sent by API</strong></p><p>${text}</p>`,
    ]);
  });

  it("has no half characters, nothing unseen and no more than 255 characters in attributes", async () => {
    server.workspace.attributes.add("says");
    const { deliver } = desk({ attributes: { says: "{{ message | text }}" } });
    await deliver(makeText(`a\u0000b\ud83d \u202ec${"x".repeat(300)}`));
    const [contact] = server.workspace.contacts.values();
    const { says = "" } = (contact?.custom_attributes ?? {}) as Record<string, string>;
    assert.match(says, /^ab\ufffd cx{249}…$/);
  });

  it("cuts 65,536 characters with a mark, of both sides", async () => {
    const { deliver } = desk();
    const long = "a".repeat(65_536);
    await deliver(makeText(long));
    await deliver(sent(long));
    const lengths = server.workspace.effects.map(({ body }) => {
      const [text = ""] = /a+…/.exec(body) ?? [];
      return text.length;
    });
    const [theirs = 0, ours = 0] = lengths;
    assert.ok(theirs > 29_000 && theirs <= 30_000, String(theirs));
    assert.ok(ours > 29_000 && ours <= 60_000, String(ours));
  });
});
