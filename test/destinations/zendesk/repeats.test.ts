import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { contextOf } from "../../conformance/destination.ts";
import { type Desk, openDesk } from "./desk.ts";

describe("a repeat to Zendesk", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const signal = () => AbortSignal.timeout(5_000);
  const outcomes = (...bodies: string[]) => {
    const events = bodies.map((body) => desk.text(body));
    const items = events.map((event) => ({ event, context: contextOf(event) }));
    return { events, outcomes: desk.destination.deliverBatch?.(items, signal()) };
  };

  it("with less text, while the ticket is not listed yet, makes no second one", async () => {
    desk.stub.fail("lost");
    const { events, outcomes: together } = outcomes("one", "two");
    for (const each of (await together) ?? []) {
      assert.ok(each instanceof DeliveryError && each.maybeDone);
    }
    desk.stub.books.listsTickets = false;
    const [one] = events;
    assert.ok(one);
    const context = contextOf(one);
    assert.equal(await desk.destination.find?.(one, context, signal()), undefined);
    const repeated = await desk.destination.deliver(one, context, signal()).catch((error) => error);
    assert.ok(repeated instanceof DeliveryError);
    assert.deepEqual(
      [repeated.verdict, repeated.maybeDone, repeated.laneOnly],
      ["outage", true, true],
    );
    desk.stub.books.listsTickets = true;
    const found = await desk.destination.find?.(one, context, signal());
    assert.equal(found?.remoteId, String(desk.tickets()[0]?.id));
    assert.equal(desk.tickets().length, 1);
  });

  it("of the same text is answered with the ticket that there is", async () => {
    const event = desk.text("one");
    desk.stub.books.listsTickets = false;
    const answers = [];
    for (let at = 0; at < 2; at += 1) {
      answers.push(await desk.destination.deliver(event, contextOf(event), signal()));
    }
    assert.equal(answers[0]?.remoteId, answers[1]?.remoteId);
    assert.equal(desk.tickets().length, 1);
  });

  it("finds its comment behind many others", async () => {
    const first = desk.text("first");
    await desk.say(first);
    const [ticket] = desk.tickets();
    assert.ok(ticket);
    for (let at = 0; at < 250; at += 1) {
      ticket.audits.push({ created_at: first.time, metadata: { custom: {}, system: {} } });
    }
    const found = await desk.destination.find?.(first, contextOf(first), signal());
    assert.equal(found?.remoteId, String(ticket.id));
    const never = desk.text("never said");
    assert.equal(await desk.destination.find?.(never, contextOf(never), signal()), undefined);
  });

  it("of several that are refused together is tried alone, and only one at fault dies", async () => {
    desk.stub.fail({ status: 422, body: '{"error":"RecordInvalid"}' });
    const { outcomes: together } = outcomes("one", "two");
    await assert.rejects(Promise.resolve(together), (error) => {
      assert.ok(error instanceof DeliveryError);
      return error.verdict === "refused";
    });
  });

  it("after the user was made tells of the user, though the ticket was not", async () => {
    desk.stub.fail({ status: 503 });
    const event = desk.text("one");
    const failed = await desk.try(event);
    assert.ok(failed instanceof DeliveryError);
    assert.deepEqual(
      failed.events?.map(({ type }) => type),
      ["business.record.created"],
    );
    const { events } = await desk.say(event);
    assert.equal(events?.length, 1, "the ticket alone");
    assert.equal(desk.people().length, 1);
  });
});
