import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { createSalesforce } from "../../../src/destinations/salesforce/salesforce.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { type Desk, openDesk } from "./desk.ts";
import { clientId, clientSecret, startSalesforceStub } from "./stub.ts";

let desk: Desk;
afterEach(() => desk.close());

async function failed(event = makeText("hello")): Promise<DeliveryError> {
  const outcome = await desk.attempt(event);
  assert.ok(outcome instanceof DeliveryError, "delivered");
  assert.equal(outcome.maybeDone, false, outcome.message);
  return outcome;
}

describe("Salesforce: what its errors mean", () => {
  it("writes to a new person whom a duplicate rule only alerts about, and not where it blocks", async () => {
    for (const [rule, duplicates, expected] of [
      ["alert", "allow", 2],
      ["alert", "block", 1],
      ["block", "allow", 1],
    ] as const) {
      desk = await openDesk({ duplicates });
      desk.org.duplicateRule = rule;
      desk.org.seed("Contact", { LastName: "Mia" });
      const outcome = await desk.attempt(makeText("hello"));
      assert.equal(outcome instanceof DeliveryError, expected === 1, `${rule} ${duplicates}`);
      assert.equal(desk.records("Contact").length, expected);
      assert.equal(desk.records("Task").length, expected - 1, "no Task without its person");
      await desk.close();
    }
    desk = await openDesk();
  });

  it("pauses for a field that is missing, and says which in doctor; it can be made", async () => {
    desk = await openDesk();
    delete desk.org.objects["Task"]?.["Waypost_Event_Id__c"];
    delete desk.org.objects["Contact"]?.["WhatsApp_Id__c"];
    assert.equal((await failed()).verdict, "config");
    const checks = await desk.crm.check(AbortSignal.timeout(5_000));
    const wrong = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    assert.match(
      wrong.join("\n"),
      /Task: no field Waypost_Event_Id__c: .*Activity.*\nContact: no field WhatsApp_Id__c/,
    );
    const wanted = (await desk.crm.requirements?.(AbortSignal.timeout(5_000))) ?? [];
    assert.deepEqual(
      wanted.map(({ there }) => there),
      [false, false],
    );
    for (const { create } of wanted) await create?.(AbortSignal.timeout(5_000));
    const then = (await desk.crm.requirements?.(AbortSignal.timeout(5_000))) ?? [];
    assert.deepEqual(
      then.map(({ there }) => there),
      [true, true],
    );
    assert.ok((await desk.crm.check(AbortSignal.timeout(5_000))).every(({ ok }) => ok));
    await desk.tell(makeText("hello"));
  });

  it("leaves a share of the day's requests to others, and asks again half an hour later", async () => {
    desk = await openDesk({ reserve: 20 });
    desk.under.limit = 10;
    let error: unknown;
    let told = 0;
    while (!(error instanceof DeliveryError) && told < 20) {
      error = await desk.attempt(makeText(`text ${told}`));
      told += 1;
    }
    assert.ok(error instanceof DeliveryError);
    assert.deepEqual([error.verdict, error.afterMs], ["outage", 1_800_000]);
    assert.match(error.message, /daily API requests/);
    const asked = desk.under.calls.length;
    assert.equal(asked, 8);
    await failed();
    assert.equal(desk.under.calls.length, asked, "nothing is asked");
    desk.passed += 1_800_000;
    desk.under.limit = 1_000;
    await desk.tell(makeText("again"));
    assert.equal(desk.under.refused(), 0);
  });

  it("waits for half an hour after Salesforce has said that nothing is left", async () => {
    desk = await openDesk({ reserve: 0 });
    await desk.tell(makeText("one"));
    desk.under.limit = 0;
    const error = await failed();
    assert.deepEqual([error.verdict, error.afterMs], ["outage", 1_800_000]);
    assert.match(error.message, /REQUEST_LIMIT_EXCEEDED/);
    await failed();
    assert.equal(desk.under.refused(), 1);
  });
});

describe("Salesforce: tokens", () => {
  it("gets another one when a session has expired, and the event arrives once", async () => {
    desk = await openDesk();
    await desk.tell(makeText("one"));
    desk.under.revoke();
    await desk.tell(makeText("two"));
    assert.equal(desk.under.tokens(), 2);
    assert.equal(desk.records("Task").length, 2);
  });

  it("pauses with a remedy where the app is not accepted, and goes on when it is", async () => {
    desk = await openDesk();
    desk.under.grants = false;
    const error = await failed();
    assert.equal(error.verdict, "config");
    assert.match(error.message, /invalid_client: check the client id/);
    const [check] = await desk.crm.check(AbortSignal.timeout(5_000));
    assert.equal(check?.ok, false);
    desk.under.grants = true;
    await desk.tell(makeText("hello"));
  });

  it("shows its tokens to no address that is not of the web", async () => {
    desk = await openDesk();
    desk.under.instanceUrl = "ftp://127.0.0.1";
    const refused = await desk.attempt(makeText("hello"));
    assert.ok(refused instanceof DeliveryError && refused.verdict === "config", String(refused));
    assert.match(refused.message, /names an address for the API that cannot be used/);
  });

  it("asks loginUrl for tokens, and the API at the address that comes with them", async () => {
    desk = await openDesk();
    const login = await startSalesforceStub();
    login.instanceUrl = desk.under.stub.url;
    const options = { loginUrl: login.stub.url, clientId, clientSecret };
    const crm = createSalesforce("crm", options);
    const checks = await crm.check(AbortSignal.timeout(5_000)).finally(() => crm.close());
    // This account knows no such token: what matters is where it was shown.
    assert.ok(checks.some(({ detail }) => /401/.test(detail)));
    assert.deepEqual([login.calls.length, desk.under.calls.length > 0], [0, true]);
    await login.stub.close();
  });

  it("takes a JWT signed with the app's key instead of a secret", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const jwt = { clientSecret: undefined, privateKey: pem, username: "robot@acme.example" };
    desk = await openDesk(jwt);
    desk.under.publicKey = publicKey;
    await desk.tell(makeText("hello"));
    assert.equal(desk.records("Task").length, 1);
  });
});

describe("Salesforce: erasing", () => {
  const signal = () => AbortSignal.timeout(5_000);
  const erasing = () => {
    const [contactLink] = desk.contactLinks.values();
    return { contact: undefined, contactLink, links: [...desk.links.values()] };
  };
  it("deletes Tasks, Cases and the person that Waypost made, and may be repeated", async () => {
    for (const eventId of ["Waypost_Event_Id__c", undefined]) {
      desk = await openDesk({ eventId, case: { when: ["business.handoff.requested"] } });
      await desk.tell(makeText("one"));
      await desk.tell(makeEvent({ type: "business.handoff.requested", data: { business: {} } }));
      desk.org.seed("Task", { Subject: "a colleague's own", WhoId: desk.first("Contact").Id });
      const erased = (await desk.crm.erase?.(erasing(), signal())) ?? [];
      const told = erased.map(({ object, result }) => `${object} ${result}`);
      assert.deepEqual(told, ["task deleted", "task deleted", "case deleted", "contact deleted"]);
      assert.deepEqual(
        ["Contact", "Case"].flatMap((object) => desk.records(object)),
        [],
      );
      assert.equal(desk.records("Task").length, 1);
      const again = (await desk.crm.erase?.(erasing(), signal())) ?? [];
      assert.deepEqual(
        again.map(({ result }) => result),
        ["absent"],
      );
      await desk.close();
    }
    desk = await openDesk();
  });

  it("leaves a person whom users have made to people, without our id", async () => {
    desk = await openDesk();
    const there = desk.org.seed("Contact", { LastName: "Berg", Phone: "+15555550123" });
    await desk.tell(makeText("one"));
    const erased = (await desk.crm.erase?.(erasing(), signal())) ?? [];
    assert.deepEqual(
      erased.map(({ result }) => result),
      ["deleted", "by hand"],
    );
    assert.match(erased[1]?.url ?? "", new RegExp(`/Contact/${there.Id}/view$`));
    assert.equal(there["WhatsApp_Id__c"], null);
  });
});
