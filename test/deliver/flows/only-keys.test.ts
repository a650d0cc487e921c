import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hours, Only, WaypostEvent } from "../../../src/contracts.ts";
import { compileOnly } from "../../../src/deliver/flows/only.ts";
import { ask, come, holds, ms } from "./asking.ts";
import { noRules } from "./flow-engine.ts";

const message = (at = 0, data: Partial<WaypostEvent["data"]> = {}) =>
  come("whatsapp.message.text", at, { data });
const echo = (at: number, sentBy?: "bot") =>
  come("whatsapp.echo.text", at, { data: { ...(sentBy && { sentBy }) } });
const told = (at: number, sentBy?: "human" | "bot" | "campaign") =>
  come("whatsapp.outgoing.text", at, { data: { ...(sentBy && { sentBy }) } });
const payment = (at: number) => come("business.payment.succeeded", at);
const friday = (...spans: readonly (readonly [number, number])[]): Hours => ({
  timeZone: "UTC",
  days: { 5: spans },
  except: [],
});

describe("what is asked of the contact", () => {
  const mia = {
    tags: ["vip"],
    fields: { city: "Rome", age: 5, none: null },
    owner: { pool: "sales", name: "Ana" },
    phones: ["15555550123"],
    userIds: ["US.1234567890"],
    consent: {},
  };
  const known = (only: Only, contact: object = {}) =>
    holds(only, [message()], { contact: { ...mia, ...contact } });

  it("any of the tags, and every field, by its own name and type", async () => {
    assert.equal(await known({ tag: ["gold", "vip"] }), true);
    assert.equal(await known({ tag: ["gold"] }), false);
    assert.equal(await known({ field: { city: ["Paris", "Rome"], age: [5] } }), true);
    assert.equal(await known({ field: { city: ["Rome"], age: ["5"] } }), false);
    assert.equal(await known({ field: { none: [null] } }), true);
    assert.equal(await known({ field: { nothing: [null] } }), false);
    assert.equal(await known({ field: { toString: [null] } }), false);
  });

  it("who has them, by name or at all", async () => {
    const nobody = { owner: undefined };
    assert.equal(await known({ owner: ["Ana"] }), true);
    assert.equal(await known({ owner: ["Ben"] }), false);
    assert.equal(await known({ owner: ["Ben"] }, nobody), false);
    assert.deepEqual(await Promise.all([known({ owner: true }), known({ owner: false })]), [
      true,
      false,
    ]);
    assert.deepEqual(
      await Promise.all([known({ owner: true }, nobody), known({ owner: false }, nobody)]),
      [false, true],
    );
  });

  it("offers, which a stop and Meta's switch end each by itself", async () => {
    const cases: [object, boolean][] = [
      [{}, true],
      [{ marketing: "granted", stopped: false }, true],
      [{ marketing: "revoked" }, false],
      [{ stopped: true }, false],
    ];
    for (const [consent, given] of cases) {
      assert.equal(await known({ consent: true }, { consent }), given, JSON.stringify(consent));
      assert.equal(await known({ consent: false }, { consent }), !given, JSON.stringify(consent));
    }
    assert.equal(await holds({ consent: true }, [message()]), true);
  });

  it("a list, by any of their ids in any writing", async () => {
    const on = (entry: string, contact: object = {}) =>
      holds({ list: ["l"] }, [message()], {
        rules: { lists: { l: ["US.000", entry] } },
        contact: { ...mia, ...contact },
      });
    assert.equal(await on("+1 (555) 555-0123"), true);
    assert.equal(await on("0015555550123", { phones: [], userIds: [] }), true);
    assert.equal(await on("US.1234567890"), true);
    assert.equal(await on("+1 555 555 0199", { phones: ["15555550199"] }), true);
    assert.equal(await on("+1 555 555 0199"), false);
    assert.equal(await holds({ list: ["gone"] }, [message()], { contact: mia }), false);
  });

  it("whether it was their first", async () => {
    const event = message();
    const first = (eventId: string, wanted: boolean) =>
      holds({ first: wanted }, [event], { contact: { first: { eventId } } as object });
    assert.deepEqual([await first(event.id, true), await first(event.id, false)], [true, false]);
    assert.deepEqual([await first("evt_x", true), await first("evt_x", false)], [false, true]);
  });
});

describe("what is asked of the conversation and the time", () => {
  it("the topic as of the event, where there is one", async () => {
    assert.equal(await holds({ topic: ["a", "cart"] }, [message()], { topic: "cart" }), true);
    assert.equal(await holds({ topic: ["a"] }, [message()], { topic: "cart" }), false);
    assert.equal(await holds({ topic: ["cart"] }, [message()]), false);
  });

  it("any of the hours, as of the event, whatever the time is by now", async () => {
    const rules = {
      hours: { morning: friday([9 * 60, 11 * 60]), evening: friday([1_080, 1_140]) },
    };
    const open = (names: string[], hour: number, by: number) => {
      const at = Date.UTC(2026, 10, 20, hour);
      return holds({ hours: names }, [message()], { rules, at, now: Date.UTC(2026, 10, 20, by) });
    };
    assert.equal(await open(["morning"], 9, 15), true);
    assert.equal(await open(["morning"], 11, 10), false);
    assert.equal(await open(["evening", "morning"], 10, 15), true);
    assert.equal(await open(["none"], 10, 10), false);
  });

  it("the window, which is no longer open at its end", async () => {
    const day = ms(86_400);
    const window = (is: "open" | "closed", now: number) =>
      holds({ window: is }, [message()], { now });
    assert.deepEqual(
      [await window("open", day - 1), await window("closed", day - 1)],
      [true, false],
    );
    assert.deepEqual([await window("open", day), await window("closed", day)], [false, true]);
    assert.equal(await holds({ window: "closed" }, [payment(0)]), true);
  });

  it("followedBy: what came later, not itself, nor another's", async () => {
    const paid = { followedBy: ["business.payment.*"] };
    assert.equal(await holds(paid, [message(10), payment(11)]), true);
    assert.equal(await holds(paid, [message(10), payment(9)]), false);
    assert.equal(await holds(paid, [payment(10)]), false);
    const other = { waId: "15555550199", name: "Ben" };
    const theirs = come("business.payment.succeeded", 11, { contact: other });
    assert.equal(await holds(paid, [message(10), theirs]), false);
    const receivedAt = message(30).data.receivedAt;
    const both = (one: number, two: number) => [
      message(one, { receivedAt }),
      { ...payment(two), data: { ...payment(two).data, receivedAt } },
    ];
    assert.equal(await holds(paid, both(10, 11)), true);
    assert.equal(await holds(paid, both(11, 10)), false);
  });

  it("answered: by whom it says, later, among whatever else was sent", async () => {
    const by = (who: "human" | "bot" | "campaign" | "other", ...events: WaypostEvent[]) =>
      holds({ answered: { by: [who] } }, [message(10), ...events]);
    assert.equal(await by("human", echo(11)), true);
    assert.equal(await by("human", echo(9)), false);
    assert.equal(await by("human", echo(11, "bot")), false);
    assert.equal(await by("bot", echo(11, "bot")), true);
    assert.equal(await by("campaign", told(11, "campaign")), true);
    assert.deepEqual([await by("other", told(11)), await by("human", told(11))], [true, false]);
    const bots = Array.from({ length: 20 }, (_, n) => told(12 + n, "bot"));
    assert.equal(await by("human", echo(11), ...bots), true);
  });

  it("answered: an echo that came before its message, by who wrote it", async () => {
    const late = message(10, { receivedAt: message(60).data.receivedAt });
    const by = (who: "human" | "bot", ...events: WaypostEvent[]) =>
      holds({ answered: { by: [who] } }, [late, ...events]);
    assert.deepEqual([await by("human", echo(12)), await by("bot", echo(12))], [true, false]);
    assert.equal(await by("human", echo(9)), false);
    const held = come("whatsapp.echo.text", 9, { receivedAt: message(30).data.receivedAt });
    assert.equal(await by("human", held), false);
    assert.equal(await by("human", told(12, "human")), false);
  });
});

describe("keys together", () => {
  const contact = { tags: ["vip"], fields: {}, consent: {} };
  const asked = (only: Only) => holds(only, [message()], { contact });

  it("must all hold, those of `defaults` too; `not` must not hold as a whole", async () => {
    const [yes, no]: [Only, Only] = [{ tag: ["vip"] }, { tag: ["gold"] }];
    assert.equal(await asked({ ...yes, consent: true }), true);
    assert.equal(await asked({ ...yes, consent: false }), false);
    assert.equal(await asked({ ...yes, all: [yes, no] }), false);
    assert.equal(await asked({ ...yes, all: [no, yes] }), false);
    assert.equal(await asked({ ...yes, all: [yes] }), true);
    assert.equal(await asked({ not: { ...yes, consent: false } }), true);
    assert.equal(await asked({ not: { ...no, consent: true } }), true);
    assert.equal(await asked({ not: { ...yes, consent: true } }), false);
    assert.equal(await asked({ not: { all: [yes] } }), false);
  });

  it("are asked first where nobody is asked, and what `not` reads is waited for", async () => {
    const only: Only = {
      window: "open",
      tag: ["x"],
      not: { tag: ["x"], window: "open" },
      hours: [],
    };
    const tests = compileOnly(only, noRules);
    assert.equal(tests[0]?.key, "hours");
    const not = tests.find(({ key }) => key === "not");
    assert.deepEqual(not?.reads.toSorted(), ["log", "memory"]);
    const { about, log } = ask([message()], { contact });
    for (const test of tests) if (!(await test.holds(about))) break;
    assert.equal(log.questions, 0);
  });
});
