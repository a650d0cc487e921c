import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { reportColumns, reportTable } from "../../src/contracts/report-table.ts";
import type { ProcessRow, ReportKey, Store } from "../../src/contracts.ts";
import { makeReport } from "../../src/jobs/reports/report.ts";
import { countHour, countMinutes } from "../../src/jobs/series/counting.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { makeEvent, makeStatus, makeText, phoneNumberId, second } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const hour = 3_600;
const span = { from: second(0), to: second(24 * hour) };
const people = Array.from({ length: 6 }, (_, n) => ({ waId: `1555555012${n}` }));
const other = { wabaId: "900100200300400", phoneNumberId: "700700700700701" };

/** A message of our side, with the statuses that it reached. */
function sent(n: number, at: number, statuses: readonly string[], more: object = {}) {
  const [id, contact] = [`wamid.${n}`, people[n]];
  const told = {
    message: { id, type: "template", template: { name: "offer" } },
    campaign: "spring",
  };
  return [
    makeEvent({
      at,
      ...(contact && { contact }),
      type: "whatsapp.outgoing.template",
      data: { ...told, ...more },
    }),
    ...statuses.map((status, i) => {
      const failed = status === "failed" && { errors: [{ code: 131049 }] };
      const pricing = status === "sent" && { pricing: { category: "marketing", billable: true } };
      const body = { messageId: id, status, at: second(at + i + 1), ...failed, ...pricing };
      return makeStatus(id, status, {
        at: at + i + 1,
        ...(contact && { contact }),
        data: { status: body },
      });
    }),
  ];
}

/**
 * Counted by hand: six messages told of, and one that is known by its status alone. 0 read and answered after 5 min, 1 read, 2
 * delivered and opted out, 3 failed, 4 sent, 5 told of alone (variant b); 9 another number's.
 */
const day = [
  ...sent(0, 10, ["sent", "delivered", "read"]),
  ...sent(1, 20, ["read", "sent"]),
  ...sent(2, 30, ["sent", "delivered"]),
  ...sent(3, 40, ["failed"]),
  ...sent(4, 2 * hour, ["sent"]),
  ...sent(5, 2 * hour + 5, [], { variant: "b" }),
  makeStatus("wamid.9", "delivered", { at: 50, account: other }),
  makeText("yes please", { at: 310, contact: { waId: "15555550120" } }),
  makeEvent({
    at: 340,
    contact: { waId: "15555550120" },
    type: "whatsapp.echo.text",
    data: { message: { id: "wamid.R", type: "text" } },
  }),
  makeEvent({ at: 400, contact: { waId: "15555550122" }, type: "business.consent.revoked" }),
  // Two days later is no answer any more.
  makeText("late", { at: 48 * hour, contact: { waId: "15555550121" } }),
];

describe("a report of a day that was counted by hand", () => {
  let store: Store;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-report-"));
    store = await openEmbeddedStore({
      path: join(folder, "store.db"),
      retentionDays: 30,
      log: createArrayLog(),
    });
    await store.append(day.toReversed());
    await store.append(day);
    await countMinutes(store, { from: span.from, to: second(49 * hour) }, 1);
    for (const at of [0, 2]) await countHour(store, Date.parse(second(at * hour)), 1);
    const figures = { role: "receive", host: "a", posts: {}, spooled: 0, ack: [] };
    const received = { [phoneNumberId]: 40 };
    const row: ProcessRow = {
      ...{ kind: "process", step: "hour", at: second(0), of: "a:1" },
      figures: { ...figures, received, repeated: { [phoneNumberId]: 15 } },
    };
    await store.series.write([row], 1);
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  const report = (...by: ReportKey[]) => reportAt(span.to, by);
  const reportAt = (countedTo: string, by: ReportKey[] = [], asked = span) => {
    const jobs = { load: async () => ({ countedTo }) };
    return makeReport({ series: store.series, figures: store.figures, jobs }, { ...asked, by });
  };

  it("has each message once, by the furthest that it came", async () => {
    const { total, complete } = await report();
    assert.deepEqual(
      [total.messages, total.sent, total.delivered, total.read, total.failed],
      [8, 5, 4, 2, 1],
    );
    assert.deepEqual([total.replied, total.optedOut, total.untold], [1, 1, 1]);
    assert.deepEqual(total.failures, [
      {
        code: 131049,
        meaning: "Meta held it back: this person has had enough offers for now",
        count: 1,
      },
    ]);
    assert.deepEqual(total.pricing, [{ category: "marketing", billable: true, count: 4 }]);
    assert.equal(total.firstResponse?.meanMs, 30_000);
    assert.equal(complete, true);
  });

  it("breaks down by what is asked, several at once", async () => {
    const byAccount = await report("account");
    assert.deepEqual(
      byAccount.rows.map(({ key, messages, firstResponse }) => [
        key.account,
        messages,
        firstResponse?.count,
      ]),
      [
        [phoneNumberId, 7, 1],
        [other.phoneNumberId, 1, undefined],
      ],
    );
    const rows = (await report("template", "variant")).rows;
    assert.deepEqual(
      rows.map(({ key, messages }) => [key.template, key.variant, messages]),
      [
        ["offer", "", 5],
        ["", "", 2],
        ["offer", "b", 1],
      ],
    );
    assert.deepEqual(
      (await report("hour")).rows.map(({ key, messages }) => [key.hour, messages]),
      [
        [second(0), 6],
        [second(2 * hour), 2],
      ],
    );
  });

  it("names what was received and is not in the log", async () => {
    const { hours, gaps } = (await report()).reconciliation;
    const own = hours.find(({ at, account }) => at === second(0) && account === phoneNumberId);
    assert.deepEqual([own?.received, own?.repeated, own?.stored], [40, 15, 15]);
    assert.deepEqual(gaps, [
      `2026-11-20 10:00 UTC, ${phoneNumberId}: 10 of 40 received events are not in the log`,
    ]);
  });

  it("names nothing of an hour that the log is not counted of yet", async () => {
    const { hours, gaps } = (await reportAt(second(hour - 60))).reconciliation;
    assert.deepEqual([hours, gaps], [[], []]);
    assert.equal((await reportAt(second(hour))).reconciliation.gaps.length, 1);
  });

  it("says in words that there is nothing", async () => {
    const nothing = { from: second(30 * hour), to: second(31 * hour) };
    const [, ...lines] = reportTable(await reportAt(span.to, ["template"], nothing));
    assert.deepEqual(lines, ["No message of your side."]);
  });

  it("is a table without empty columns", async () => {
    const table = reportTable(await report("template"));
    assert.match(table[1] ?? "", /^template +messages +sent +delivered +read +failed/);
    assert.ok(
      table.some((line) => /^total +8 +5 +4 +2 +1/.test(line)),
      table.join("\n"),
    );
    const { total } = await report();
    assert.equal(
      reportColumns(["hour"]).at(-1)?.value(total),
      "1 × 131049, Meta held it back: this person has had enough offers for now",
    );
  });
});
