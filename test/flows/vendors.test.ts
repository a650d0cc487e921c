import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { phoneInWords } from "../../src/event/phone.ts";
import { person, wamid } from "../support/person.ts";
import { startVendors } from "./vendor-program.ts";

let count = 0;
/** Somebody with a name and a number that nobody else has. */
function somebody(name: string, account: "berlin" | "paris" | "trial" = "berlin") {
  count += 1;
  const phone = `155555506${String(count).padStart(2, "0")}`;
  return { name, ...person(phone, account, name) };
}
type Somebody = ReturnType<typeof somebody>;
const [carl, olga] = [somebody("Carl"), somebody("Olga")];

let run: Awaited<ReturnType<typeof startVendors>>;
before(async () => {
  run = await startVendors({
    orders: [
      { name: "#1000", customer: "Carl", phone: `+${carl.phone}` },
      { name: "#1001", customer: "Olga", phone: `+${olga.phone}` },
    ],
    templates: [
      { name: "payment_reminder_2", language: "de", body: 1 },
      { name: "thanks", language: "en" },
    ],
    bots: {
      "shop-bot": ({ data: { contact, message } }) =>
        contact?.name === "Bea" ? { reply: `About ${message?.text?.body}` } : undefined,
    },
  });
});
after(() => run.end());

/** What they hold of somebody, when all has come to its end. */
const held = async ({ name, phone }: Somebody, what: RegExp) =>
  (await run.heldOf(name, phone)).filter((line) => what.test(line));
const change = (phone: string, change: object) =>
  run.ask(`/api/contacts/${phone}`, "PATCH", change);

describe("the use cases with their vendors: what is sold", { concurrency: 8 }, () => {
  it("lead, lead-crm, lead-alert: a deal with an owner, who is told its address", async () => {
    const lea = somebody("Lea");
    await run.send(lea.says("How much is it?"));
    await run.send(lea.answersFlow({ flow_token: "qualify:1", email: "lea@example.org" }));
    const deal = await run.sees(/HubSpot: deal "Lea \(WhatsApp\)"/);
    const [, owner] = /for owner 10([12])$/.exec(deal) ?? [];
    await run.sees(`Slack #sales: @U0${owner} Lea: https://app-eu1.hubspot.com/`);
    await run.send(lea.answersFlow({ flow_token: "qualify:2", email: "lea@example.org" }));
    assert.equal((await held(lea, /HubSpot: deal/)).length, 1);
  });

  it("cart-topic, cart-closed: the customer of a shop is tagged when it is over", async () => {
    await run.inTurn(
      carl.phone,
      () => run.tell(carl.isSent("cart_recovery", wamid())),
      () => run.tell(carl.does("conversation.closed")),
    );
    await run.sees("Shopify: customer Carl is tagged cart-recovery-closed");
    assert.deepEqual(await held(olga, /tagged/), []);
  });

  it("orders: the order bears what is written about it", async () => {
    await run.inTurn(
      olga.phone,
      () => run.tell(olga.isSent("order_update", wamid(), { ref: { order: "#1001" } })),
      () => run.send(olga.says("Olga asks when it will come")),
    );
    await run.sees("Shopify: on order #1001: Olga asks when it will come");
    await run.tell(olga.isSentText("Tomorrow"));
    await run.settle(olga.phone);
    await run.send(olga.says("Olga has something else"));
    assert.equal((await held(olga, /Shopify: on order/)).length, 1);
  });

  it("campaign-reply: the first answer to a campaign", async () => {
    const cam = somebody("Cam");
    await run.inTurn(
      cam.phone,
      () => run.tell(cam.isSent("offer", wamid(), { campaign: "spring-sale" })),
      () => run.send(cam.says("How much?")),
      () => run.send(cam.says("Hello?")),
    );
    const told = await held(cam, /Slack #sales/);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /How much\?/);
  });

  it("form: HubSpot has who filled it in", async () => {
    const fay = somebody("Fay");
    await run.send(fay.says("Hello"));
    await run.settle(fay.phone);
    const form = { phone: `+${fay.phone}`, wish: "Fay wants a blue one" };
    assert.equal(await run.hook("form", "form", form), 200);
    await run.sees(/HubSpot: on the timeline: .*Fay wants a blue one/);
  });

  it("thanks: a payment is on the timeline, and they are thanked", async () => {
    const pia = somebody("Pia");
    await run.send(pia.says("I pay now"));
    const object = { id: "pi_1", amount: 2599, metadata: { phone: `+${pia.phone}` } };
    const paid = {
      id: "evt_1",
      object: "event",
      type: "payment_intent.succeeded",
      data: { object },
    };
    for (let again = 0; again < 2; again += 1) {
      assert.equal(await run.hook("stripe", "stripe", paid), 200);
    }
    await run.sees(`WhatsApp to +${pia.phone}: "Thank you!"`);
    await run.sees(/HubSpot: on the timeline: .*Payment succeeded.*2599/);
    await run.settle(pia.phone);
    const thanks = run.lines.filter((line) => line.startsWith(`WhatsApp to +${pia.phone}`));
    assert.equal(thanks.length, 1);
  });

  it("thanks: who has not written for a day is sent the template", async () => {
    const pit = somebody("Pit");
    const object = { id: "pi_2", amount: 1, metadata: { phone: `+${pit.phone}` } };
    const paid = {
      id: "evt_2",
      object: "event",
      type: "payment_intent.succeeded",
      data: { object },
    };
    assert.equal(await run.hook("stripe", "stripe", paid), 200);
    await run.sees(`WhatsApp to +${pit.phone}: the template thanks`);
  });

  it("optout: HubSpot is told who wants no offers, and they are told once", async () => {
    const opal = somebody("Opal");
    await run.send(opal.says("STOP"));
    const confirmed = "You will get no more offers. START undoes it.";
    await run.sees(`WhatsApp to +${opal.phone}: "${confirmed}"`);
    await run.sees(/HubSpot: contact Opal .* has consent revoked/);
  });
});

describe("the use cases with their vendors: what is asked", { concurrency: 8 }, () => {
  it("vip: in the room of vips, where all look up", async () => {
    const via = somebody("Via");
    await run.send(via.says("hello"));
    await run.settle(via.phone);
    await change(via.phone, { tags: ["+vip"] });
    await run.send(via.says("An agent, please"));
    await run.sees(/Slack #vip: @here Via .*An agent, please/);
  });

  it("german, french: each in the room that speaks it", async () => {
    const dora = { name: "Dora", ...person("4915123400601", "berlin", "Dora") };
    const fleur = somebody("Fleur");
    await run.send(dora.says("Hallo"));
    await run.sees(/Slack #dach: Dora .*Hallo/);
    await run.send(fleur.says("Bonjour"));
    await run.settle(fleur.phone);
    await change(fleur.phone, { fields: { language: "fr" } });
    await run.send(fleur.says("Encore"));
    await run.sees(/Slack #fr: Fleur .*Encore/);
    assert.deepEqual(await held(fleur, /Slack #(fr: .*Bonjour|dach)/), []);
  });

  it("lookup: what the bot answers is sent, until a human has the conversation", async () => {
    const bea = somebody("Bea");
    await run.send(bea.says("the blue one?"));
    await run.sees(`WhatsApp to +${bea.phone}: "About the blue one?"`);
    await run.send(bea.isWritten("I take over"));
    await run.settle(bea.phone);
    await run.send(bea.says("the green one?"));
    assert.deepEqual(await held(bea, /shop-bot.*green/), []);
  });

  it("csat-ask: who was served is asked when it is over, once in a week", async () => {
    const kim = somebody("Kim");
    const solved = { type: "solved", phone: `+${kim.phone}` };
    const asked = `WhatsApp to +${kim.phone}: "How was it?"`;
    await run.send(kim.says("It is broken"));
    await run.send(kim.isWritten("Now it is not"));
    await run.settle(kim.phone);
    assert.equal(await run.hook("zendesk-events", "zendesk", solved), 200);
    await run.sees(`${asked} [Good] [Bad]`);
    await run.tell(kim.does("conversation.closed"));
    await run.settle(kim.phone);
    assert.equal(run.lines.filter((line) => line.startsWith(asked)).length, 1);
  });

  it("bad-reaction, bad-csat, csat: what displeases is told", async () => {
    const rea = somebody("Rea");
    await run.send(rea.reacts("😡"));
    await run.sees(/Slack #support.*Rea.*😡/);
    await run.send(rea.taps("csat:1", "Bad"));
    await run.sees(/Slack #support.*Rea .*Csat received/);
    await run.send(rea.taps("csat:5", "Good"));
    assert.equal((await run.business(rea.phone, "business.csat.received")).length, 2);
  });

  it("tickets, handoff: a ticket has both sides, and Slack who asks for a human", async () => {
    const tia = somebody("Tia");
    const id = wamid();
    await run.send(tia.says("Tia asks where it is"));
    await run.sees(/Zendesk: on ticket .*Tia asks where it is/);
    await run.send(tia.isWritten("Tia is answered on the phone"));
    await run.sees(/Zendesk: on ticket .*Tia is answered on the phone/);
    await run.tell(tia.isSent("answer", id));
    await run.send(tia.status(id, "failed", { errors: [{ code: 131026, title: "no" }] }));
    await run.send(tia.says("Tia wants a human"));
    await run.sees(/Slack #support.*Tia.*wants a human/);
    await run.sees(/Zendesk: on ticket .*Tia wants a human/);
    assert.equal((await held(tia, /Zendesk: ticket .* is opened, "WhatsApp: Tia"/)).length, 1);
  });

  it("confirm, confirm-text, to-clinic: the clinic hears which appointment", async () => {
    const cleo = somebody("Cleo");
    await run.send(cleo.taps("confirm:42", "Yes"));
    await run.sees('Your service clinic: business.appointment.confirmed of Cleo {"id":"42"}');
    const ref = { appointment: "A7" };
    await run.tell(cleo.isSent("appointment_reminder", wamid(), { ref }));
    await run.settle(cleo.phone);
    await run.send(cleo.says("Yes, gladly"));
    await run.sees('Your service clinic: business.appointment.confirmed of Cleo {"id":"A7"}');
  });

  it("staff, gdpr: a mail of each message, and one of who wants to be forgotten", async () => {
    const gus = somebody("Gus");
    await run.send(gus.says("Gus says hello"));
    await run.sees(/Mail to sales@acme.example: .*Gus says hello/);
    await run.send(gus.says("Please delete my data"));
    await run.sees(/Mail to sales@acme.example: .*Please delete my data/);
    assert.deepEqual(await run.business(gus.phone, "business.erasure.requested"), [{}]);
    assert.equal((await held(gus, /Mail to/)).length, 2);
  });

  it("new-contact: a row in the sheet and a call of Zapier's, for the first message alone", async () => {
    const nia = somebody("Nia");
    await run.send(nia.says("Nia is new"));
    await run.settle(nia.phone);
    await run.send(nia.says("Nia is known"));
    assert.equal((await held(nia, /Google Sheets, Contacts: .* \| Nia \|/)).length, 1);
    const [flat, ...more] = await held(nia, /Your service zap: /);
    assert.deepEqual(more, []);
    assert.match(flat ?? "", /Nia is new/);
  });

  it("split: all of one number reaches the other system as Meta sends it", async () => {
    const trix = somebody("Trix", "trial");
    const post = trix.says("On trial");
    await run.send(post);
    await run.sees(`Your service staging: ${JSON.stringify(post)}`);
  });
});

describe("the use cases with their vendors: what waits", { concurrency: 8 }, () => {
  it("failed: a reminder of a payment that did not arrive", async () => {
    const fred = somebody("Fred");
    const id = wamid();
    await run.tell(fred.isSent("payment_reminder", id));
    await run.settle(fred.phone);
    await run.send(fred.status(id, "failed", { errors: [{ code: 131026, title: "no" }] }));
    await run.sees(new RegExp(`Slack #billing.*${fred.phone}`));
  });

  it("no-status: what we sent and nobody heard of again", async () => {
    const nora = somebody("Nora");
    await run.tell(nora.isSent("answer", wamid()));
    await run.sees(new RegExp(`Slack #ops.*${nora.phone}`));
  });

  it("sla: who waits too long for a human", async () => {
    const sam = somebody("Sam");
    await run.send(sam.says("Is anybody there?"));
    await run.sees(/Slack #support.*Sam.*Is anybody there\?/);
  });

  it("unread, unread-2: a reminder that was not read is followed by another", async () => {
    const uma = somebody("Uma");
    const id = wamid();
    await run.send(uma.says("I pay on Monday"));
    await run.send(uma.status(id, "delivered"));
    await run.tell(uma.isSent("payment_reminder", id));
    await run.sees(`WhatsApp to +${uma.phone}: the template payment_reminder_2 (Uma)`);
    // Who never wrote has no name, and Meta takes no empty parameter.
    const nobody = somebody("nobody");
    const other = wamid();
    await run.send(nobody.status(other, "delivered"));
    await run.tell(nobody.isSent("payment_reminder", other));
    const called = phoneInWords(nobody.phone);
    await run.sees(`WhatsApp to +${nobody.phone}: the template payment_reminder_2 (${called})`);
  });
});

describe("the use cases with their vendors: out of hours", () => {
  it("away: who opens a conversation is told once", async () => {
    const ada = somebody("Ada");
    await run.becomes("closed");
    const away = `WhatsApp to +${ada.phone}: "Back at 9."`;
    await run.send(ada.says("Is anybody there?"));
    await run.sees(away);
    await run.send(ada.says("Nobody?"));
    await run.settle(ada.phone);
    assert.equal(run.lines.filter((line) => line === away).length, 1);
  });
});
