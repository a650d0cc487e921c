import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Delivery } from "../../../src/contracts.ts";
import { textEvent } from "../../support/sample-events.ts";
import { waitFor } from "../../support/wait-for.ts";
import { type Harness, startOps } from "../harness.ts";
import { addDelivery, addScheduled, createdAt } from "./ledger-rows.ts";

let ops: Harness;
before(async () => {
  const when = { type: ["whatsapp.call.*"] };
  ops = await startOps({ routes: [{ name: "calls-to-crm", when, to: ["crm"], test: false }] });
  ops.destinations.set("crm", { kind: "webhook" });
  ops.destinations.set("erp", { kind: "webhook" });
  ops.destinations.set("slack-support", { kind: "slack", timeoutMs: 100 });
  ops.query.log.push(textEvent(3), textEvent(2), textEvent(1));
  await addDelivery(ops.ledger, "erp", 1, "delivered");
  await addDelivery(ops.ledger, "erp", 2, "dead");
  await addDelivery(ops.ledger, "erp", 3);
  await addDelivery(ops.ledger, "slack-support", 1, "sending");
  await addDelivery(ops.ledger, "former", 1, "dead");
});
after(() => ops.ops.close());

const ids = async (path: string) => {
  const response = await ops.get(path);
  const body = (await response.json()) as { items: Delivery[]; next: string | null };
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.items.map(({ id }) => id);
};
const slug = async (response: Response) => {
  const { type } = (await response.json()) as { type: string };
  return [response.status, type.replace("urn:waypost:problem:", "")];
};
const retry = (id: string, body?: unknown) =>
  ops.post(`/api/deliveries/${encodeURIComponent(id)}/retry`, body);

describe("the deliveries of the API", () => {
  it("are listed newest first, by destination, state and event", async () => {
    assert.deepEqual(await ids("/api/deliveries?destination=erp"), [
      "erp:evt_3",
      "erp:evt_2",
      "erp:evt_1",
    ]);
    assert.deepEqual(await ids("/api/deliveries?state=dead&destination=erp"), ["erp:evt_2"]);
    assert.deepEqual((await ids("/api/deliveries?event=evt_1")).sort(), [
      "erp:evt_1",
      "former:evt_1",
      "slack-support:evt_1",
    ]);
    assert.deepEqual(await ids("/api/deliveries?destination=none"), []);
  });

  it("come in pages", async () => {
    const first = (await (await ops.get("/api/deliveries?limit=2")).json()) as { next: string };
    const rest = await ids(`/api/deliveries?limit=200&cursor=${encodeURIComponent(first.next)}`);
    assert.equal(rest.length, 3);
  });

  it("stand beside the fields of their event, which stays as it is", async () => {
    const body = (await (await ops.get("/api/events/evt_1")).json()) as {
      deliveries: Delivery[];
      notDelivered: unknown;
    };
    const { deliveries, notDelivered, ...event } = body;
    assert.deepEqual(notDelivered, [
      {
        destination: "crm",
        route: "calls-to-crm",
        because: "type",
        says: "the route calls-to-crm comes closest: another type",
      },
    ]);
    assert.deepEqual(event, textEvent(1));
    assert.deepEqual(
      deliveries.map(({ id, state }) => [id, state]),
      [
        ["erp:evt_1", "delivered"],
        ["former:evt_1", "dead"],
        ["slack-support:evt_1", "sending"],
      ],
    );
    assert.equal(deliveries[0]?.history[0]?.answer, "422 unknown field");
  });

  for (const path of [
    "/api/deliveries?state=gone",
    "/api/deliveries?cursor=forged",
    "/api/deliveries?destination=erp&destination=x",
    "/api/deliveries?colour=x",
  ]) {
    it(`are refused as a request for ${path}`, async () => {
      assert.deepEqual(await slug(await ops.get(path)), [400, "invalid-request"]);
    });
  }
});

describe("giving up", () => {
  const giveUp = (id: string, body?: unknown) =>
    ops.post(`/api/deliveries/${encodeURIComponent(id)}/give-up`, body);

  it("ends an open delivery as dead, with who and why, and tells the worker", async () => {
    await addDelivery(ops.ledger, "former", 4);
    await addDelivery(ops.ledger, "slack-support", 5, "sending");
    const { revision } = await ops.ledger.lease("slack-support");
    const response = await giveUp("slack-support:evt_5", { reason: "they have it by mail" });
    const delivery = (await response.json()) as Delivery;
    assert.deepEqual(
      [response.status, delivery.state, delivery.reason],
      [200, "dead", "an operator gave it up: they have it by mail"],
    );
    assert.equal((await ops.ledger.lease("slack-support")).revision, revision + 1);
    // Nobody holds this one any more; it can be ended none the less.
    assert.equal((await giveUp("former:evt_4")).status, 200);
  });

  for (const [end, change, status] of [
    ["takes effect", { state: "delivered", doneAt: createdAt }, 409],
    ["fails", { state: "open", nextAt: "2026-11-20T11:00:00.000Z" }, 200],
  ] as const) {
    it(`waits for an attempt under way, which counts: it ${end}`, async (t) => {
      const n = status === 200 ? 6 : 7;
      const epoch = await addDelivery(ops.ledger, "slow", n, "sending");
      ops.destinations.set("slow", { kind: "webhook", timeoutMs: 30_000 });
      const asked = t.mock.method(ops.ledger, "giveUp");
      const response = giveUp(`slow:evt_${n}`);
      await waitFor("it is asked", () => asked.mock.callCount() > 1);
      assert.equal((await ops.ledger.delivery(`slow:evt_${n}`))?.state, "sending");
      await ops.ledger.write(epoch, [{ id: `slow:evt_${n}`, ...change }]);
      assert.equal((await response).status, status);
      const state = status === 200 ? "dead" : "delivered";
      assert.equal((await ops.ledger.delivery(`slow:evt_${n}`))?.state, state);
    });
  }

  it("waits for nothing where nobody holds the destination", async () => {
    const epoch = await addDelivery(ops.ledger, "slow", 8, "sending");
    await ops.ledger.releaseLease("slow", epoch);
    assert.equal((await giveUp("slow:evt_8")).status, 200);
  });

  it("is refused for one that is done, or not there", async () => {
    assert.deepEqual(await slug(await giveUp("slack-support:evt_5")), [409, "delivery-done"]);
    assert.deepEqual(await slug(await giveUp("erp:evt_1")), [409, "delivery-done"]);
    assert.equal((await giveUp("erp:evt_none")).status, 404);
    assert.deepEqual(await slug(await giveUp("erp:evt_3", { why: "x" })), [400, "invalid-request"]);
  });
});

describe("a scheduled delivery", () => {
  const cancel = (id: string, body?: unknown) =>
    ops.post(`/api/deliveries/${encodeURIComponent(id)}/cancel`, body);
  const id = "later:evt_1:reminder";
  const facts = async () => {
    const { items } = (await (await ops.get("/api/destinations")).json()) as {
      items: { name: string; open: number; scheduled: number; dead: number }[];
    };
    const found = items.find(({ name }) => name === "later");
    return [found?.open, found?.scheduled, found?.dead];
  };
  before(async () => {
    ops.destinations.set("later", { kind: "webhook" });
    await addScheduled(ops.ledger, "later", 1);
    await addScheduled(ops.ledger, "later", 2);
  });

  it("is listed with its time, and counts as neither open nor dead", async () => {
    const response = await ops.get("/api/deliveries?destination=later&state=scheduled");
    const { items } = (await response.json()) as { items: Delivery[] };
    assert.deepEqual(
      items.map(({ nextAt }) => nextAt),
      ["2026-11-20T11:00:02.000Z", "2026-11-20T11:00:01.000Z"],
    );
    assert.deepEqual(await facts(), [0, 2, 0]);
  });

  it("is neither retried nor given up: the answer says what to do", async () => {
    assert.deepEqual(await slug(await retry(id, { again: true })), [409, "delivery-scheduled"]);
    const gone = await ops.post(`/api/deliveries/${encodeURIComponent(id)}/give-up`);
    assert.deepEqual(await slug(gone), [409, "delivery-scheduled"]);
  });

  it("is cancelled: it ends as skipped, with who and why, and can be retried", async () => {
    const response = await cancel(id, { reason: "they called" });
    const { state, reason } = (await response.json()) as Delivery;
    assert.deepEqual(
      [response.status, state, reason],
      [200, "skipped", "cancelled by an operator: they called"],
    );
    assert.deepEqual(await facts(), [0, 1, 0]);
    assert.deepEqual(await slug(await cancel(id)), [409, "delivery-done"]);
    assert.equal((await retry(id)).status, 202);
    assert.deepEqual(await slug(await cancel(id)), [409, "delivery-open"]);
    assert.equal((await cancel("later:evt_none")).status, 404);
  });

  it("is no older than its time once it is open", async () => {
    await ops.ledger.openDue("later", new Date("2026-11-21"), 9);
    const rows = await ops.ledger.destinations();
    const { open, oldestOpenAt } = rows.find(({ name }) => name === "later") ?? {};
    assert.deepEqual([open, oldestOpenAt], [2, "2026-11-20T11:00:01.000Z"]);
  });
});

describe("a retry", () => {
  it("opens a dead delivery again and tells the worker", async () => {
    const { revision } = await ops.ledger.lease("erp");
    const response = await retry("erp:evt_2");
    const delivery = (await response.json()) as Delivery;
    assert.deepEqual([response.status, delivery.state, delivery.attempts], [202, "open", 0]);
    assert.equal(delivery.seq, 4);
    assert.equal((await ops.ledger.lease("erp")).revision, revision + 1);
  });

  it("keeps that nobody knows whether it was done, unless who asks has looked", async () => {
    for (const [n, body, unknown] of [
      [11, undefined, true],
      [12, { notDone: false }, true],
      [13, { again: true }, true],
      [14, { notDone: true }, undefined],
    ] as const) {
      await addDelivery(ops.ledger, "erp", n, "dead", true);
      const response = await retry(`erp:evt_${n}`, body);
      const delivery = (await response.json()) as Delivery;
      assert.deepEqual([response.status, delivery.state], [202, "open"]);
      assert.equal(delivery.unknown, unknown, JSON.stringify(body));
      assert.equal((await ops.ledger.delivery(delivery.id))?.unknown, unknown);
    }
  });

  it("is refused for one that is open, whatever is asked", async () => {
    for (const [id, body] of [
      ["erp:evt_3", undefined],
      ["erp:evt_3", { again: true }],
      ["slack-support:evt_1", { again: true }],
    ] as const) {
      assert.deepEqual(await slug(await retry(id, body)), [409, "delivery-open"]);
    }
  });

  it("sends again what has taken effect only with `again`", async () => {
    assert.deepEqual(await slug(await retry("erp:evt_1")), [409, "already-delivered"]);
    assert.deepEqual(await slug(await retry("erp:evt_1", { again: false })), [
      409,
      "already-delivered",
    ]);
    assert.equal((await retry("erp:evt_1", { again: true })).status, 202);
  });

  it("is refused for a destination that is no longer configured: nobody would do it", async () => {
    assert.deepEqual(await slug(await retry("former:evt_1")), [409, "destination-removed"]);
  });

  it("is 404 for one that is not there", async () => {
    for (const id of ["erp:evt_none", "evt_1", "", ":", "erp", "x:evt_1"]) {
      assert.equal((await retry(id)).status, 404, id);
    }
  });

  it("takes only JSON of its schema", async () => {
    const cases: [unknown, number, string][] = [
      [{ again: "yes" }, 400, "invalid-request"],
      [{ agian: true }, 400, "invalid-request"],
      [{ notDone: 1 }, 400, "invalid-request"],
      ["[", 400, "invalid-request"],
      [[], 400, "invalid-request"],
      [{ again: true, more: "x".repeat(20_000) }, 413, "too-large"],
    ];
    for (const [body, ...is] of cases)
      assert.deepEqual(await slug(await retry("erp:evt_1", body)), is);
    const form = await fetch(`${ops.url}/api/deliveries/erp%3Aevt_1/retry`, {
      method: "POST",
      headers: {
        authorization: "Bearer another-token-of-the-tests",
        "content-type": "text/plain",
      },
      body: "{}",
    });
    assert.deepEqual(await slug(form), [415, "not-json"]);
  });
});
