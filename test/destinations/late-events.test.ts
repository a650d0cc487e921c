import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { slack } from "../../src/destinations/slack/slack.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { startMailing } from "./email/mailing.ts";
import { slackChannel, slackToken, startSlackStub } from "./slack-stub.ts";

const hour = 3_600;

/** Of one conversation, in the order in which they come; the second was said long before the first. */
const lateOne = [30 * hour, 0, 31 * hour].map((at) =>
  makeText(`said after ${at} s`, {
    at,
    data: { message: { type: "text", direction: "in", text: { body: `${at}` } } },
  }),
);

describe("a message that comes late", () => {
  it("makes no silence in its Slack thread: the next is not told in the channel too", async () => {
    const side = await startSlackStub();
    const options = { token: slackToken, channel: slackChannel, baseUrl: side.baseUrl };
    const support = slack.create("support", options, { log: createArrayLog() });
    const { deliver } = delivering(support);
    for (const event of lateOne) await deliver(event);
    assert.deepEqual(
      side.posts.map(({ reply_broadcast }) => reply_broadcast ?? false),
      [false, false, false],
    );
    await Promise.all([support.close(), side.stub.close()]);
  });

  it("makes no silence in its thread of mails", async () => {
    const mailing = await startMailing({ newAfter: "1d" });
    for (const event of lateOne) await mailing.deliver(event);
    const [first, ...others] = mailing.server.mails;
    assert.deepEqual(
      others.map((mail) => mail.email.subject),
      Array.from({ length: 2 }, () => `Re: ${first?.email.subject}`),
    );
    await mailing.close();
  });
});
