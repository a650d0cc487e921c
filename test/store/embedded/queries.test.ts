import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type EventFilter, QueryTooWideError } from "../../../src/contracts.ts";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import { createSilences } from "../../../src/store/conversations/silences.ts";
import { appendBatch } from "../../../src/store/embedded/append.ts";
import { createMarks } from "../../../src/store/embedded/marks.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { createReader } from "../../../src/store/embedded/reader.ts";
import { createEmbeddedTables } from "../../../src/store/embedded/table.ts";
import { type Uses, usesOf } from "../../../src/store/embedded/uses.ts";
import { createQuery } from "../../../src/store/log/query.ts";
import type { QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import type { SqlSession, SqlValue } from "../../../src/support/sqlite.ts";
import { row } from "../../conformance/ledger.ts";
import { embeddedLedger } from "../../support/embedded-ledger.ts";
import { makeEvent, makeText, phoneNumberId, second, wabaId } from "../make-events.ts";

const page = { limit: 50 };
/** Each alone, and each with each. */
const parts: EventFilter = {
  types: ["whatsapp.message.*"],
  conversation: "cnv_none",
  contact: "15555550123",
  messageId: "wamid.1",
  account: phoneNumberId,
  text: "hello",
  from: second(0),
  to: second(9_000),
};
const names = Object.keys(parts) as (keyof EventFilter)[];
const filters: EventFilter[] = [
  {},
  ...names.flatMap((a) => names.map((b) => ({ [a]: parts[a], [b]: parts[b] }))),
];

const queryOver = (uses: Uses) => createQuery(createReader(uses), createEmbeddedTables(uses));

describe("the embedded store's queries", () => {
  let folder: string;
  let sqlite: QueriedSqlite;
  let statements: { sql: string; params: readonly SqlValue[] }[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-queries-"));
    sqlite = await openLog(join(folder, "store.db"), 2_000);
    const others = [0, 1, 2].map((i) => makeEvent({ type: `whatsapp.message.kind_${i}` }));
    const post = quarantinedPost(Buffer.from("{"), [], { receivedAt: second(1), postId: "pst_1" });
    await appendBatch(sqlite, [makeText("hello"), ...others, post], Date.now() + 1e9);
  });
  after(async () => {
    await sqlite.close();
    await rm(folder, { recursive: true });
  });

  /** Everything that is asked goes through here and is noted. */
  const noted = () => {
    const uses = usesOf(sqlite);
    const noting = <S extends Pick<SqlSession, "get">>(session: S): S =>
      new Proxy(session, {
        get: (target, key) => (sql: string, params: readonly SqlValue[]) => {
          statements.push({ sql, params: params ?? [] });
          const method = Reflect.get(target, key) as (...args: unknown[]) => unknown;
          return method(sql, params);
        },
      });
    return {
      read: ((work) => uses.read((session) => work(noting(session)))) as typeof uses.read,
      first: noting({ get: uses.first }).get,
      change: uses.change,
      query: ((work) => uses.query((session) => work(noting(session)))) as typeof uses.query,
    };
  };
  const plans = async () => {
    const found: { sql: string; plan: string[] }[] = [];
    for (const { sql, params } of statements) {
      const explain = `EXPLAIN QUERY PLAN ${sql}`;
      const rows = await sqlite.read((session) => session.all<{ detail: string }>(explain, params));
      found.push({ sql, plan: rows.map(({ detail }) => detail) });
    }
    statements = [];
    return found;
  };
  /** Tables that are few rows by nature. */
  const small = /^SCAN (accounts|counts|recent_types|destinations)\b/;
  const assertIndexed = async () => {
    const all = await plans();
    assert.ok(all.length > 0);
    for (const { sql, plan } of all) {
      for (const step of plan) {
        const [, table] = /^SCAN (\w+)/.exec(step) ?? [];
        const stored = /^(events|event_keys|messages|conversations|aliases|quarantine|deliveries)$/;
        if (table === undefined || small.test(step) || !stored.test(table)) continue;
        // In the order of an index, and ended by LIMIT or by a search for the smallest.
        assert.match(step, /USING (COVERING )?INDEX/, `${sql}\n${plan.join("\n")}`);
      }
    }
  };

  it("use an index, whatever the filter", async () => {
    const query = queryOver(noted());
    for (const filter of filters) await query.events(filter, page);
    await query.conversations({}, page);
    await query.conversations({ account: wabaId }, page);
    await query.conversations({ contact: "15555550123" }, page);
    await query.quarantine({}, page);
    await query.quarantine({ from: second(0), to: second(9) }, page);
    await Promise.all([query.event("e"), query.message("m"), query.conversation("c")]);
    await Promise.all([query.quarantineEntry("q"), query.stats()]);
    await assertIndexed();
  });

  it("sort nothing but the few rows that are merged", async () => {
    const query = queryOver(noted());
    for (const filter of [{}, { types: ["whatsapp.message.text"] }, { account: phoneNumberId }]) {
      await query.events(filter, page);
    }
    await query.conversations({}, page);
    await query.quarantine({}, page);
    for (const { sql, plan } of await plans()) {
      const sorted = plan.filter((_, i) => plan[i + 1]?.startsWith("USE TEMP B-TREE FOR ORDER BY"));
      const stored = sorted.filter((step) => !/^(SCAN|SEARCH) \(subquery/.test(step));
      assert.deepEqual(stored, [], `${sql}\n${plan.join("\n")}`);
    }
  });

  it("of the ledger use an index too", async () => {
    const uses = noted();
    const ledger = embeddedLedger(uses, 1e9);
    await ledger.lease("crm");
    for (const destination of [undefined, "crm"]) {
      for (const state of [undefined, "open", "delivered", "dead"] as const) {
        for (const event of [undefined, "evt_1"]) {
          const filter = {
            ...(destination && { destination }),
            ...(state && { state }),
            ...(event && { event }),
          };
          await ledger.deliveries(filter, page);
        }
      }
    }
    await Promise.all([ledger.delivery("crm:evt_1"), ledger.deliveriesOf("evt_1")]);
    await ledger.destinations();
    await assertIndexed();
  });

  it("of who waits, of a chat and of what a person names scan no table, whatever the filter", async () => {
    const uses = noted();
    const query = queryOver(uses);
    const ledger = embeddedLedger(uses, 1e9);
    await ledger.lease("crm");
    for (const state of [undefined, "unanswered", "open", "closed"] as const) {
      for (const window of [undefined, "closing"] as const) {
        for (const account of [undefined, wabaId]) {
          if (state === undefined && window === undefined) continue;
          const filter = {
            ...(state && { state }),
            ...(window && { window }),
            ...(account && { account }),
          };
          await query.conversations(filter, page);
        }
      }
    }
    await query.chat("cnv_none", page);
    await query.events({ post: "pst_1" }, page);
    await query.storedAt("evt_1");
    await ledger.linksTo(["4711"]);
    const times = { from: second(0), to: second(9) };
    for (const filter of [
      { destination: ["crm", "erp"] },
      { state: ["open", "sending"] as const },
      { route: "escalations" },
      { verdict: "refused" as const },
      { types: ["whatsapp.message.*"] },
      { types: ["whatsapp.message.text"], state: "dead" as const },
      { account: wabaId },
      { account: wabaId, ...times },
      { accounts: [phoneNumberId] },
      { accounts: [phoneNumberId], state: "dead" as const, ...times },
      { accounts: [phoneNumberId], destination: ["crm"], route: "a", ...times },
      { accounts: [phoneNumberId], conversation: "cnv_1" },
      { conversation: "cnv_1" },
      { contact: "15555550123" },
      times,
    ]) {
      await ledger.deliveries(filter, page);
    }
    await assertIndexed();
    for (const { sql, plan } of await plans()) {
      const scanned = plan.filter((step) =>
        /^SCAN (events|messages|conversations|deliveries|links)\b/.test(step),
      );
      // The types there are come from the index of types, one step for each.
      assert.deepEqual(scanned, [], `${sql}\n${plan.join("\n")}`);
    }
  });

  it("of the ledger count deliveries by indexes alone", async () => {
    const ledger = embeddedLedger(noted(), 1e9);
    await ledger.lease("crm");
    await ledger.destinations();
    const counts = (await plans()).filter(({ sql }) => /count\(\*\).*"deliveries"/.test(sql));
    assert.equal(counts.length, 3, "of those that are open, scheduled, and dead");
    for (const { sql, plan } of counts) {
      const steps = plan.filter((step) => /\bdeliveries\b|TEMP B-TREE/.test(step));
      assert.match(steps.join(), /^SEARCH deliveries USING COVERING INDEX [^,]+$/, sql);
    }
  });

  it("of silences read an index of those that are not settled, in its order", async () => {
    const uses = noted();
    const marks = createMarks(uses);
    const silences = createSilences(marks, createReader(uses));
    await silences.find({ after: second(-1), to: second(9) }, 50);
    await silences.settle([{ id: "cnv_none", openSince: second(1) }]);
    await assertIndexed();
    await marks.between({ after: second(-1), to: second(9) }, 50);
    const [found] = await plans();
    const step = /^SEARCH conversations USING COVERING INDEX conversations_open /;
    assert.match(found?.plan.join("; ") ?? "", step);
    assert.equal(found?.plan.length, 1);
  });

  it("that are ended say which parts of the filter were given", async () => {
    const path = join(folder, "limited.db");
    const limited = await openLog(path, 100);
    try {
      const plain = usesOf(limited);
      const endless = `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1e12)
        SELECT count(*) FROM c`;
      const uses: Uses = {
        ...plain,
        query: (work) => plain.query((session) => session.list(endless).then(() => work(session))),
      };
      const query = queryOver(uses);
      const ledger = embeddedLedger(uses, 1e9);
      await ledger.insert([row(2)], 1);
      const naming =
        (...filter: string[]) =>
        (error: unknown) => {
          assert.ok(error instanceof QueryTooWideError);
          assert.deepEqual(error.filter, filter);
          assert.equal(error.verdict, "outage");
          return true;
        };
      const wide = { types: ["whatsapp.payment.*"], text: "hello" };
      await assert.rejects(query.events(wide, page), naming("types", "text"));
      await assert.rejects(query.conversations({ account: "7" }, page), naming("account"));
      await assert.rejects(query.quarantine({ to: second(1) }, page), naming("to"));
      await assert.rejects(ledger.deliveries({ state: "dead" }, page), naming("state"));
      // What is quick is no query.
      assert.equal((await query.stats()).events, 0);
      assert.equal(await query.event("evt_1"), undefined);
      assert.equal(await query.quarantineEntry("qrn_1"), undefined);
      assert.equal(await ledger.delivery("crm:evt_1"), undefined);
      assert.deepEqual(await ledger.destinations(), []);
    } finally {
      await limited.close();
    }
  });
});
