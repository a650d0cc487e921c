import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type EventFile, type WaypostEvent } from "../../../src/contracts.ts";
import { type Desk, openDesk } from "./desk.ts";

describe("what stands in a comment in Zendesk", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const comments = () => desk.tickets().flatMap((ticket) => ticket.comments);
  const words = () => comments().map(({ html_body }) => html_body.replace(/<[^>]+>+/g, " ").trim());
  const ours = (body: string, data: object = {}) => ({
    ...desk.text(body, { type: "whatsapp.outgoing.text" }),
    ...data,
  });
  const message = (parts: object) => desk.event("whatsapp.message.text", { message: parts });
  const authors = () => {
    const [contact] = desk.people();
    return comments().map(({ author_id }) => (author_id === contact?.id ? "contact" : "us"));
  };

  it("several messages of one side, in order, with the keys of all", async () => {
    const events = ["one", "two", "three"].map((body) => desk.text(body));
    assert.equal(await desk.sayAll(...events), 1);
    const [comment, ...others] = comments();
    assert.deepEqual(others, []);
    assert.match(words()[0] ?? "", /one.*two.*three/s);
    assert.deepEqual(
      comment?.keys,
      events.map(({ id }) => id),
    );
  });

  it("each side's as its own, public, in order", async () => {
    await desk.sayAll(desk.text("a"), desk.text("b"), ours("c"), desk.text("d"));
    assert.deepEqual(authors(), ["contact", "us", "contact"]);
    assert.ok(comments().every((each) => each.public));
    const sequence = words()
      .join(" ")
      .match(/\b[abcd]\b/g);
    assert.deepEqual(sequence, ["a", "b", "c", "d"]);
  });

  it("both sides' in one where they alternate quickly, so that the ticket's updates last", async () => {
    const turns = Array.from({ length: 12 }, (_, at) => (at % 2 ? ours : desk.text)(`m${at}`));
    assert.equal(await desk.sayAll(...turns), 1);
    const sequence = words()
      .join(" ")
      .match(/\bm\d+\b/g);
    assert.deepEqual(
      sequence,
      turns.map((_, at) => `m${at}`),
    );
    assert.deepEqual(authors(), ["contact"]);
  });

  it("tells where our side's words come from", async () => {
    const echo = desk.text("typed", { type: "whatsapp.echo.text" });
    const bot = desk.text("hello", {
      type: "whatsapp.outgoing.text",
      data: { sentBy: "bot" } as never,
    });
    await desk.sayAll(echo, bot);
    assert.match(words()[0] ?? "", /Agent \(phone\).*typed.*Bot.*hello/s);
    assert.deepEqual(authors(), ["us"]);
  });

  it("ours are internal notes where the option says so", async () => {
    const quiet = desk.again({ ours: "internal" });
    await quiet.sayAll(desk.text("a"), ours("b"));
    assert.deepEqual(
      comments().map((each) => each.public),
      [true, false],
    );
    await quiet.destination.close();
  });

  it("a failed send is an internal note, with what was not sent and why", async () => {
    const sent = ours("your invoice");
    const failed = desk.event("whatsapp.status.failed", {
      status: {
        messageId: sent.data.message?.id ?? "",
        status: "failed",
        errors: [{ code: 131026, title: "Message undeliverable" }],
      },
    });
    desk.surroundings = ({ id }) => (id === failed.id ? { concerned: async () => sent } : {});
    await desk.sayAll(sent, failed, desk.text("hello?"));
    assert.deepEqual(
      comments().map((each) => each.public),
      [true, false, true],
    );
    assert.match(words()[1] ?? "", /your invoice.*Not delivered.*131026/s);
  });

  it("quotes, reactions, edits and deletions are said in words", async () => {
    const sent = ours("Tuesday at ten?");
    const id = sent.data.message?.id ?? "";
    desk.surroundings = () => ({ concerned: async () => sent });
    const edited = { id: "w1", type: "text", text: { body: "yes, at ten" } };
    await desk.sayAll(
      message({ id: "w1", type: "text", text: { body: "yes" }, context: { id } }),
      message({ id: "w2", type: "reaction", reaction: { messageId: id, emoji: "👍" } }),
      message({ id: "w3", type: "edit", edit: { messageId: id, message: edited } }),
      message({ id: "w4", type: "revoke", revoke: { messageId: id } }),
    );
    const [body = ""] = words();
    assert.match(
      body,
      /Tuesday at ten\?.*yes.*Tuesday at ten\?.*Reacted 👍.*Edited to: yes, at ten.*Deleted this message/s,
    );
  });

  it("what says nothing is not written, and holds nothing up", async () => {
    const events = [
      desk.event("whatsapp.status.delivered", { status: { messageId: "w", status: "delivered" } }),
      desk.text("hi"),
      desk.event("business.record.created", { business: { object: "ticket", id: "1" } }),
    ];
    assert.equal(await desk.sayAll(...events), 1);
    assert.equal(comments().length, 1);
    const [status] = events;
    assert.deepEqual(await desk.say(status ?? desk.text("")), { answer: "nothing to write" });
  });

  it("in a group each participant's is their own", async () => {
    const say = (body: string, waId: string) =>
      desk.text(body, { contact: { waId, name: waId }, data: { groupId: "g1" } });
    const byId = (event: WaypostEvent) => ({ contactLink: undefined, ...(event && {}) });
    desk.surroundings = byId;
    await desk.sayAll(say("a", "15555550123"), say("b", "15555550124"), say("c", "15555550124"));
    const names = new Map(desk.people().map(({ id, name }) => [id, name]));
    assert.deepEqual(
      comments().map(({ author_id }) => names.get(author_id)),
      ["15555550123", "15555550124"],
    );
    assert.equal(desk.tickets().length, 1);
  });

  describe("of hostile texts", () => {
    const said = async (body: string) => {
      await desk.say(desk.text(body));
      return comments().at(-1)?.html_body ?? "";
    };

    it("HTML and Markdown are text", async () => {
      const html = await said('<img src=x onerror=alert(1)> **bold** [x](javascript:y) "q" & \'');
      assert.ok(
        html.includes("&lt;img src=x onerror=alert(1)&gt; **bold** [x](javascript:y)"),
        html,
      );
    });

    it("a placeholder is not filled, not in the subject either", async () => {
      const other = desk.again({ subject: "{{ message.text.body }}" });
      await other.say(desk.text("{{ticket.requester.email}} {% if a %}"));
      const [ticket] = desk.tickets();
      const written = `${ticket?.subject} ${ticket?.comments[0]?.html_body}`;
      assert.doesNotMatch(written, /\{\{|\{%/);
      assert.ok(written.includes("ticket.requester.email"));
      await other.destination.close();
    });

    it("65,536 characters are cut with a mark, also where escaping makes more of them", async () => {
      for (const letter of ["x", "<", "{", "😀"]) {
        const html = await said(letter.repeat(65_536 / letter.length));
        assert.ok(html.length <= 65_535, `${letter}: ${html.length}`);
        assert.ok(html.length > 55_000, `${letter}: ${html.length}`);
        assert.ok(html.includes("…"), letter);
      }
    });

    it("many long ones become several comments, in order", async () => {
      const events = Array.from({ length: 20 }, (_, at) => desk.text(`${at} ${"&".repeat(2_000)}`));
      const calls = await desk.sayAll(...events);
      assert.ok(calls > 1 && calls < 6, String(calls));
      assert.deepEqual(
        desk.stub.effects(),
        events.map(({ id }) => id),
      );
    });

    it("NUL, halves of characters, and what turns the direction of a line are gone", async () => {
      const html = await said("a\u0000b \ud800 \u202egnp.exe \u200b zero");
      assert.doesNotMatch(html, /[\u202e]|\p{Surrogate}/u);
      assert.ok(!html.includes("\u0000"));
      assert.ok(html.includes("\u200b"), "what harms nothing stays");
    });

    it("a name is no HTML and no placeholder", async () => {
      const name = "<script>{{x}}</script> Waypost";
      await desk.say(desk.text("hi", { contact: { waId: "15555550123", name } }));
      assert.doesNotMatch(comments()[0]?.html_body ?? "", /<script|\{\{/);
    });
  });

  describe("of files", () => {
    const kept = (name: string, content: string, more: object = {}): EventFile => ({
      ...{ mediaId: "m1", name, type: "image/jpeg", bytes: content.length, sha256: "00" },
      open: async () => Readable.from([Buffer.from(content)]),
      link: async () => undefined,
      ...more,
    });
    const photo = () =>
      message({ id: "w1", type: "image", image: { id: "m1", caption: "our table" } });
    const withFiles = (...files: EventFile[]) => {
      desk.surroundings = () => ({ files: async () => files });
    };

    it("are uploaded and attached", async () => {
      withFiles(kept("photo.jpg", "bytes"), kept("two.jpg", "more bytes"));
      await desk.say(photo());
      const [comment] = comments();
      const uploads = comment?.uploads.map((token) => desk.stub.books.uploads.get(token));
      assert.deepEqual(uploads, [
        { filename: "photo.jpg", type: "image/jpeg", bytes: 5 },
        { filename: "two.jpg", type: "image/jpeg", bytes: 10 },
      ]);
      assert.match(words()[0] ?? "", /our table.*Attached: photo\.jpg/s);
    });

    it("that cannot be had are a visible line that says why", async () => {
      withFiles({ mediaId: "m1", name: "photo.jpg", absent: "it had expired" });
      await desk.say(photo());
      assert.match(words()[0] ?? "", /photo\.jpg: it had expired/);
      assert.deepEqual(comments()[0]?.uploads, []);
    });

    it("that Zendesk does not take are said, and the message is there", async () => {
      withFiles(kept("huge.mp4", "x", { bytes: 60 * 1024 * 1024 }), kept("bad.bin", "x"));
      desk.stub.hit(({ path }) => path.includes("/uploads"));
      desk.stub.fail({ status: 422, body: '{"error":"AttachmentTooLarge"}' });
      await desk.say(photo());
      assert.match(words()[0] ?? "", /huge\.mp4: .*50 MB.*bad\.bin: Zendesk does not take/s);
    });

    it("whose upload is lost wait, and are attached once", async () => {
      withFiles(kept("photo.jpg", "bytes"));
      desk.stub.hit(({ path }) => path.includes("/uploads"));
      desk.stub.fail("lost");
      const event = photo();
      const outcome = await desk.try(event);
      assert.ok(outcome instanceof DeliveryError);
      assert.equal(outcome.verdict, "outage");
      await desk.say(event);
      assert.deepEqual(
        comments().map(({ uploads }) => uploads.length),
        [1],
      );
    });
  });
});
