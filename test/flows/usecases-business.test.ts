import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "./usecases-people.ts";
import { startUseCases, type UseCaseProgram } from "./usecases-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

/** Events in the order of these calls, each through the whole program. */
async function inTurn(phone: string, ...steps: readonly (() => Promise<unknown>)[]) {
  for (const step of steps) {
    await step();
    await run.settle(phone);
  }
}

describe("the use cases of leads, ratings and topics", { concurrency: 8 }, () => {
  it("lead: a finished flow is a lead, with what was said, once for each person", async () => {
    const mia = person("15555550301");
    await inTurn(
      mia.phone,
      () => run.send(mia.says("Tell me more")),
      () => run.tell(mia.isSentText("Gladly", { sentBy: "bot" })),
      () => run.send(mia.answersFlow({ flow_token: "qualify:81", email: "mia@example.org" })),
      () => run.send(mia.answersFlow({ flow_token: "qualify", email: "again@example.org" })),
    );
    const [lead, ...more] = await run.business(mia.phone, "business.lead.captured");
    assert.deepEqual(more, []);
    assert.equal(lead?.["email"], "mia@example.org");
    const [asked, answered, flow] = String(lead?.["transcript"]).trim().split("\n");
    assert.match(asked ?? "", /Mia: Tell me more$/);
    assert.match(answered ?? "", /Gladly$/);
    assert.match(flow ?? "", /mia@example\.org/);

    const other = person("15555550302");
    await run.send(other.answersFlow({ flow_token: "qualified:81", email: "x@example.org" }));
    await run.send(other.answersFlow({ email: "x@example.org" }));
    assert.deepEqual(await run.business(other.phone, "business.lead.captured"), []);
  });

  it("lead-crm: a lead gets an owner, who stays, and then goes to the CRM", async () => {
    const [mia, other] = [person("15555550303"), person("15555550304")];
    await run.tell(mia.does("lead.captured", { email: "mia@example.org" }));
    await run.tell(other.does("lead.lost"));
    const heard = "lead-crm hubspot business.lead.captured";
    assert.deepEqual(await run.heard(mia.phone, "lead-crm"), [heard]);
    const { owner } = await run.contact(mia.phone);
    assert.equal(owner?.pool, "sales");
    assert.ok(owner?.name === "Ana" || owner?.name === "Ben");
    const another = owner.name === "Ana" ? "Ben" : "Ana";
    const change = { owner: { pool: "sales", name: another } };
    await run.ask(`/api/contacts/${mia.phone}`, "PATCH", change);
    await run.tell(mia.does("lead.captured", { email: "mia@example.org" }));
    assert.deepEqual(await run.heard(mia.phone, "lead-crm"), [heard, heard]);
    assert.deepEqual((await run.contact(mia.phone)).owner, change.owner);
    assert.deepEqual(await run.heard(other.phone), []);
    assert.equal((await run.contact(other.phone)).owner, undefined);
  });

  it("lead-crm: a pool is shared among people", async () => {
    const people = Array.from({ length: 12 }, (_, i) => person(`155555503${50 + i}`));
    await run.tell(...people.map((each) => each.does("lead.captured")));
    const names = new Set<string | undefined>();
    for (const { phone } of people) {
      await run.settle(phone);
      names.add((await run.contact(phone)).owner?.name);
    }
    assert.deepEqual([...names].sort(), ["Ana", "Ben"]);
  });

  it("lead-alert: a deal that was made, and no other record", async () => {
    const mia = person("15555550305");
    await run.tell(mia.does("record.created", { object: "deal", url: "https://crm.example/1" }));
    await run.tell(mia.does("record.created", { object: "contact" }));
    await run.tell(mia.does("record.updated", { object: "deal" }));
    assert.deepEqual(await run.heard(mia.phone), ["lead-alert slack business.record.created"]);
  });

  it("csat-ask: who was served is asked, once in a week, whoever says that it is over", async () => {
    const mia = person("15555550306");
    const solved = { type: "solved", phone: `+${mia.phone}` };
    assert.equal(await run.hook("zendesk-events", "zendesk", solved), 200);
    await run.settle(mia.phone);
    await run.tell(mia.does("conversation.closed"));
    const heard = ["csat-ask whatsapp business.conversation.closed"];
    assert.deepEqual(await run.heard(mia.phone), heard);
    const other = person("15555550307");
    const open = { type: "open", phone: `+${other.phone}` };
    assert.equal(await run.hook("zendesk-events", "zendesk", open), 200);
    assert.equal(await run.hook("zendesk-events", "form", { ...open, type: "solved" }), 401);
    await run.tell(other.does("conversation.opened"));
    assert.deepEqual(await run.heard(other.phone), []);
  });

  it("csat: what is tapped is a rating, as a number", async () => {
    const mia = person("15555550308");
    for (const id of ["csat:5", "csat:6", "csat:4 or so", "csat:3"]) await run.send(mia.taps(id));
    const ratings = await run.business(mia.phone, "business.csat.received");
    assert.deepEqual(ratings, [{ rating: 5 }, { rating: 3 }]);
  });

  it("bad-csat: a low rating alone, from wherever it comes", async () => {
    const mia = person("15555550309");
    await run.send(mia.taps("csat:2"));
    await run.send(mia.taps("csat:3"));
    await run.tell(mia.does("csat.received", { rating: 1 }));
    await run.tell(mia.does("csat.received", { rating: "10" }));
    const heard = "bad-csat slack business.csat.received";
    assert.deepEqual(await run.heard(mia.phone, "bad-csat"), [heard, heard]);
    const rated = run.bookOf(mia.phone).filter(({ route }) => route === "bad-csat");
    assert.deepEqual(rated.map(({ event }) => event?.data.business?.["rating"]).sort(), [1, 2]);
  });

  it("cart-topic, cart-closed: what a conversation was about when it closed", async () => {
    const [mia, other] = [person("15555550310"), person("15555550311")];
    const heard = () => run.heard(mia.phone, "cart-closed");
    await inTurn(
      mia.phone,
      () => run.tell(mia.isSent("cart_recovery", wamid())),
      () => run.send(mia.says("Thank you")),
      () => run.tell(mia.does("conversation.closed")),
    );
    assert.deepEqual(await heard(), ["cart-closed shop business.conversation.closed"]);
    // The topic has ended with it.
    await run.tell(mia.does("conversation.closed"));
    assert.equal((await heard()).length, 1);
    await inTurn(
      other.phone,
      () => run.tell(other.isSent("cart_reminder", wamid())),
      () => run.tell(other.does("conversation.closed")),
    );
    assert.deepEqual(await run.heard(other.phone, "cart-closed"), []);
  });

  it("optout: who wants no offers is told to the CRM", async () => {
    const mia = person("15555550312");
    await run.tell(mia.does("consent.revoked"));
    await run.tell(mia.does("consent.granted"));
    assert.deepEqual(await run.heard(mia.phone), ["optout hubspot business.consent.revoked"]);
  });
});

describe("the use cases of appointments, orders and campaigns", { concurrency: 8 }, () => {
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
    await inTurn(
      mia.phone,
      () => reminder(mia, wamid(), "A7"),
      () => run.send(mia.says("Perhaps")),
      () => run.send(mia.says("Yes, gladly")),
    );
    assert.deepEqual(await confirmed(mia.phone), [{ id: "A7" }]);

    await inTurn(
      other.phone,
      () => run.send(other.says("Yes")),
      () => reminder(other, wamid(), "A8"),
      () => run.tell(other.isSentText("Do you want a newsletter?")),
      () => run.send(other.says("Yes")),
    );
    assert.deepEqual(await confirmed(other.phone), []);

    const [first, second] = [wamid(), wamid()];
    await inTurn(
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
    await inTurn(
      mia.phone,
      () => run.tell(mia.isSent("order_update", id, { ref: { order: "1001" } })),
      () => run.send(mia.says("When will it come?")),
      () => run.tell(mia.isSentText("Tomorrow")),
      () => run.send(mia.says("And now something else")),
      () => run.send(mia.says("Back to that", id)),
    );
    const heard = "orders shop whatsapp.message.text";
    assert.deepEqual(await run.heard(mia.phone, "orders"), [heard, heard]);
    await inTurn(
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
    await inTurn(
      mia.phone,
      () => run.tell(mia.isSent("offer", wamid(), { campaign: "spring-sale", variant: "b" })),
      () => run.send(mia.says("How much?")),
      () => run.send(mia.says("Hello?")),
    );
    assert.deepEqual(await run.heard(mia.phone, "campaign-reply"), heard);
    // All that is known of the message is what Meta gives back with its status.
    const id = wamid();
    const mark = { biz_opaque_callback_data: "campaign:spring-sale:a" };
    await inTurn(
      marked.phone,
      () => run.send(marked.status(id, "sent", mark)),
      () => run.send(marked.says("How much?")),
      () => run.send(marked.says("How much is this one?", id)),
    );
    assert.deepEqual(await run.heard(marked.phone, "campaign-reply"), heard);
    const [quoted] = run.bookOf(marked.phone).filter(({ route }) => route === "campaign-reply");
    assert.equal(quoted?.event?.data.message?.context?.id, id);
    await inTurn(
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
    await inTurn(
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

type Person = ReturnType<typeof person>;
