import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { QuarantineEntry } from "../../src/contracts.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";
import { addDelivery } from "./deliveries/ledger-rows.ts";
import { type Harness, startOps } from "./harness.ts";
import { miasConversation, says, text } from "./talk.ts";

const found = { name: "token", ok: true, detail: "it is accepted" };
const asked: string[] = [];
const retried: QuarantineEntry[] = [];
let ops: Harness;
before(async () => {
  ops = await startOps({
    fromStore: true,
    check: async (name) => {
      asked.push(name);
      return name === "crm" ? [found] : [found, { name: "scope", ok: false, detail: "give it" }];
    },
    retryQuarantined: async (entry) => {
      retried.push(entry);
      return { id: entry.id, understood: 1, published: ["evt_9"], problems: [], closed: true };
    },
  });
  ops.destinations.set("crm", { kind: "hubspot" }).set("erp", { kind: "webhook" });
  await addDelivery(ops.ledger, "crm", 1, "delivered");
  await addDelivery(ops.ledger, "crm", 2, "dead");
  await addDelivery(ops.ledger, "erp", 1);
  const process = { role: "work", host: "h", pid: 7, version: "1", configHash: "x" } as const;
  const at = new Date().toISOString();
  await ops.processes.heartbeat({
    ...process,
    id: "worker-1/7/work/aa",
    startedAt: at,
    seenAt: at,
  });
  await ops.store.append([
    says("wamid.1", text("a"), { ago: 9, id: "evt_1" }),
    says("wamid.2", text("b"), { ago: 8, id: "evt_2" }),
  ]);
});
after(() => ops.ops.close());

const json = async <T>(response: Promise<Response>): Promise<T> => {
  const answer = await response;
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as T;
};

describe("questions of operations", () => {
  it("tell who runs and what it delivers to", async () => {
    const { items } = await json<{ items: { id: string; delivers: string[] }[] }>(
      ops.get("/api/processes"),
    );
    assert.deepEqual(
      items.map(({ id, delivers }) => [id, delivers]),
      [["worker-1/7/work/aa", ["crm", "erp"]]],
    );
  });

  it("tell what ended without being taken, with its remedy", async () => {
    ops.dead.set("waypost.deliver.erp", 3);
    const { items } = await json<{
      items: { of: string; name: string; destination?: string; count: number; remedy: string }[];
    }>(ops.get("/api/dead-letters"));
    assert.deepEqual(
      items.map(({ of, name, destination, count }) => [of, name, destination, count]),
      [
        ["deliveries", "crm", "crm", 1],
        ["messages", "waypost.deliver.erp", "erp", 3],
      ],
    );
    for (const { remedy } of items) assert.match(remedy, /waypost/);
  });

  it("check a destination by its harmless calls", async () => {
    const good = await json<{ ok: boolean; kind: string }>(ops.post("/api/destinations/crm/check"));
    assert.deepEqual([good.ok, good.kind], [true, "hubspot"]);
    const bad = await json<{ ok: boolean; checks: unknown[] }>(
      ops.post("/api/destinations/erp/check", {}),
    );
    assert.deepEqual([bad.ok, bad.checks.length], [false, 2]);
    assert.equal((await ops.post("/api/destinations/none/check")).status, 404);
    assert.deepEqual(asked, ["crm", "erp"]);
  });

  it("read a quarantined POST again", async () => {
    const post = quarantinedPost(Buffer.from("{}"), [{ path: "", reason: "odd" }], {
      receivedAt: new Date().toISOString(),
      postId: "pst_1",
    });
    await ops.store.append([post]);
    const answer = await json<{ closed: boolean }>(
      ops.post(`/api/quarantine/${post.id}/retry`, {}),
    );
    assert.equal(answer.closed, true);
    assert.equal(retried[0]?.dataBase64, "e30=");
    assert.equal((await ops.post("/api/quarantine/qrn_none/retry")).status, 404);
  });

  it("pause a destination for a while", async () => {
    const paused = await json<{ state: string; says: string; pause: { until: string } }>(
      ops.post("/api/destinations/crm/pause", { for: "2h", reason: "their maintenance" }),
    );
    const left = Date.parse(paused.pause.until) - Date.now();
    assert.ok(left > 7_100_000 && left <= 7_200_000);
    assert.match(paused.says, /paused by an operator until .*: their maintenance/);
    const at = new Date(Date.now() - 60_000).toISOString();
    await ops.ledger.setPause("crm", { by: "operator", reason: "over", at, until: at });
    const { items } = await json<{ items: { name: string; state: string; pause?: object }[] }>(
      ops.get("/api/destinations"),
    );
    const crm = items.find(({ name }) => name === "crm");
    assert.deepEqual([crm?.state, crm?.pause], ["delivering", undefined]);
    for (const lasts of ["0h", "2 h", "31d", "-1h", "2m"]) {
      assert.equal(
        (await ops.post("/api/destinations/crm/pause", { for: lasts })).status,
        400,
        lasts,
      );
    }
  });

  it("find deliveries in the words of people", async () => {
    const ids = async (query: string) => {
      const { items } = await json<{ items: { id: string }[] }>(
        ops.get(`/api/deliveries?${query}`),
      );
      return items.map(({ id }) => id);
    };
    assert.deepEqual(await ids("state=taken"), ["crm:evt_1"]);
    assert.deepEqual(await ids("state=gave-up&kind=hubspot"), ["crm:evt_2"]);
    assert.deepEqual(await ids("state=waiting"), ["erp:evt_1"]);
    assert.deepEqual(await ids("state=not-wanted"), []);
    assert.deepEqual(await ids("kind=slack"), []);
    assert.deepEqual(await ids("kind=webhook&destination=crm"), []);
    assert.deepEqual(await ids("verdict=refused&route=everything"), ["crm:evt_2"]);
    assert.deepEqual(await ids(`conversation=${miasConversation}&destination=crm`), [
      "crm:evt_2",
      "crm:evt_1",
    ]);
    const mias = "contact=%2B49%201512%203456789";
    const typed = await ids(`${mias}&type=whatsapp.message.*`);
    assert.deepEqual(typed, ["crm:evt_2", "crm:evt_1", "erp:evt_1"]);
    assert.deepEqual(await ids(`${mias}&type=whatsapp.outgoing.*`), []);
    assert.deepEqual(await ids(`${mias}&event=evt_1&destination=erp`), ["erp:evt_1"]);
    for (const query of ["state=lost", "verdict=bad", "type=UPPER", "from=yesterday"]) {
      assert.equal((await ops.get(`/api/deliveries?${query}`)).status, 400, query);
    }
  });
});
