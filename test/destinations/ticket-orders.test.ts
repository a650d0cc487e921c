import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { makeEvent, makeText, second } from "../store/make-events.ts";
import { type TicketDesk, ticketDesks } from "./ticket-desks.ts";

const dayMs = 86_400_000;
const daySeconds = 86_400;
/** The defaults. */
const [reopenWithin, newAfter] = [3 * dayMs, 14 * dayMs];

/** Something is said on that day, whenever it comes; or an agent closes the ticket, so many days after what was said last. */
type Step = { readonly said: number } | { readonly closed: number };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ said: fc.integer({ min: 0, max: 8 }).map((n) => n * 5) }) },
    { weight: 1, arbitrary: fc.record({ closed: fc.constantFrom(-4, 0, 1) }) },
  ),
  { minLength: 2, maxLength: 9 },
);

/** What the rule says, by the newest that was said. */
function createRule() {
  let newest = Number.NEGATIVE_INFINITY;
  let closedAt: number | undefined;
  return {
    newest: () => newest,
    close(at: number) {
      closedAt ??= at;
      return closedAt;
    },
    beginsWith(at: number): boolean {
      const isSilent = at - newest >= newAfter;
      newest = Math.max(newest, at);
      const isLong = closedAt !== undefined && newest - closedAt >= reopenWithin;
      closedAt = undefined;
      return isSilent || isLong;
    },
  };
}

let people = 0;

/** Answers how many tickets the vendor must have gained. */
async function live(desk: TicketDesk, life: readonly Step[]): Promise<number> {
  people += 1;
  const contact = { waId: `4917012${String(people).padStart(6, "0")}`, name: "Mia" };
  const rule = createRule();
  let current: string | undefined;
  let begun = 0;
  for (const [n, step] of life.entries()) {
    if ("closed" in step) {
      if (current === undefined) continue;
      const after = Math.max(step.closed, desk.closesAfter ?? step.closed);
      desk.closeTicket(current, rule.close(rule.newest() + after * dayMs));
      continue;
    }
    const at = step.said * daySeconds;
    const given = { contact, at, receivedAt: second(41 * daySeconds + n) };
    const event =
      desk.begins === "message"
        ? makeText(`text ${n}`, given)
        : makeEvent({ type: "business.handoff.requested", ...given, data: { business: {} } });
    const before = current;
    current = (await desk.told.deliver(event)).link?.[desk.ticket];
    const begins = rule.beginsWith(Date.parse(event.time));
    begun += begins ? 1 : 0;
    assert.equal(current !== before, begins, `step ${n}`);
  }
  return begun;
}

describe("a conversation's ticket, in whatever order its messages come", () => {
  for (const [kind, open] of Object.entries(ticketDesks)) {
    it(`is by the newest of them: ${kind}`, async () => {
      const desk = await open();
      let tickets = 0;
      const holds = fc.asyncProperty(steps, async (life) => {
        tickets = desk.tickets() + (await live(desk, life));
        assert.equal(desk.tickets(), tickets);
      });
      await fc.assert(holds, {
        numRuns: 12,
        examples: [
          // What comes late makes the ticket no older.
          [[{ said: 20 }, { said: 0 }, { said: 20 }]],
          [[{ said: 15 }, { said: 0 }, { said: 25 }]],
          [[{ said: 20 }, { closed: 0 }, { said: 0 }, { said: 20 }]],
        ],
      });
      await desk.close();
    });
  }
});
