import assert from "node:assert/strict";
import { it } from "node:test";
import { DeliveryError, deliveryError } from "../../src/contracts/errors.ts";

it("takes what a destination throws for an outage that may be done, and tells its words to nobody but the attempt", () => {
  const thrown = new TypeError("the customer's secret");
  const error = deliveryError(thrown);
  assert.equal(error.verdict, "outage");
  assert.equal(error.maybeDone, true);
  assert.doesNotMatch(error.message, /secret/);
  assert.match(error.message, /TypeError/);
  assert.match(error.answer ?? "", /secret/);
  assert.equal(error.cause, thrown);
  const own = new DeliveryError("refused", "no");
  assert.equal(deliveryError(own), own);
});

it("keeps 500 characters of an answer, and nothing that was not said", () => {
  const long = new DeliveryError("refused", "no", { answer: "x".repeat(501) });
  assert.equal(long.answer?.length, 500);
  const { maybeDone, laneOnly, limited, answer, afterMs, events } = new DeliveryError(
    "config",
    "no",
  );
  assert.deepEqual([maybeDone, laneOnly, limited], [false, false, false]);
  assert.deepEqual([answer, afterMs, events], [undefined, undefined, undefined]);
});
