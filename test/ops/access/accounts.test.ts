import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EnqueuedDelivery, WaypostEvent } from "../../../src/contracts.ts";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import { makeText } from "../../store/make-events.ts";
import {
  type AccessHarness,
  berlin,
  munich,
  openTail,
  slugOf,
  startAccess,
} from "./access-harness.ts";

const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "15555550124", name: "Ben" };
const wabaId = "900100200300400";

/** What each account has, and what is of none. */
const inBerlin = [1, 2, 3].map((at) =>
  makeText(`berlin ${at}`, { at, contact: mia, account: { wabaId, phoneNumberId: berlin } }),
);
const inMunich = [4, 5].map((at) =>
  makeText(`munich ${at}`, { at, contact: ben, account: { wabaId, phoneNumberId: munich } }),
);
const ofWaba = makeText("waba", { at: 6, account: { wabaId } });
const [one] = inBerlin as [WaypostEvent];
const [other] = inMunich as [WaypostEvent];

const post = (...accounts: (string | undefined)[]) => ({
  object: "whatsapp_business_account",
  entry: accounts.map((id) => ({
    changes: [{ value: { ...(id && { metadata: { phone_number_id: id } }) } }],
  })),
});
const posts = [
  [post(berlin), true],
  [post(berlin, berlin), true],
  [post(berlin, munich), false],
  [post(berlin, undefined), false],
  [{ ...post(berlin), entry: [] }, false],
  [{ entry: [{ messaging: [{}] }] }, false],
  ["no object", false],
] as const;

let ops: AccessHarness;
let as: string;
before(async () => {
  const published: string[] = [];
  ops = await startAccess({
    fromStore: true,
    intake: {
      publish: async (events) => void published.push(...events.map(({ id }) => id)),
      accounts: () => ({ berlin: { phoneNumberId: berlin }, munich: { phoneNumberId: munich } }),
    },
    findFile: async (mediaId) => ({
      ...{ mediaId, name: "a.jpg", absent: "it has expired" },
      ...(mediaId === "1" && { account: berlin }),
      ...(mediaId === "2" && { account: munich }),
    }),
  });
  as = await ops.make("berlin", ["read", "content", "publish", "operate"], {
    accounts: ["berlin"],
  });
  await ops.store.append([
    ...[...inBerlin, ...inMunich, ofWaba],
    ...posts.map(([body], n) =>
      quarantinedPost(Buffer.from(JSON.stringify(body)), [], {
        receivedAt: new Date(Date.now() - n * 1_000).toISOString(),
        postId: `pst_${n}`,
      }),
    ),
  ]);
  ops.destinations.set("erp", { kind: "webhook" });
  const row = (event: WaypostEvent): EnqueuedDelivery => ({
    ...{ id: `erp:${event.id}`, eventId: event.id, eventType: event.type, route: "all" },
    ...{ laneKeys: [event.data.conversationId ?? event.id], createdAt: new Date().toISOString() },
  });
  await ops.ledger.enqueue("erp", [...inBerlin, ...inMunich, ofWaba].map(row));
});
after(() => ops.ops.close());

const get = async (path: string) => (await ops.ask("GET", path, { as })).json();
const idsIn = async (path: string) =>
  ((await get(path)) as { items: { id: string }[] }).items.map(({ id }) => id);
const status = async (method: string, path: string, body?: unknown) =>
  (await ops.ask(method, path, { as, ...(body !== undefined && { body }) })).status;

describe("a token for one account", () => {
  it("lists what is of that account, by every filter, page by page", async () => {
    const own = inBerlin.map(({ id }) => id).reverse();
    assert.deepEqual(await idsIn("/api/events"), own);
    assert.deepEqual(await idsIn(`/api/events?account=${wabaId}`), own);
    assert.deepEqual(await idsIn(`/api/events?account=${munich}`), []);
    assert.deepEqual(await idsIn(`/api/events?contact=${ben.waId}`), []);
    assert.deepEqual(await idsIn("/api/events?text=munich"), []);
    assert.deepEqual(await idsIn("/api/events?type=whatsapp.%23"), own);
    assert.deepEqual(await idsIn(`/api/events?conversation=${other.data.conversationId}`), []);
    const first = (await get("/api/events?limit=2")) as { next: string };
    assert.deepEqual(await idsIn(`/api/events?limit=2&cursor=${first.next}`), [own[2]]);
    assert.deepEqual(await idsIn("/api/conversations"), [one.data.conversationId]);
    assert.deepEqual(await idsIn(`/api/conversations?account=${wabaId}`), [
      one.data.conversationId,
    ]);
    assert.deepEqual(await idsIn("/api/conversations?state=unanswered"), [one.data.conversationId]);
    const deliveries = await idsIn("/api/deliveries");
    assert.deepEqual(deliveries.sort(), own.map((id) => `erp:${id}`).sort());
    assert.deepEqual(await idsIn(`/api/deliveries?event=${other.id}`), []);
    const seen = (await ops.store.quarantine({}, { limit: 50 })).items
      .filter(({ postId }) => posts[Number(postId.slice(4))]?.[1])
      .map(({ id }) => id);
    assert.equal(seen.length, 2);
    assert.deepEqual(await idsIn("/api/quarantine"), seen);
  });

  it("is told 404 of what is of others, as of what is not there", async () => {
    const quarantined = (await ops.store.quarantine({}, { limit: 50 })).items;
    const hidden = quarantined.find(({ postId }) => postId === "pst_2");
    const paths = (event: WaypostEvent) => [
      `/api/events/${event.id}`,
      `/api/timeline/${event.id}`,
      `/api/messages/${encodeURIComponent(event.data.message?.id ?? "")}`,
      `/api/conversations/${event.data.conversationId}`,
      `/api/conversations/${event.data.conversationId}/messages`,
      `/api/contacts/${event.data.contact?.waId}`,
    ];
    for (const path of paths(one)) assert.equal(await status("GET", path), 200, path);
    const others = [...paths(other), `/api/events/${ofWaba.id}`, `/api/quarantine/${hidden?.id}`];
    for (const path of others) assert.equal(await status("GET", path), 404, path);
    assert.equal(await status("PATCH", `/api/contacts/${ben.waId}`, { tags: ["+vip"] }), 404);
    for (const act of ["retry", "cancel", "give-up"]) {
      const path = `/api/deliveries/${encodeURIComponent(`erp:${other.id}`)}/${act}`;
      assert.equal(await status("POST", path, {}), 404, path);
    }
    assert.equal((await ops.ledger.delivery(`erp:${other.id}`))?.state, "open");
    const [berlinFile, munichFile, ofNone] = await Promise.all(
      ["1", "2", "3"].map((id) => get(`/api/media/${id}`) as Promise<{ detail: string }>),
    );
    assert.equal(berlinFile?.detail, "It has expired.");
    assert.deepEqual(munichFile, ofNone);
    assert.equal(munichFile?.detail, "It was never fetched, or its time is over.");
  });

  it("hears of other accounts neither in figures nor in the live tail", async () => {
    const { lastEventAt } = (await get("/api/stats")) as { lastEventAt: object };
    assert.deepEqual(Object.keys(lastEventAt), [berlin]);
    const { accounts } = (await get("/api/status")) as { accounts: { id: string }[] };
    assert.ok(accounts.every(({ id }) => id === berlin));
    const stream = await openTail(ops, { authorization: `Bearer ${as}` });
    await stream.until(() => stream.ids().length === inBerlin.length);
    const [live, last] = [20, 21].map((at) => {
      return makeText("live", { at, account: { phoneNumberId: at === 20 ? munich : berlin } });
    }) as [WaypostEvent, WaypostEvent];
    ops.publish(live);
    ops.publish(last);
    await stream.until(() => stream.ids().includes(last.id));
    assert.deepEqual(
      stream.ids(),
      [...inBerlin, last].map(({ id }) => id),
    );
    stream.close();
  });

  it("tells of its own account alone, and does nothing that concerns all", async () => {
    const told = (account: string) => ({ type: "business.lead.captured", account, business: {} });
    assert.equal(await status("POST", "/api/events", told("berlin")), 202);
    const refused = await ops.ask("POST", "/api/events", {
      as,
      body: [told("berlin"), told("munich")],
    });
    assert.equal(refused.status, 400);
    const { errors } = (await refused.json()) as { errors: { path: string }[] };
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["/1/account"],
    );
    for (const path of [
      "/api/destinations/erp/pause",
      "/api/destinations/erp/check",
      "/api/reload",
    ]) {
      const response = await ops.ask("POST", path, { as, body: {} });
      assert.equal(await slugOf(response), "all-accounts", path);
    }
    const routed = { event: other };
    assert.equal(await status("POST", "/api/routes/test", routed), 400);
  });

  it("hears no name of another account, and cannot guess one", async () => {
    const told = (account: string) => ({ type: "business.lead.captured", account, business: {} });
    const refusals = (account: string) =>
      Promise.all([
        ops.ask("POST", "/api/events", { as, body: told(account) }),
        ops.ask("POST", "/api/routes/test", { as, body: { told: told(account) } }),
      ]).then((all) => Promise.all(all.map((response) => response.text())));
    const [unknown, others] = await Promise.all(["nowhere", "munich"].map(refusals));
    for (const text of unknown ?? []) assert.match(text, /one of berlin, or/);
    assert.doesNotMatch(String(unknown), /munich/);
    assert.deepEqual(others, unknown);
  });
});
