import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deliveryError, type WaypostEvent } from "../../src/contracts.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { type Delivering, delivering } from "./delivering.ts";
import { isCounted, mia, type OpenWorld, type World, within, worlds } from "./proxied-vendors.ts";
import type { Fault, StubAnswer } from "./stub.ts";

const contact = { phoneCandidates: [mia.waId] };
const fourDays = 4 * 86_400;

const answers: Readonly<Record<string, StubAnswer>> = {
  "404 with a page of HTML": {
    status: 404,
    headers: { "content-type": "text/html" },
    body: "<!doctype html><title>Not found</title>",
  },
  "200 with an error inside": json('{"error":"internal","message":"try again"}'),
  "200 with data of nothing": json('{"data":{}}'),
};

function json(body: string): StubAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

/** The same each time: what is made of them bears their ids. */
function eventsFor(kind: string): WaypostEvent[] {
  const text = (body: string, at: number) => makeText(body, { id: `evt_${at}`, contact: mia, at });
  const texts = [text("one", 1), text("two", fourDays)];
  // Who writes for us is asked with the first event, and matters when we write.
  const ours = { ...text("three", fourDays + 1), type: "whatsapp.outgoing.text" };
  if (kind === "intercom") return [...texts, ours];
  if (!["hubspot", "salesforce"].includes(kind)) return texts;
  const type = "business.handoff.requested";
  return [1, fourDays].map((at) => makeEvent({ type, id: `evt_${at}`, contact: mia, at }));
}

/** As the engine does, and a person who resumes what is paused. Answers how often it failed. */
async function deliverForSure(
  { destination, pass }: World,
  { deliver, find }: Delivering,
  event: WaypostEvent,
): Promise<number> {
  let unknown = false;
  for (let failed = 0; failed < 10; failed += 1) {
    try {
      const looks = unknown && destination.idempotency === "lookup";
      if (looks && (await find(event, { contact }))) return failed;
      await deliver(event, { contact });
      return failed;
    } catch (thrown) {
      const { verdict, message, maybeDone } = deliveryError(thrown);
      assert.notEqual(verdict, "refused", message);
      unknown ||= maybeDone;
      await pass?.();
    }
  }
  return assert.fail("10 attempts were not enough");
}

interface Run {
  readonly books: unknown;
  /** How many calls each event took. */
  readonly calls: readonly number[];
  readonly failed: number;
}

/** `faults`: from the first call of an event on. */
function run(kind: string, open: OpenWorld, faults?: { of: number; are: readonly Fault[] }) {
  return within(open, async (world): Promise<Run> => {
    const told = delivering(world.destination);
    const calls: number[] = [];
    let failed = 0;
    for (const [at, event] of eventsFor(kind).entries()) {
      const before = world.proxy.requests.filter(isCounted).length;
      if (faults?.of === at) world.proxy.fail(...faults.are);
      failed += await deliverForSure(world, told, event);
      calls.push(world.proxy.requests.filter(isCounted).length - before);
    }
    return { books: world.books(), calls, failed };
  });
}

/** After a lost answer. */
const mostLooks = 4;
const none = (count: number) => Array.from({ length: count }, () => "none" as const);

describe("an answer that is not the vendor's word makes nothing twice and loses nothing", () => {
  for (const [kind, open] of Object.entries(worlds)) {
    for (const [what, answer] of Object.entries(answers)) {
      it(`${what}, at any call: ${kind}`, async () => {
        const whole = await run(kind, open);
        for (const [of, calls] of whole.calls.entries()) {
          for (let at = 0; at < calls; at += 1) {
            const { books } = await run(kind, open, { of, are: [...none(at), answer] });
            assert.deepEqual(books, whole.books, `event ${of}, call ${at}`);
          }
        }
      });

      it(`${what}, to a look for what a lost answer has made: ${kind}`, async () => {
        const whole = await run(kind, open);
        for (const [of, calls] of whole.calls.entries()) {
          for (let at = 0; at < mostLooks; at += 1) {
            const are = [...none(calls - 1), "lost" as const, ...none(at), answer];
            const { books, failed } = await run(kind, open, { of, are });
            assert.deepEqual(books, whole.books, `event ${of}, look ${at}`);
            assert.ok(failed > 0, "no answer was lost");
          }
        }
      });
    }
  }
});

describe("an answer that is not the vendor's word tells doctor of nothing that is well", () => {
  for (const [kind, open] of Object.entries(worlds)) {
    it(`at any call: ${kind}`, async () => {
      const check = (faults: readonly Fault[]) =>
        within(open, async ({ destination, proxy }) => {
          proxy.fail(...faults);
          const lines = await destination.check(AbortSignal.timeout(5_000));
          return { lines, calls: proxy.requests.filter(isCounted).length };
        });
      const { calls } = await check([]);
      // That Salesforce tells of no limits is no fault.
      for (let at = kind === "salesforce" ? 1 : 0; at < calls; at += 1) {
        for (const [what, answer] of Object.entries(answers).slice(0, 2)) {
          const { lines } = await check([...none(at), answer]);
          assert.ok(
            lines.some(({ ok, detail }) => !ok && !/unexpectedly/.test(detail)),
            `${what}, call ${at}: ${JSON.stringify(lines)}`,
          );
        }
      }
    });
  }
});
