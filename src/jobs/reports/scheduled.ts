import {
  type Destination,
  deliveryError,
  type Jobs,
  type JobTerm,
  type ReportAnswer,
  type ReportKey,
  type ReportRequest,
  type WaypostEvent,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import { type Running, runJob } from "../run-job.ts";
import { withinTime } from "../within-time.ts";
import { lastDue, type WeekTime } from "./due.ts";
import { reportSheet } from "./sheet.ts";
import { type ReportWords, reportEvent, reportLines } from "./words.ts";

interface ScheduledReport {
  readonly name: string;
  readonly at: WeekTime;
  readonly timeZone: string;
  readonly by: readonly ReportKey[];
  readonly to: readonly string[];
}

export interface ReportingOptions {
  readonly reports: readonly ScheduledReport[];
  readonly senders: ReadonlyMap<string, Pick<Destination, "deliver" | "find" | "idempotency">>;
  readonly accounts: ReportWords["accounts"];
  readonly report: (request: ReportRequest) => Promise<ReportAnswer>;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly clock?: Clock;
}

/** The job's name. */
const reportsJob = "waypost.reports";
const lookMs = 15_000;
/** The series have counted all that was received before by then. */
const settledMs = 3 * 60_000;
/** A report that was missed for longer is of no use any more. */
const latestMs = 6 * 60 * 60_000;
const mostBackoffMs = 5 * 60_000;
/** A report reads much. */
const timeoutMs = 20_000;

type Parts = ReportingOptions & { readonly clock: Clock };
/** By report and destination: the time that it was due, and whether it was sent. */
type Sent = Record<string, string>;

/**
 * Sends each report once for each time that it is due. What is about to be sent is written down before: whoever takes over asks the
 * destination whether it has it. A report that is new in the configuration is not sent for times before.
 */
export function startReporting(options: ReportingOptions): Running {
  const parts = { ...options, clock: options.clock ?? systemClock };
  return runJob(parts.jobs, reportsJob, (term) => watch(parts, term));
}

async function watch(parts: Parts, term: JobTerm): Promise<void> {
  const { clock, log, jobs, reports } = parts;
  let failures = 0;
  while (!term.over.aborted) {
    try {
      const sent: Sent = { ...(await jobs.load(reportsJob)) };
      for (const report of reports) await sendDue(parts, term, report, sent);
      failures = 0;
    } catch (error) {
      if (term.over.aborted) return;
      failures += 1;
      log.error("a report could not be sent, tries again", {
        reason: deliveryError(error).message,
      });
    }
    const backoffMs = failures === 0 ? lookMs : Math.min(lookMs * 2 ** failures, mostBackoffMs);
    await delay(backoffMs, { clock, signal: term.over });
  }
}

async function sendDue(
  parts: Parts,
  term: JobTerm,
  report: ScheduledReport,
  sent: Sent,
): Promise<void> {
  const { clock, jobs, log } = parts;
  const now = clock.now() - settledMs;
  const due = lastDue(report.at, report.timeZone, now);
  const at = new Date(due).toISOString();
  const save = async (key: string, state: string) => {
    sent[key] = `${at} ${state}`;
    if (!(await jobs.save(reportsJob, term, sent))) throw new Error("another process has the job");
  };
  for (const to of report.to) {
    const key = `${report.name} ${to}`;
    const [before = "", state] = (sent[key] ?? `${at} sent`).split(" ");
    if (sent[key] === undefined) await save(key, "sent");
    if (before > at || (before === at && state === "sent")) continue;
    if (now - due > latestMs) {
      log.warn("a report was not sent: it was missed for too long", {
        reason: `${report.name}, ${at}`,
      });
      await save(key, "sent");
      continue;
    }
    await save(key, "trying");
    await sendOnce(parts, term, { report, to, due, repeated: before === at });
    await save(key, "sent");
  }
}

interface Sending {
  readonly report: ScheduledReport;
  readonly to: string;
  readonly due: number;
  /** It may have been sent. */
  readonly repeated: boolean;
}

async function sendOnce(parts: Parts, term: JobTerm, sending: Sending): Promise<void> {
  const { senders, clock, log } = parts;
  const { to, repeated } = sending;
  const sender = senders.get(to);
  if (sender === undefined) return;
  const event = await eventOf(parts, sending);
  const call = { name: "reports", event, attempt: 1, clock, timeoutMs };
  try {
    if (repeated && sender.idempotency === "lookup" && sender.find !== undefined) {
      const { find } = sender;
      const found = await withinTime(call, term.over, (context, signal) =>
        find(event, context, signal),
      );
      if (found !== undefined) return;
    }
    await withinTime(call, term.over, (context, signal) => sender.deliver(event, context, signal));
  } catch (error) {
    const { verdict, message } = deliveryError(error);
    if (term.over.aborted || verdict !== "refused") throw error;
    log.error("a report was refused", { destination: to, reason: message });
  }
}

async function eventOf(
  { report: make, accounts }: Parts,
  { report, to, due }: Sending,
): Promise<WaypostEvent> {
  const { name, timeZone, at, by } = report;
  const from = new Date(lastDue(at, timeZone, due - 1)).toISOString();
  const made = await make({ by, from, to: new Date(due).toISOString() });
  const words = { name, timeZone, accounts };
  const lines = reportLines(made, words);
  return reportEvent({ name, due: made.to, to }, lines, reportSheet(made, words));
}
