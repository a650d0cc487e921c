import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import { makeEvent, makeStatus, makeText, type Parts } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering, keptFile } from "../delivering.ts";
import { type IntercomStub, intercomToken, startIntercomStub } from "./stub.ts";
import { addContact } from "./workspace.ts";

const hour = 3_600;
const day = 24 * hour;

describe("a conversation in Intercom", () => {
  let server: IntercomStub;
  const closing: (() => Promise<void>)[] = [];
  const desk = (options: object = {}): Delivering => {
    const given = { token: intercomToken, baseUrl: server.stub.url, ...options };
    const destination = intercom.create("desk", given, { log: createArrayLog() });
    closing.push(destination.close);
    return delivering(destination);
  };
  const conversations = () => [...server.workspace.conversations.values()];
  const sent = (body: string, parts: Parts = {}) =>
    makeEvent({
      type: "whatsapp.outgoing.text",
      ...parts,
      data: { message: { id: `wamid.${body}`, type: "text", text: { body } }, ...parts.data },
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

  it("has both sides, each as who said it (rules 7 and 8)", async () => {
    const { deliver } = desk();
    await deliver(makeText("Is my order on its way?"));
    await deliver(sent("It is", { data: { sentBy: "bot" } }));
    await deliver(sent("It left today", { type: "whatsapp.echo.text" }));
    assert.deepEqual(bodies(), [
      "source <p>Is my order on its way?</p>",
      "comment <p><strong>Bot</strong></p><p>It is</p>",
      "comment <p><strong>Agent (phone)</strong></p><p>It left today</p>",
    ]);
    assert.deepEqual(
      server.workspace.effects.map(({ author }) => author.type),
      ["user", "admin", "admin"],
    );
  });

  it("is mailed to nobody: our side is a note for who has an e-mail address, unless told", async () => {
    addContact(server.workspace, { phone: "+15555550123", email: "mia@example.org" });
    const { deliver } = desk();
    await deliver(makeText("hello"));
    await deliver(sent("auto"));
    await desk({ replies: "comment" }).deliver(makeText("hello again"));
    assert.equal(server.workspace.effects[1]?.part_type, "note");
    const told = desk({ replies: "comment" });
    await told.deliver(makeText("x"));
    await told.deliver(sent("told"));
    assert.equal(server.workspace.effects.at(-1)?.part_type, "comment");
  });

  it("shows failed sends and hand-offs to teammates alone (rule 13)", async () => {
    const { deliver } = desk();
    await deliver(makeText("hello"));
    const failed = makeStatus("wamid.9", "failed", {
      data: {
        status: {
          ...{ messageId: "wamid.9", status: "failed", at: "2026-11-20T10:00:00Z" },
          errors: [{ code: 131047, title: "Re-engagement message" }],
        } as never,
      },
    });
    await deliver(failed, { concerned: sent("Your offer") });
    const handoff = { type: "business.handoff.requested", data: { business: { reason: "angry" } } };
    await deliver(makeEvent(handoff));
    const [, note, handed] = server.workspace.effects;
    assert.equal(note?.part_type, "note");
    assert.match(note?.body ?? "", /Your offer.*Not delivered.*131047/);
    assert.match(handed?.body ?? "", /Handoff requested \(Reason: angry\)/);
    assert.equal(handed?.part_type, "note");
  });

  it("is not begun by our side: until they write it stands on the contact", async () => {
    const { deliver } = desk();
    await deliver(sent("Our spring offer", { data: { sentBy: "campaign", campaign: "spring" } }));
    assert.equal(conversations().length, 0);
    assert.deepEqual(bodies(), [
      "contact_note <p><strong>Campaign (spring)</strong></p><p>Our spring offer</p>",
    ]);
    await deliver(makeText("Tell me more"));
    await deliver(sent("Gladly"));
    assert.equal(conversations().length, 1);
    assert.equal(conversations()[0]?.parts.length, 1);
  });

  it("says nothing of statuses, records, groups, the history, and of who was erased", async () => {
    const { deliver } = desk();
    const silent = [
      makeStatus("wamid.1", "read"),
      makeEvent({ type: "business.record.created", data: { business: { object: "contact" } } }),
      makeText("to all", { data: { groupId: "grp_1" } }),
      makeText("years ago", { type: "whatsapp.history.text" }),
      makeEvent({ type: "business.contact.erased", data: { business: {} } }),
    ];
    for (const event of silent) {
      assert.match((await deliver(event)).answer ?? "", /^nothing to write/);
    }
    assert.equal(server.workspace.contacts.size, 0);
  });

  it("is begun and said once where the line that links the one before fails", async () => {
    const { deliver } = desk();
    await deliver(makeText("one", { at: 0 }));
    for (const [at, fault] of ([{ status: 429 }, { status: 422 }, "lost"] as const).entries()) {
      const event = makeText("two", { at: 20 * (at + 1) * day });
      server.stub.fail("none", fault);
      // As the engine does where nothing was done.
      const { events = [] } = await deliver(event).catch(() => deliver(event));
      assert.equal(events.length, 1, "the new conversation is told");
      assert.equal(bodies().filter((body) => body.endsWith("<p>two</p>")).length, 1);
      server.workspace.effects.length = 0;
    }
  });

  it("is opened again within reopenWithin, else a linked one follows (rules 10 and 11)", async () => {
    const { deliver } = desk({ reopenWithin: "3d", newAfter: "14d" });
    const close = (seconds: number) => {
      const last = conversations().at(-1);
      assert.ok(last);
      last.state = "closed";
      last.statistics.last_close_at = Date.UTC(2026, 10, 20, 10) / 1_000 + seconds;
    };
    await deliver(makeText("one", { at: 0 }));
    close(1 * hour);
    await deliver(makeText("two", { at: 2 * day }));
    assert.deepEqual(
      conversations().map(({ state }) => state),
      ["open"],
    );
    // Closed just before: three days of silence, and no three since it was closed.
    close(5 * day - hour);
    await deliver(makeText("three", { at: 5 * day }));
    assert.deepEqual(
      conversations().map(({ state }) => state),
      ["open"],
    );
    close(5 * day + hour);
    await deliver(makeText("four", { at: 9 * day }));
    assert.deepEqual(
      conversations().map(({ state }) => state),
      ["closed", "open"],
    );
    const [first, second] = conversations();
    assert.equal(second?.parts[0]?.part_type, "note");
    assert.match(second?.parts[0]?.body ?? "", new RegExp(`/conversations/${first?.id}<`));
    await deliver(makeText("five", { at: 22 * day }));
    assert.equal(conversations().length, 2);
    await deliver(makeText("six", { at: 36 * day }));
    assert.equal(conversations().length, 3);
  });

  it("that was closed longer ago is over, whoever spoke since (rule 10)", async () => {
    const { deliver } = desk({ reopenWithin: "3d" });
    await deliver(makeText("one", { at: 0 }));
    const [first] = conversations();
    assert.ok(first);
    first.state = "closed";
    first.statistics.last_close_at = Date.UTC(2026, 10, 20, 10) / 1_000 + hour;
    await deliver(sent("Are you happy?", { at: 2 * day }));
    await deliver(makeText("No", { at: 4 * day }));
    assert.deepEqual(
      conversations().map(({ state }) => state),
      ["closed", "open"],
    );
  });

  it("that a person deleted is replaced, once", async () => {
    const { deliver } = desk();
    await deliver(makeText("one"));
    server.workspace.conversations.clear();
    await deliver(makeText("two"));
    await deliver(makeText("three"));
    assert.deepEqual(
      conversations().map(({ parts }) => parts.length),
      [1],
    );
    assert.equal(server.workspace.contacts.size, 1);
  });

  it("carries files by address, else says why not (rule 12)", async () => {
    const { deliver } = desk();
    const image = (id: string, caption?: string) =>
      makeEvent({
        data: {
          message: {
            id,
            type: "image",
            image: { id: "media_1", ...(caption && { caption }) },
          } as never,
        },
      });
    const url = "https://files.example/a.jpg";
    await deliver(image("wamid.1", "Look"), { files: [keptFile("a.jpg", "bytes", url)] });
    assert.deepEqual(server.workspace.effects[0]?.attachments, [url]);
    await deliver(image("wamid.2"), { files: [keptFile("b.jpg", "bytes")] });
    assert.match(bodies()[1] ?? "", /b\.jpg: the file has no public address/);
    const late = { mediaId: "media_3", name: "c.jpg", absent: "the file had expired" };
    await deliver(image("wamid.3"), { files: [late] });
    assert.match(bodies()[2] ?? "", /c\.jpg: the file had expired/);
    server.held.takesAttachments = false;
    await deliver(image("wamid.4"), { files: [keptFile("d.jpg", "bytes", url)] });
    assert.match(bodies()[3] ?? "", /d\.jpg: Intercom did not take the file/);
  });

  it("tells what was made, once", async () => {
    const { deliver } = desk();
    const { events = [] } = await deliver(makeText("one"));
    const about = events.map(({ type, data }) => [
      type,
      (data.business as { object: string }).object,
    ]);
    assert.deepEqual(about, [
      ["business.record.created", "contact"],
      ["business.record.created", "conversation"],
    ]);
    const { url } = (events[1]?.data.business ?? {}) as { url?: string };
    assert.match(url ?? "", /^https:\/\/app\.intercom\.com\/a\/apps\/abc123\/conversations\/\d+$/);
    assert.deepEqual((await deliver(makeText("two"))).events, []);
  });

  it("may say something else by a template", async () => {
    await desk({ text: "{{ message | text }} (WhatsApp)" }).deliver(makeText("Hi"));
    assert.deepEqual(bodies(), ["source <p>Hi (WhatsApp)</p>"]);
  });

  it("two equal texts are two, and each is known again after a lost answer", async () => {
    const { deliver, fails, find } = desk();
    await deliver(makeText("hello"));
    for (const at of [100, 101]) {
      const ok = makeText("ok", { at });
      server.stub.fail("lost");
      assert.equal((await fails(ok)).maybeDone, true);
      assert.ok(await find(ok));
      const unsent = makeText("ok", { at });
      assert.equal(await find(unsent), undefined);
    }
    assert.equal(conversations()[0]?.parts.length, 2);
  });
});
