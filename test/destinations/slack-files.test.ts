import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Destination } from "../../src/contracts.ts";
import { noSurroundings } from "../../src/deliver/attempt/surroundings.ts";
import { slack } from "../../src/destinations/slack/slack.ts";
import { makeEvent } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type Delivering, delivering, keptFile } from "./delivering.ts";
import type { SlackPost } from "./slack-limits.ts";
import { methodOf, type SlackStub, slackToken, startSlackStub } from "./slack-stub.ts";
import type { StubRequest } from "./stub.ts";
import { killEverywhere } from "./vendor-engine.ts";

const photo = () =>
  makeEvent({
    data: {
      message: { id: "wamid.P", type: "image", image: { id: "media-1", caption: "look" } },
    },
  });
const files = [keptFile("photo.jpg", "some bytes")];
const isCall = (word: string) => (request: StubRequest) => request.path.includes(word);

describe("files in a thread of slack", () => {
  let side: SlackStub;
  let destination: Destination;
  let desk: Delivering;
  const log = createArrayLog();
  const open = async (acts?: (request: StubRequest) => boolean) => {
    side = await startSlackStub(acts);
    const given = { token: slackToken, channel: "#support", baseUrl: side.baseUrl };
    destination = slack.create("support", given, { log });
    desk = delivering(destination);
  };
  beforeEach(() => open());
  afterEach(async () => {
    await destination.close();
    await side.stub.close();
  });
  const reopen = async (acts: (request: StubRequest) => boolean) => {
    await destination.close();
    await side.stub.close();
    await open(acts);
  };
  const idOf = (post: SlackPost | undefined) => `${post?.channel}:${post?.ts}`;
  const shown = () => JSON.stringify(side.posts.at(-1)?.blocks);

  it("follow the message's post, byte for byte, two of them in one message", async () => {
    await desk.deliver(photo(), { files: [...files, keptFile("menu.pdf", "ünïcode bytes")] });
    const [post] = side.posts;
    assert.match(shown(), /look/);
    assert.deepEqual(
      side.shared.map(({ name, body, thread }) => [name, body, thread]),
      [
        ["photo.jpg", "some bytes", post?.ts],
        ["menu.pdf", "ünïcode bytes", post?.ts],
      ],
    );
    const calls = side.stub.requests.map(methodOf).filter((method) => method.includes("complete"));
    assert.equal(calls.length, 1);
  });

  it("never send the token where the bytes go", async () => {
    await desk.deliver(photo(), { files });
    const [upload] = side.stub.requests.filter(isCall("/upload/"));
    assert.equal(upload?.headers.authorization, undefined);
  });

  const refusals: Readonly<Record<string, RegExp>> = {
    file_uploads_disabled: /takes no files/,
    storage_limit_reached: /no room for files/,
    file_upload_size_restricted: /no file of this size/,
    file_uploads_except_images_disabled: /takes images only/,
    file_type_not_allowed: /no file of this type/,
  };
  for (const [code, words] of Object.entries(refusals)) {
    it(`become a visible line where Slack says ${code}`, async () => {
      side.uploads.refuse = code;
      await desk.deliver(photo(), { files });
      assert.match(shown(), words);
      assert.match(shown(), /📎 photo\.jpg/);
      assert.deepEqual(side.shared, []);
    });
  }

  it("become a visible line without files:write, which doctor names", async () => {
    side.scopes = ["chat:write", "channels:history", "channels:read"];
    await desk.deliver(photo(), { files });
    assert.match(shown(), /files:write/);
    const checks = await destination.check(AbortSignal.timeout(5_000));
    const wrong = checks.filter(({ ok }) => !ok);
    assert.deepEqual(
      wrong.map(({ name }) => name),
      ["files"],
    );
    assert.match(wrong[0]?.detail ?? "", /files:write/);
  });

  it("become a visible line where Slack does not take the bytes", async () => {
    await reopen(isCall("/upload/"));
    side.stub.fail({ status: 400 });
    await desk.deliver(photo(), { files });
    assert.match(shown(), /Slack does not take this file/);
  });

  it("leave nothing that anybody sees where the upload fails", async () => {
    for (const where of ["getUploadURLExternal", "/upload/"]) {
      await reopen(isCall(where));
      for (const fault of [{ status: 503 }, { status: 429 }, "reset", "lost"] as const) {
        side.stub.fail(fault);
        const failure = await desk.fails(photo(), { files });
        assert.deepEqual([failure.verdict, failure.maybeDone], ["outage", false], where);
        const isLimit = typeof fault === "object" && fault.status === 429;
        assert.equal(failure.limited, isLimit, "Slack's limits use no attempt, else all might");
      }
      assert.deepEqual([side.posts, side.shared], [[], []]);
    }
  });

  it("are shown behind the post that is there, once, whatever became of the answer", async () => {
    for (const fault of [{ status: 429 }, { status: 500 }, "reset", "lost"] as const) {
      await reopen(isCall("completeUploadExternal"));
      const event = photo();
      side.stub.fail(fault);
      const failure = await desk.fails(event, { files });
      assert.deepEqual([failure.verdict, failure.maybeDone], ["outage", true]);
      assert.equal(failure.limited, typeof fault === "object" && fault.status === 429);
      assert.ok(await desk.find(event, { files }));
      assert.deepEqual([side.posts.length, side.shared.length], [1, 1]);
    }
  });

  for (const code of ["malware_detected", "slack_connect_blocked_file_type"]) {
    it(`become a line behind their post where Slack says ${code} only when they are shown`, async () => {
      side.uploads.refuseShare = code;
      await desk.deliver(photo(), { files });
      const [post, line] = side.posts;
      assert.equal(line?.thread_ts, post?.ts);
      assert.match(shown(), /📎 photo\.jpg: Slack/);
      assert.deepEqual([side.posts.length, side.shared], [2, []]);
    });
  }

  it("have that line once, whatever became of its answer", async () => {
    for (const fault of [{ status: 429 }, { status: 500 }, "reset", "lost"] as const) {
      await reopen(isCall("postMessage"));
      side.uploads.refuseShare = "malware_detected";
      const event = photo();
      side.stub.fail("none", fault);
      const failure = await desk.fails(event, { files });
      assert.deepEqual([failure.verdict, failure.maybeDone], ["outage", true]);
      assert.equal(failure.limited, typeof fault === "object" && fault.status === 429);
      const [found, again] = [await desk.find(event, { files }), await desk.find(event, { files })];
      assert.deepEqual([found?.remoteId, again?.remoteId], Array(2).fill(idOf(side.posts[0])));
      assert.equal(side.posts.length, 2, String(fault));
    }
  });

  it("have a line where Slack has thrown them away and they are no longer kept", async () => {
    await reopen(isCall("completeUploadExternal"));
    const event = photo();
    side.stub.fail("reset", { status: 200, body: '{"ok":false,"error":"file_not_found"}' });
    await desk.fails(event, { files });
    const gone = [{ mediaId: "media-1", name: "photo.jpg", absent: "it is kept no more" }];
    assert.ok(await desk.find(event, { files: gone }));
    assert.match(shown(), /photo\.jpg: it is kept no more/);
    assert.ok(await desk.find(event, { files: gone }));
    assert.equal(side.posts.length, 2);
  });

  it("are uploaded once more where Slack has thrown away what was not shown in time", async () => {
    await reopen(isCall("completeUploadExternal"));
    const event = photo();
    side.stub.fail("reset", { status: 200, body: '{"ok":false,"error":"file_not_found"}' });
    await desk.fails(event, { files });
    assert.ok(await desk.find(event, { files }));
    assert.deepEqual([side.posts.length, side.shared.length], [1, 1]);
  });

  it("go to no other address than Slack's", async () => {
    await reopen(isCall("getUploadURLExternal"));
    const others = [
      "https://evil.example",
      "https://slack.com.evil.example",
      "http://files.slack.com",
    ];
    for (const other of others) {
      const elsewhere = { ok: true, upload_url: `${other}/x`, file_id: "F1" };
      side.stub.fail({ status: 200, body: JSON.stringify(elsewhere) });
      const failure = await desk.fails(photo(), { files });
      assert.match(failure.message, /not Slack's/, other);
      assert.doesNotMatch(failure.message, /evil/);
    }
    assert.equal(side.posts.length, 0);
  });

  const diesEverywhere = async (calls: number, expected: unknown, refuseShare?: string) => {
    await killEverywhere({
      open: async () => {
        let served = 0;
        const slackSide = await startSlackStub((request) => {
          served += 1;
          return !request.path.includes("conversations");
        });
        const { stub, baseUrl } = slackSide;
        if (refuseShare !== undefined) slackSide.uploads.refuseShare = refuseShare;
        const options = { token: slackToken, channel: "#support", baseUrl };
        return {
          stub,
          served: () => served,
          make: () => slack.create("support", options, { log }),
          close: () => stub.close(),
          books: () => [
            slackSide.posts.length,
            slackSide.shared.map(({ name, body, thread }) => [
              name,
              body,
              thread === slackSide.posts[0]?.ts,
            ]),
          ],
        };
      },
      surroundings: { ...noSurroundings, files: async () => files },
      events: () => [photo()],
      calls,
      expected,
    });
  };

  it("are there once, and so is the post, wherever the process dies", async () => {
    await diesEverywhere(4, [1, [["photo.jpg", "some bytes", true]]]);
  });

  it("have one line where they are refused at last, wherever the process dies", async () => {
    await diesEverywhere(5, [2, []], "malware_detected");
  });
});
