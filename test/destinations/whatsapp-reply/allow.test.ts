import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  allow,
  fromLink,
  type Sendings,
  toLink,
  type Wanted,
} from "../../../src/destinations/whatsapp-reply/pace.ts";

const start = Date.UTC(2026, 10, 20, 10);
const minute = 60_000;
const hour = 60 * minute;
const nothing: Sendings = { sent: [], silentUntil: 0 };
let made = 0;

/** Sent at these moments, in ms after the first; kept as a link keeps it. */
function sendAll(moments: readonly number[], parts: Partial<Wanted> = {}, before = nothing) {
  let sendings = before;
  for (const at of moments) {
    const allowed = allow(sendings, wanted(at, parts));
    if (!("remember" in allowed)) return { at, allowed };
    sendings = fromLink(toLink(allowed.remember));
  }
  return sendings;
}

function wanted(at: number, parts: Partial<Wanted> = {}): Wanted {
  made += 1;
  return {
    ...{ key: `key ${made}`, now: start + at, choice: "free", byBot: false, answers: undefined },
    ...{ maxPerHour: undefined },
    ...parts,
  };
}

function isSilenced(sendings: ReturnType<typeof sendAll>, at: number, parts?: Partial<Wanted>) {
  assert.ok("sent" in sendings);
  return "skipped" in allow(sendings, wanted(at, parts));
}

describe("how much may be written to one person", () => {
  it("counts the last hour alone: five spread over more than one silence nobody", () => {
    const spread = [0, 16, 32, 48, 64, 80, 96].map((each) => each * minute);
    assert.equal(isSilenced(sendAll(spread), 112 * minute), false);
    const within = [0, 15, 30, 45, 60].map((each) => each * minute);
    assert.equal(isSilenced(sendAll(within), 75 * minute), false);
    const nearly = [0, 15, 30, 45].map((each) => each * minute);
    assert.equal(isSilenced(sendAll([...nearly, hour - 1]), 75 * minute), true);
  });

  it("is silent for a day from the last on, to the millisecond, also for bots", () => {
    const five = sendAll([0, 1, 2, 3, 4].map((each) => each * minute));
    const until = 4 * minute + 24 * hour;
    assert.equal(isSilenced(five, until - 1), true);
    assert.equal(isSilenced(five, until - 1, { byBot: true }), true);
    assert.equal(isSilenced(five, until), false);
  });

  it("stays silent when one of long ago is forgotten meanwhile", () => {
    const day = 24 * hour;
    const spread = [0, day + 50 * minute, day + 51 * minute, day + 52 * minute, day + 53 * minute];
    const silent = sendAll([...spread, day + 54 * minute]);
    assert.equal(isSilenced(silent, day + 59 * minute), true);
    assert.equal(isSilenced(silent, day + 61 * minute), true);
  });

  it("stays silent when one whose outcome nobody knows goes again", () => {
    const first = allow(nothing, wanted(0, { key: "unknown", byBot: true }));
    assert.ok("remember" in first);
    const silent = sendAll([1, 2, 3, 4, 5], {}, first.remember);
    assert.ok("sent" in silent);
    const again = allow(silent, wanted(minute * 10, { key: "unknown", byBot: true }));
    assert.ok("remember" in again);
    assert.equal(isSilenced(again.remember, minute * 11), true);
  });

  it("takes ten in a minute and puts the eleventh off until the first is a minute old", () => {
    const moments = Array.from({ length: 10 }, (_, n) => n * 1_000);
    const ten = sendAll(moments, { byBot: true });
    assert.ok("sent" in ten);
    const at = (now: number) => allow(ten, wanted(now, { byBot: true }));
    assert.deepEqual(at(9_000), { afterMs: 51_000 });
    assert.deepEqual(at(minute - 1), { afterMs: 1 });
    assert.ok("remember" in at(minute));
  });

  it("answers an event once, whoever answers it, unless another answer is wanted", () => {
    const answered = sendAll([0], { answers: "evt_1" });
    assert.equal(isSilenced(answered, 1, { answers: "evt_1" }), true);
    assert.equal(isSilenced(answered, 1, { answers: "evt_1", byBot: true }), true);
    assert.equal(isSilenced(answered, 1, { answers: "evt_2" }), false);
    assert.equal(isSilenced(answered, 1), false);
    const bot = sendAll([0], { answers: "evt_1", byBot: true });
    assert.equal(isSilenced(bot, 1, { answers: "evt_1" }), true);
  });

  it("is kept whole in a link: who sent, what, and what it answered", () => {
    const sendings = sendAll([0], { byBot: true, choice: "template", answers: "evt_1" });
    assert.ok("sent" in sendings);
    const [only] = sendings.sent;
    assert.deepEqual([only?.byBot, only?.choice, only?.at], [true, "template", start]);
    assert.deepEqual(fromLink(toLink(sendings)), sendings);
    assert.deepEqual(fromLink(undefined), nothing);
  });

  it("is never above its limits, whenever and by whom replies are wanted", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let run = 0; run < 40; run += 1) {
      let sendings = nothing;
      const went: { at: number; byBot: boolean }[] = [];
      for (let at = 0; at < 3 * 24 * hour; at += Math.ceil(random() ** 6 * 2 * hour)) {
        const byBot = random() < 0.5;
        const allowed = allow(sendings, wanted(at, { byBot }));
        if (!("remember" in allowed)) continue;
        sendings = allowed.remember;
        went.push({ at, byBot });
      }
      for (const { at, byBot } of went) {
        const since = (ms: number) => went.filter((each) => each.at <= at && each.at > at - ms);
        assert.ok(since(minute).length <= 10);
        const alike = since(hour).filter((each) => each.byBot === byBot);
        assert.ok(alike.length <= (byBot ? 60 : 5));
        if (alike.length < (byBot ? 60 : 5)) continue;
        assert.ok(!went.some((each) => each.at > at && each.at < at + 24 * hour));
      }
    }
  });
});
