import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "../support/person.ts";
import { waitFor } from "../support/wait-for.ts";
import { startUseCases, type UseCaseProgram } from "./use-case-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

describe("the use cases of hours and outages", () => {
  const text = "whatsapp.message.text";
  const rowOf = async (phone: string, destination: string) => {
    const [event] = await run.eventsOf(phone);
    const rows = await run.rowsOf(event?.id ?? "");
    return rows.find((row) => row.destination === destination);
  };

  it("away: who opens a conversation out of hours is told, while it is news", async () => {
    const inHours = person("15555550411");
    const outOfHours = person("15555550412");
    const stale = person("15555550413");
    await run.send(inHours.says("In hours"));
    assert.deepEqual(await run.heard(inHours.phone, "away"), []);
    await run.becomes("closed");
    await run.send(inHours.says("Still the same conversation"));
    await run.inTurn(outOfHours.phone, () => run.send(outOfHours.says("Out of hours")));
    await run.send(outOfHours.says("Hello?"));
    assert.deepEqual(await run.heard(inHours.phone, "away"), []);
    assert.deepEqual(await run.heard(outOfHours.phone, "away"), [`away whatsapp ${text}`]);
    const [told] = run.bookOf(outOfHours.phone).filter(({ route }) => route === "away");
    assert.equal(told?.event?.data.message?.text?.body, "Out of hours");
    // What is too late is not said.
    await run.becomes("closed", "1s");
    await run.pause("whatsapp");
    await run.send(stale.says("Too late"));
    await run.settle(stale.phone);
    const [event] = await run.eventsOf(stale.phone);
    const until = Date.parse(event?.data.receivedAt ?? "") + 1_000;
    await waitFor("it is old news", () => Date.now() > until);
    await run.resume("whatsapp");
    assert.deepEqual(await run.heard(stale.phone, "away"), []);
    assert.equal((await rowOf(stale.phone, "whatsapp"))?.reason, "away: maxAge");
  });

  it("sla: only office hours count", async () => {
    const mia = person("15555550414");
    await run.becomes("closed");
    await run.send(mia.says("At night"));
    await run.settle(mia.phone);
    const [event] = await run.eventsOf(mia.phone);
    const row = (await run.rowsOf(event?.id ?? "")).find(({ route }) => route === "sla");
    assert.equal(row?.state, "scheduled");
    assert.ok(Date.parse(row.nextAt ?? "") > Date.now() + 60_000);
    await run.becomes("open");
  });

  it("vip: a tag that changes while the delivery waits counts as it is then", async () => {
    const [vip, former] = [person("15555550415"), person("15555550416")];
    for (const each of [vip, former]) await run.inTurn(each.phone, () => run.send(each.says("hi")));
    const tag = (phone: string, change: string) =>
      run.ask(`/api/contacts/${phone}`, "PATCH", { tags: [change] });
    await tag(former.phone, "+vip");
    await run.pause("slack");
    for (const each of [vip, former]) {
      await run.inTurn(each.phone, () => run.send(each.says("An agent, please")));
    }
    await tag(vip.phone, "+vip");
    await tag(former.phone, "-vip");
    await run.resume("slack");
    const routes = ["vip", "handoff"];
    assert.deepEqual(await run.heard(vip.phone, ...routes), [`vip slack ${text}`]);
    assert.deepEqual(await run.heard(former.phone, ...routes), [`handoff slack ${text}`]);
  });

  it("cart-closed: a conversation closes with the topic that it had then", async () => {
    const [cart, other] = [person("15555550417"), person("15555550418")];
    await run.pause("shop");
    await run.inTurn(
      cart.phone,
      () => run.tell(cart.isSent("cart_recovery", wamid())),
      () => run.tell(cart.does("conversation.closed")),
      () => run.tell(cart.does("conversation.closed")),
    );
    await run.inTurn(
      other.phone,
      () => run.tell(other.does("conversation.closed")),
      () => run.tell(other.isSent("cart_recovery", wamid())),
    );
    await run.resume("shop");
    const heard = ["cart-closed shop business.conversation.closed"];
    assert.deepEqual(await run.heard(cart.phone, "cart-closed"), heard);
    assert.deepEqual(await run.heard(other.phone, "cart-closed"), []);
  });

  it("handoff: who asked before it was closed is not told of again, who asks after is", async () => {
    const mia = person("15555550419");
    await run.inTurn(mia.phone, () => run.send(mia.says("A human, please")));
    await run.pause("slack");
    await run.inTurn(
      mia.phone,
      () => run.send(mia.says("A human, before it is closed")),
      () => run.tell(mia.does("conversation.closed")),
      () => run.send(mia.says("A human, after that")),
    );
    await run.resume("slack");
    await run.settle(mia.phone);
    const told = run.bookOf(mia.phone).filter(({ route }) => route === "handoff");
    assert.deepEqual(
      told.map(({ event }) => event?.data.message?.text?.body),
      ["A human, please", "A human, after that"],
    );
  });
});
