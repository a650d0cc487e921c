import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Delivered, DeliveryError, type Destination } from "../../src/contracts.ts";
import { slack } from "../../src/destinations/slack/slack.ts";
import { compileSchema } from "../../src/support/schema.ts";
import { attempt, contextOf } from "../conformance/destination.ts";
import { makeEvent, makeText, second } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  methodOf,
  type SlackStub,
  slackChannel,
  slackToken,
  startSlackStub,
} from "./slack-stub.ts";

describe("slack", () => {
  let side: SlackStub;
  let destination: Destination;
  const log = createArrayLog();
  const create = (options: object = {}) =>
    slack.create(
      "support",
      { token: slackToken, channel: slackChannel, baseUrl: side.baseUrl, ...options },
      { log },
    );
  beforeEach(async () => {
    side = await startSlackStub();
    destination = create();
  });
  afterEach(async () => {
    await destination.close();
    await side.stub.close();
  });
  const delivered = async (...args: Parameters<typeof attempt>): Promise<Delivered> => {
    const outcome = await attempt(...args);
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    return outcome;
  };
  const failed = async (...args: Parameters<typeof attempt>): Promise<DeliveryError> => {
    const outcome = await attempt(...args);
    assert.ok(outcome instanceof DeliveryError, "delivered");
    return outcome;
  };
  const incoming = (body: string, at: number) =>
    makeText(body, { at, data: { message: { type: "text", direction: "in", text: { body } } } });

  it("keeps one thread per conversation, and remembers it in the link", async () => {
    const first = await delivered(destination, makeText("one", {}));
    const second = await delivered(destination, makeText("two", {}), { link: first.link });
    const other = await delivered(destination, makeText("three", {}));
    const [one, two, three] = side.posts;
    assert.equal(one?.thread_ts, undefined);
    assert.equal(two?.thread_ts, one?.ts);
    assert.equal(three?.thread_ts, undefined);
    assert.equal(second.link?.["ts"], one?.ts);
    assert.equal(other.link?.["ts"], three?.ts);
    assert.equal(first.remoteId, `${slackChannel}:${one?.ts}`);
    assert.match(JSON.stringify(one?.blocks), /"header".*Mia \(\+15555550123\)/);
    assert.doesNotMatch(JSON.stringify(two?.blocks), /"header"/);
  });

  it("begins a new thread where the old one takes no reply", async () => {
    const first = await delivered(destination, makeText("one", {}));
    side.locked.add(String(first.link?.["ts"]));
    const next = await delivered(destination, makeText("two", {}), { link: first.link });
    assert.equal(side.posts.length, 2);
    assert.equal(side.posts[1]?.thread_ts, undefined);
    assert.equal(next.link?.["ts"], side.posts[1]?.ts);
  });

  it("leaves the threads of another channel alone once the channel has changed", async () => {
    const first = await delivered(destination, makeText("one", {}));
    const moved = create({ channel: "#support" });
    const next = await delivered(moved, makeText("two", {}), { link: first.link });
    assert.equal(side.posts[1]?.thread_ts, undefined);
    assert.equal(next.link?.["to"], "#support");
    await moved.close();
  });

  it("mentions when a conversation begins and when it goes on after a silence, then in the channel too", async () => {
    const loud = create({ mention: ["U0AAA", "S0BBB", "here"] });
    const hour = 3600;
    let link: Delivered["link"];
    for (const at of [0, hour, 26 * hour, 27 * hour]) {
      ({ link } = await delivered(loud, incoming(`at ${at}`, at), { link }));
    }
    const mention = "<@U0AAA> <!subteam^S0BBB> <!here>";
    assert.deepEqual(
      side.posts.map(({ blocks }) => JSON.stringify(blocks).includes(mention)),
      [true, false, true, false],
    );
    assert.deepEqual(
      side.posts.map(({ reply_broadcast }) => reply_broadcast ?? false),
      [false, false, true, false],
    );
    await loud.close();
  });

  it("is silent about statuses and where broadcastAfterHours is 0", async () => {
    const never = create({ broadcastAfterHours: 0 });
    const { link } = await delivered(destination, incoming("one", 0));
    const status = makeEvent({
      type: "whatsapp.status.read",
      at: 999_999,
      data: { status: { messageId: "wamid.1", status: "read" } },
    });
    await delivered(destination, status, { link });
    await delivered(never, incoming("late", 999_999), { link });
    assert.ok(side.posts.every(({ reply_broadcast }) => reply_broadcast === undefined));
    await never.close();
  });

  it("finds a post whose answer was lost, in the thread and in the channel", async () => {
    const noise = async (link?: Delivered["link"]) => {
      for (let at = 0; at < 20; at += 1)
        await delivered(destination, makeText("noise", {}), { link });
    };
    const root = makeText("root", { receivedAt: second(0) });
    side.stub.fail("lost");
    assert.equal((await failed(destination, root)).maybeDone, true);
    await noise();
    const signal = AbortSignal.timeout(5000);
    const found = await destination.find?.(root, contextOf(root), signal);
    assert.equal(found?.link?.["ts"], side.posts[0]?.ts);

    const link = found?.link;
    const reply = makeText("reply", { receivedAt: second(0) });
    side.stub.fail("lost");
    await failed(destination, reply, { link });
    const ts = side.posts.at(-1)?.ts;
    await noise(link);
    const again = await destination.find?.(reply, contextOf(reply, link), signal);
    assert.equal(again?.remoteId, `${slackChannel}:${ts}`);
    assert.deepEqual(again?.link, { ...link, at: reply.time });
    const late = { ...link, at: second(999) };
    const foundLate = await destination.find?.(reply, contextOf(reply, late), signal);
    assert.equal(foundLate?.link?.["at"], second(999), "what comes late makes the thread no older");
  });

  it("looks in the channel, and posts anew, where somebody has deleted the thread meanwhile", async () => {
    const first = await delivered(destination, makeText("root", { receivedAt: second(0) }));
    const { link } = first;
    const reply = makeText("reply", { receivedAt: second(1) });
    side.stub.fail("reset");
    await failed(destination, reply, { link });
    side.deleteMessage(String(link?.["ts"]));
    const signal = AbortSignal.timeout(5000);
    assert.equal(await destination.find?.(reply, contextOf(reply, link), signal), undefined);
    const again = await delivered(destination, reply, { link });
    assert.notEqual(again.link?.["ts"], link?.["ts"]);
    const found = await destination.find?.(reply, contextOf(reply, link), signal);
    assert.equal(found?.remoteId, again.remoteId);
  });

  it("finds nothing when nothing was posted", async () => {
    const event = makeText("x", { receivedAt: second(0) });
    await delivered(destination, makeText("other", {}));
    const found = await destination.find?.(event, contextOf(event), AbortSignal.timeout(5000));
    assert.equal(found, undefined);
    assert.equal(destination.idempotency, "lookup");
  });

  it("is unsafe to repeat, and says so, where the token may not read the history", async () => {
    side.scopes = ["chat:write", "channels:read"];
    const event = makeText("x", {});
    const found = await destination.find?.(event, contextOf(event), AbortSignal.timeout(5000));
    assert.equal(found, undefined);
    assert.equal(destination.idempotency, "none");
    const checks = await destination.check(AbortSignal.timeout(5000));
    const history = checks.find(({ name }) => name === "history");
    assert.equal(history?.ok, false);
    assert.match(history?.detail ?? "", /channels:history/);
    assert.ok(log.lines.some(({ level }) => level === "warn"));
    side.scopes = ["chat:write", "channels:read", "channels:history"];
    await destination.find?.(event, contextOf(event), AbortSignal.timeout(5000));
    assert.equal(destination.idempotency, "lookup");
  });

  it("throws when it cannot look now, rather than to answer that nothing is there", async () => {
    const event = makeText("x", {});
    await side.stub.close();
    await assert.rejects(
      async () => destination.find?.(event, contextOf(event), AbortSignal.timeout(5000)),
      { name: "DeliveryError", verdict: "outage" },
    );
  });

  const classes: Record<"outage" | "config" | "refused", string> = {
    outage:
      "ratelimited rate_limited service_unavailable internal_error request_timeout team_added_to_org fatal_error",
    config:
      "not_authed invalid_auth account_inactive token_revoked token_expired team_access_not_granted two_factor_setup_required message_limit_exceeded missing_scope no_permission not_in_channel channel_not_found is_archived restricted_action restricted_action_read_only_channel ekm_access_denied",
    refused:
      "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text invalid_metadata_format metadata_too_large too_many_attachments",
  };
  for (const [verdict, codes] of Object.entries(classes)) {
    it(`takes for ${verdict}: ${codes}`, async () => {
      for (const error of codes.split(" ")) {
        side.stub.fail({ status: 200, body: JSON.stringify({ ok: false, error }) });
        const outcome = await failed(destination, makeText("x", {}));
        assert.equal(outcome.verdict, verdict, error);
        assert.ok(outcome.message.includes(error), outcome.message);
        const unknown = ["fatal_error", "internal_error", "service_unavailable"].includes(error);
        assert.equal(outcome.maybeDone, unknown, error);
        assert.equal(outcome.limited, /^rate_?limited$/.test(error), error);
      }
      assert.equal(side.posts.length, 0);
    });
  }

  it("does not repeat a word that it does not know, but with the attempt", async () => {
    const words: Record<string, string> = {
      some_new_word: "outage",
      restricted_action_new_word: "config",
      metadata_new_word: "refused",
    };
    for (const [error, verdict] of Object.entries(words)) {
      side.stub.fail({ status: 200, body: JSON.stringify({ ok: false, error }) });
      const outcome = await failed(destination, makeText("x", {}));
      assert.deepEqual([outcome.verdict, outcome.answer], [verdict, error]);
      assert.doesNotMatch(outcome.message, /new_word/);
    }
  });

  it("names the scopes that are missing, as far as it knows them", async () => {
    const body = { ok: false, error: "missing_scope", needed: "chat:write, very:private" };
    side.stub.fail({ status: 200, body: JSON.stringify(body) });
    const { message } = await failed(destination, makeText("x", {}));
    assert.match(message, /\(chat:write\)$/);
  });

  it("takes an answer of 200 that is not Slack's for an outage that may be done", async () => {
    for (const body of ["", "<html>login</html>", "null", "[]", '{"ok":"yes"', '{"ok":false}']) {
      side.stub.fail({ status: 200, body });
      const outcome = await failed(destination, makeText("x", {}));
      assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", true], body);
    }
  });

  it("names the scope that is missing", async () => {
    const body = JSON.stringify({ ok: false, error: "missing_scope", needed: "chat:write" });
    side.stub.fail({ status: 200, body });
    assert.match((await failed(destination, makeText("x", {}))).message, /chat:write/);
  });

  it("checks token, scopes and channel, with the remedy", async () => {
    const problems = async (on: Destination) =>
      (await on.check(AbortSignal.timeout(5000))).filter(({ ok }) => !ok).map(({ name }) => name);
    assert.deepEqual(await problems(destination), []);
    const wrong = create({ token: "xoxb-other" });
    assert.deepEqual(await problems(wrong), ["token"]);
    const nowhere = create({ channel: "#nowhere" });
    assert.deepEqual(await problems(nowhere), ["channel"]);
    side.scopes = ["channels:history", "files:write"];
    assert.deepEqual(await problems(destination), ["posting", "channel"]);
    await Promise.all([wrong.close(), nowhere.close()]);
    const methods = side.stub.requests.map(methodOf);
    assert.ok(!methods.includes("chat.postMessage"));
  });

  it("has a schema that takes its options and refuses others", () => {
    const check = compileSchema(slack.schema);
    const base = { token: slackToken, channel: "#support" };
    for (const mention of ["here", "U012ABC", ["S012ABC", "channel"]]) {
      assert.deepEqual(check({ ...base, mention }), []);
    }
    const wrong = [
      {},
      { ...base, mention: "@mia" },
      { ...base, mention: "<!everyone>" },
      { ...base, icon: 1 },
    ];
    for (const options of wrong) assert.notDeepEqual(check(options), [], JSON.stringify(options));
  });
});
