import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerChallenge } from "../../src/receive/subscription.ts";
import { verifyToken } from "../support/signed.ts";

const right = {
  "hub.mode": "subscribe",
  "hub.verify_token": verifyToken,
  "hub.challenge": "1158201444",
};

describe("answerChallenge", () => {
  it("gives the challenge back, digits or not", () => {
    assert.equal(answerChallenge(right, [verifyToken]), "1158201444");
    const challenge = "aZ09_-".repeat(42);
    assert.equal(
      answerChallenge({ ...right, "hub.challenge": challenge }, [verifyToken]),
      challenge,
    );
  });

  it("takes any of several tokens", () => {
    assert.equal(answerChallenge(right, ["first", verifyToken, "last"]), "1158201444");
  });

  for (const [what, query] of [
    ["another token", { ...right, "hub.verify_token": "guess" }],
    ["a beginning of the token", { ...right, "hub.verify_token": verifyToken.slice(0, -1) }],
    ["an empty token", { ...right, "hub.verify_token": "" }],
    ["two tokens", { ...right, "hub.verify_token": [verifyToken, verifyToken] }],
    ["another mode", { ...right, "hub.mode": "unsubscribe" }],
    ["two modes", { ...right, "hub.mode": ["subscribe", "subscribe"] }],
    ["two challenges", { ...right, "hub.challenge": ["1", "2"] }],
    ["no challenge", { "hub.mode": "subscribe", "hub.verify_token": verifyToken }],
    ["an empty challenge", { ...right, "hub.challenge": "" }],
    ["markup", { ...right, "hub.challenge": "<script>alert(1)</script>" }],
    ["a line break", { ...right, "hub.challenge": "1158201444\n" }],
    ["257 characters", { ...right, "hub.challenge": "1".repeat(257) }],
    ["nothing", {}],
  ] as const) {
    it(`says nothing to a query with ${what}`, () => {
      assert.equal(answerChallenge(query, [verifyToken]), undefined);
    });
  }
});
