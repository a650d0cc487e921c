import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { createSource } from "../../src/receive/sources/source.ts";
import { day, hour } from "../deliver/flows/flow-engine.ts";
import { fixtureBody, signedBy } from "../support/sources.ts";
import {
  business,
  type Example,
  echo,
  loadExample,
  readExamples,
  startExample,
  status,
  tap,
  template,
  text,
} from "./page-examples.ts";

const minute = 60_000;
const ben = { waId: "15555550124", name: "Ben" };

/** By heading: what the text beside the example says. */
const claims: Record<string, (t: TestContext, example: Example) => Promise<void>> = {
  async "VIPs to a channel of their own"(t, example) {
    const { receive, change, row, went, options } = await startExample(t, example);
    const first = await receive(text("hello"));
    assert.equal(await row(`slack:${first}`), "delivered everybody");
    await change({ addTags: ["vip"] });
    const second = await receive(text("me again"));
    assert.equal(await row(`slack:${second}`), "delivered vip");
    assert.deepEqual(options("vip"), { slack: { channel: "#vip", mention: "here" } });
    await receive(template("hello"));
    assert.deepEqual(went("slack"), [first, second]);
  },

  async "A lead, once in 90 days"(t, example) {
    const { receive, contact, emitted, row, wait, went } = await startExample(t, example);
    const answer = (token: string, account?: WaypostEvent["data"]["account"]) => {
      const responseJson = JSON.stringify({ flow_token: token, email: "mia@example.com" });
      const nfmReply = { name: "flow", responseJson, response: JSON.parse(responseJson) };
      const interactive = { type: "nfm_reply", nfmReply };
      const message = { id: `wamid.${token}`, type: "interactive", interactive };
      const type = "whatsapp.message.interactive";
      return { type, data: { message }, ...(account && { account }) };
    };
    await receive(answer("qualify:1"));
    await receive(answer("other"));
    const elsewhere = await receive(answer("qualify", { phoneNumberId: "700700700700701" }));
    assert.equal(await row(`flows:${elsewhere}`), "skipped lead: once");
    const lead = { email: "mia@example.com" };
    assert.deepEqual(await emitted("business.lead.captured"), [lead]);
    const owner = (await contact())?.owner;
    assert.match(owner?.name ?? "", /^(Ana|Ben)$/);
    await wait(90 * day);
    await receive(answer("qualify:2"));
    assert.deepEqual(await emitted("business.lead.captured"), [lead, lead]);
    assert.deepEqual((await contact())?.owner, owner);
    assert.equal(went("crm").length, 2);
  },

  async "An away message outside office hours"(t, example) {
    const evening = Date.UTC(2026, 10, 20, 18);
    const { receive, row, wait, flows, clock } = await startExample(t, example, evening);
    const first = await receive(text("hello?"));
    assert.equal(await row(`whatsapp:${first}`), "delivered away");
    const second = await receive(text("anybody?"));
    assert.equal(await row(`whatsapp:${second}`), "skipped away: opens");
    // Monday, 12:00 in Berlin.
    await wait(65 * hour);
    const inTime = await receive(text("hello", { contact: ben }));
    assert.equal(await row(`whatsapp:${inTime}`), "skipped away: not");
    // Monday, 18:50, and an outage until the morning.
    await wait(7 * hour + 50 * minute);
    await flows.ledger.setPause("whatsapp", { by: "operator", reason: "test", at: "" });
    await clock.advance(minute);
    const late = await receive(text("hello", { contact: ben }));
    await wait(12 * hour);
    await flows.ledger.setPause("whatsapp", undefined);
    await clock.advance(minute);
    assert.equal(await row(`whatsapp:${late}`), "skipped away: maxAge");
  },

  async "A reminder when nobody answers"(t, example) {
    // Friday, 12:15 in Berlin: a quarter of an hour before the break.
    const noon = Date.UTC(2026, 10, 20, 11, 15);
    const { receive, row, wait, went } = await startExample(t, example, noon);
    const first = await receive(text("hello?"));
    const second = await receive(text("anybody?"));
    await wait(hour + 25 * minute);
    assert.deepEqual(went("slack"), []);
    await wait(5 * minute);
    assert.deepEqual(went("slack"), [first]);
    assert.equal(await row(`slack:${second}:sla`), "skipped sla: once");
    await receive(template("we_will_be_back", { sentBy: "bot" }));
    const third = await receive(text("still there?"));
    await wait(31 * minute);
    assert.deepEqual(went("slack"), [first, third]);
    const fourth = await receive(text("thanks"));
    await receive(echo());
    await wait(31 * minute);
    assert.equal(await row(`slack:${fourth}:sla`), "skipped sla: not");
  },

  async "A payment reminder that is still unread after 24 hours"(t, example) {
    const { receive, row, wait, went, emitted } = await startExample(t, example);
    const send = async (wamid: string, reached: string) => {
      const id = await receive(template("payment_reminder", { wamid }));
      await receive(status(wamid, reached));
      return id;
    };
    await send("wamid.1", "delivered");
    assert.deepEqual(await emitted("business.reminder.unread"), []);
    await wait(day);
    assert.equal((await emitted("business.reminder.unread")).length, 1);
    assert.equal(went("whatsapp").length, 1);
    const read = await send("wamid.2", "read");
    await wait(day);
    assert.equal(await row(`flows:${read}:unread`), "skipped unread: status");
    const paid = await send("wamid.3", "delivered");
    await receive(business("payment.succeeded"));
    await wait(day);
    assert.equal(await row(`flows:${paid}:unread`), "skipped unread: not");
    assert.equal(went("whatsapp").length, 1);
  },

  async "Who replies to a campaign"(t, example) {
    const { receive, row, wait, went } = await startExample(t, example);
    const wamid = "wamid.spring";
    await receive(template("offer", { wamid, sentBy: "campaign", campaign: "spring-26" }));
    await receive(template("order_update"));
    const other = await receive(text("where is it?"));
    assert.equal(await row(`slack:${other}`), "skipped campaign-reply: about");
    const quoting = (body: string) => {
      const { data } = text(body);
      const message = data?.message ?? assert.fail();
      return { data: { message: { ...message, context: { id: wamid } } } };
    };
    const reply = await receive(quoting("the blue one?"));
    const again = await receive(quoting("or green?"));
    assert.equal(await row(`slack:${again}`), "skipped campaign-reply: once");
    await wait(73 * hour);
    const late = await receive(quoting("still there?"));
    assert.equal(await row(`slack:${late}`), "skipped campaign-reply: about");
    assert.deepEqual(went("slack"), [reply]);
  },

  async "An appointment confirmed by button or by text"(t, example) {
    const { receive, wait, went, emitted } = await startExample(t, example);
    const confirmed = () => emitted("business.appointment.confirmed");
    await receive(tap("confirm:17"));
    await receive(tap("cancel:17"));
    await receive(text("yes"));
    assert.deepEqual(await confirmed(), [{ id: "17" }]);
    await receive(template("appointment_reminder", { ref: { appointment: "18" } }));
    await receive(text("No"));
    await receive(text("Yes, gladly"));
    assert.deepEqual(await confirmed(), [{ id: "17" }, { id: "18" }]);
    await wait(49 * hour);
    await receive(text("ok"));
    assert.equal(went("clinic").length, 2);
  },

  async "How was it?"(t, example) {
    const { receive, row, wait, went, emitted } = await startExample(t, example);
    const first = await receive(business("conversation.closed"));
    const second = await receive(business("conversation.closed"));
    assert.equal(await row(`whatsapp:${second}`), "skipped csat-ask: once");
    await receive(tap("csat:5"));
    assert.deepEqual(went("slack"), []);
    await receive(tap("csat:1"));
    await receive(tap("csat:9"));
    assert.deepEqual(await emitted("business.csat.received"), [{ rating: 5 }, { rating: 1 }]);
    assert.equal(went("slack").length, 1);
    await wait(7 * day);
    const third = await receive(business("conversation.closed"));
    assert.deepEqual(went("whatsapp"), [first, third]);
  },

  async "Handing over to a human"(t, example) {
    const { receive, row, wait, went } = await startExample(t, example);
    const hello = await receive(text("hello"));
    const asks = await receive(text("a human please"));
    const again = await receive(text("an agent, now"));
    assert.deepEqual(went("desk"), [asks]);
    assert.equal(await row(`desk:${again}`), "skipped handoff: once");
    const held = await receive(text("are you there?"));
    assert.equal(await row(`bot:${held}`), "skipped to-bot: not");
    await receive(business("conversation.closed"));
    const free = await receive(text("where is my order?"));
    await receive(echo());
    await receive(text("thanks"));
    await wait(31 * minute);
    const later = await receive(text("one more thing"));
    assert.deepEqual(went("bot"), [hello, free, later]);
    const after = await receive(text("HUMAN"));
    assert.deepEqual(went("desk"), [asks, after]);
  },

  async "Offers only to those who may get them"(t, example) {
    const { receive, change, row, went, clock } = await startExample(t, example);
    const hello = await receive(text("hello"));
    const first = await receive(business("offer.due"));
    await change({ consent: { marketing: "revoked", at: new Date(clock.now()).toISOString() } });
    const second = await receive(business("offer.due"));
    assert.equal(await row(`whatsapp:${second}`), "skipped offer: consent");
    assert.deepEqual(went("whatsapp"), [first]);
    assert.equal(await row(`whatsapp:${hello}`), "none");
  },

  async "By country and language"(t, example) {
    const { receive, row } = await startExample(t, example);
    const french = await receive(text("bonjour"));
    assert.equal(await row(`slack:${french}`), "skipped french: field");
    await receive(tap("language:fr"));
    assert.equal(await row(`slack:${await receive(text("bonjour"))}`), "delivered french");
    const german = { contact: { waId: "4915123456789" } };
    assert.equal(
      await row(`slack:${await receive(text("hallo", german))}`),
      "delivered german-numbers",
    );
    const unnumbered = { contact: { userId: "DE.7410258963" } };
    const nobody = await receive(text("hallo", unnumbered));
    assert.equal(await row(`slack:${nobody}`), "skipped french: field");
  },

  async "A template that failed"(t, example) {
    const { receive, row, went } = await startExample(t, example);
    await receive(template("payment_reminder", { wamid: "wamid.1" }));
    await receive(template("order_update", { wamid: "wamid.2" }));
    const error = (code: number) => ({ errors: [{ code, title: "not sent" }] });
    const failed = await receive(status("wamid.1", "failed", error(131026)));
    const heldBack = await receive(status("wamid.1", "failed", error(131049)));
    const other = await receive(status("wamid.2", "failed", error(131026)));
    assert.equal(await row(`slack:${heldBack}`), "none");
    assert.equal(await row(`slack:${other}`), "skipped failed: about");
    assert.deepEqual(went("slack"), [failed]);
  },

  async "Thanks for a payment in Stripe"(t, example) {
    const { routing, flows, clock, went, options } = await startExample(t, example);
    const stripe = routing.sources["stripe"] ?? assert.fail();
    const source = createSource(stripe, routing.accounts);
    const post = (name: string) => {
      const body = fixtureBody(`stripe/${name}.json`);
      const headers = signedBy["stripe"]?.(body, clock.now()) ?? {};
      const lists = Object.fromEntries(Object.entries(headers).map(([key, one]) => [key, [one]]));
      const verified = source.verify(body, lists, clock.now());
      assert.ok(Buffer.isBuffer(verified), String(verified));
      const stamp = { postId: "pst_1", receivedAt: new Date(clock.now()).toISOString() };
      const { events } = source.parse(verified, stamp);
      return events.map(({ bytes }) => JSON.parse(String(bytes)) as WaypostEvent);
    };
    assert.deepEqual(post("charge-updated"), []);
    const [paid] = post("payment-intent-succeeded");
    assert.ok(paid, "the payment makes an event");
    assert.equal(paid.data.contact?.waId, "4915123456789");
    await flows.receive(paid);
    await clock.advance(2_000);
    assert.deepEqual([went("crm"), went("whatsapp")], [[paid.id], [paid.id]]);
    assert.deepEqual(options("thanks"), { whatsapp: { text: "Thank you!" } });
  },

  async "A topic until the conversation closes"(t, example) {
    const { receive, row, went } = await startExample(t, example);
    const plain = await receive(business("conversation.closed"));
    assert.equal(await row(`shop:${plain}`), "skipped cart-closed: topic");
    await receive(template("cart_recovery"));
    const closed = await receive(business("conversation.closed"));
    assert.deepEqual(went("shop"), [closed]);
  },

  async "Closed by a tag"(t, example) {
    const { receive, change, contact, emitted, went } = await startExample(t, example);
    const closed = () => emitted("business.conversation.closed");
    const first = await receive(text("hello"));
    await receive(echo());
    await receive(text("thank you"));
    assert.deepEqual(await closed(), []);
    await change({ addTags: ["solved", "vip"] });
    assert.deepEqual(await closed(), []);
    await receive({ ...echo(), at: 0 });
    assert.deepEqual(await closed(), [{}]);
    assert.deepEqual((await contact())?.tags, ["vip"]);
    const again = await receive(text("one more thing"));
    assert.deepEqual(went("desk"), [first, again]);
    await receive(echo());
    assert.deepEqual(await closed(), [{}]);
  },

  async "What holds for all routes"(t, example) {
    const { receive, row, went } = await startExample(t, example);
    const hello = await receive(text("hello"));
    const spam = await receive(text("JACKPOT!"));
    const more = await receive(text("hello?"));
    assert.equal(await row(`desk:${spam}`), "skipped desk: not");
    const staff = await receive(text("a casino?", { contact: { waId: "15555550199" } }));
    assert.deepEqual(went("desk"), [hello, staff]);
    assert.deepEqual(went("crm"), [hello, spam, more, staff]);
    assert.equal(await row(`flows:${staff}`), "skipped mark: not");
  },
};

describe("docs/routes.md", () => {
  const examples = readExamples();

  it("has a test for each of its examples", () => {
    assert.deepEqual(
      examples.map(({ title }) => title),
      Object.keys(claims),
    );
    assert.ok(examples.length >= 12 && examples.length <= 16, "one page");
  });

  for (const example of examples) {
    it(`"${example.title}" loads without a problem, and does what it says`, async (t) => {
      const { warnings } = await loadExample(t, example);
      const others = warnings.filter(
        (each) => !each.startsWith("no route leads to the destination"),
      );
      assert.deepEqual(others, []);
      await claims[example.title]?.(t, example);
    });
  }
});
