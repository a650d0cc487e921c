import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Scope, scopes } from "../../../src/ops/access/viewer.ts";
import { readApiDocument } from "../../../src/ops/api-document.ts";
import { type Harness, token } from "../harness.ts";
import { type Answer, ask, foundIn, tokenOf } from "./asking.ts";
import { type Case, cases, type Names, realNames } from "./cases.ts";
import { message, person, startPlanted } from "./planted-log.ts";

const operations = Object.entries(readApiDocument().paths).flatMap(([path, methods]) =>
  Object.keys(methods)
    .filter((method) => /^(?:get|post|put|patch|delete)$/.test(method))
    .map((method) => `${method} ${path}`),
);

let ops: Harness;
let names: Names;
/** What masked answers call those of `names`. */
let pseudonyms: Names;
const all = { authorization: `Bearer ${token}` };
/** A token for each scope alone. */
let alone: readonly [Scope, Readonly<Record<string, string>>][];
const masked = { ...all, "x-waypost-mask": "1" };
before(async () => {
  ops = await startPlanted();
  alone = await Promise.all(
    scopes.map(async (scope) => [scope, await tokenOf(ops, [scope])] as const),
  );
  const contact = (await ops.store.contacts.find(person.phone))?.id ?? "";
  names = { ...realNames, contact };
  const page = (await (await ops.get("/api/events", masked)).json()) as {
    items: (typeof message)[];
  };
  const byType = (type: string) => page.items.find((event) => event.type === type);
  const shown = byType(message.type);
  const serviceEvent = byType("business.policy.signed")?.id ?? "";
  pseudonyms = {
    ...{ contact, serviceEvent, serviceDelivery: `erp:${serviceEvent}` },
    message: shown?.data.message?.id ?? "",
    conversation: shown?.data.conversationId ?? "",
  };
});
after(() => ops.ops.close());

const casesOf = (operation: string): readonly Case[] => [cases[operation] ?? []].flat();
const isProbe = (operation: string) => !operation.includes(" /api/");

describe("without contents", () => {
  it("every operation of the API has a case", () => {
    assert.deepEqual(
      operations.filter((each) => casesOf(each).length === 0),
      [],
    );
    assert.deepEqual(
      Object.keys(cases).filter((each) => !operations.includes(each)),
      [],
    );
  });

  for (const operation of operations) {
    it(`${operation} says nothing of a person, and takes their pseudonyms`, async () => {
      for (const each of casesOf(operation)) {
        const shown = await ask(ops, operation, each, { names, headers: all });
        const missing = each.shows.filter((part) =>
          foundIn(person[part]).every((text) => !foundIn(shown.text).includes(text)),
        );
        assert.deepEqual(missing, [], `does not show to who may see: ${shown.text}`);
        for (const [scope, headers] of alone) {
          const { text } = await ask(ops, operation, each, { names: pseudonyms, headers });
          if (scope !== "content") assert.deepEqual(foundIn(text), [], `${scope}: ${text}`);
        }
        const answer = await ask(ops, operation, each, { names: pseudonyms, headers: masked });
        assert.deepEqual(foundIn(answer.text), [], answer.text);
        if (!/media/.test(operation)) assert.equal(answer.status, shown.status, answer.text);
        if (answer.status < 300 && !isProbe(operation) && !isBytes(answer)) {
          assert.match(answer.text, /^x-waypost-masked: true$/m);
        }
      }
    });
  }
});

function isBytes({ text }: Answer): boolean {
  return /^content-type: text\/event-stream/m.test(text);
}

describe("pseudonyms", () => {
  it("are the same wherever they stand", async () => {
    const get = async (path: string) => (await ops.get(path, masked)).json() as Promise<never>;
    const view: { id: string; conversationId: string; events: (typeof message)[] } = await get(
      `/api/messages/${pseudonyms.message}`,
    );
    assert.equal(view.id, pseudonyms.message);
    assert.equal(view.conversationId, pseudonyms.conversation);
    const [seen] = view.events;
    const contact: { id: string; phones: string[]; userIds: string[]; username: string } =
      await get(`/api/contacts/${names.contact}`);
    assert.deepEqual(contact.phones, [seen?.data.contact?.waId]);
    assert.deepEqual(contact.userIds, [seen?.data.contact?.userId]);
    assert.equal(contact.username, seen?.data.contact?.username);
    assert.equal(contact.id, names.contact);
    assert.equal(seen?.data.message?.context?.from, seen?.data.contact?.waId);
    const { items }: { items: { id: string; contact: { waId: string } }[] } =
      await get("/api/conversations");
    assert.deepEqual(
      [items[0]?.id, items[0]?.contact.waId],
      [pseudonyms.conversation, contact.phones[0]],
    );
    const deliveries: { items: { id: string; laneKeys: string[]; eventId: string }[] } = await get(
      `/api/deliveries?event=${pseudonyms.serviceEvent}`,
    );
    const [delivery] = deliveries.items;
    assert.equal(delivery?.id, pseudonyms.serviceDelivery);
    assert.equal(delivery?.eventId, pseudonyms.serviceEvent);
    assert.deepEqual(delivery?.laneKeys, [pseudonyms.conversation]);
  });

  it("lead on from page to page", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null && seen.length < 9) {
      const path = `/api/events?limit=1${cursor && `&cursor=${cursor}`}`;
      const page = (await (await ops.get(path, masked)).json()) as {
        items: { id: string }[];
        next: string | null;
      };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      const decoded = Buffer.from(String(cursor), "base64url").toString("latin1");
      assert.deepEqual(foundIn(`${cursor} ${decoded}`), []);
    }
    assert.equal(seen.length, 3);
  });

  it("of another installation name nobody", async () => {
    const other = `msg_${Buffer.alloc(60, 7).toString("base64url")}`;
    assert.equal((await ops.get(`/api/messages/${other}`)).status, 404);
  });
});

describe("logs and metrics", () => {
  it("hold nothing of a person after all that", async () => {
    assert.ok(ops.logged.length > 30);
    const logged = ops.logged.map(
      ({ message: text, fields }) =>
        `${text} ${JSON.stringify({ ...fields, error: String(fields?.error) })}`,
    );
    assert.deepEqual(foundIn(logged.join("\n")), []);
    assert.deepEqual(foundIn(await ops.metrics.registry.metrics()), []);
  });
});
