import assert from "node:assert/strict";
import { it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { createSurroundings } from "../../../src/deliver/flows/surroundings.ts";
import { makeText } from "../../store/make-events.ts";
import { ask, come } from "./asking.ts";

function surroundingsOf(events: readonly WaypostEvent[]) {
  const { about, rules, log } = ask(events, { contact: { consent: {} } });
  return createSurroundings({
    ...{ query: log, accounts: {}, rules, captures: () => ({}), circumstances: () => about },
  });
}

it("knows what an event was made of, through all that was made between", async () => {
  const first = come("whatsapp.history.text", 0);
  const events = [first];
  for (let depth = 1; depth <= 8; depth += 1) {
    const from = events.at(-1)?.id ?? "";
    const data = { business: {}, derived: { route: "r", from, depth } };
    events.push(come("business.step", depth, { data }));
  }
  const newestFirst = events.toReversed();
  for (let at = 0; at < events.length; at += 1) {
    const chain = newestFirst.slice(at);
    const [event] = chain as [WaypostEvent];
    const { answered, origin } = await surroundingsOf(chain).standing(event);
    assert.equal(answered?.id, event.id);
    assert.equal(origin?.id, first.id);
  }
  const [last] = newestFirst as [WaypostEvent];
  const torn = [last, ...newestFirst.slice(3)];
  assert.equal((await surroundingsOf(torn).standing(last)).origin, undefined);
});

it("shows both sides up to the event, oldest first", async () => {
  const sent = (type: string, at: number, body: string) =>
    come(type, at, { data: { message: { id: body, type: "text", text: { body } } } });
  const event = makeText("three", { at: 30 });
  const events = [
    event,
    sent("whatsapp.outgoing.text", 10, "one"),
    sent("whatsapp.echo.text", 20, "two"),
    sent("whatsapp.outgoing.text", 40, "four"),
    sent("whatsapp.standby.text", 15, "to another app"),
  ];
  const { scope } = surroundingsOf(events);
  const { transcript } = await scope(event, "r", new Set(["transcript"]), 20);
  const said = transcript as { from: string; message: { text: { body: string } } }[];
  assert.deepEqual(
    said.map(({ from, message }) => `${from} ${message.text.body}`),
    ["business one", "business two", "contact three"],
  );
});
