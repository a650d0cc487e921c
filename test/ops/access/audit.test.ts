import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type AuditEntry, StoreError } from "../../../src/contracts.ts";
import { makeText } from "../../store/make-events.ts";
import { token as configured } from "../harness.ts";
import {
  type AccessHarness,
  berlin,
  eventually,
  fromConsole,
  openTail,
  startAccess,
} from "./access-harness.ts";

const secretText = "the parcel to Tegel is late";
const phone = "15555550123";
const event = makeText(secretText, {
  ...{ at: 1, contact: { waId: phone, name: "Mia Schmitt" } },
  account: { wabaId: "900100200300400", phoneNumberId: berlin },
});

let ops: AccessHarness;
let anna: string;
before(async () => {
  ops = await startAccess({ fromStore: true });
  anna = await ops.make("anna", ["read", "content", "operate"]);
  await ops.store.append([event]);
  ops.destinations.set("erp", { kind: "webhook" });
});
after(() => ops.ops.close());

let since = "";
beforeEach(() => {
  since = new Date().toISOString();
});

const list = async (query = "") => {
  const answer = await ops.get(`/api/audit${query}`);
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { items: AuditEntry[]; next: string | null };
};
/** What was recorded since the test began, oldest first, when it is so many. */
const recorded = async (count: number) => {
  const asked = () => list(`?from=${since}&who=anna`);
  // How a refused or failed act ended follows its answer.
  const { items } = await eventually(asked, ({ items: found }) => {
    return found.length >= count && found.every(({ result }) => result !== "begun");
  });
  assert.equal(items.length, count, JSON.stringify(items));
  return items.reverse().map(({ id, at, ...entry }) => {
    assert.match(id, /^aud_[0-9a-f]{24}$/);
    assert.ok(at >= since);
    return entry;
  });
};
const get = (path: string, headers = {}) => ops.ask("GET", path, { as: anna, headers });

describe("the audit of reads", () => {
  it("has one entry for each view of contents, with what was asked and how much was shown", async () => {
    const { id } = (await ops.store.contacts.find(phone)) ?? assert.fail("no contact");
    for (const path of [
      "events?contact=%2B1%20555%20555-0123&text=parcel&type=whatsapp.%23&limit=5",
      `events/${event.id}`,
      `conversations/${event.data.conversationId}/messages`,
      `messages/${encodeURIComponent(event.data.message?.id ?? "")}`,
      `contacts/${phone}`,
    ]) {
      const answer = await get(`/api/${path}`);
      assert.equal(answer.status, 200, await answer.text());
    }
    const done = { who: "anna", result: "done" };
    const all = await recorded(5);
    assert.deepEqual(
      all.sort((a, b) => a.action.localeCompare(b.action)),
      [
        { ...done, action: "getContact", filter: { contact: id } },
        { ...done, action: "getEvent", filter: { id: event.id } },
        { ...done, action: "getMessage", count: 1, filter: { wamid: true } },
        {
          ...{ ...done, action: "listConversationMessages", count: 1 },
          filter: { conversation: id },
        },
        {
          ...{ ...done, action: "listEvents", count: 1 },
          filter: { contact: id, text: true, type: ["whatsapp.#"] },
        },
      ],
    );
  });

  it("has none of what shows no contents, of what is not there, nor of who sees them masked", async () => {
    const masked = await ops.make("masked", ["read"]);
    await ops.ask("GET", "/api/events", { as: masked });
    await get("/api/status");
    await get("/api/destinations");
    await get("/api/events/evt_none");
    await get("/api/events", { "x-waypost-mask": "1" });
    const cookie = await ops.logIn({ token: anna });
    await ops.ask("GET", "/api/events", { cookie });
    await get("/api/events");
    const entries = await recorded(2);
    assert.deepEqual(
      entries.map(({ action }) => action),
      ["beginSession", "listEvents"],
    );
    assert.deepEqual((await list("?who=masked")).items, []);
  });

  it("says why a session was shown them", async () => {
    const cookie = await ops.logIn({ token: anna });
    const headers = { "x-waypost-reveal": encodeURIComponent("Beschwerde über Lieferung") };
    await ops.ask("GET", "/api/events", { cookie, headers });
    const [, entry] = await recorded(2);
    assert.deepEqual(entry, {
      ...{ who: "anna", session: true, action: "listEvents", count: 1, result: "done" },
      ...{ reason: "Beschwerde über Lieferung" },
    });
  });

  it("has a session's view once, however often its page asks for the same", async () => {
    const cookie = await ops.logIn({ token: anna });
    for (const reason of ["one", "one", "other", "one"]) {
      await ops.ask("GET", "/api/events", { cookie, headers: { "x-waypost-reveal": reason } });
    }
    const [, ...views] = await recorded(3);
    assert.deepEqual(
      views.map(({ reason }) => reason),
      ["one", "other"],
    );
  });

  it("has a live tail as it begins, once", async () => {
    const tail = await openTail(ops, { authorization: `Bearer ${anna}` }, `?account=${berlin}`);
    const [entry] = await recorded(1);
    assert.deepEqual(entry, {
      ...{ who: "anna", action: "streamEvents", filter: { account: berlin }, result: "done" },
    });
    tail.close();
    await eventually(
      async () => ops.tails.size,
      (size) => size === 0,
    );
    await recorded(1);
  });
});

describe("the audit of acts", () => {
  it("has what was done, and what was refused or failed, but what validation never let through", async () => {
    const act = (path: string, body: object) => ops.ask("POST", path, { as: anna, body });
    await act("/api/destinations/erp/pause", { reason: "Mia's number is +1 555 555 0123" });
    await act("/api/destinations/erp/resume", {});
    await act(`/api/deliveries/${phone}/retry`, {});
    await act("/api/tokens", { name: "x", scopes: ["read"] });
    await act("/api/reload", {});
    const byAction = Object.fromEntries((await recorded(5)).map(({ action, ...e }) => [action, e]));
    const who = "anna";
    assert.deepEqual(byAction, {
      pauseDestination: { who, filter: { name: "erp", reason: true }, result: "done" },
      resumeDestination: { who, filter: { name: "erp" }, result: "done" },
      retryDelivery: { who, filter: { id: true, again: false, notDone: false }, result: "refused" },
      createToken: { who, filter: { name: "x", scopes: ["read"] }, result: "refused" },
      reload: { who, result: "failed" },
    });
  });

  it("has sessions by whose token they are", async () => {
    const cookie = await ops.logIn({ token: anna });
    await ops.ask("DELETE", "/api/session", { cookie, headers: fromConsole });
    await ops.ask("POST", "/api/session", { body: { token: "wrong" } });
    assert.deepEqual(await recorded(2), [
      { who: "anna", session: true, action: "beginSession", result: "done" },
      { who: "anna", session: true, action: "endSession", result: "done" },
    ]);
  });
});

describe("the audit itself", () => {
  it("is asked by who, what and when, for who has admin", async () => {
    await ops.ask("POST", "/api/destinations/erp/resume", { as: configured, body: {} });
    const asked = () => list(`?action=resumeDestination&who=OPS_TOKENS&from=${since}`);
    const { items } = await eventually(asked, (page) => page.items.length === 1);
    assert.deepEqual((await list(`?to=${items[0]?.at}&from=${since}`)).items, []);
    const page = await list("?limit=1");
    assert.equal(page.items.length, 1);
    assert.notDeepEqual((await list(`?limit=1&cursor=${page.next}`)).items, page.items);
    assert.equal((await get("/api/audit")).status, 403);
  });

  it("holds no text, name, phone or WhatsApp id of anybody, and nothing of a secret", async () => {
    const everything = JSON.stringify(await ops.store.access.audit.list({}, { limit: 200 }));
    for (const word of [secretText, "parcel", '"Mia', phone, "5555550", "cnv_", "wamid.", anna]) {
      assert.equal(everything.includes(word), false, word);
    }
  });

  it("neither holds up nor fails a read while the store does not take it, and is complete later", async () => {
    const { audit } = ops.store.access;
    const own = audit.record;
    let failures = 0;
    const slow = await startAccess({
      fromStore: true,
      access: {
        ...ops.store.access,
        audit: {
          ...audit,
          record: async (entries) => {
            failures += 1;
            if (failures === 1) throw new StoreError("outage", "away");
            await own(entries);
          },
        },
      },
    });
    const started = performance.now();
    assert.equal((await slow.ask("GET", "/api/events", { as: anna })).status, 200);
    assert.ok(performance.now() - started < 900);
    await recorded(1);
    assert.equal(failures, 2);
    await slow.ops.close();
  });
});

describe("a running stream", () => {
  for (const kind of ["token", "session"] as const) {
    it(`ends within seconds when its ${kind} is over`, async () => {
      const name = `brief-${kind}`;
      const secret = await ops.make(name, ["read"]);
      const cookie = kind === "session" ? await ops.logIn({ token: secret }) : "";
      const tail = await openTail(
        ops,
        kind === "session" ? { cookie } : { authorization: `Bearer ${secret}` },
      );
      const other = await openTail(ops, { authorization: `Bearer ${anna}` });
      await ops.ask("DELETE", `/api/tokens/${name}`, { as: configured });
      await tail.over;
      assert.match(tail.text(), /: the token or the session is over/);
      assert.equal(other.text().includes("over"), false);
      other.close();
    });
  }
});
