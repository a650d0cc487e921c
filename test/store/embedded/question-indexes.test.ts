import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ConversationFilter, EventFilter } from "../../../src/contracts.ts";
import { appendBatch } from "../../../src/store/embedded/append.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { createReader } from "../../../src/store/embedded/reader.ts";
import { createEmbeddedTables } from "../../../src/store/embedded/table.ts";
import { usesOf } from "../../../src/store/embedded/uses.ts";
import { createQuery } from "../../../src/store/log/query.ts";
import type { QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import type { SqlValue } from "../../../src/support/sqlite.ts";
import { makeEvent, makeText, phoneNumberId, second, wabaId } from "../make-events.ts";

const page = { limit: 50 };
const types = ["whatsapp.message.*"];

describe("what two parts of a filter find together", () => {
  let folder: string;
  let sqlite: QueriedSqlite;
  let lists: { sql: string; params: readonly SqlValue[] }[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-pairs-"));
    sqlite = await openLog(join(folder, "store.db"), 2_000);
    await appendBatch(
      sqlite,
      [makeText("hello"), makeEvent({ type: "whatsapp.account.updated" })],
      Date.now() + 1e9,
    );
  });
  after(async () => {
    await sqlite.close();
    await rm(folder, { recursive: true });
  });

  const noted = () => {
    const uses = usesOf(sqlite);
    const query: typeof uses.query = (work) =>
      uses.query((session) =>
        work({
          ...session,
          list: (sql, params, brief) => {
            lists.push({ sql, params: params ?? [] });
            return session.list(sql, params, brief);
          },
        }),
      );
    const noting = { ...uses, query };
    return createQuery(createReader(noting), createEmbeddedTables(noting));
  };
  /** Of the last list that was asked for, how its rows are found. */
  const planOf = async (ask: () => Promise<{ readonly items: readonly unknown[] }>) => {
    lists = [];
    const { items } = await ask();
    const last = lists.at(-1);
    assert.ok(last, "nothing was asked");
    const explain = `EXPLAIN QUERY PLAN ${last.sql}`;
    const rows = await sqlite.read((session) =>
      session.all<{ detail: string }>(explain, last.params),
    );
    const steps = rows.map(({ detail }) => detail);
    return { found: items.length, steps: steps.filter((step) => /^(SEARCH|SCAN) \w/.test(step)) };
  };

  it("events of an account and a type, whatever an account is and whoever may see it", async () => {
    const query = noted();
    const byBoth =
      /^SEARCH events USING (COVERING )?INDEX events_phone_number_type \(phone_number_id=\? AND type=\?/;
    const filters: EventFilter[] = [
      { account: phoneNumberId, types },
      { account: wabaId, types },
      { accounts: [phoneNumberId], types },
      { account: wabaId, accounts: [phoneNumberId], types, from: second(-10) },
    ];
    for (const filter of filters) {
      const { found, steps } = await planOf(() => query.events(filter, page));
      assert.equal(found, 1, JSON.stringify(filter));
      const events = steps.filter((step) => step.includes(" events "));
      const others = events.filter((step) => !/waba_id=\? AND phone_number_id=\?/.test(step));
      assert.ok(others.length > 0);
      for (const step of others) assert.match(step, byBoth, JSON.stringify(filter));
    }
  });

  it("events of a WABA, as far as they are of a number somebody may see", async () => {
    const query = noted();
    const own = { account: wabaId, accounts: [phoneNumberId] };
    const { found, steps } = await planOf(() => query.events(own, page));
    assert.ok(found > 0);
    const byBoth = /INDEX events_waba \(waba_id=\? AND phone_number_id=\?/;
    assert.match(steps.find((step) => step.includes(" events ")) ?? "", byBoth);
    const others = await query.events({ account: wabaId, accounts: ["700700700700799"] }, page);
    assert.deepEqual(others.items, []);
  });

  it("conversations of an account by a time, without a look at the rows of others", async () => {
    const query = noted();
    const states: ConversationFilter[] = [
      { state: "unanswered" },
      { state: "open" },
      { state: "closed" },
      { window: "closing" },
    ];
    for (const state of states) {
      for (const whose of [{ account: wabaId }, { accounts: [phoneNumberId] }]) {
        const { steps } = await planOf(() => query.conversations({ ...state, ...whose }, page));
        const [step] = steps.filter((each) => each.includes(" conversations"));
        assert.match(
          step ?? "",
          /^(SEARCH|SCAN) conversations USING COVERING INDEX conversations_/,
        );
      }
    }
  });
});
