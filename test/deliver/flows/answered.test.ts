import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent } from "../../store/make-events.ts";
import { type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550144", name: "Kim" };
const minute = 60_000;
const routes: readonly RouteParts[] = [
  {
    name: "nobody-answered",
    when: { type: ["whatsapp.message.*"] },
    after: { delayMs: minute },
    only: { not: { answered: { by: ["human"] } } },
    to: ["desk"],
  },
];

/** When each side wrote, in seconds, some minutes before the first receipt, and in which order the POSTs came. */
interface Case {
  readonly asked: number;
  readonly wrote: number;
  /** Milliseconds between the receipt of the message and that of the echo; 0: one POST. */
  readonly apart: number;
  readonly type?: string;
  readonly told: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  "the answer in the same POST": { asked: 10, wrote: 12, apart: 0, told: false },
  "the answer in the same POST and the same second": {
    asked: 10,
    wrote: 10,
    apart: 0,
    told: false,
  },
  "what was written before it, in the same POST": { asked: 10, wrote: 8, apart: 0, told: true },
  "the answer in the next POST": { asked: 10, wrote: 12, apart: 1, told: false },
  "the answer in the POST before": { asked: 10, wrote: 12, apart: -40, told: false },
  "the answer hours before a message that came late": {
    ...{ asked: 10, wrote: 300, apart: -7_200_000, told: false },
  },
  "what was written before it, in the POST before": { asked: 10, wrote: 8, apart: -40, told: true },
  "what was written in the same second, in the POST before": {
    ...{ asked: 10, wrote: 10, apart: -40, told: true },
  },
  "what a service told before, by a clock that is ahead": {
    ...{ asked: 10, wrote: 12, apart: -40, told: true, type: "whatsapp.outgoing.text" },
  },
};

async function reminders(
  { asked, wrote, apart, type = "whatsapp.echo.text" }: Case,
  turn: boolean,
) {
  const flows = await startFlows(routes);
  const { clock } = flows;
  const at = clock.now();
  const received = (ms: number) => new Date(at + ms).toISOString();
  const written = (n: number) => ({ time: new Date(at - 600_000 + n * 1_000).toISOString() });
  const text = (id: string) => ({ message: { id, type: "text" as const, text: { body: "?" } } });
  const message = {
    ...makeEvent({
      ...{ contact: person, receivedAt: received(Math.max(0, -apart)) },
      ...{ id: turn ? "evt_a" : "evt_z", data: text("wamid.Q") },
    }),
    ...written(asked),
  };
  const human = { sentBy: "human" as const };
  const echo = {
    ...makeEvent({
      ...{ contact: person, receivedAt: received(Math.max(0, apart)), type },
      ...{ id: turn ? "evt_z" : "evt_a", data: { ...text("wamid.A"), ...human } },
    }),
    ...written(wrote),
  };
  const order: WaypostEvent[] = turn ? [message, echo] : [echo, message];
  await flows.receive(...order);
  await clock.advance(3 * 60 * minute);
  const told = flows.effects("desk");
  await flows.engine.end();
  return told;
}

describe("whether a message was answered", () => {
  for (const [name, each] of Object.entries(cases)) {
    it(`${name} ${each.told ? "is no answer" : "counts"}, in whichever order and under whatever ids`, async () => {
      for (const turn of [true, false]) {
        assert.equal((await reminders(each, turn)).length, each.told ? 1 : 0);
      }
    });
  }

  it("ends a claim that its own POST has answered", async () => {
    const flows = await startFlows([
      {
        ...{ name: "told", when: { type: ["whatsapp.message.*"] }, to: ["desk"] },
        once: { per: "conversation", for: "untilAnswered" },
      },
    ]);
    const { clock } = flows;
    const came = (type: string) =>
      makeEvent({ contact: person, type, receivedAt: new Date(clock.now()).toISOString() });
    const first = came("whatsapp.message.text");
    await flows.receive(first, came("whatsapp.echo.text"));
    await clock.advance(minute);
    const next = came("whatsapp.message.text");
    await flows.receive(next);
    await clock.advance(minute);
    const third = came("whatsapp.message.text");
    await flows.receive(third);
    await clock.advance(minute);
    assert.deepEqual(flows.effects("desk"), [first.id, next.id]);
    await flows.engine.end();
  });
});
