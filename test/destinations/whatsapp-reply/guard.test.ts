import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { judgeEach, whyNot } from "../../../src/destinations/whatsapp-reply/guard.ts";
import { makeEvent } from "../../store/make-events.ts";

const now = Date.UTC(2026, 10, 20, 12);
type Judged = Parameters<typeof whyNot>[0];

/** With nothing that speaks against it, unless told. */
function judged(type: string, parts: Partial<Judged> = {}): Judged {
  const answered: WaypostEvent = makeEvent({ type });
  const standing = { heldBy: undefined, stopped: false };
  return {
    ...{ job: { purpose: "route" }, standing, answered, origin: answered, contact: undefined, now },
    ...parts,
  };
}

describe("the guards of a reply", () => {
  it("let no event through that asks nothing", () => {
    const why = "such events are answered only by what a route emits of them";
    for (const what of ["edit", "revoke", "system", "request_welcome"]) {
      assert.equal(whyNot(judged(`whatsapp.message.${what}`)), why, what);
    }
    assert.equal(whyNot(judged("whatsapp.message.text")), undefined);
  });

  it("let what is as old as it may be through, and nothing that is older or has no time", () => {
    const aged = (until: number) =>
      whyNot(judged("whatsapp.message.text", { job: { purpose: "route", until } }));
    assert.equal(aged(now), undefined);
    assert.equal(aged(now - 1), "what it answers is too old");
    assert.equal(aged(Number.NaN), "what it answers is too old");
  });

  it("are asked in one order, and each says what it says by itself", () => {
    const all = judged("whatsapp.message.text", {
      job: { purpose: "route", until: now - 1 },
      standing: { heldBy: "human", stopped: true },
    });
    assert.equal(whyNot(all), "what it answers is too old");
    assert.deepEqual(
      judgeEach(all).map(({ guard, allows }) => [guard, allows]),
      [
        ["event", true],
        ["age", false],
        ["stop", false],
        ["holder", false],
      ],
    );
  });

  it("let the confirmation of a stop through alone, whoever has the conversation, while it stands", () => {
    const confirming = (stopped: boolean, marketing?: "revoked") =>
      whyNot(
        judged("whatsapp.message.text", {
          job: { purpose: "consent" },
          standing: { heldBy: "human", stopped },
          contact: { consent: marketing ? { marketing } : {} },
        }),
      );
    assert.equal(confirming(true), undefined);
    assert.equal(confirming(false, "revoked"), undefined);
    assert.equal(confirming(false), "they have taken their stop back");
  });
});
