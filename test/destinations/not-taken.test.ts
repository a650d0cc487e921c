import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination } from "../../src/contracts.ts";
import { noSurroundings } from "../../src/deliver/attempt/surroundings.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { type OpenCrm, openCrm } from "./hubspot/open-crm.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { openDesk as openOrg, type Desk as SalesforceDesk } from "./salesforce/desk.ts";
import type { Stub, StubRequest } from "./stub.ts";
import { openDesk as openZendesk } from "./zendesk/desk.ts";

const parts = { log: createArrayLog() };
const mia = { waId: "15555550123", name: "Mia" };
/** What the templates below put into fields that take no free text. */
const text = (body: string) => makeText(body, { contact: mia });
const words = "{{ message | text }}";

/**
 * A template of options puts what a customer wrote into a field that takes a number, a date or one of a list: that costs the field alone, and people
 * are told.
 */
describe("what a customer wrote, in a field that does not take it", () => {
  it("freshdesk: the ticket is opened without it, says so, and nothing stops", async () => {
    const { stub, desk, held } = await startFreshdeskStub();
    for (const name of ["cf_size", "cf_city"]) desk.ticketFields.add(name);
    held.choices = { cf_size: ["S", "M"], type: ["Question"] };
    const options = { fields: { cf_size: words, cf_city: "Berlin" }, type: words };
    await withFreshdesk(stub, options, async ({ deliver }) => {
      const done = await deliver(text("<large>"));
      const [ticket, ...others] = [...desk.tickets.values()];
      assert.deepEqual(ticket?.custom_fields, { cf_city: "Berlin" });
      assert.match(
        ticket.description,
        /ticket.cf_size: Freshdesk did not take &quot;&lt;large&gt;&quot;/,
      );
      assert.deepEqual(done.notTaken, ["ticket.cf_size", "ticket.type"]);
      assert.equal((await deliver(text("M"))).notTaken, undefined);
      assert.deepEqual([others, ticket.notes.length, posted(stub, /tickets$/)], [[], 1, 2]);
    });
  });

  for (const [what, fields] of [
    ["what the operator alone wrote", { cf_size: "large" }],
    ["a field that is not there", { cf_none: words }],
  ] as const) {
    it(`freshdesk: ${what} stays theirs to mend`, async () => {
      const { stub, desk, held } = await startFreshdeskStub();
      desk.ticketFields.add("cf_size");
      held.choices = { cf_size: ["S", "M"] };
      await withFreshdesk(stub, { fields }, async ({ fails }) => {
        assert.equal((await fails(text("large"))).verdict, "config");
        assert.equal(desk.tickets.size, 0);
      });
    });
  }

  it("freshdesk: a new contact is made without it, and the ticket says so", async () => {
    const { stub, desk, held } = await startFreshdeskStub();
    held.choices = { size: ["S"] };
    const options = { contactFields: { size: words, city: "{{ contact.name }}" } };
    await withFreshdesk(stub, options, async ({ deliver }) => {
      const done = await deliver(text("large"));
      const [contact, ...others] = [...desk.contacts.values()];
      assert.deepEqual([contact?.custom_fields, others], [{ city: "Mia" }, []]);
      const [ticket] = [...desk.tickets.values()];
      assert.match(ticket?.description ?? "", /contact.size: Freshdesk did not take/);
      assert.deepEqual(done.notTaken, ["contact.size"]);
    });
  });

  it("intercom: a new contact is made without them all, as it names none, and has a note", async () => {
    const isNew = ({ method, path }: StubRequest) =>
      method === "POST" && path.endsWith("/contacts");
    const { stub, workspace } = await startIntercomStub({ acts: isNew });
    workspace.attributes.add("size");
    const given = { token: intercomToken, baseUrl: stub.url, attributes: { size: words } };
    const errors = [{ code: "parameter_invalid", message: "size must be a number" }];
    stub.fail({ status: 400, body: JSON.stringify({ type: "error.list", errors }) });
    await withKind(intercom.create("desk", given, parts), stub, async ({ deliver }) => {
      const done = await deliver(text("large"));
      assert.deepEqual(done.notTaken, ["contact.size"]);
      await deliver(text("two"));
      assert.deepEqual(
        workspace.effects.map(({ body }) => plain(body)),
        ['contact.size: Intercom did not take "large"', "large", "two"],
      );
      const [contact, ...others] = [...workspace.contacts.values()];
      assert.deepEqual([contact?.name, contact?.custom_attributes, others], ["Mia", {}, []]);
    });
  });

  it("hubspot: deal and contact are made without it, and the timeline says so", async () => {
    const deal = { when: ["whatsapp.message.*"], amount: words, name: "{{ contact.name }}" };
    const contact = { properties: { size: words, city: "Berlin" } };
    await withCrm({ deal, contact }, async (crm) => {
      const lead = text("about 500");
      const done = await crm.deliver(lead, {
        scope: (names) => noSurroundings.scope(lead, "", names),
      });
      const [made, ...others] = crm.portal.all("0-3");
      assert.deepEqual([made?.properties["dealname"], others], ["Mia", []]);
      assert.equal(made?.properties["amount"], undefined);
      assert.deepEqual(crm.contacts()[0]?.["city"], "Berlin");
      assert.deepEqual(done.notTaken, ["contact.size", "deal.amount"]);
      assert.deepEqual(crm.messages().map(plain), [
        'Miaabout 500contact.size: HubSpot did not take "about 500"deal.amount: HubSpot did not take "about 500"',
      ]);
    });
  });

  for (const [what, properties] of [
    ["what the operator alone wrote", { size: "about 500" }],
    ["a property that is not there", { none: words }],
  ] as const) {
    it(`hubspot: ${what} stays theirs to mend`, async () => {
      const deal = { when: ["whatsapp.message.*"], properties };
      await withCrm({ deal }, async (crm) => {
        const error = await crm.failure(text("about 500"));
        assert.deepEqual([error.verdict, crm.portal.all("0-3")], ["config", []]);
      });
    });
  }

  it("salesforce: person and Case are made without it, and the Task says so", async () => {
    const options = {
      fields: { LeadSource: words, Size__c: words },
      case: { when: ["whatsapp.message.*"], fields: { Budget__c: words, Priority: "High" } },
    };
    await withOrg(options, async (desk) => {
      const done = await desk.tell(text("about 500"));
      const [person, made] = [desk.first("Contact"), desk.first("Case")];
      assert.deepEqual([person["LeadSource"], person["Size__c"]], ["about 500", undefined]);
      assert.deepEqual([made["Budget__c"], made["Priority"]], [undefined, "High"]);
      assert.deepEqual(done.notTaken, ["person.Size__c", "case.Budget__c"]);
      assert.equal(
        desk.first("Task")["Description"],
        [
          "Mia: about 500",
          'person.Size__c: Salesforce did not take "about 500"',
          'case.Budget__c: Salesforce did not take "about 500"',
        ].join("\n"),
      );
      assert.deepEqual(
        ["Contact", "Case", "Task"].map((each) => desk.records(each).length),
        [1, 1, 1],
      );
    });
  });

  for (const [what, fields] of [
    ["what the operator alone wrote", { Size__c: "about 500" }],
    ["a field that is not there", { None__c: words }],
  ] as const) {
    it(`salesforce: ${what} stays theirs to mend`, async () => {
      await withOrg({ fields }, async (desk) => {
        const error = await desk.attempt(text("about 500"));
        assert.equal("verdict" in error && error.verdict, "config");
        assert.deepEqual(desk.records("Contact"), []);
      });
    });
  }

  for (const namesFields of [true, false]) {
    const which = namesFields ? "it" : "any of them, where Zendesk names none";
    it(`zendesk: the ticket is opened without ${which}, and says so`, async () => {
      const fields = { "11": words, "12": "{{ contact.name }}", "13": "Berlin" };
      const desk = await openZendesk({ fields });
      desk.contact = { name: "Mia", phones: [mia.waId] };
      Object.assign(desk.stub.books, { namesFields });
      desk.stub.books.choices.set(11, ["S", "M"]);
      const first = desk.text("{{ticket.id}}", { contact: mia });
      desk.surroundings = (event) => ({ scope: (names) => noSurroundings.scope(event, "", names) });
      const done = await desk.say(first);
      const [ticket, ...others] = desk.tickets();
      const left = namesFields ? [{ id: 12, value: "Mia" }] : [];
      assert.deepEqual(ticket?.given, {
        ...ticket?.given,
        custom_fields: [...left, { id: 13, value: "Berlin" }],
      });
      const names = namesFields ? ["ticket.11"] : ["ticket.11", "ticket.12"];
      assert.deepEqual([done.notTaken, others], [names, []]);
      const told = ticket?.comments.map(({ html_body }) => html_body).join() ?? "";
      assert.match(told, /ticket.11: Zendesk did not take &quot;/);
      assert.ok(!told.includes("{{"), "nobody's words become a placeholder");
      assert.deepEqual((await desk.say(desk.text("two", { contact: mia }))).notTaken, undefined);
      await desk.close();
    });
  }
});

async function withOrg(options: object, work: (desk: SalesforceDesk) => Promise<void>) {
  const desk = await openOrg(options);
  const { Contact = {}, Case = {} } = desk.org.objects;
  Contact["Size__c"] = { choices: ["S", "M"] };
  Case["Budget__c"] = { isNumber: true };
  await work(desk).finally(() => desk.close());
}

async function withCrm(options: object, work: (crm: OpenCrm) => Promise<void>): Promise<void> {
  const crm = await openCrm({ ...options }, { specification: false });
  for (const type of ["contacts", "0-3"] as const) {
    crm.portal.properties.get(type)?.set("size", { options: ["S", "M"] });
  }
  await work(crm).finally(() => crm.close());
}

type Delivering = ReturnType<typeof delivering>;

async function withKind(
  destination: Destination,
  stub: Stub,
  work: (desk: Delivering) => Promise<void>,
): Promise<void> {
  try {
    await work(delivering(destination));
  } finally {
    await destination.close();
    await stub.close();
  }
}

function withFreshdesk(stub: Stub, options: object, work: (desk: Delivering) => Promise<void>) {
  const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url, ...options };
  return withKind(freshdesk.create("desk", given, parts), stub, work);
}

function posted({ requests }: Stub, path: RegExp): number {
  return requests.filter((each) => each.method === "POST" && path.test(each.path)).length;
}

function plain(html: string): string {
  return html.replace(/<[^>]*>/g, "").replaceAll("&quot;", '"');
}
