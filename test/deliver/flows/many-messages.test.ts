import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { come, holds } from "./asking.ts";

const person = { waId: "15555550144" };
const sentBy = (sender: "human" | "bot", at: number) =>
  come("whatsapp.outgoing.text", at, { contact: person, data: { sentBy: sender } });
const many = (count: number, make: (n: number) => ReturnType<typeof come>) =>
  Array.from({ length: count }, (_, n) => make(n));

describe("a condition, among more messages than the log gives at once", () => {
  const message = come("whatsapp.message.text", 1, { contact: person });
  const byBot = many(120, (n) => sentBy("bot", 3 + n));

  it("answered: by a human, whatever a bot has said since", async () => {
    const only = { answered: { by: ["human"] } } as const;
    assert.equal(await holds(only, [message, sentBy("human", 2), ...byBot]), true);
    assert.equal(await holds(only, [message, ...byBot]), false);
  });

  it("held: by the human who wrote among them", async () => {
    const only = { held: { by: ["human"] } } as const;
    const asked = { now: Date.parse(message.data.receivedAt) + 600_000 };
    assert.equal(await holds(only, [message, sentBy("human", 2), ...byBot], asked), true);
    assert.equal(await holds(only, [message, ...byBot], asked), false);
  });

  it("opens: not, where one POST has brought what follows and what was said shortly before is behind it", async () => {
    const only = { opens: true };
    const at = message.data.receivedAt;
    const together = many(300, (n) => {
      const time = new Date(Date.parse(message.time) + 1_000 * (n + 1)).toISOString();
      return { ...come("whatsapp.message.text", 1, { contact: person }), time };
    });
    for (const each of together) assert.equal(each.data.receivedAt, at);
    const before = come("whatsapp.message.text", 0, { contact: person });
    assert.equal(await holds(only, [message, ...together, before]), false);
    assert.equal(await holds(only, [message, ...together]), true);
  });
});
