import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Harness } from "../harness.ts";
import { ask, foundIn, tokenOf } from "./asking.ts";
import { type Case, cases, type Names, realNames } from "./cases.ts";
import { message, person, startPlanted } from "./planted-log.ts";

type Headers = Readonly<Record<string, string>>;
let ops: Harness;
let reader: Headers;
let seer: Headers;
let operator: Headers;
let names: Names;
before(async () => {
  ops = await startPlanted();
  reader = await tokenOf(ops, ["read"]);
  seer = await tokenOf(ops, ["read", "content"]);
  operator = await tokenOf(ops, ["read", "operate"]);
  names = { ...realNames, contact: (await ops.store.contacts.find(person.phone))?.id ?? "" };
});
after(() => ops.ops.close());

const url = encodeURIComponent;
async function refusal(response: Response) {
  const text = await response.text();
  assert.equal(response.status, 403, text);
  assert.deepEqual(foundIn(text), []);
  const { type, errors } = JSON.parse(text) as { type: string; errors: { parameter: string }[] };
  assert.equal(type, "urn:waypost:problem:missing-scope");
  return errors.map(({ parameter }) => parameter);
}
const get = (path: string, headers: Headers = reader) => ops.get(path, headers);

describe("who may not see contents", () => {
  it("cannot ask by a phone, a name, words, a wamid or a conversation", async () => {
    const refused: [path: string, parameter: string][] = [
      [`/api/events?contact=${url(`+${person.phone}`)}`, "contact"],
      [`/api/events?contact=${person.userId}`, "contact"],
      ["/api/events?text=broomstick", "text"],
      [`/api/events?messageId=${url(person.wamid)}`, "messageId"],
      [`/api/events?conversation=${names.conversation}`, "conversation"],
      [`/api/events/stream?conversation=${names.conversation}`, "conversation"],
      [`/api/messages/${url(person.wamid)}`, "wamid"],
      [`/api/conversations?contact=${person.phone}`, "contact"],
      [`/api/conversations/${names.conversation}`, "id"],
      [`/api/conversations/${names.conversation}/messages`, "id"],
      [`/api/contacts/${person.phone}`, "id"],
      [`/api/contacts/${person.userId}`, "id"],
    ];
    for (const [path, parameter] of refused) {
      assert.deepEqual(await refusal(await get(path)), [parameter], path);
    }
  });

  it("is refused alike whether there is such a person or not", async () => {
    const there = await get(`/api/contacts/${person.phone}`);
    const none = await get("/api/contacts/491110000000");
    assert.equal(await there.text(), await none.text());
  });

  it("cannot search for anybody, only for ids that say nothing", async () => {
    const search = (q: string, headers: Headers) => ops.post("/api/search", { q }, headers);
    for (const q of [
      ...[person.phone, person.name, person.text, person.wamid, person.userId, person.remoteId],
      ...[names.conversation, person.serviceId, "15555550123", "x"],
    ]) {
      assert.deepEqual(await refusal(await search(q, reader)), ["q"], q);
    }
    for (const q of [message.id, names.contact, `erp:${message.id}`, "pst_1", ` ${message.id} `]) {
      assert.equal((await search(q, reader)).status, 200, q);
    }
    assert.equal((await search(person.name, seer)).status, 200);
  });

  it("cannot replay by what it may not see", async () => {
    const replay = (filter: object) =>
      ops.post("/api/replays", { filter, to: "crm", dryRun: true }, operator);
    for (const [key, value] of [
      ["contact", person.phone],
      ["text", "broomstick"],
      ["messageId", person.wamid],
      ["conversation", names.conversation],
    ] as const) {
      assert.deepEqual(await refusal(await replay({ [key]: value })), [`filter.${key}`]);
    }
    assert.equal((await replay({ contact: names.contact })).status, 200);
  });

  it("asks by pseudonyms wherever it could ask by an id", async () => {
    const list = (await (await get("/api/conversations")).json()) as { items: { id: string }[] };
    const [shown] = list.items;
    assert.match(shown?.id ?? "", /^cnv_[\w-]{40,}$/);
    const asked = await get(`/api/events?conversation=${shown?.id}`);
    const { items } = (await asked.json()) as { items: (typeof message)[] };
    assert.ok(items.length > 1);
    assert.ok(items.every(({ data }) => data.conversationId === shown?.id));
    // Nobody makes one by trying: it is not the hash that everybody can compute.
    assert.deepEqual(await refusal(await get(`/api/conversations/${shown?.id}A`)), ["id"]);
  });
});

describe("who may see them", () => {
  it("asks by anything, and by the pseudonyms of others", async () => {
    const { items } = (await (await get("/api/conversations")).json()) as {
      items: { id: string }[];
    };
    for (const path of [
      `/api/events?contact=${person.phone}`,
      "/api/events?text=broomstick",
      `/api/messages/${url(person.wamid)}`,
      `/api/conversations/${items[0]?.id}`,
    ]) {
      const answer = await get(path, seer);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers.get("x-waypost-masked"), null);
      assert.ok((await answer.text()).includes(person.phone), path);
    }
  });
});

describe("a session", () => {
  const console = { origin: "", "sec-fetch-site": "same-origin", "x-waypost": "1" };
  let cookie: Headers;
  const begin = async (token: Headers): Promise<Headers> => {
    const secret = token["authorization"]?.slice("Bearer ".length);
    const { origin: _, ...headers } = console;
    const begun = await ops.post("/api/session", { token: secret }, headers);
    const [set = ""] = begun.headers.getSetCookie();
    return { cookie: set.split(";")[0] ?? "", ...headers };
  };
  before(async () => {
    cookie = await begin(seer);
  });
  const event = `/api/events/${message.id}`;

  it("sees contents masked until it says why, each time", async () => {
    const before = await get(event, cookie);
    assert.equal(before.headers.get("x-waypost-masked"), "true");
    assert.deepEqual(foundIn(await before.text()), []);
    const reason = url("Anfrage von Zoë: wo ist die Lieferung?");
    const revealed = await get(event, { ...cookie, "x-waypost-reveal": reason });
    assert.ok((await revealed.text()).includes(person.name));
    assert.deepEqual(foundIn(await (await get(event, cookie)).text()), []);
  });

  it("reveals nothing for no reason, or one that cannot be read", async () => {
    for (const reason of ["", "  ", "%20", "%E0%A4%A"]) {
      const answer = await get(event, { ...cookie, "x-waypost-reveal": reason });
      assert.deepEqual(foundIn(await answer.text()), [], reason);
    }
  });

  it("reveals nothing to a token that may not see it", async () => {
    const other = await begin(reader);
    const answer = await get(event, { ...other, "x-waypost-reveal": "please" });
    assert.deepEqual(foundIn(await answer.text()), []);
    const asToken = await get(event, { ...reader, "x-waypost-reveal": "please" });
    assert.deepEqual(foundIn(await asToken.text()), []);
  });

  it("gets a file only for a reason", async () => {
    const file = `/api/media/${person.mediaId}`;
    const refused = await get(file, cookie);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /urn:waypost:problem:not-revealed/);
    const answer = await get(file, { ...cookie, "x-waypost-reveal": "asked%20by%20them" });
    assert.equal(await answer.text(), person.bytes);
  });

  it("sees every operation masked", async () => {
    for (const [operation, those] of Object.entries(cases)) {
      if (!operation.startsWith("get /api/") || operation.endsWith("/session")) continue;
      for (const each of [those].flat() as readonly Case[]) {
        const answer = await ask(ops, operation, each, { names, headers: cookie });
        assert.deepEqual(foundIn(answer.text), [], `${operation}: ${answer.text}`);
      }
    }
  });
});
