import assert from "node:assert/strict";
import { it } from "node:test";
import { within } from "../../src/support/within.ts";

const never = () => new Promise<string>(() => undefined);

it("what comes in time is answered with, a rejection too, and no timer is left", async () => {
  assert.equal(await within(60_000, Promise.resolve("here")), "here");
  await assert.rejects(within(60_000, Promise.reject(new Error("broken"))), /^Error: broken$/);
  assert.ok(!process.getActiveResourcesInfo().includes("Timeout"));
});

it("what comes late is an error that says how long it was waited for, unless told what then", async () => {
  await assert.rejects(within(5, never()), /^Error: no answer within 5 ms$/);
  assert.equal(await within(5, never(), () => "late"), "late");
  const late = () => {
    throw new Error("it did not end");
  };
  await assert.rejects(within(5, never(), late), /^Error: it did not end$/);
});
