import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Destination, WaypostEvent } from "../../src/contracts.ts";
import { slack } from "../../src/destinations/slack/slack.ts";
import { fileArrivedEvent } from "../../src/event/file-arrived.ts";
import { makeEvent, makeStatus, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type Delivering, delivering, keptFile } from "./delivering.ts";
import { type SlackStub, slackChannel, slackToken, startSlackStub } from "./slack-stub.ts";

const failedBy = (errors: readonly object[]): WaypostEvent => {
  const status = { messageId: "wamid.OUT1", status: "failed", at: "2026-11-20T10:00:00Z", errors };
  return makeStatus("wamid.OUT1", "failed", { data: { status } as WaypostEvent["data"] });
};
const message = (parts: object) =>
  makeEvent({ data: { message: { id: "wamid.IN9", direction: "in", ...parts } as never } });

describe("a line in a thread of slack", () => {
  let side: SlackStub;
  let destination: Destination;
  let desk: Delivering;
  const create = (options: object = {}) => {
    const given = { token: slackToken, channel: slackChannel, baseUrl: side.baseUrl, ...options };
    return slack.create("support", given, { log: createArrayLog(), routeOptions });
  };
  let routeOptions: string[];
  beforeEach(async () => {
    routeOptions = [];
    side = await startSlackStub();
    destination = create();
    desk = delivering(destination);
  });
  afterEach(async () => {
    await destination.close();
    await side.stub.close();
  });
  const shown = () => JSON.stringify(side.posts.at(-1)?.blocks);

  it("says of a failed send which message it was, why, and what to do", async () => {
    await desk.deliver(makeText("hello"));
    const concerned = makeText("Your table is booked for 8 pm");
    await desk.deliver(failedBy([{ code: 131047, title: "Re-engagement message" }]), { concerned });
    assert.equal(side.posts[1]?.thread_ts, side.posts[0]?.ts);
    assert.match(shown(), /Not delivered: “Your table is booked for 8 pm”/);
    assert.match(shown(), /Why: more than 24 hours since they wrote/);
    assert.match(shown(), /What to do: Send an approved template, or wait until they write/);
    assert.match(shown(), /Error 131047: Re-engagement message/);
    assert.match(side.posts[1]?.text ?? "", /^Mia .*Not delivered$/);
  });

  it("says so too where the log has the message no more, Meta gives no reason, or an unknown one", async () => {
    await desk.deliver(failedBy([]));
    assert.match(shown(), /Not delivered: “\[an earlier message\]”/);
    assert.match(shown(), /Why: Meta gave no reason.*What to do: \w/);
    await desk.deliver(failedBy([{ code: 199_999 }]));
    assert.match(shown(), /Why: Meta's error 199999.*Look the code up/);
  });

  it("mentions whom a route names, by all that it brings", async () => {
    routeOptions = ["mention"];
    const told = create({ mention: ["U0AAA"] });
    const thread = delivering(told);
    await thread.deliver(makeText("I want a human"));
    await thread.deliver(makeText("now!"));
    assert.equal(side.posts[1]?.thread_ts, side.posts[0]?.ts);
    assert.match(shown(), /<@U0AAA>/);
    await told.close();
  });

  it("mentions those who are told of a failed send, within the thread", async () => {
    const loud = create({ mention: ["U0AAA"] });
    const told = delivering(loud);
    await told.deliver(makeText("hello"));
    await told.deliver(makeText("again"));
    assert.doesNotMatch(shown(), /<@U0AAA>/);
    await told.deliver(failedBy([{ code: 131026 }]));
    assert.match(shown(), /<@U0AAA>/);
    assert.equal(side.posts.at(-1)?.reply_broadcast, undefined);
    await loud.close();
  });

  it("names the message that it answers, reacts to, edits or deletes", async () => {
    const concerned = makeText("Do you have peonies?");
    for (const parts of [
      { type: "text", text: { body: "those" }, context: { id: "wamid.1" } },
      { type: "reaction", reaction: { messageId: "wamid.1", emoji: "👍" } },
      { type: "edit", edit: { originalMessageId: "wamid.1", message: { type: "text" } } },
      { type: "revoke", revoke: { originalMessageId: "wamid.1" } },
    ]) {
      await desk.deliver(message(parts), { concerned });
      assert.match(shown(), /↩ Do you have peonies\?/, parts.type);
    }
    await desk.deliver(message({ type: "text", text: { body: "by itself" } }), { concerned });
    assert.doesNotMatch(shown(), /peonies/);
  });

  it("lets nobody mention or disguise through what is quoted", async () => {
    const concerned = makeText("<!channel> <https://evil.example|us>\n> x");
    await desk.deliver(failedBy([{ code: 131026, title: "<!here>" }]), { concerned });
    assert.doesNotMatch(shown(), /<[!@h]/);
    assert.match(shown(), /&lt;!channel&gt;/);
  });

  it("says why a file cannot be had", async () => {
    const photo = message({ type: "image", image: { id: "media-1", caption: "look" } });
    const absent = { mediaId: "media-1", name: "photo.jpg", absent: "the file had expired" };
    await desk.deliver(photo, { files: [absent] });
    assert.match(shown(), /📎 photo\.jpg: the file had expired/);
    assert.deepEqual(side.shared, []);
  });

  it("puts a file that comes late into the thread, as a line of its own", async () => {
    const photo = message({ type: "image", image: { id: "media-1", caption: "look at this" } });
    await desk.deliver(photo);
    const without = [{ destination: "support", route: "r" }];
    const arrived = { mediaId: "media-1", name: "photo.jpg", type: "image/jpeg" };
    const late = fileArrivedEvent(photo, arrived, { without, at: new Date(photo.time) });
    const files = [keptFile("photo.jpg", "late bytes")];
    await desk.deliver(late, { concerned: photo, files });
    assert.match(shown(), /A file that came later than its message/);
    assert.match(shown(), /↩ .*look at this/);
    assert.doesNotMatch(shown(), /support|media-1/);
    const [root, line] = side.posts;
    assert.equal(line?.thread_ts, root?.ts);
    assert.deepEqual(
      side.shared.map(({ name, body, thread }) => [name, body, thread]),
      [["photo.jpg", "late bytes", root?.ts]],
    );
  });
});
