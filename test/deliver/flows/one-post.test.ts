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

/** All come in one POST: they are received at once. Answers with those that were delivered. */
async function delivered(only: RouteParts["only"], ...parts: readonly Parts[]) {
  const messages = { type: ["whatsapp.message.*"] };
  const flows = await startFlows([
    { name: "r", when: messages, ...(only && { only }), to: ["crm"] },
  ]);
  const events: readonly WaypostEvent[] = parts.map((each) => now(flows.clock, each));
  await flows.receive(...events);
  await flows.clock.advance(2_000);
  await flows.engine.end();
  const went = flows.effects("crm");
  return events.flatMap(({ id }, i) => (went.includes(id) ? [i] : []));
}

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
});
