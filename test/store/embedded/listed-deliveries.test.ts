import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type {
  Delivery,
  DeliveryChange,
  DeliveryFilter,
  NewDelivery,
} from "../../../src/contracts.ts";
import { appendBatch } from "../../../src/store/embedded/append.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { createReader } from "../../../src/store/embedded/reader.ts";
import { createEmbeddedTables } from "../../../src/store/embedded/table.ts";
import { type Uses, usesOf } from "../../../src/store/embedded/uses.ts";
import { listOldRows } from "../../../src/store/ledger/list-old-rows.ts";
import type { QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import type { SqlValue } from "../../../src/support/sqlite.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { embeddedLedger } from "../../support/embedded-ledger.ts";
import { waitFor } from "../../support/wait-for.ts";
import { makeText, phoneNumberId, second, wabaId } from "../make-events.ts";

const other = { wabaId: "900100200300499", phoneNumberId: "700700700700799" };
const many = 60;
/** More than are looked at in the first part. */
const withoutRows = 260;
const mia = { waId: "15555550123" };
const ben = { waId: "15555550124" };
const whoOf = (n: number) => (Math.floor(n / 3) % 2 === 0 ? mia : ben);
const bens = makeText("", { contact: ben }).data.conversationId ?? "";

/** Each of what a list may be asked for. */
const parts = [
  { destination: "crm" },
  { destination: ["crm", "erp"] },
  { state: "dead" },
  { state: ["delivered", "skipped"] },
  { route: "odd" },
  { verdict: "outage" },
  { verdict: "delivered" },
  { types: ["whatsapp.message.*"] },
  { types: ["whatsapp.status.#"] },
  { account: phoneNumberId },
  { account: other.wabaId },
  { accounts: [other.phoneNumberId] },
  { from: second(10) },
  { to: second(40) },
  { event: "evt_15" },
  { conversation: bens },
  { contact: mia.waId },
] as const satisfies DeliveryFilter[];
const numberOf = ({ eventId }: Delivery) => Number(eventId.slice("evt_".length));
const accountAt = (n: number) => (n % 4 === 0 ? other : { wabaId, phoneNumberId });
const conversationOf = (row: Delivery) => {
  const n = numberOf(row);
  return makeText("", { contact: whoOf(n), account: accountAt(n) }).data.conversationId;
};
const isThroughLog = ({ conversation, contact }: DeliveryFilter) =>
  (conversation ?? contact) !== undefined;
/** The newest first, and of one event by destination. */
const byEvent = (a: Delivery, b: Delivery) =>
  numberOf(b) - numberOf(a) || (a.destination < b.destination ? -1 : 1);
const filters: DeliveryFilter[] = parts.flatMap((a) => parts.map((b) => ({ ...a, ...b })));

describe("deliveries by what stays the same of them", () => {
  let folder: string;
  let sqlite: QueriedSqlite;
  let all: readonly Delivery[];
  let lists: { sql: string; params: readonly SqlValue[] }[] = [];
  const noted = (): Uses => {
    const uses = usesOf(sqlite);
    return {
      ...uses,
      query: (work) =>
        uses.query((session) =>
          work({
            ...session,
            list: (sql, params, brief) => {
              lists.push({ sql, params: params ?? [] });
              return session.list(sql, params, brief);
            },
          }),
        ),
    };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-listed-"));
    sqlite = await openLog(join(folder, "store.db"), 2_000);
    const events = Array.from({ length: many }, (_, n) =>
      makeText(`${n}`, { id: `evt_${n}`, at: n, account: accountAt(n), contact: whoOf(n) }),
    );
    const later = Array.from({ length: withoutRows }, (_, n) =>
      makeText("later", { at: many + n, contact: ben }),
    );
    await appendBatch(sqlite, [...events, ...later], Date.now() + 1e9);
    const ledger = embeddedLedger(usesOf(sqlite), 1e9);
    for (const destination of ["crm", "erp"]) {
      const lease = await ledger.takeLease(destination, await ledger.lease(destination), "w");
      const rows = events.map(
        ({ id }, n): NewDelivery => ({
          id: `${destination}:${id}`,
          ...{ destination, eventId: id, account: accountAt(n) },
          eventType: n % 5 === 0 ? "whatsapp.status.read" : "whatsapp.message.text",
          route: n % 2 === 0 ? "even" : "odd",
          ...{ laneKeys: [id], seq: n, createdAt: second(n) },
        }),
      );
      await ledger.insert(rows, lease?.epoch ?? 0);
      const attempt = (outcome: "delivered" | "outage") => ({ at: second(1), ms: 1, outcome });
      const changes = rows.flatMap(({ id }, n): readonly DeliveryChange[] => {
        if (n % 3 === 0) {
          const history = [attempt("outage"), attempt("delivered")];
          return [{ id, state: "delivered", history, doneAt: second(n) }];
        }
        if (n % 7 === 1) return [{ id, state: "skipped", doneAt: second(n) }];
        return n % 7 === 2
          ? [{ id, state: "dead", history: [attempt("outage")], doneAt: second(n) }]
          : [];
      });
      await ledger.write(lease?.epoch ?? 0, changes);
    }
    all = (await ledger.deliveries({}, { limit: 200 })).items;
    assert.equal(all.length, 2 * many);
  });
  after(async () => {
    await sqlite.close();
    await rm(folder, { recursive: true });
  });

  const wanted = (filter: DeliveryFilter) =>
    (isThroughLog(filter) ? all.toSorted(byEvent) : all).filter((row) => {
      const { phoneNumberId: number = "", wabaId: waba } = row.account ?? {};
      const last = row.history.at(-1)?.outcome;
      const one = (asked: string | readonly string[] | undefined, value: string | undefined) =>
        asked === undefined || [asked].flat().includes(value ?? "");
      return (
        one(filter.destination, row.destination) &&
        one(filter.state, row.state) &&
        one(filter.route, row.route) &&
        one(filter.verdict, last) &&
        one(filter.accounts, number) &&
        (filter.account === undefined || [number, waba].includes(filter.account)) &&
        (filter.types === undefined ||
          row.eventType.includes(filter.types[0]?.split(".")[1] ?? "")) &&
        (filter.event === undefined || row.eventId === filter.event) &&
        (filter.conversation === undefined || conversationOf(row) === filter.conversation) &&
        (filter.contact === undefined || whoOf(numberOf(row)).waId === filter.contact) &&
        (filter.from === undefined || row.createdAt >= filter.from) &&
        (filter.to === undefined || row.createdAt < filter.to)
      );
    });
  const assertAll = async (uses: Uses) => {
    const ledger = embeddedLedger(uses, 1e9);
    for (const filter of filters) {
      const found: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = { limit: 40, ...(cursor !== undefined && { cursor }) };
        const answer = await ledger.deliveries(filter, page);
        found.push(...answer.items.map(({ id }) => id));
        cursor = answer.next;
      }
      const ids = wanted(filter).map(({ id }) => id);
      assert.deepEqual(found, ids, JSON.stringify(filter));
    }
  };

  it("are found by each filter alone and with each other, by an index in the order of the list", async () => {
    lists = [];
    await assertAll(noted());
    const texts = new Map(lists.map((list) => [list.sql, list]));
    assert.ok(texts.size > 10);
    for (const { sql, params } of texts.values()) {
      const plan = await sqlite.read((session) =>
        session.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params),
      );
      const steps = plan.map(({ detail }) => detail);
      for (const step of steps.filter((each) => / deliveries\b/.test(each))) {
        assert.match(step, /USING (COVERING )?INDEX deliveries_/, sql);
      }
      // Only what is merged is sorted: no step on the table is followed by a sort.
      const sorted = steps.filter((_, i) =>
        steps[i + 1]?.startsWith("USE TEMP B-TREE FOR ORDER BY"),
      );
      assert.deepEqual(
        sorted.filter((each) => / deliveries\b/.test(each)),
        [],
        sql,
      );
    }
  });

  it("and are exact: of what stays the same of a row, no other rows are looked at", async () => {
    const ledger = embeddedLedger(noted(), 1e9);
    for (const filter of [
      { route: "odd" },
      { account: phoneNumberId },
      { accounts: [other.phoneNumberId], route: "even" },
      { types: ["whatsapp.status.read"], destination: "erp" },
    ]) {
      lists = [];
      await ledger.deliveries(filter, { limit: 50 });
      for (const { sql } of lists) assert.match(sql, /"listedBy" = \?/);
    }
    lists = [];
    await ledger.deliveries({ verdict: "outage" }, { limit: 50 });
    for (const { sql } of lists) assert.match(sql, /"verdict" = \?/);
  });

  it("and of two filters that which leads to fewer rows leads, the other is asked on the way", async () => {
    const ledger = embeddedLedger(noted(), 1e9);
    for (const [filter, how] of [
      [{ state: "dead", route: "odd" }, /"state" = \?.* \+"listedBy" IN/],
      [{ verdict: "outage", route: "odd" }, /"verdict" = \?.* \+"listedBy" IN/],
      [{ state: "delivered", route: "odd" }, /"listedBy" = \?.* \+"state" = \?/],
      [{ conversation: bens, state: "dead" }, /\+"state" = \?.*"eventId" IN/],
    ] as const) {
      lists = [];
      await ledger.deliveries(filter, { limit: 50 });
      const own = lists.filter(({ sql }) => sql.includes('FROM "deliveries"'));
      assert.ok(own.length > 0);
      for (const { sql } of own) assert.match(sql, how);
    }
    // No event is read for it.
    for (const { sql } of lists) assert.doesNotMatch(sql, /body|\bseq\b/);
  });

  it("are found too while they are of the version before, which is brought up beside", async () => {
    await sqlite.transaction((session) =>
      session.run('UPDATE deliveries SET "listedBy" = NULL, account = NULL, verdict = NULL'),
    );
    await assertAll(noted());
    const uses = usesOf(sqlite);
    const tables = createEmbeddedTables(uses);
    const logger = createArrayLog();
    const listing = listOldRows({ tables, log: createReader(uses), logger });
    const left = async () => {
      const sql = 'SELECT count(*) AS n FROM deliveries WHERE "listedBy" IS NULL';
      return sqlite.read(async (session) => (await session.get<{ n: number }>(sql, []))?.n);
    };
    await waitFor("all rows are listed", async () => (await left()) === 0);
    await listing.stop();
    assert.deepEqual(
      logger.lines.filter(({ level }) => level === "warn"),
      [],
    );
    await assertAll(noted());
    const again = await embeddedLedger(uses, 1e9).deliveries({}, { limit: 200 });
    assert.deepEqual(again.items, all);
  });
});
