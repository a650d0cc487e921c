import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import type { Parts } from "../../store/make-events.ts";
import { now, type RouteParts, startFlows } from "./flow-engine.ts";

/** So many seconds after the first moment, by Meta's clock. */
const at = (second: number, parts: Parts = {}): Parts => ({ ...parts, at: second });
const echo: Parts = {
  type: "whatsapp.echo.text",
  data: { message: { id: "wamid.echo", type: "text" } },
};

const outgoing = (template: string): Parts => ({
  type: "whatsapp.outgoing.template",
  data: { message: { id: `wamid.${template}`, type: "template", template: { name: template } } },
});

/** What one POST brings is received at once. Answers with those that were delivered, counted over all POSTs. */
async function sent(route: Partial<RouteParts>, ...posts: readonly (readonly Parts[])[]) {
  const messages = { type: ["whatsapp.message.*"] };
  const flows = await startFlows([{ name: "r", when: messages, to: ["crm"], ...route }]);
  const events: WaypostEvent[] = [];
  for (const post of posts) {
    const received = post.map((each) => now(flows.clock, each));
    events.push(...received);
    await flows.receive(...received);
    await flows.clock.advance(2_000);
  }
  await flows.engine.end();
  const went = flows.effects("crm");
  return events.flatMap(({ id }, i) => (went.includes(id) ? [i] : []));
}

const delivered = (only: RouteParts["only"], ...parts: readonly Parts[]) =>
  sent(only === undefined ? {} : { only }, parts);

describe("what comes in one POST", () => {
  const unanswered = { not: { answered: { by: ["human" as const] } } };
  const last = { not: { followedBy: ["whatsapp.message.*"] } };

  it("is answered by what a human sent after it, and not by what they sent before", async () => {
    assert.deepEqual(await delivered(unanswered, at(10), at(20, echo)), []);
    assert.deepEqual(await delivered(unanswered, at(10), at(10, echo)), []);
    assert.deepEqual(await delivered(unanswered, at(20), at(10, echo)), [0]);
  });

  it("is followed by what was written after it, in whatever order it stands there", async () => {
    assert.deepEqual(await delivered(last, at(10), at(30), at(20)), [1]);
  });

  it("has one that is the last, also of one second", async () => {
    assert.equal((await delivered(last, at(10), at(10), at(10))).length, 1);
  });

  it("opens its conversation only where nothing was said before it", async () => {
    assert.deepEqual(await delivered({ opens: true }, at(20), at(10, echo)), []);
    assert.deepEqual(await delivered({ opens: true }, at(20, echo), at(10)), [1]);
    assert.deepEqual(await delivered({ opens: true }, at(30), at(10), at(20)), [1]);
  });

  it("opens it again after its end, also where that was told together with what was said last", async () => {
    const ended: Parts = { type: "business.conversation.closed", data: { business: {} } };
    const first = [at(10), at(20, ended)];
    assert.deepEqual(await sent({ only: { opens: true } }, first, [at(30)]), [0, 2]);
    const before = [at(20), at(10, ended)];
    assert.deepEqual(await sent({ only: { opens: true } }, before, [at(30)]), [0]);
  });

  it("is about the last of our messages before it", async () => {
    const about = { about: { template: ["a"] } };
    const [a, b] = [outgoing("a"), outgoing("b")];
    assert.deepEqual(await delivered(about, at(10, a), at(30, b), at(20)), [2]);
    assert.deepEqual(await delivered(about, at(20, a), at(10, b), at(30)), [2]);
    assert.deepEqual(await delivered(about, at(30, a), at(10, b), at(20)), []);
    const others = Array.from({ length: 12 }, (_, n) => at(40 + n, outgoing(`c${n}`)));
    assert.deepEqual(await delivered(about, at(10, a), ...others, at(20)), [13]);
  });

  it("is once until it is answered: by what was sent between the two", async () => {
    const once = { once: { per: "conversation", for: "untilAnswered" } } as const;
    assert.deepEqual(await sent(once, [at(10), at(20, echo), at(30)]), [0, 2]);
    assert.deepEqual(await sent(once, [at(10), at(20), at(30, echo)]), [0]);
    assert.deepEqual(await sent(once, [at(10)], [at(20), at(30, echo)]), [0]);
    assert.deepEqual(await sent(once, [at(10)], [at(20, echo), at(30)]), [0, 2]);
    assert.deepEqual(await sent(once, [at(20), at(10, echo)], [at(30)]), [0]);
    assert.deepEqual(await sent(once, [at(10), at(20, echo)], [at(30)]), [0, 2]);
  });

  it("is shown without what was said after it", async () => {
    const text = { set: { field: { said: "{{ transcript | text }}" } }, to: [] };
    const flows = await startFlows([
      {
        name: "r",
        when: { type: ["whatsapp.message.*"] },
        ...text,
        once: { per: "contact", for: 1 },
      },
    ]);
    const say = (body: string): Parts => ({
      data: { message: { id: `wamid.${body}`, type: "text", text: { body } } },
    });
    const parts = [at(20, say("two")), at(10, say("one")), at(30, say("three"))];
    const [event, ...others] = parts.map((each) => now(flows.clock, each)) as [WaypostEvent];
    await flows.receive(event, ...others);
    await flows.clock.advance(2_000);
    await flows.engine.end();
    const said = String((await flows.contacts.of(event))?.fields["said"]);
    assert.match(said, /one[\s\S]*two/);
    assert.doesNotMatch(said, /three/);
  });
});
