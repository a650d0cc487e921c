import assert from "node:assert/strict";
import { get as getHttp, type IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { readGoldenEvents } from "../../../scripts/generate-golden-events.ts";
import { QueryTooWideError, type WaypostEvent } from "../../../src/contracts.ts";
import { textEvent } from "../../support/sample-events.ts";
import { addDelivery } from "../deliveries/ledger-rows.ts";
import { type Harness, startOps, token, until } from "../harness.ts";

const authorization = `Bearer ${token}`;
const hostile = textEvent(1, '=cmd|"/c calc"!A1\r\nsecond, line');

let ops: Harness;
before(async () => {
  ops = await startOps();
  ops.query.log.push(...Array.from({ length: 349 }, (_, n) => textEvent(350 - n)), hostile);
  for (let n = 1; n <= 3; n += 1) await addDelivery(ops.ledger, "erp", n, "dead");
});
after(() => ops.ops.close());

const lines = (text: string) => text.trimEnd().split("\n");

describe("an export", () => {
  it("is all of a list, a JSON object a line", async () => {
    ops.query.asked.length = 0;
    const response = await ops.get("/api/export/events?order=oldest&type=whatsapp.message.*");
    assert.equal(response.headers.get("content-type"), "application/x-ndjson");
    const disposition = response.headers.get("content-disposition") ?? "";
    assert.match(disposition, /^attachment; filename="waypost-events-\d{4}-\d\d-\d\d\.ndjson"$/);
    const events = lines(await response.text()).map((line) => JSON.parse(line) as WaypostEvent);
    assert.deepEqual(events, ops.query.log.toReversed());
    assert.equal(ops.query.asked.length, 4);
    const [first] = ops.query.asked;
    assert.deepEqual(first?.filter["types"], ["whatsapp.message.*"]);
    // Or what comes in while it is read oldest first would have no end.
    assert.ok(Math.abs(Date.parse(String(first?.filter["to"])) - Date.now()) < 60_000);
  });

  it("is a table in which no text is a formula", async () => {
    const response = await ops.get("/api/export/events?format=csv");
    assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
    const rows = text.split("\r\n");
    assert.match(rows[0] ?? "", /^\uFEFFid,type,time,receivedAt,direction,phoneNumberId,/);
    assert.equal(rows.length, 352);
    assert.match(
      rows[1] ?? "",
      /^evt_350,whatsapp\.message\.text,.*,in,.*,Mia,wamid\.350,text 350,/,
    );
    assert.match(rows[350] ?? "", /,"'=cmd\|""\/c calc""!A1\nsecond, line",/);
  });

  it("of deliveries takes their filters", async () => {
    ops.destinations.set("erp", { kind: "webhook" });
    const ofKind = await (await ops.get("/api/export/deliveries?kind=webhook")).text();
    assert.equal(lines(ofKind).length, 3);
    const all = await (await ops.get("/api/export/deliveries?state=dead")).text();
    assert.equal(lines(all).length, 3);
    const table = await (await ops.get("/api/export/deliveries?format=csv&event=evt_2")).text();
    assert.match(
      table,
      /\r\nerp:evt_2,erp,dead,evt_2,.*,the receiver answered 422,refused,422 unknown/,
    );
  });

  it("is masked for who does not see contents", async () => {
    const headers = { authorization, "x-waypost-mask": "1" };
    const before = ops.query.log.length;
    ops.query.log.push(...readGoldenEvents().map(({ event }) => event));
    for (const path of ["events?format=csv", "events", "deliveries", "deliveries?format=csv"]) {
      const response = await ops.get(`/api/export/${path}`, headers);
      assert.equal(response.headers.get("x-waypost-masked"), "true");
      const text = await response.text();
      assert.doesNotMatch(text, /Mia|15555550123|text 35|wamid\.|c calc|422 unknown/, path);
      assert.match(text, /evt_/, path);
    }
    ops.query.log.length = before;
  });

  it("refuses a format that there is not, and parameters of pages", async () => {
    assert.equal((await ops.get("/api/export/events?format=xlsx")).status, 400);
    assert.equal((await ops.get("/api/export/events?limit=5")).status, 400);
  });
});

describe("an export that cannot be whole", () => {
  it("is a problem where it cannot begin", async () => {
    ops.query.failure = new QueryTooWideError(["text"]);
    const response = await ops.get("/api/export/events?text=a");
    ops.query.failure = undefined;
    assert.equal(response.status, 503);
    assert.match(await response.text(), /query-too-wide/);
  });

  it("is cut off, so that no reader takes it for the whole", async () => {
    const { events } = ops.query;
    ops.query.events = async (filter, page) => {
      if (page.cursor === "after-200") throw new QueryTooWideError(["type"]);
      return events(filter, page);
    };
    const response = await ops.get("/api/export/events");
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), { message: "terminated" });
    ops.query.events = events;
  });
});

describe("a reader of an export", () => {
  /** Endless. */
  let asked = 0;
  const big = textEvent(7, "x".repeat(20_000));
  let original: Harness["query"]["events"];
  before(() => {
    original = ops.query.events;
    ops.query.events = async () => {
      asked += 1;
      return { items: Array.from({ length: 100 }, () => big), next: "more" };
    };
  });
  after(() => {
    ops.query.events = original;
  });

  const opened = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const url = `${ops.url}/api/export/events`;
      getHttp(url, { headers: { authorization }, agent: false }, resolve).once("error", reject);
    });
  const still = async () => {
    for (let before = -1; before !== asked; ) {
      before = asked;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  it("that takes nothing is waited for, a page in memory", async () => {
    asked = 0;
    const reader = await opened();
    await still();
    // What the buffers between the two take, and one page: not what there is.
    assert.ok(asked < 12, String(asked));
    const before = asked;
    reader.resume();
    await until(() => asked > before);
    reader.destroy();
    await still();
  });

  it("finds no place where four are read already, and one when one goes", async () => {
    const readers = await Promise.all([opened(), opened(), opened(), opened()]);
    assert.deepEqual(
      readers.map(({ statusCode }) => statusCode),
      [200, 200, 200, 200],
    );
    const refused = await ops.get("/api/export/events");
    assert.equal(refused.status, 503);
    assert.match(await refused.text(), /too-many-exports/);
    readers.pop()?.destroy();
    for (let status = 503; status === 503; ) {
      const reader = await opened();
      status = reader.statusCode ?? 0;
      reader.destroy();
    }
    for (const reader of readers) reader.destroy();
    await still();
  });
});
