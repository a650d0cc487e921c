import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { parse } from "yaml";
import { QueryTooWideError, StoreError } from "../../src/contracts.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";
import { type Harness, startOps } from "./harness.ts";

const wamid = "wamid.HBgL/MTU1+NTU1NTAxMjM==";

let ops: Harness;
before(async () => {
  ops = await startOps();
});
beforeEach(() => fillLog(ops));
after(() => ops.ops.close());

function fillLog({ query }: Harness): void {
  query.failure = undefined;
  query.asked.length = 0;
  query.log.splice(0, query.log.length, textEvent(3), statusEvent(2, "read"), textEvent(1));
  query.messageViews.set(wamid, {
    id: wamid,
    direction: "out",
    type: "text",
    account: { phoneNumberId: "700700700700700" },
    status: "read",
    statusAt: { read: "2026-11-20T10:00:02Z" },
    errors: [{ code: 131_026, title: "Undeliverable" }],
    pricing: { billable: true },
    events: [statusEvent(2, "read")],
  });
  query.conversationViews.splice(0, query.conversationViews.length, {
    id: "cnv_mia",
    aliases: ["cnv_other"],
    account: { phoneNumberId: "700700700700700" },
    contact: { waId: "15555550123", name: "Mia" },
    firstAt: "2026-11-20T10:00:01Z",
    lastAt: "2026-11-20T10:00:03Z",
    state: "open",
  });
  query.quarantined.splice(0, query.quarantined.length, ...[3, 2, 1].map(quarantined));
}

const quarantined = (n: number) => ({
  id: `qrn_${n}`,
  receivedAt: "2026-11-20T10:00:02Z",
  postId: `pst_${n}`,
  bytes: n === 2 ? 100_000 : 2,
  problems: [{ path: "entry[0]", reason: "is not an object" }],
  dataBase64: n === 2 ? Buffer.alloc(100_000, "x").toString("base64") : "e30=",
});

/** One request for each endpoint of the specification, and what shows that it did its work. */
const endpoints: Record<string, { path: string; shows: (body: never) => unknown; is: unknown }> = {
  "/api/events": {
    path: "/api/events?type=whatsapp.message.*&limit=1",
    shows: (body: { items: { id: string }[]; next: string }) => [body.items[0]?.id, body.next],
    is: ["evt_3", "after-1"],
  },
  "/api/events/{id}": {
    path: "/api/events/evt_1",
    shows: (body: { id: string }) => body.id,
    is: "evt_1",
  },
  "/api/deliveries": {
    path: "/api/deliveries?destination=erp&state=dead",
    shows: (body: { items: object[]; next: null }) => [body.items, body.next],
    is: [[], null],
  },
  "/api/destinations": {
    path: "/api/destinations",
    shows: (body: { items: object[] }) => body.items,
    is: [],
  },
  "/api/messages/{wamid}": {
    path: `/api/messages/${encodeURIComponent(wamid)}`,
    shows: (body: { id: string; status: string }) => [body.id, body.status],
    is: [wamid, "read"],
  },
  "/api/conversations": {
    path: "/api/conversations?account=700700700700700",
    shows: (body: { items: { id: string }[] }) => body.items.map(({ id }) => id),
    is: ["cnv_mia"],
  },
  "/api/conversations/{id}": {
    path: "/api/conversations/cnv_mia",
    shows: (body: { contact: { name: string } }) => body.contact.name,
    is: "Mia",
  },
  "/api/quarantine": {
    path: "/api/quarantine?limit=2",
    shows: (body: { items: { id: string; dataBase64?: string }[]; next: string }) => [
      body.items.map(({ id, dataBase64 }) => [id, dataBase64]),
      body.next,
    ],
    is: [
      [
        ["qrn_3", "e30="],
        ["qrn_2", undefined],
      ],
      "after-2",
    ],
  },
  "/api/quarantine/{id}": {
    path: "/api/quarantine/qrn_2",
    shows: (body: { dataBase64: string }) => Buffer.from(body.dataBase64, "base64").length,
    is: 100_000,
  },
  "/api/stats": {
    path: "/api/stats",
    shows: (body: { events: number; quarantine: number }) => [body.events, body.quarantine],
    is: [3, 3],
  },
  "/api/status": {
    path: "/api/status",
    shows: (body: { ok: boolean; bus: { ready: boolean } }) => [body.ok, body.bus.ready],
    is: [true, true],
  },
};

const testedElsewhere = [
  "/api/views",
  "/api/views/{id}",
  "/api/connect",
  "/api/doctor",
  "/api/test-message",
  "/api/audit",
  "/api/configuration",
  "/api/contacts/{id}",
  "/api/conversations/{id}/messages",
  "/api/dead-letters",
  "/api/destinations/{name}/check",
  "/api/processes",
  "/api/quarantine/{id}/retry",
  "/api/search",
  "/api/timeline/{id}",
  "/api/deliveries/{id}/cancel",
  "/api/deliveries/{id}/give-up",
  "/api/routes/test",
  "/api/deliveries/{id}/retry",
  "/api/destinations/{name}/pause",
  "/api/destinations/{name}/resume",
  "/api/events/stream",
  "/api/media/{id}",
  "/api/reload",
  "/api/session",
  "/api/session/codes",
  "/api/tokens",
  "/api/tokens/{name}",
  "/api/renormalizations",
  "/api/replays",
  "/api/export/deliveries",
  "/api/export/events",
  "/api/report",
  "/api/series",
  "/api/replays/{id}",
  "/api/replays/{id}/abort",
  "/api/topology/drop-dead",
  "/api/topology/prune",
];

describe("the read API, with every answer held against the specification", () => {
  for (const [name, { path, shows, is }] of Object.entries(endpoints)) {
    it(`answers ${name}`, async () => {
      const response = await ops.get(path);
      const body: unknown = await response.json();
      assert.equal(response.status, 200, JSON.stringify(body));
      assert.deepEqual(shows(body as never), is);
    });
  }

  it("is specified and tested endpoint by endpoint", async () => {
    const text = await readFile(new URL("../../schemas/openapi.yaml", import.meta.url), "utf8");
    const { paths } = parse(text) as { paths: Record<string, object> };
    const tested = [...Object.keys(endpoints), ...testedElsewhere];
    const specified = Object.keys(paths).filter((path) => path.startsWith("/api/"));
    assert.deepEqual(specified.sort(), tested.sort());
  });

  it("turns an answer that breaks the specification into a 500, or this suite would prove nothing", async () => {
    Object.assign(ops.query.conversationViews[0] ?? {}, { lastAt: 7 });
    assert.equal((await ops.get("/api/conversations/cnv_mia")).status, 500);
  });

  it("hands every filter to the log, times as UTC with milliseconds", async () => {
    const query = new URLSearchParams({
      conversation: "cnv_mia",
      contact: "+1 (555) 555-0123",
      messageId: "wamid.A/+=",
      account: "700700700700700",
      text: "late delivery",
      from: "2026-11-20T02:00:00+02:00",
      to: "2026-11-21",
      limit: "200",
      cursor: "after-1",
    });
    query.append("type", "whatsapp.message.*,whatsapp.status.read");
    query.append("type", "whatsapp.#");
    assert.equal((await ops.get(`/api/events?${query}`)).status, 200);
    assert.deepEqual(ops.query.asked, [
      {
        filter: {
          types: ["whatsapp.message.*", "whatsapp.status.read", "whatsapp.#"],
          conversation: "cnv_mia",
          contact: "+1 (555) 555-0123",
          messageId: "wamid.A/+=",
          account: "700700700700700",
          text: "late delivery",
          from: "2026-11-20T00:00:00.000Z",
          to: "2026-11-21T00:00:00.000Z",
        },
        page: { limit: 200, cursor: "after-1" },
      },
    ]);
  });

  it("returns 50 unless told", async () => {
    await ops.get("/api/events");
    assert.deepEqual(ops.query.asked, [{ filter: {}, page: { limit: 50 } }]);
  });

  it("finds one quarantined POST without listing the others", async () => {
    ops.query.quarantined.push(...Array.from({ length: 40 }, (_, n) => quarantined(n + 10)));
    assert.equal((await ops.get("/api/quarantine/qrn_49")).status, 200);
    assert.equal((await ops.get("/api/quarantine/qrn_none")).status, 404);
    assert.deepEqual(ops.query.asked, []);
  });

  it("reads at most ten quarantined POSTs into memory at once", async () => {
    ops.query.quarantined.push(...Array.from({ length: 40 }, (_, n) => quarantined(n + 10)));
    const body = (await (await ops.get("/api/quarantine?limit=25")).json()) as { items: object[] };
    assert.equal(body.items.length, 25);
    assert.deepEqual(
      ops.query.asked.map(({ page }) => page.limit),
      [10, 10, 5],
    );
  });
});

describe("an API error", () => {
  const problem = async (path: string) => {
    const response = await ops.get(path);
    assert.equal(response.headers.get("content-type"), "application/problem+json; charset=utf-8");
    const body = (await response.json()) as { type: string; errors?: { parameter: string }[] };
    return [response.status, body.type, ...(body.errors ?? []).map(({ parameter }) => parameter)];
  };
  const cases: [path: string, ...is: unknown[]][] = [
    ["/api/events?limit=0", 400, "invalid-request", "limit"],
    ["/api/events?limit=201", 400, "invalid-request", "limit"],
    ["/api/events?limit=1&limit=2", 400, "invalid-request", "limit"],
    ["/api/events?account=1&account=2", 400, "invalid-request", "account"],
    ["/api/events?typ=x", 400, "invalid-request", "typ"],
    ["/api/events?account=", 400, "invalid-request", "account"],
    ["/api/events?type=Whatsapp", 400, "invalid-request", "type"],
    ["/api/events?from=yesterday", 400, "invalid-request", "from"],
    ["/api/events?to=2026-13-40", 400, "invalid-request", "to"],
    ["/api/events?cursor=forged", 400, "invalid-request", "cursor"],
    ["/api/quarantine?cursor=forged", 400, "invalid-request", "cursor"],
    ["/api/messages/%E0%A4%A", 400, "invalid-request"],
    ["/api/events/evt_none", 404, "not-found"],
    ["/api/messages/none", 404, "not-found"],
    ["/api/conversations/none", 404, "not-found"],
    ["/api/quarantine/none", 404, "not-found"],
    ["/api/none", 404, "not-found"],
    ["/none", 404, "not-found"],
  ];
  for (const [path, status, slug, ...parameters] of cases) {
    it(`is ${status} ${slug} for ${path}`, async () => {
      const is = [status, `urn:waypost:problem:${slug}`, ...parameters];
      assert.deepEqual(await problem(path), is);
    });
  }

  it("names what leaves too much to look through when a query was ended", async () => {
    ops.query.failure = new QueryTooWideError(["types", "text"]);
    for (const path of ["/api/events?type=whatsapp.%23&text=hello", "/api/quarantine"]) {
      assert.deepEqual(
        await problem(path),
        [503, "urn:waypost:problem:query-too-wide", "type", "text"],
        path,
      );
    }
  });

  it("names the method when that is what is wrong", async () => {
    const headers = { authorization: `Bearer ${"a-token-of-the-tests-0123456789"}` };
    for (const method of ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]) {
      const response = await fetch(`${ops.url}/api/events`, { method, headers });
      assert.deepEqual(
        [response.status, response.headers.get("allow")],
        [405, "POST, GET"],
        method,
      );
    }
  });

  it("says to come again when the store is away", async () => {
    ops.query.failure = new StoreError("outage", "MongoDB at mongodb://canary@db is not reachable");
    const response = await ops.get("/api/events");
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
    assert.doesNotMatch(await response.text(), /canary/);
  });

  it("repeats nothing of what was sent or of what went wrong inside", async () => {
    ops.query.failure = new TypeError('Cannot cast "+4915550canary" of Mia');
    const answers = await Promise.all(
      [
        "/api/events",
        "/api/events?limit=canary",
        "/api/events?from=canary",
        "/api/events?type=CANARY-canary",
        "/api/events?%2B4915550canary=1",
        "/api/canary",
        "/api/events/canary",
        "/canary?canary=canary",
      ].map(async (path) => (await ops.get(path)).text()),
    );
    assert.doesNotMatch(answers.join("\n"), /canary|4915550|Mia/i);
    const logged = ops.logged.map(({ message, fields }) => [message, fields?.path, fields?.reason]);
    assert.doesNotMatch(JSON.stringify(logged), /canary|4915550|Mia/i);
  });
});

describe("every answer", () => {
  it("forbids sniffing, caching, framing and scripts, and does not name the software", async () => {
    for (const path of ["/healthz", "/metrics", "/schemas/openapi.yaml", "/api/events", "/none"]) {
      const { headers } = await ops.get(path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("cache-control"), "no-store", path);
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
      assert.equal(headers.get("x-powered-by"), null, path);
      assert.equal(headers.get("access-control-allow-origin"), null, path);
    }
  });

  it("is counted by code and audited by endpoint, without what was asked for", async () => {
    ops.logged.length = 0;
    await (await ops.get("/api/events/evt_1?")).text();
    assert.deepEqual(
      ops.logged.map(({ fields }) => [fields?.path, fields?.code]),
      [["/api/events/{id}", 200]],
    );
    const counted = await ops.metrics.registry.getSingleMetricAsString(
      "waypost_api_requests_total",
    );
    assert.match(counted, /code="200"/);
    assert.match(counted, /code="404"/);
  });
});
