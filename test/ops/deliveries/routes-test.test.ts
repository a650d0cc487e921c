import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Route, RoutesTested } from "../../../src/contracts.ts";
import { runCli } from "../../support/cli.ts";
import { textEvent } from "../../support/sample-events.ts";
import { type Harness, startOps, token } from "../harness.ts";

const when = { type: ["whatsapp.message.*"] };
const base = { when, test: false, to: [] as string[] };
const vip = { tag: { add: ["vip"], remove: [] }, field: { said: "{{ message.text.body }}" } };
const routes: readonly Route[] = [
  { ...base, name: "calls", when: { type: ["whatsapp.call.*"] }, to: ["crm"] },
  { ...base, name: "vip-only", only: { tag: ["vip"], first: true }, to: ["erp"] },
  { ...base, name: "once", once: { per: "contact", for: 1_000 }, to: ["erp"] },
  { ...base, name: "reminder", after: { delayMs: 3_600_000 }, to: ["erp"] },
  {
    ...base,
    name: "lead",
    set: vip,
    emit: { type: "business.lead.captured", data: { text: "{{ message.text.body }}" } },
  },
];

let ops: Harness;
before(async () => {
  ops = await startOps({ routes });
  ops.destinations.set("crm", { kind: "webhook" });
  ops.destinations.set("erp", { kind: "webhook" });
  ops.destinations.set("flows", { kind: "flows" });
  ops.query.log.push(textEvent(1, "hello"));
});
after(() => ops.ops.close());

const ask = async (body: unknown) => {
  const response = await ops.post("/api/routes/test", body);
  const answer = (await response.json()) as RoutesTested;
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
};

describe("POST /api/routes/test", () => {
  it("says of each route what holds now, and what it would do", async () => {
    const { routes: tested } = await ask({ id: "evt_1" });
    const byName = new Map(tested.map((each) => [each.route, each]));
    assert.deepEqual(byName.get("calls")?.because, "type");
    assert.deepEqual(byName.get("vip-only")?.only, [
      { key: "first", holds: "yes", asOf: "event" },
      { key: "tag", holds: "no", asOf: "now" },
    ]);
    assert.equal(byName.get("reminder")?.opensAt, "2026-11-20T11:00:01.000Z");
    const { sets, emits } = byName.get("lead") ?? {};
    assert.deepEqual(emits, [{ type: "business.lead.captured", data: { text: "hello" } }]);
    assert.deepEqual(sets, [{ addTags: ["vip"], removeTags: [], fields: { said: "hello" } }]);
  });

  it("says what each destination would get, by which route, and why others get nothing", async () => {
    const { deliveries, notDelivered } = await ask({ event: textEvent(2) });
    assert.deepEqual(
      deliveries.map(({ destination, route, would, opensAt }) => [
        destination,
        route,
        would,
        opensAt,
      ]),
      [
        ["erp", "once", "send", undefined],
        ["flows", "lead", "send", undefined],
        ["erp", "reminder", "send", "2026-11-20T11:00:02.000Z"],
      ],
    );
    assert.ok(deliveries[0]?.wouldSend);
    assert.deepEqual(
      notDelivered.map(({ destination, because }) => [destination, because]),
      [["crm", "type"]],
    );
  });

  it("writes nothing and claims nothing", async () => {
    await ask({ id: "evt_1" });
    assert.equal(await ops.store.contacts.find("15555550123"), undefined);
    assert.deepEqual(await ops.ledger.claims(["once:erp:ctc_new"]), []);
    assert.deepEqual(await ops.ledger.deliveriesOf("evt_1"), []);
    const contact = await ops.store.contacts.of(textEvent(1));
    assert.deepEqual(contact?.tags, []);
    await ask({ id: "evt_1" });
    assert.deepEqual(await ops.ledger.claims([`once:erp:${contact?.id}`]), []);
    assert.deepEqual((await ops.store.contacts.find("15555550123"))?.fields, {});
  });

  it("says that `once` was another's", async () => {
    const contact = await ops.store.contacts.of(textEvent(1));
    const claim = { by: "erp:evt_0", at: "2026-11-20T10:00:02.900Z" };
    const expireAt = new Date(Date.now() + 1e9);
    await ops.ledger.claim(`once:erp:${contact?.id}`, { ...claim, expireAt });
    const [first] = (await ask({ event: textEvent(3) })).deliveries;
    assert.deepEqual([first?.would, first?.says], ["skip", "vip-only: first; once: once"]);
  });

  it("refuses what is no event, none and both", async () => {
    const status = async (body: unknown) => (await ops.post("/api/routes/test", body)).status;
    assert.equal(await status({ id: "evt_none" }), 404);
    assert.equal(await status({}), 400);
    assert.equal(await status({ id: "evt_1", event: textEvent(1) }), 400);
    const { data, ...event } = textEvent(1);
    assert.equal(await status({ event: { ...event, data: { ...data, message: 7 } } }), 400);
  });
});

describe("waypost routes test", () => {
  const run = (args: readonly string[]) => runCli(args, { url: ops.url, token });

  it("shows what a running Waypost says of a stored event", async () => {
    const { code, out } = await run(["routes", "test", "evt_1"]);
    assert.equal(code, 0);
    for (const line of [
      "  ✗ calls: another type",
      "      only tag: no, as it stands now",
      '      would emit business.lead.captured {"text":"hello"}',
      "  not to crm: the route calls comes closest: another type",
    ]) {
      assert.ok(out.split("\n").includes(line), `${line}\n${out}`);
    }
  });

  it("shows a conversation, one line an event", async () => {
    const { out } = await run(["routes", "test", "--conversation", "cnv_mia"]);
    assert.match(
      out,
      /^evt_1 {2}whatsapp\.message\.text {2}vip-only \(.*\), once, reminder, lead\n$/,
    );
    assert.equal((await run(["routes", "test"])).code, 2);
  });
});
