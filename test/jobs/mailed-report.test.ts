import assert from "node:assert/strict";
import { it } from "node:test";
import type { ReportAnswer, ReportRow } from "../../src/contracts.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { startReporting } from "../../src/jobs/reports/scheduled.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { startMailServer } from "../destinations/email/mail-server.ts";
import { createEmailTo } from "../destinations/email/mailing.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";
import { waitFor } from "../support/wait-for.ts";

const hour = 60 * 60_000;

function rowOf(campaign: string, messages: number): ReportRow {
  const none = { untold: 0, optedOut: 0, replied: 0 };
  return {
    ...{ key: { campaign, account: "700" }, messages, sent: messages, delivered: 8, read: 4 },
    ...{ ...none, failed: 1, pricing: [] },
    failures: [{ code: 131026, meaning: "it cannot reach them", count: 1 }],
  };
}

it("a report comes by mail: as a table, as text and as CSV, and again with the same Message-ID", async () => {
  const clock = createFakeClock();
  const rows = createJobRows(createMemoryTables(), {
    exclusive: false,
    before: async () => undefined,
  });
  const log = createArrayLog();
  const server = await startMailServer();
  const destination = createEmailTo(server.url);
  const start = (holder: string) =>
    startReporting({
      reports: [
        {
          ...{ name: "weekly", at: { minute: 13 * 60 }, timeZone: "Europe/Berlin" },
          ...{ by: ["campaign", "account"] as const, to: ["mail"] },
        },
      ],
      senders: new Map([["mail", destination]]),
      accounts: new Map([["700", "berlin"]]),
      report: async ({ by, from, to }): Promise<ReportAnswer> => ({
        ...{ by, from, to },
        rows: [rowOf("spring", 10), rowOf('=HYPERLINK("https://evil.example")<b>', 5)],
        total: { ...rowOf("", 15), key: {} },
        complete: true,
        reconciliation: { hours: [], destinations: [], gaps: [] },
      }),
      jobs: createJobs({ rows, holder, clock, log }),
      ...{ log, clock },
    });
  // The first is known to be new; what is due after that is sent. Its answer is lost.
  server.faults.push({ drop: "dot" });
  const reporting = start("a");
  await clock.advance(60_000);
  clock.jump(2 * hour + 4 * 60_000);
  await clock.advance(15_000);
  await waitFor("the first mail's failure", () => log.lines.some(({ level }) => level === "error"));
  await clock.advance(30_000);
  await server.kept(2);
  await reporting.close();
  await destination.close();
  await server.close();
  const [first, second] = server.mails;
  assert.ok(first && second);
  assert.equal(first.header("Message-ID"), second.header("Message-ID"));
  const { subject = "", text = "", html = "", attachments } = second.email;
  assert.match(subject, /^Report weekly: 2026-\d\d-\d\d \d\d:\d\d to /);
  assert.match(text, /All: 15 of 15 sent, 8 \(53 %\) delivered/);
  assert.match(text, /campaign +account +messages +sent/);
  assert.match(text, /Failed 1 × 131026 it cannot reach them/);
  assert.match(html, /<th[^>]*>campaign<\/th>/);
  assert.match(html, /<td[^>]*>spring<\/td><td[^>]*>berlin<\/td><td[^>]*>10<\/td>/);
  assert.match(html, /<td[^>]*>total<\/td>/);
  assert.ok(!html.includes("<b>"));
  const [csv] = attachments;
  assert.match(csv?.filename ?? "", /^weekly-2026-\d\d-\d\d\.csv$/);
  const content = csv?.content;
  const lines = (typeof content === "string" ? content : new TextDecoder().decode(content)).split(
    "\r\n",
  );
  assert.match(lines[0] ?? "", /^\uFEFF?campaign,account,messages,sent,delivered/);
  assert.match(lines[2] ?? "", /^"'=HYPERLINK/);
});
