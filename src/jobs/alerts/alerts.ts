import {
  type Accounts,
  type Bus,
  type Destination,
  deliveryError,
  type Jobs,
  type JobTerm,
  type Store,
  type WaypostEvent,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { lookWhileElected, type Running, runJob } from "../run-job.ts";
import { withinTime } from "../within-time.ts";
import { type AlertsBook, type DueAlert, loadAlertsBook } from "./book.ts";
import { alertEvent } from "./event.ts";
import { type AlertRules, findIncidents, isBehind, type Observed } from "./incidents.ts";

export interface AlertsOptions {
  readonly rules: AlertRules;
  /** Of its own: what failed cannot keep its own alert back. */
  readonly sender: Pick<Destination, "deliver">;
  /** For one attempt; 10 s unless told. */
  readonly timeoutMs?: number;
  readonly store: Pick<Store, "ledger" | "quarantinedSince" | "events">;
  readonly bus: Pick<Bus, "queues">;
  /** The configured ones; all others are nobody's business any more. */
  readonly destinations: ReadonlySet<string>;
  readonly accounts: Accounts;
  /** How people reach the ops port; without it an alert names its runbook's file. */
  readonly opsUrl?: string;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "alerts">;
  readonly clock?: Clock;
}

/** The job's name: one process of all sends, and remembers what people have been notified of. */
const name = "waypost.alerts";
const lookMs = 15_000;
const mostBackoffMs = 5 * 60_000;
const hourMs = 60 * 60_000;
const busAnswerMs = 4_000;

type Parts = AlertsOptions & { readonly clock: Clock };

/**
 * Tells people of each incident once, and again when it is over. Of all processes that start this, one at a time
 * sends; the next one goes on where it ended. What is true is read from the store every 15 s, so nothing waits for
 * an alert, and one that cannot be sent is tried again for as long as it is true.
 */
export function startAlerts(options: AlertsOptions): Running {
  const parts = { ...options, clock: options.clock ?? systemClock };
  return runJob(parts.jobs, name, (term) => watch(parts, term));
}

/** Looks and tells, until it is over. */
async function watch(parts: Parts, term: JobTerm): Promise<void> {
  const { clock, jobs } = parts;
  const { over } = term;
  const post = createPost(parts, over);
  const startedAt = clock.now();
  let behindSince: Observed["behindSince"] | undefined;
  let book: AlertsBook | undefined;
  let saved: string | undefined;
  const failing = "cannot see what people should be alerted of, looks again";
  await lookWhileElected(parts, term, { everyMs: lookMs, failing }, async () => {
    book ??= loadAlertsBook(await jobs.load(name));
    behindSince ??= notifiedBehind(book);
    const observed = await look(parts, { startedAt, behindSince }, over);
    behindSince = observed.behindSince;
    await tell(book, observed, parts, post);
    const record = book.toRecord();
    if (JSON.stringify(record) === saved) return undefined;
    await jobs.save(name, term, record);
    saved = JSON.stringify(record);
    return undefined;
  });
}

/** What people were notified of before this process looked: behind since long ago, or each election would tell that it is over. */
function notifiedBehind(book: AlertsBook): Observed["behindSince"] {
  const keys = Object.keys(book.toRecord()).filter((key) => key.startsWith("slow:"));
  return Object.fromEntries(keys.map((key) => [key.slice("slow:".length), 0]));
}

/** The store is asked for little: counts by index, and one event an account. */
async function look(
  parts: Parts,
  { startedAt, behindSince }: Pick<Observed, "behindSince"> & { readonly startedAt: number },
  over: AbortSignal,
): Promise<Observed> {
  const { store, clock, rules, destinations } = parts;
  const now = clock.now();
  const all = await store.ledger.destinations();
  const rows = all.filter((row) => destinations.has(row.name));
  const behind = rows.filter((row) => isBehind(row, now, rules));
  const lastHeard: Record<string, string> = {};
  for (const account of Object.keys(rules.silenceMs)) {
    const at = await lastHeardOf(parts, account);
    lastHeard[account] = at ?? new Date(startedAt).toISOString();
  }
  return {
    now,
    rows,
    behindSince: Object.fromEntries(behind.map(({ name }) => [name, behindSince[name] ?? now])),
    queues: await queuesOf(parts, over),
    quarantinedLastHour: await store.quarantinedSince(new Date(now - hourMs)),
    lastHeard,
  };
}

/** A bus that does not answer keeps no other alert back. */
function queuesOf({ bus, clock }: Parts, over: AbortSignal): Promise<Observed["queues"]> {
  const late = delay(busAnswerMs, { clock, signal: over }).then(() => undefined);
  return Promise.race([bus.queues().catch(() => undefined), late]);
}

async function lastHeardOf({ store, accounts }: Parts, name: string): Promise<string | undefined> {
  const id = accounts[name]?.phoneNumberId ?? accounts[name]?.wabaId;
  if (id === undefined) return undefined;
  const { items } = await store.events({ account: id }, { limit: 1 });
  return items[0]?.data.receivedAt;
}

async function tell(
  book: AlertsBook,
  observed: Observed,
  { rules }: Parts,
  post: (alert: DueAlert) => Promise<boolean>,
): Promise<void> {
  for (const alert of book.due(findIncidents(observed, rules), observed.now)) {
    // While the bus does not answer, nobody knows whether what is dead there was removed.
    const unknown = observed.queues === undefined && alert.incident.kind === "messages_dead";
    if (unknown) continue;
    if (!(await post(alert))) return;
    book.notified(alert, observed.now);
  }
}

/** False when it could not be sent now: then none is tried for a while. */
function createPost(parts: Parts, over: AbortSignal): (alert: DueAlert) => Promise<boolean> {
  const { clock, log, metrics } = parts;
  let failures = 0;
  let notBefore = clock.monotonic();
  const failed = (error: unknown): boolean => {
    metrics.alerts.inc({ outcome: "failed" });
    failures += 1;
    const { message, afterMs = 0, verdict } = deliveryError(error);
    log.error("an alert could not be sent", { reason: message, attempt: failures });
    const backoffMs = Math.min(1_000 * 2 ** failures, mostBackoffMs);
    notBefore = clock.monotonic() + Math.max(backoffMs, Math.min(afterMs, hourMs));
    // One that will never be taken keeps no other back.
    return verdict === "refused";
  };
  return async (alert) => {
    if (over.aborted || clock.monotonic() < notBefore) return false;
    try {
      await send(alertEvent(alert, new Date(clock.now()), parts.opsUrl), failures + 1, parts, over);
    } catch (error) {
      return !over.aborted && failed(error);
    }
    failures = 0;
    metrics.alerts.inc({ outcome: "sent" });
    return true;
  };
}

function send(
  event: WaypostEvent,
  attempt: number,
  { sender, clock, timeoutMs }: Parts,
  over: AbortSignal,
): Promise<unknown> {
  const limit = timeoutMs !== undefined && { timeoutMs };
  const request = { name: "alerts", event, attempt, clock, ...limit };
  return withinTime(request, over, (context, signal) => sender.deliver(event, context, signal));
}
