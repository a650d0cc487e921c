import assert from "node:assert/strict";
import { it } from "node:test";
import { jobOf } from "../../../src/destinations/whatsapp-reply/job.ts";
import { makeEvent } from "../../store/make-events.ts";

const receivedAt = "2026-11-20T10:00:00.000Z";
const job = (answers: object) => {
  const business = { via: "wa", purpose: "bot", reply: { text: "Hi" } };
  const told = { id: "evt_1", receivedAt, ...answers };
  const data = { business: { ...business, answers: told } };
  return jobOf(makeEvent({ type: "business.reply.requested", data }), {} as never);
};

it("answers the event that the request names, until an hour after its receipt unless told", () => {
  assert.equal(job({}).answers, "evt_1");
  assert.equal(job({}).purpose, "bot");
  assert.equal(job({}).until, Date.parse("2026-11-20T11:00:00.000Z"));
  assert.equal(job({ until: "2026-11-20T10:05:00.000Z" }).until, Date.parse(receivedAt) + 300_000);
});

it("is too late where it tells no time", () => {
  assert.ok(Number.isNaN(job({ until: "soon" }).until));
  assert.ok(Number.isNaN(job({ receivedAt: "soon" }).until));
});
