import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Only, Route } from "../../../src/contracts.ts";
import { isConditional, ownTakes, takesMedia } from "../../../src/deliver/flows/takes.ts";
import { makeEvent, phoneNumberId, wabaId } from "../../store/make-events.ts";
import { noRules, type RouteParts } from "./flow-engine.ts";

const route = (parts: RouteParts): Route => ({ when: {}, to: ["crm"], test: false, ...parts });

describe("a row of `flows`", () => {
  const marks = route({ name: "marks", set: { tag: { add: ["x"], remove: [] } } });
  const isWaitedFor = (only: Only, others: readonly Route[] = [marks]) =>
    ownTakes([route({ name: "r", only }), ...others], noRules).waitedFor("r");

  it("is waited for by what it may change, also within `not` and `defaults`, and by nothing else", () => {
    const memory: readonly Only[] = [
      { tag: ["x"] },
      { field: { a: [1] } },
      { topic: ["x"] },
      { owner: true },
      { consent: false },
    ];
    for (const only of memory) {
      const told = JSON.stringify(only);
      assert.equal(isWaitedFor(only), true, told);
      assert.equal(isWaitedFor({ not: only }), true, `not ${told}`);
      assert.equal(isWaitedFor({ all: [{ window: "open" }, only] }), true, `defaults ${told}`);
      assert.equal(isWaitedFor(only, []), false, `${told}, where nothing is set`);
    }
    const others: readonly Only[] = [{ first: true }, { window: "open" }, { hours: ["x"] }, {}];
    for (const only of others) assert.equal(isWaitedFor(only), false, JSON.stringify(only));
  });
});

it("something is asked of a route with `only`, `once` or `maxAge`", () => {
  assert.equal(isConditional(route({ name: "r" })), false);
  assert.equal(isConditional(route({ name: "r", maxAgeMs: 0 })), true);
  assert.equal(isConditional(route({ name: "r", only: {} })), true);
  assert.equal(isConditional(route({ name: "r", once: { per: "contact", for: 1 } })), true);
});

it("files are those of messages and echoes, of numbers and accounts whose media are not off", () => {
  const message = { id: "wamid.1", type: "image", image: { id: "1", mimeType: "image/jpeg" } };
  const of = (data: object = {}, type = "whatsapp.message.image") =>
    makeEvent({ type, data: { message, ...data } as never });
  const takes = (account: object, event = of()) => takesMedia({ a: account } as never)(event);
  assert.equal(takes({ phoneNumberId }), true);
  assert.equal(takes({ phoneNumberId }, of({}, "whatsapp.echo.image")), true);
  assert.equal(takes({ phoneNumberId }, of({}, "whatsapp.history.image")), false);
  assert.equal(takes({ phoneNumberId }, of({ test: true })), false);
  assert.equal(takes({ phoneNumberId, media: "off" }), false);
  assert.equal(takes({ wabaId, media: "off" }), false);
  assert.equal(takes({ wabaId: "1", media: "off" }), true);
  assert.equal(takes({ phoneNumberId: "1", wabaId, media: "off" }), true);
});
