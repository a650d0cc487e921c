import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type WaypostEvent } from "../../src/contracts.ts";
import { slack } from "../../src/destinations/slack/slack.ts";
import { contextOf } from "../conformance/destination.ts";
import { makeStatus, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type SlackStub, slackChannel, slackToken, startSlackStub } from "./slack-stub.ts";

describe("slack with words of one's own", () => {
  let side: SlackStub;
  beforeEach(async () => {
    side = await startSlackStub();
  });
  afterEach(() => side.stub.close());
  const create = (options: object) =>
    slack.create(
      "sales",
      { token: slackToken, channel: slackChannel, baseUrl: side.baseUrl, ...options },
      { log: createArrayLog() },
    );
  /** What templates are given. */
  const post = async (options: object, scope: object, event: WaypostEvent = makeText("hi", {})) => {
    const destination = create(options);
    const context = { ...contextOf(event), scope: async () => ({ ...scope }) };
    try {
      return await destination.deliver(event, context, AbortSignal.timeout(5000));
    } finally {
      await destination.close();
    }
  };
  const shown = () => JSON.stringify(side.posts.at(-1)?.blocks);

  it("posts the template's words with the link in them, and mentions the owner", async () => {
    const options = {
      mention: "{{ owner.slack }}",
      text: "{{ contact.name }}: {{ business.url }}",
    };
    const url = "https://app.example/deal/7?a=1&b=2";
    const scope = { owner: { slack: "U01AB" }, contact: { name: "Mia" }, business: { url } };
    await post(options, scope);
    assert.match(shown(), /<@U01AB>/);
    assert.match(shown(), /Mia: <https:\/\/app\.example\/deal\/7\?a=1&amp;b=2>/);
    assert.match(side.posts[0]?.text ?? "", /^Mia: https:/);
    // Of the message itself nothing is said.
    assert.doesNotMatch(shown(), /"hi"/);
  });

  it("mentions nobody where the template names nobody who can be one", async () => {
    for (const slack of [undefined, "", "!everyone", "<!here>", "mia", "U01 U02"]) {
      await post({ mention: ["{{ owner.slack }}"] }, { owner: { slack } });
      assert.doesNotMatch(shown(), /<[@!]/, String(slack));
    }
  });

  it("lets nobody mention or disguise through a template", async () => {
    const name = "<!channel> <https://evil.example|our shop> &lt;";
    await post({ text: "{{ contact.name }} wrote" }, { contact: { name } });
    assert.match(shown(), /&lt;!channel&gt; &lt;<https:\/\/evil\.example>/);
    assert.doesNotMatch(shown(), /<!channel>|\|our shop>/);
    const form = new URLSearchParams(side.stub.requests.at(-1)?.body);
    // Nor does Slack make anything of the words, or fetch what an address of theirs leads to.
    const asked = ["parse", "link_names", "unfurl_links", "unfurl_media"].map((key) =>
      form.get(key),
    );
    assert.deepEqual(asked, ["none", "false", "false", "false"]);
  });

  it("shows what would be posted from the event alone", async () => {
    const destination = create({ text: "{{ message.text.body }} for {{ owner.name }}" });
    assert.match(JSON.stringify(destination.preview(makeText("look", {}))), /look for/);
    await destination.close();
  });

  it("posts as much as Slack takes of long words that are full of addresses, and says that it is shortened", async () => {
    for (const word of ["http://a ", "http://a&b "]) {
      await post(
        { text: "{{ message.text.body }}" },
        { message: { text: { body: word.repeat(900) } } },
      );
      assert.match(shown(), /shortened/);
    }
    await post(
      { text: "{{ message.text.body }}" },
      { message: { text: { body: "http://a ".repeat(750) } } },
    );
    const words = side.posts.at(-1)?.blocks.map(({ text }) => (text as { text?: string })?.text);
    assert.match((words ?? []).join("").replace(/[<>]/g, ""), /^(http:\/\/a ?){750}$/);
    assert.doesNotMatch(shown(), /shortened/);
  });

  it("refuses an event whose template makes too much, and posts nothing", async () => {
    const text = "{% for i in (1..99999) %}{{ message.text.body }}{% endfor %}";
    const event = makeText("x".repeat(4000), {});
    await assert.rejects(post({ text }, { message: event.data.message }, event), (error) => {
      assert.ok(error instanceof DeliveryError);
      assert.notEqual(error.verdict, "config");
      assert.match(error.message, /the template text cannot be rendered/);
      return true;
    });
    assert.deepEqual(side.posts, []);
  });

  it("waits for the log where its words need it", () => {
    assert.equal(create({ text: "{{ transcript | text }}" }).readsLog, true);
    const { readsLog } = create({ text: "{{ contact.name }}" });
    assert.ok(typeof readsLog === "function");
    assert.equal(readsLog(makeText("a message by itself")), false);
    assert.equal(readsLog(makeStatus("wamid.1", "read")), false);
    assert.equal(readsLog(makeStatus("wamid.1", "failed")), true);
  });
});
