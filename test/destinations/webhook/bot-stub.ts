import assert from "node:assert/strict";
import {
  type Delivered,
  DeliveryError,
  type Destination,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { webhook } from "../../../src/destinations/webhook/webhook.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Stub, type StubAnswer, startStub } from "../stub.ts";

export interface StubbedBot {
  readonly stub: Stub;
  readonly bot: Destination;
  /** What the bot is asked about, unless told. */
  readonly asked: WaypostEvent;
  /** From now on. */
  answers(answer: StubAnswer): void;
  says(body: unknown, status?: number): void;
  delivered(event?: WaypostEvent): Promise<Delivered>;
  /** What follows from an answer. */
  eventsOf(body: unknown, event?: WaypostEvent): Promise<readonly WaypostEvent[]>;
  /** Why an answer is not carried out. */
  refused(body: unknown): Promise<DeliveryError>;
  close(): Promise<void>;
}

/** A destination that is a bot, and the bot, which has nothing to say at first. */
export async function startStubbedBot(): Promise<StubbedBot> {
  let answer: StubAnswer = { status: 204 };
  const stub = await startStub(() => answer);
  const url = `${stub.url}/bot`;
  const options = { url, allowPrivateAddresses: true, reply: true, via: "wa" };
  const bot = webhook.create("bot", options, { log: createArrayLog() });
  const asked = makeText("hello?", {});
  const says: StubbedBot["says"] = (body, status = 200) => {
    answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
  };
  const delivered = async (event = asked) => {
    const outcome = await attempt(bot, event);
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    return outcome;
  };
  return {
    ...{ stub, bot, asked, says, delivered },
    answers(given) {
      answer = given;
    },
    async eventsOf(body, event = asked) {
      says(body);
      return (await delivered(event)).events ?? [];
    },
    async refused(body) {
      says(body);
      const outcome = await attempt(bot, asked);
      assert.ok(outcome instanceof DeliveryError, JSON.stringify(outcome));
      assert.equal(outcome.verdict, "refused");
      assert.equal(outcome.maybeDone, false);
      assert.match(outcome.message, /^the bot's answer cannot be carried out: /);
      return outcome;
    },
    async close() {
      await bot.close();
      await stub.close();
    },
  };
}
