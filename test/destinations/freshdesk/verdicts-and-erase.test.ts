import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Destination } from "../../../src/contracts.ts";
import { OptionError } from "../../../src/destinations/destination-kind.ts";
import { freshdesk } from "../../../src/destinations/freshdesk/freshdesk.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { delivering } from "../delivering.ts";
import { addContact } from "./desk.ts";
import { type FreshdeskStub, freshdeskKey, startFreshdeskStub } from "./stub.ts";

describe("Freshdesk's verdicts, requirements and erasing", () => {
  let server: FreshdeskStub;
  let destination: Destination;
  const signal = () => AbortSignal.timeout(5_000);
  const make = (options: object = {}) =>
    freshdesk.create(
      "desk",
      { domain: "acme", apiKey: freshdeskKey, baseUrl: server.stub.url, ...options },
      { log: createArrayLog() },
    );
  beforeEach(async () => {
    server = await startFreshdeskStub();
    destination = make({ eventField: "cf_event", fields: { cf_city: "{{ contact.city }}x" } });
  });
  afterEach(async () => {
    await destination.close();
    await server.stub.close();
  });

  it("doctor and add say what is missing; the field of the event is made", async () => {
    const [key, , , fields] = await destination.check(signal());
    assert.deepEqual([key?.ok, fields?.ok], [true, false]);
    assert.match(fields?.detail ?? "", /cf_city of tickets: make it in Admin, Ticket Fields/);
    const all = (await destination.requirements?.(signal())) ?? [];
    assert.deepEqual(
      all.map(({ there, create }) => [there, create !== undefined]),
      [
        [false, false],
        [false, true],
      ],
    );
    await all[1]?.create?.(signal());
    const again = (await destination.requirements?.(signal())) ?? [];
    assert.deepEqual(
      again.map(({ there }) => there),
      [false, true],
    );
    server.held.key = "another one";
    assert.match(
      (await destination.check(signal()))[0]?.detail ?? "",
      /invalid_credentials: the API key/,
    );
  });

  it("a field that is missing or wanted, a key and a role pause, with the remedy", async () => {
    const { fails } = delivering(destination);
    const missing = await fails(makeText("one"));
    assert.deepEqual(
      [missing.verdict, /invalid_field: the field cf_/.test(missing.message)],
      ["config", true],
    );
    server.desk.ticketFields.add("cf_city").add("cf_event");
    server.held.wanted = "type";
    assert.match((await fails(makeText("two"))).message, /missing_field: the field type is not/);
    server.held.wanted = "cf_order_number";
    const wanted = await fails(makeText("two and a half"));
    assert.deepEqual(
      [wanted.verdict, /missing_field: the field cf_order_number/.test(wanted.message)],
      ["config", true],
      "a field that the account came to want kills no event",
    );
    server.held.forbidden = true;
    assert.match(
      (await fails(makeText("three"))).message,
      /access_denied: the agent whose API key/,
    );
    server.held.key = "another one";
    const revoked = await fails(makeText("four"));
    assert.match(revoked.message, /invalid_credentials/);
    assert.equal(revoked.verdict, "config");
  });

  it("deletes what it made, leaves what was there to a person, and may be asked again", async () => {
    const plain = make();
    const { deliver, links, contactLinks } = delivering(plain);
    const mine = addContact(server.desk, { name: "Mo", mobile: "+491700000001" });
    await deliver(makeText("one"));
    await deliver(makeText("two", { contact: { waId: "491700000001" } }));
    const erase = async (at: number) => {
      const contactLink = [...contactLinks.values()][at];
      const link = [...links.values()][at];
      const person = { contact: undefined, contactLink, links: link ? [link] : [] };
      return (await plain.erase?.(person, signal())) ?? [];
    };
    const results = (erased: Awaited<ReturnType<typeof erase>>) =>
      erased.map(({ object, result }) => [object, result]);
    assert.deepEqual(results(await erase(0)), [
      ["ticket", "deleted"],
      ["contact", "deleted"],
    ]);
    assert.deepEqual(results(await erase(0)), [
      ["ticket", "absent"],
      ["contact", "absent"],
    ]);
    const [, byHand] = await erase(1);
    assert.deepEqual([byHand?.result, byHand?.id], ["by hand", String(mine.id)]);
    assert.match(byHand?.url ?? "", /\/a\/contacts\/\d+$/);
    await plain.close();
  });

  it("deletes the tickets that went before, too", async () => {
    const plain = make();
    const { deliver, links, contactLinks } = delivering(plain);
    for (const at of [0, 30 * 86_400]) await deliver(makeText("hello", { at }));
    assert.equal(server.desk.tickets.size, 2);
    const [contactLink] = contactLinks.values();
    await plain.erase?.({ contact: undefined, contactLink, links: [...links.values()] }, signal());
    assert.deepEqual(
      [...server.desk.tickets.values()].filter(({ deleted }) => !deleted),
      [],
    );
    await plain.close();
  });

  it("refuses options that cannot be used", () => {
    assert.throws(() => make({ apiKey: "two words" }), OptionError);
    assert.throws(() => make({ baseUrl: "acme" }), OptionError);
    assert.throws(() => make({ newAfter: "1d" }), OptionError);
    assert.throws(
      () => make({ fields: { cf_x: "{{ broken" } }),
      /destinations\.desk\.fields\.cf_x/,
    );
  });
});
