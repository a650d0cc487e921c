import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type {
  Delivered,
  DeliveryContext,
  DeliveryError,
  Destination,
  Link,
  WaypostEvent,
} from "../../../src/contracts.ts";
import { createShopify } from "../../../src/destinations/shopify/shopify.ts";
import { phoneCandidates } from "../../../src/event/phone.ts";
import { contextOf } from "../../conformance/destination.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { type ShopifyStub, startShopifyStub } from "./stub.ts";
import { addCustomer, addOrder } from "./world.ts";

let shop: ShopifyStub;
const open: Destination[] = [];
/** What is remembered of the one contact of these tests. */
let link: Link | undefined;

beforeEach(async () => {
  shop = await startShopifyStub();
  link = undefined;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await shop.close();
});

function destination(options: object = {}): Destination {
  const made = createShopify("shop", { ...shop.options, ...options });
  open.push(made);
  return made;
}

function contextFor(
  event: WaypostEvent,
  phones: readonly string[],
  about?: object,
): DeliveryContext {
  const contact = {
    id: "ctc_1",
    ...{
      userIds: phones.length === 0 ? ["DE.741"] : [],
      phones,
      tags: [],
      fields: {},
      consent: {},
    },
    ...{ name: "Mia Example", phoneCandidates: phones.flatMap(phoneCandidates) },
  };
  const plain = contextOf(event);
  return {
    ...plain,
    contactLink: link,
    contact: async () => contact,
    scope: async (names) => ({ ...(await plain.scope(names)), contact, ...(about && { about }) }),
    remember: async (remembered) => {
      link = remembered;
    },
  };
}

async function deliver(
  made: Destination,
  event: WaypostEvent = makeText("hello", {}),
  { phones = ["15555550123"], about }: { phones?: readonly string[]; about?: object } = {},
): Promise<Delivered> {
  return made.deliver(event, contextFor(event, phones, about), AbortSignal.timeout(5_000));
}

describe("the customer that an event is about", () => {
  it("is found by phone in either writing, and each time the same (rules 1 to 3)", async () => {
    const brazil = addCustomer(shop.world, { phone: "+5511987654321" });
    const mexico = addCustomer(shop.world, { phone: "+525512345678" });
    const made = destination({ tag: "whatsapp" });
    await deliver(made, undefined, { phones: ["551187654321"] });
    link = undefined;
    await deliver(made, undefined, { phones: ["5215512345678"] });
    assert.deepEqual([brazil.tags, mexico.tags], [["whatsapp"], ["whatsapp"]]);
    assert.equal(shop.world.customers.length, 2);
  });

  it("is never somebody whose number only looks alike", async () => {
    addCustomer(shop.world, { phone: "+4915555550123" });
    const { answer } = await deliver(destination({ tag: "whatsapp" }));
    assert.equal(answer, "nothing to write: no customer has this phone");
    assert.deepEqual(shop.world.customers[0]?.tags, []);
  });

  it("is the one whose own phone it is before one who has it as an address", async () => {
    const address = addCustomer(shop.world, { addressPhone: "+1 555-555-0123" });
    const own = addCustomer(shop.world, { phone: "+15555550123" });
    await deliver(destination({ tag: "whatsapp" }));
    assert.deepEqual([address.tags, own.tags], [[], ["whatsapp"]]);
  });

  it("is remembered, and looked for again when a person has deleted or merged it (rule 11)", async () => {
    const first = addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({ tag: ["{{ event.type }}"] });
    await deliver(made);
    assert.deepEqual(link, { customer: first.id });
    shop.world.customers.length = 0;
    const merged = addCustomer(shop.world, { phone: "+15555550123" });
    await deliver(made);
    assert.deepEqual(merged.tags, ["whatsapp.message.text"]);
    assert.deepEqual(link, { customer: merged.id });
  });

  it("without a phone is nobody here, and a BSUID is no phone (rule 6)", async () => {
    const made = destination({ tag: "whatsapp", create: true });
    const { answer } = await deliver(made, undefined, { phones: [] });
    assert.equal(answer, "nothing to write: no phone is known of this contact");
    assert.equal(shop.world.customers.length, 0);
  });

  it("is made only when told, once, also while search does not know it yet", async () => {
    await deliver(destination({ tag: "whatsapp" }));
    assert.equal(shop.world.customers.length, 0);
    const made = destination({ tag: "whatsapp", create: true });
    const { events } = await deliver(made);
    assert.equal(events?.[0]?.type, "business.record.created");
    link = undefined;
    const later = await deliver(made, makeText("again", {}));
    assert.equal(later.events?.[0]?.type, "business.record.updated");
    const [customer, ...others] = shop.world.customers;
    assert.deepEqual(
      [customer?.phone, customer?.firstName, others],
      ["+15555550123", "Mia Example", []],
    );
    assert.deepEqual(customer?.tags, ["whatsapp"]);
  });

  it("is made under the number that is a phone, where WhatsApp writes it otherwise", async () => {
    const made = destination({ tag: "whatsapp", create: true });
    await deliver(made, undefined, { phones: ["5215512345678"] });
    assert.deepEqual(
      shop.world.customers.map(({ phone }) => phone),
      ["+525512345678"],
    );
  });

  it("keeps name, phone, note and tags that people gave it (rules 4 and 5)", async () => {
    const customer = addCustomer(shop.world, {
      ...{ phone: "+15555550123", firstName: "Maria", note: "pays cash", tags: ["vip"] },
    });
    await deliver(destination({ tag: ["VIP", "whatsapp"], note: "{{ message | text }}" }));
    assert.equal(customer.firstName, "Maria");
    assert.match(customer.note ?? "", /^pays cash\nhello \[evt_\w+\]$/);
    assert.deepEqual(customer.tags, ["vip", "whatsapp"]);
    const written = shop.stub.requests
      .map(({ body }) => body)
      .filter((body) => body.includes("mutation"));
    const names = written.flatMap((body) => Object.keys(JSON.parse(body).variables.input ?? {}));
    assert.deepEqual(names, ["id", "note"], "nothing else of theirs is in what is sent");
  });

  it("is found by any candidate of the number, and by the first of them before others", async () => {
    const old = addCustomer(shop.world, { phone: "+551187654321" });
    await deliver(destination({ tag: "one" }), undefined, { phones: ["5511987654321"] });
    assert.deepEqual(old.tags, ["one"]);
    link = undefined;
    const exact = addCustomer(shop.world, { phone: "+5511987654321" });
    await deliver(destination({ tag: "two" }), undefined, { phones: ["5511987654321"] });
    assert.deepEqual([old.tags, exact.tags], [["one"], ["two"]]);
  });
});

describe("what is written", () => {
  it("is one request, and nothing at all where all of it is there", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123" });
    const metafields = { "custom.last": "{{ message | text }}" };
    const made = destination({ tag: "whatsapp", note: "{{ message | text }}", metafields });
    const event = makeText("hello", {});
    const { events = [] } = await deliver(made, event);
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.business?.["object"], data.business?.["id"]]),
      [["business.record.updated", "customer", customer.id.replace(/^.*\//, "")]],
    );
    assert.deepEqual(shop.operations, ["customers", "tagsAdd metafieldsSet customerUpdate"]);
    const { answer } = await deliver(
      destination({ tag: "whatsapp", note: "{{ message | text }}" }),
      event,
    );
    assert.equal(answer, "all of it is there");
    assert.deepEqual(shop.operations.slice(2), ["customer"]);
  });

  it("is a tag once, in whatever letters people wrote it", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123", tags: ["WhatsApp"] });
    const { answer } = await deliver(destination({ tag: "whatsapp" }), makeText("hello", {}));
    assert.deepEqual([customer.tags, answer], [["WhatsApp"], "all of it is there"]);
  });

  it("is appended to the note once for each event, whatever becomes of the answers", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({ note: "{{ message | text }}" });
    const event = makeText("hello", {});
    shop.stub.fail("lost");
    await assert.rejects(deliver(made, event), { verdict: "outage", maybeDone: true });
    await deliver(made, event);
    await deliver(made, makeText("bye", {}));
    assert.match(customer.note ?? "", /^hello \[evt_\w+\]\nbye \[evt_\w+\]$/);
  });

  it("stays text: HTML, quotes and odd characters, cut to what a note holds; a full note is not shortened", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({ note: "{{ message | text }}" });
    await deliver(made, makeText('<b>"\\"</b>\u0000\u202e\ud800\u200b\u05d0 #{x} $id', {}));
    assert.match(customer.note ?? "", /^<b>"\\"<\/b>\ufffd\u200b\u05d0 #\{x\} \$id \[evt_\w+\]$/);
    await deliver(made, makeText("x".repeat(65_536), {}));
    assert.equal(customer.note?.length, 5_000);
    assert.match(customer.note ?? "", /x… \[evt_\w+\]$/);
    const full = customer.note;
    await assert.rejects(deliver(made), /the note is full/);
    assert.equal(customer.note, full);
  });

  it("keeps a tag with a comma one tag, and leaves out what renders to nothing", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({
      tag: ["{{ message | text }}", "{{ business.none }}"],
      note: "{{ flow.x }}",
    });
    await deliver(made, makeText("a,b", {}));
    assert.deepEqual([customer.tags, customer.note], [["a b"], null]);
  });

  it("writes all but the metafield that does not take what somebody wrote, and tells which", async () => {
    const { id } = addCustomer(shop.world, { phone: "+15555550123" });
    const line = { type: "single_line_text_field", value: "{{ message | text }}" };
    const metafields = { "custom.text": "{{ message | text }}", "custom.line": line };
    const made = destination({ tag: "whatsapp", note: "{{ message | text }}", metafields });
    const { answer, notTaken } = await deliver(made, makeText("two\nlines", {}));
    assert.deepEqual([answer, notTaken], ["written", ["customer.custom.line"]]);
    assert.deepEqual([...shop.world.metafields.keys()], [`${id} custom.text`]);
    const [customer] = shop.world.customers;
    assert.deepEqual(customer?.tags, ["whatsapp"]);
    assert.match(customer?.note ?? "", /^two\nlines \[evt_\w+\]$/);
    const fixed = destination({ metafields: { "custom.line": { ...line, value: "two\nlines" } } });
    await assert.rejects(deliver(fixed), { verdict: "refused" });
  });

  it("sets metafields by namespace and key, with a type where one is given", async () => {
    const { id } = addCustomer(shop.world, { phone: "+15555550123" });
    shop.world.definitions.set("custom.seen", "date_time");
    const metafields = { "custom.text": "{{ message | text }}", "custom.seen": "{{ event.time }}" };
    await assert.rejects(deliver(destination({ metafields })), (error: DeliveryError) => {
      assert.deepEqual([error.verdict, /INVALID_TYPE/.test(error.message)], ["config", true]);
      return true;
    });
    const typed = {
      ...metafields,
      "custom.seen": { type: "date_time", value: "{{ event.time }}" },
    };
    const event = makeText("two\nlines", {});
    await deliver(destination({ metafields: typed }), event);
    assert.deepEqual(
      [...shop.world.metafields],
      [
        [`${id} custom.text`, "multi_line_text_field two\nlines"],
        [`${id} custom.seen`, `date_time ${event.time}`],
      ],
    );
  });

  it("is nothing where a record is told of, so that what it writes makes no circle", async () => {
    addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({ tag: "whatsapp" });
    const { events = [] } = await deliver(made);
    assert.ok(events[0]);
    const { answer } = await deliver(made, events[0]);
    assert.match(answer ?? "", /^nothing to write/);
  });
});

describe("the order that an event is about", () => {
  const note = "{{ message | text }}";

  it("is the one that a template names, by name or id", async () => {
    const customer = addCustomer(shop.world);
    const [one, two] = ["#1001", "#10012"].map((name) => addOrder(shop.world, name, customer));
    const number = two?.id.slice(two.id.lastIndexOf("/") + 1);
    for (const order of ["#1001", "1001", one?.id, number, two?.id]) {
      await deliver(destination({ order, note }), makeText(`to ${order}`, {}));
    }
    assert.equal(one?.note?.split("\n").length, 3);
    assert.equal(two?.note?.split("\n").length, 2);
  });

  it("is what our message told of as `ref.order`", async () => {
    const [one] = ["#1001", "#1002"].map((name) =>
      addOrder(shop.world, name, addCustomer(shop.world)),
    );
    const about = { ref: { order: "#1001" } };
    await deliver(destination({ on: "order", note }), undefined, { about });
    await deliver(destination({ order: "{{ about.ref.order }}", note }), undefined, { about });
    assert.equal(one?.note?.split("\n").length, 2);
  });

  it("is else the customer's newest, and nothing where there is none", async () => {
    const customer = addCustomer(shop.world, { phone: "+15555550123" });
    const made = destination({ on: "order", tag: "asked" });
    const { answer } = await deliver(made);
    assert.equal(answer, "nothing to write: this customer has no order");
    const [older, newer] = ["#1001", "#1002"].map((name) => addOrder(shop.world, name, customer));
    await deliver(made);
    assert.deepEqual([older?.tags, newer?.tags, customer.tags], [[], ["asked"], []]);
  });

  it("that a template names and that is not there is no other", async () => {
    addOrder(shop.world, "#10012", addCustomer(shop.world, { phone: "+15555550123" }));
    for (const order of ["#1001", '" OR name:"#10012', "a:b (c) \\", "*"]) {
      await assert.rejects(deliver(destination({ order, note })), /no order of this name or id/);
    }
    assert.equal(shop.world.orders[0]?.note, null);
  });

  it("that is so new that search does not know it yet is waited for, by its conversation alone", async () => {
    const made = destination({ order: "#1001", note });
    const event = makeText("hello", { receivedAt: new Date().toISOString() });
    const signal = AbortSignal.timeout(5_000);
    const context = contextFor(event, ["15555550123"]);
    await assert.rejects(made.deliver(event, context, signal), {
      ...{ name: "DeliveryError", verdict: "outage", laneOnly: true, maybeDone: false },
    });
    const order = addOrder(shop.world, "#1001", addCustomer(shop.world, {}));
    await made.deliver(event, context, signal);
    assert.match(order.note ?? "", /hello|\[evt_/);
  });
});

describe("shadow, doctor and erasure", () => {
  const soon = () => AbortSignal.timeout(5_000);

  it("shadow looks, remembers and writes nothing, and says what it would do", async () => {
    const event = makeText("hello", {});
    const shadow = { ...contextFor(event, ["15555550123"]), shadow: true };
    const made = destination({ tag: "whatsapp", create: true });
    const first = await made.deliver(event, shadow, soon());
    assert.equal(first.answer, "would create a customer; the customer does not exist yet");
    addCustomer(shop.world, { phone: "+15555550123" });
    addCustomer(shop.world, { addressPhone: "+15555550123" });
    const { answer } = await made.deliver(event, shadow, soon());
    assert.equal(answer, "would change the customer; 1 duplicate by phone");
    assert.deepEqual([link, shop.world.customers[0]?.tags], [undefined, []]);
  });

  it("doctor names the scopes that are missing", async () => {
    assert.ok((await destination().check(soon())).every(({ ok }) => ok));
    shop.world.scopes.delete("write_orders");
    const [, scopes] = await destination({ on: "order" }).check(soon());
    assert.match(scopes?.detail ?? "", /^read_orders, write_orders missing: add/);
    shop.world.scopes.delete("write_customers");
    const [, ofCustomers] = await destination().check(soon());
    assert.match(ofCustomers?.detail ?? "", /^read_customers, write_customers missing: add/);
  });

  it("deletes a customer that it made; one of the shop's own is for a person", async () => {
    const made = destination({ tag: "whatsapp", create: true });
    await deliver(made);
    const person = { contact: undefined, contactLink: link, links: [] };
    const [erased] = (await made.erase?.(person, soon())) ?? [];
    assert.deepEqual([erased?.result, shop.world.customers.length], ["deleted", 0]);
    assert.equal((await made.erase?.(person, soon()))?.[0]?.result, "absent");
    const own = addCustomer(shop.world, { phone: "+15555550123" });
    const [left] =
      (await made.erase?.({ ...person, contactLink: { customer: own.id } }, soon())) ?? [];
    assert.equal(left?.result, "by hand");
    assert.equal(left?.url, `https://admin.shopify.com/store/acme/customers/${left?.id}`);
    assert.deepEqual(await made.erase?.({ ...person, contactLink: undefined }, soon()), []);
  });

  it("writes nothing about an event that is about nobody", async () => {
    const event = makeEvent({ type: "whatsapp.template.status", contact: {} });
    const made = destination({ tag: "whatsapp" });
    const { answer } = await made.deliver(event, contextOf(event), soon());
    assert.equal(answer, "nothing to write: it is about no single person");
  });
});
