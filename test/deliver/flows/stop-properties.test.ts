import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { requestReply, type WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent } from "../../store/make-events.ts";
import { startReplying } from "./replying.ts";

const people = ["15555550171", "15555550172"];
const numbers = ["700700700700700", "700700700700701"];
const consent = { stop: { "*": ["STOP"] }, start: { "*": ["START"] }, confirm: "Bye", via: "wa" };
const rules = { consent, replies: { senders: ["wa"], bots: ["bot"] } };
const routes = [{ name: "reply", when: { type: ["whatsapp.message.*"] }, to: ["wa"] }];

type Word = "STOP" | "START" | "hello";
interface Said {
  readonly who: string;
  readonly number: string;
  readonly word: Word;
  /** By their clock: no two are of one moment. */
  readonly at: number;
  readonly event: WaypostEvent;
  /** Of the turn in which it came in. */
  turn: number;
}

const speech = fc.record({
  who: fc.nat(1),
  number: fc.nat(1),
  word: fc.constantFrom<Word>("STOP", "STOP", "START", "hello"),
  isLate: fc.boolean(),
});
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ say: fc.array(speech, { minLength: 1, maxLength: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ bot: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ again: fc.nat(9) }) },
    fc.record({ arrives: fc.nat(3) }),
    fc.record({ waitMs: fc.integer({ min: 1_000, max: 20_000 }) }),
  ),
  { minLength: 1, maxLength: 10 },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Said to one number before the stop to the other, and read only after it. */
const lateHello: Steps = [
  { say: [{ who: 0, number: 0, word: "hello", isLate: true }] },
  { say: [{ who: 0, number: 1, word: "STOP", isLate: false }] },
  { waitMs: 20_000 },
  { arrives: 0 },
];

/** Of these, what was said last. */
function last(said: readonly Said[]): Said | undefined {
  return said.toSorted((a, b) => b.at - a.at)[0];
}

async function play(all: Steps) {
  const said: Said[] = [];
  const late: Said[] = [];
  const wrong: string[] = [];
  const confirmed: { who: string; number: string }[] = [];
  let turn = 0;
  const run = await startReplying(routes, {
    rules,
    options: { maxPerHour: 1_000 },
    onSent({ to, from, text }) {
      if (text === "Bye") {
        confirmed.push({ who: to, number: from });
        return;
      }
      // What came in at another number a moment ago may be known or not.
      const theirs = said.filter((each) => each.who === to);
      const known = last(theirs.filter((each) => each.number === from || each.turn < turn));
      const isBack = theirs.some(({ word, at }) => word !== "STOP" && at > (known?.at ?? 0));
      if (known?.word === "STOP" && !isBack) wrong.push(`${to} was sent ${text} by ${from}`);
    },
  });
  const { clock, receive } = run;
  const begun = clock.now();
  let moment = 0;
  const make = ({ who, number, word }: { who: number; number: number; word: Word }): Said => {
    moment += 1;
    const at = begun - 3_600_000 + moment * 10;
    const [phone = "", id = ""] = [people[who], numbers[number]];
    const event = makeEvent({
      contact: { waId: phone },
      account: { phoneNumberId: id },
      data: {
        message: {
          ...{ id: `wamid.${moment}`, type: "text", text: { body: word } },
          sentAt: new Date(at).toISOString(),
        },
      },
    });
    return { who: phone, number: id, word, at, event, turn };
  };
  const come = async (...words: readonly Said[]) => {
    const received = words.map((each) => {
      const event = { ...each.event, data: { ...each.event.data, receivedAt: iso(clock.now()) } };
      return { ...each, event, turn };
    });
    said.push(...received);
    await receive(...received.map(({ event }) => event));
  };
  const wait = async (ms: number) => {
    await clock.advance(ms);
    turn += 1;
  };
  const act = async (step: Steps[number]) => {
    if ("waitMs" in step) return wait(step.waitMs);
    if ("say" in step) {
      const made = step.say.map((each) => ({ isLate: each.isLate, words: make(each) }));
      late.push(...made.filter(({ isLate }) => isLate).map(({ words }) => words));
      return come(...made.filter(({ isLate }) => !isLate).map(({ words }) => words));
    }
    if ("arrives" in step) return come(...late.splice(step.arrives, 1));
    const asked = said[("bot" in step ? step.bot : step.again) % Math.max(1, said.length)]?.event;
    if (asked === undefined) return undefined;
    if ("again" in step) return receive(asked);
    const at = new Date(clock.now());
    const reply = { via: "wa", reply: { text: "bot" }, purpose: "bot" } as const;
    return receive(requestReply({ source: asked, route: "bot", at, key: `bot ${turn}`, ...reply }));
  };
  for (const step of all) await act(step);
  await come(...late.splice(0));
  await wait(240_000);
  return { ...run, said, wrong, confirmed, come, make, wait };
}

/** Stops with nothing else said between them, by their clock. */
function stopsOf(said: readonly Said[], who: string): number {
  const words = said.filter((each) => each.who === who).toSorted((a, b) => a.at - b.at);
  return words.filter(({ word }, at) => word === "STOP" && words[at - 1]?.word !== "STOP").length;
}

describe("who said stop, in whatever order it comes, late or twice", () => {
  it("hears one confirmation of a stop at most, whatever the number, and nothing else, and nobody else is silenced", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { said, wrong, confirmed, sent, come, make, wait, engine } = await play(all);
        assert.deepEqual(wrong, []);
        for (const who of people) {
          const stops = stopsOf(said, who);
          const told = confirmed.filter((each) => each.who === who).length;
          assert.ok(told <= stops, `${told} confirmations of ${stops} stops`);
          if (stops === 0) {
            const messages = new Set(said.filter((each) => each.who === who).map(({ at }) => at));
            const heard = sent.filter(({ to }) => to === who);
            assert.equal(heard.length, messages.size, "somebody who never stopped");
          }
        }
        // Who writes again is answered, by either number.
        const before = sent.length;
        const hellos = people.flatMap((_, who) =>
          numbers.map((__, number) => make({ who, number, word: "hello" })),
        );
        await come(...hellos);
        await wait(240_000);
        assert.equal(sent.length - before, hellos.length);
        assert.deepEqual(wrong, []);
        await engine.end();
      }),
      { numRuns: 25, includeErrorInReport: true, examples: [[lateHello]] },
    );
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
