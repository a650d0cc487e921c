import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Contact } from "../../../src/contracts.ts";
import { makeEvent, makeText, second } from "../../store/make-events.ts";
import { type Harness, startOps } from "../harness.ts";

let ops: Harness;
let known: Contact | undefined;
before(async () => {
  ops = await startOps({ fromStore: true });
  const contact = { waId: "5215512345678", userId: "DE.741", name: "Mia" };
  await ops.store.append([makeText("hi", { id: "evt_1", at: 1, contact })]);
  known = await ops.store.contacts.find("DE.741");
});
after(() => ops.ops.close());

const path = (id: string) => `/api/contacts/${encodeURIComponent(id)}`;
const patch = async (body: unknown, id = known?.id ?? "") => {
  const response = await ops.patch(path(id), body);
  return {
    status: response.status,
    body: (await response.json()) as Contact & { errors: object[] },
  };
};

describe("contacts of the API", () => {
  it("are found by contact id, BSUID, and phone in any writing", async () => {
    const expected = {
      ...{ id: known?.id, userIds: ["DE.741"], phones: ["5215512345678"], name: "Mia" },
      ...{ tags: [], fields: {}, consent: {}, first: { at: second(1), eventId: "evt_1" } },
    };
    for (const id of [known?.id ?? "", "DE.741", "+52 1 55 1234-5678", "+52 55 1234 5678"]) {
      const response = await ops.get(path(id));
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), expected);
    }
  });

  it("are not found by what nobody has, and not without a token", async () => {
    for (const id of ["ctc_no", "15555550199", "DE.9"]) {
      for (const answer of [await ops.get(path(id)), await ops.patch(path(id), { tags: ["+a"] })]) {
        assert.equal(answer.status, 404);
        assert.match(await answer.text(), /urn:waypost:problem:not-found/);
      }
    }
    assert.equal((await ops.get(path("DE.741"), {})).status, 401);
  });

  it("are found where your services alone have told of them, and keep what is noted then", async () => {
    const contact = { waId: "4915123456789", name: "Ben" };
    await ops.store.append([
      makeEvent({ id: "lead_1", type: "business.lead.captured", contact, data: { business: {} } }),
      makeEvent({ contact: { waId: "4915123456780" }, data: { groupId: "g1" } }),
    ]);
    const response = await ops.get(path("+49 151 23456789"));
    assert.equal(response.status, 200);
    const { id, phones, name, first } = (await response.json()) as Contact;
    assert.deepEqual([phones, name, first], [["4915123456789"], "Ben", undefined]);
    const changed = await patch({ tags: ["+lead"] }, "004915123456789");
    assert.deepEqual([changed.status, changed.body.id], [200, id]);
    await ops.store.append([makeText("hi", { id: "wrote_1", contact: { waId: "4915123456789" } })]);
    const now = (await (await ops.get(path(id))).json()) as Contact;
    assert.deepEqual([now.tags, now.first?.eventId], [["lead"], "wrote_1"]);
    // Who is named in a group alone is nobody's contact.
    assert.equal((await ops.get(path("4915123456780"))).status, 404);
  });

  it("change what is told of them, and stay as they are when it is told again", async () => {
    const change = {
      ...{
        tags: ["+vip", "+new customer", "-old"],
        fields: { city: "Köln", age: 7, member: true },
      },
      ...{
        owner: { pool: "sales", name: "Ana" },
        consent: { marketing: "revoked", stopped: true },
      },
    };
    const { status, body } = await patch(change, "+52 55 1234 5678");
    assert.equal(status, 200);
    assert.deepEqual([body.tags, body.fields], [["new customer", "vip"], change.fields]);
    assert.deepEqual(
      [body.owner, body.consent.marketing, body.consent.stopped],
      [change.owner, "revoked", true],
    );
    const { consent: _, ...rest } = change;
    assert.deepEqual((await patch(rest)).body, body);
    const less = await patch({ tags: ["-vip"], fields: { age: null, member: null }, owner: null });
    assert.deepEqual(
      [less.body.tags, less.body.fields, less.body.owner],
      [["new customer"], { city: "Köln" }, undefined],
    );
    const granted = await patch({ consent: { marketing: "granted" } });
    assert.deepEqual(
      [granted.body.consent.marketing, granted.body.consent.stopped],
      [undefined, true],
    );
  });

  it("have an owner who is a member of a pool of waypost.yaml, and stay whole when one is named who is not", async () => {
    const before = (await patch({ owner: null })).body;
    for (const [owner, path] of [
      [{ pool: "nobody", name: "Ana" }, "/owner/pool"],
      [{ pool: "constructor", name: "Ana" }, "/owner/pool"],
      [{ pool: "sales", name: "Zoe" }, "/owner/name"],
    ] as const) {
      const { status, body } = await patch({ tags: ["+half"], owner });
      assert.equal(status, 400);
      const [error] = body.errors as { path: string; remedy: string }[];
      assert.equal(error?.path, path);
      assert.match(error?.remedy ?? "", path === "/owner/pool" ? /sales/ : /Ana/);
      assert.doesNotMatch(JSON.stringify(body), /Zoe|nobody/);
    }
    assert.deepEqual((await patch({ owner: null })).body, before);
  });

  it("refuse what fits nothing, and say where without repeating it", async () => {
    const secret = "Mia's own words";
    for (const body of [
      {},
      { tag: ["+vip"] },
      { tags: [secret] },
      { tags: ["+"] },
      { tags: "+vip" },
      { fields: { a: { b: secret } } },
      { fields: { "a b": 1 } },
      { fields: { a: "x".repeat(2001) } },
      { owner: "Ana" },
      { owner: { pool: "sales" } },
      { consent: {} },
      { consent: { marketing: secret } },
      { consent: { stopped: true, at: second(1) } },
    ]) {
      const { status, body: problem } = await patch(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.ok(problem.errors?.length > 0, JSON.stringify([body, problem]));
      assert.doesNotMatch(JSON.stringify(problem), /own words/);
    }
    const logged = JSON.stringify(ops.logged);
    assert.doesNotMatch(logged, /DE\.741|12345678|own words/);
  });
});
