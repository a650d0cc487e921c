import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "../support/person.ts";
import { startUseCases, type UseCaseProgram } from "./use-case-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

type Person = ReturnType<typeof person>;

describe("the use cases of appointments, orders and campaigns", { concurrency: 16 }, () => {
  const confirmed = (phone: string) => run.business(phone, "business.appointment.confirmed");

  it("confirm: the tapped button says which appointment", async () => {
    const mia = person("15555550320");
    for (const id of ["confirm:42", "confirm:", "confirm:x", "cancel:42"]) {
      await run.send(mia.taps(id));
    }
    assert.deepEqual(await confirmed(mia.phone), [{ id: "42" }]);
  });

  it("confirm-text: a yes to our reminder, and none to anything else", async () => {
    const [mia, other, quoting] = ["21", "22", "23"].map((n) => person(`155555503${n}`)) as [
      Person,
      Person,
      Person,
    ];
    const reminder = (who: Person, id: string, appointment: string) =>
      run.tell(who.isSent("appointment_reminder", id, { ref: { appointment } }));
    await run.inTurn(
      mia.phone,
      () => reminder(mia, wamid(), "A7"),
      () => run.send(mia.says("Perhaps")),
      () => run.send(mia.says("Yes, gladly")),
    );
    assert.deepEqual(await confirmed(mia.phone), [{ id: "A7" }]);

    await run.inTurn(
      other.phone,
      () => run.send(other.says("Yes")),
      () => reminder(other, wamid(), "A8"),
      () => run.tell(other.isSentText("Do you want a newsletter?")),
      () => run.send(other.says("Yes")),
    );
    assert.deepEqual(await confirmed(other.phone), []);

    const [first, second] = [wamid(), wamid()];
    await run.inTurn(
      quoting.phone,
      () => reminder(quoting, first, "A9"),
      () => reminder(quoting, second, "A10"),
      () => run.tell(quoting.isSentText("Do you want a newsletter?")),
      () => run.send(quoting.says("ok", first)),
    );
    assert.deepEqual(await confirmed(quoting.phone), [{ id: "A9" }]);
  });

  it("to-clinic: whatever becomes of an appointment", async () => {
    const mia = person("15555550324");
    await run.send(mia.taps("confirm:7"));
    await run.tell(mia.does("appointment.moved"));
    await run.tell(mia.does("order.created"));
    assert.deepEqual(await run.heard(mia.phone, "to-clinic"), [
      "to-clinic clinic business.appointment.confirmed",
      "to-clinic clinic business.appointment.moved",
    ]);
  });

  it("orders: what is written about an order's news", async () => {
    const [mia, other] = [person("15555550325"), person("15555550326")];
    const id = wamid();
    await run.inTurn(
      mia.phone,
      () => run.tell(mia.isSent("order_update", id, { ref: { order: "1001" } })),
      () => run.send(mia.says("When will it come?")),
      () => run.tell(mia.isSentText("Tomorrow")),
      () => run.send(mia.says("And now something else")),
      () => run.send(mia.says("Back to that", id)),
    );
    const heard = "orders shop whatsapp.message.text";
    assert.deepEqual(await run.heard(mia.phone, "orders"), [heard, heard]);
    await run.inTurn(
      other.phone,
      () => run.tell(other.isSent("order_updates", wamid())),
      () => run.send(other.says("When will it come?")),
    );
    assert.deepEqual(await run.heard(other.phone, "orders"), []);
  });

  it("campaign-reply: the first answer to a campaign", async () => {
    const [mia, marked, other] = ["27", "28", "29"].map((n) => person(`155555503${n}`)) as [
      Person,
      Person,
      Person,
    ];
    const heard = ["campaign-reply slack whatsapp.message.text"];
    await run.inTurn(
      mia.phone,
      () => run.tell(mia.isSent("offer", wamid(), { campaign: "spring-sale", variant: "b" })),
      () => run.send(mia.says("How much?")),
      () => run.send(mia.says("Hello?")),
    );
    assert.deepEqual(await run.heard(mia.phone, "campaign-reply"), heard);
    // All that is known of the message is what Meta gives back with its status.
    const id = wamid();
    const mark = { biz_opaque_callback_data: "campaign:spring-sale:a" };
    await run.inTurn(
      marked.phone,
      () => run.send(marked.status(id, "sent", mark)),
      () => run.send(marked.says("How much?")),
      () => run.send(marked.says("How much is this one?", id)),
    );
    assert.deepEqual(await run.heard(marked.phone, "campaign-reply"), heard);
    const [quoted] = run.bookOf(marked.phone).filter(({ route }) => route === "campaign-reply");
    assert.equal(quoted?.event?.data.message?.context?.id, id);
    await run.inTurn(
      other.phone,
      () => run.tell(other.isSent("offer", wamid(), { campaign: "autumn-sale" })),
      () => run.send(other.says("How much?")),
    );
    assert.deepEqual(await run.heard(other.phone, "campaign-reply"), []);
  });

  it("failed: a payment's reminder that could not be delivered, and no other message", async () => {
    const mia = person("15555550330");
    const [id, other, late] = [wamid(), wamid(), wamid()];
    const errors = [{ code: 131026, title: "Message undeliverable" }];
    await run.inTurn(
      mia.phone,
      () => run.tell(mia.isSent("payment_reminder", id)),
      () => run.tell(mia.isSent("newsletter", other)),
      () => run.send(mia.status(other, "failed", { errors })),
      () => run.send(mia.status(late, "failed", { errors })),
      () => run.send(mia.status(id, "sent")),
      () => run.send(mia.status(id, "failed", { errors })),
    );
    assert.deepEqual(await run.heard(mia.phone, "failed"), ["failed slack whatsapp.status.failed"]);
    const [failed] = run.bookOf(mia.phone).filter(({ route }) => route === "failed");
    assert.equal(failed?.event?.data.status?.messageId, id);
  });

  it("thanks: for a payment that succeeded, as Stripe says, and says again", async () => {
    const [mia, other] = [person("15555550331"), person("15555550332")];
    const payment = (id: string, type: string, phone: string) => ({
      id,
      object: "event",
      type,
      data: { object: { id: "pi_1", amount: 2599, metadata: { phone: `+${phone}` } } },
    });
    const paid = payment("evt_1", "payment_intent.succeeded", mia.phone);
    assert.equal(await run.hook("stripe", "stripe", paid), 200);
    assert.equal(await run.hook("stripe", "stripe", paid), 200);
    const failed = payment("evt_2", "payment_intent.payment_failed", other.phone);
    assert.equal(await run.hook("stripe", "stripe", failed), 200);
    assert.equal(await run.hook("stripe", "zendesk", paid), 401);
    assert.deepEqual(await run.heard(mia.phone), [
      "thanks hubspot business.payment.succeeded",
      "thanks whatsapp business.payment.succeeded",
    ]);
    assert.deepEqual(await run.business(mia.phone, "business.payment.succeeded"), [
      { amount: 2599 },
    ]);
    assert.deepEqual(await run.heard(other.phone), []);
  });

  it("form: what was filled in goes to the CRM", async () => {
    const [mia, other] = [person("15555550333"), person("15555550334")];
    const form = (phone: string) => ({ phone: `+${phone}`, wish: "a blue one" });
    assert.equal(await run.hook("form", "form", form(mia.phone)), 200);
    const wrong = { "x-form-key": "another" };
    assert.equal(await run.hook("form", "form", form(other.phone), wrong), 401);
    assert.deepEqual(await run.heard(mia.phone), ["form hubspot business.form.submitted"]);
    const [entry] = run.bookOf(mia.phone);
    assert.deepEqual(entry?.event?.data.business, form(mia.phone));
    assert.deepEqual(await run.heard(other.phone), []);
  });
});
