import type { Bus, Jobs, ReportKey, Store } from "../contracts.ts";
import { needsClosings } from "../deliver/flows/takes.ts";
import { startAlerts } from "../jobs/alerts/alerts.ts";
import { startClosing } from "../jobs/closing/closing.ts";
import { createJobs } from "../jobs/elect.ts";
import { startExpiringFiles } from "../jobs/media/expire-files.ts";
import { startReplaying } from "../jobs/replay/replaying.ts";
import { makeReport } from "../jobs/reports/report.ts";
import { startReporting } from "../jobs/reports/scheduled.ts";
import type { Running } from "../jobs/run-job.ts";
import { startSeries } from "../jobs/series/series.ts";
import { systemClock } from "../support/clock.ts";
import type { Log } from "../support/log.ts";
import type { Base } from "./base.ts";
import { alertsSender, createDestinations } from "./destinations.ts";
import type { Media } from "./media.ts";
import type { Plan } from "./plan.ts";
import { replayParts } from "./replay.ts";

/** At shutdown, for the lease of a job. */
const jobMs = 500;
const dayMs = 86_400_000;

/** Work that every worker starts, and that one process does for all: the store elects it. */
export interface Elected {
  /** What runs by the plan ends, and begins again with this one. */
  reload(plan: Plan): Promise<void>;
}

interface Parts {
  readonly bus: Bus;
  readonly store: Store;
  readonly media: Media | undefined;
  readonly plan: Plan;
  readonly planNow: () => Plan;
  readonly holder: string;
}

interface Tools {
  readonly log: Log;
  readonly jobs: Jobs;
}

export async function startElected(base: Base, parts: Parts): Promise<Elected> {
  const { store, media, plan, planNow, holder } = parts;
  const { series, figures, replays, ledger } = store;
  const toolsOf = (role: string): Tools => {
    const log = base.log.child({ role });
    return { log, jobs: createJobs({ rows: store.jobs, holder, clock: systemClock, log }) };
  };
  const ending = <R extends Running>(name: string, running: R): R => {
    base.life.add(name, () => running.close(), jobMs);
    return running;
  };
  const byPlan = async (name: string, start: (plan: Plan) => ReturnType<typeof startAlerting>) =>
    ending(name, await followPlan(plan, start));
  const alerts = toolsOf("alerts");
  const alerting = await byPlan("alerts", (now) => startAlerting(base, parts, alerts, now));
  const silence = toolsOf("closing");
  const closing = await byPlan("closing", async (now) => closingBy(now, parts, silence));
  if (media !== undefined) {
    const files = { rows: store.media, vault: media.vault, ...toolsOf("files") };
    ending("expiring files", startExpiringFiles(files));
  }
  const replaying = startReplaying({
    ...replayParts(store, planNow),
    ...{ replays, clock: systemClock, ...toolsOf("replay") },
    destinations: () => ledger.destinations(),
  });
  ending("replays", replaying);
  const retentionMs = base.config.retentionDays * dayMs;
  ending("series", startSeries({ series, figures, retentionMs, ...toolsOf("series") }));
  const reports = toolsOf("reports");
  const reporting = await byPlan("reports", (now) => startReports(now, store, reports));
  return {
    async reload(next) {
      for (const each of [alerting, closing, reporting]) await each.reload(next);
    },
  };
}

/** What runs by the plan, with whatever plan there is. */
async function followPlan(
  plan: Plan,
  start: (plan: Plan) => Promise<Running | undefined>,
): Promise<Elected & Running> {
  let closed = false;
  let running = await start(plan);
  const stop = async () => {
    const ended = running;
    running = undefined;
    await ended?.close();
  };
  return {
    async reload(next) {
      await stop();
      if (!closed) running = await start(next);
      // It may have been closed meanwhile.
      if (closed) await stop();
    },
    close() {
      closed = true;
      return stop();
    },
  };
}

/** The alerts of waypost.yaml, if it asks for any, over a sender of their own. */
async function startAlerting(
  { config, metrics }: Base,
  { bus, store }: Parts,
  { log, jobs }: Tools,
  { routing, destinations }: Plan,
): Promise<Running | undefined> {
  if (routing.alerts === undefined) return undefined;
  const { to, ...rules } = routing.alerts;
  const only = { ...routing, destinations: { [alertsSender]: to } };
  const [setup] = await createDestinations(only, { log });
  if (setup === undefined) return undefined;
  const { destination: sender, config: sending } = setup;
  const alerts = startAlerts({
    ...{ rules, sender, store, bus, accounts: routing.accounts, jobs, log, metrics },
    destinations: new Set(destinations.keys()),
    ...(config.ops.url !== undefined && { opsUrl: config.ops.url }),
    ...(sending.timeoutMs !== undefined && { timeoutMs: sending.timeoutMs }),
  });
  return {
    async close() {
      await alerts.close();
      await sender.close();
    },
  };
}

/** Who closes silent conversations, where a route depends on it. */
function closingBy({ routing }: Plan, { store, bus }: Parts, tools: Tools): Running | undefined {
  const { routes, flows } = routing;
  if (!needsClosings(routes, flows)) return undefined;
  const { closeAfterMs } = flows.conversations;
  return startClosing({ closeAfterMs, store, bus, ...tools });
}

/** Who sends the reports of waypost.yaml, if it has any. */
async function startReports(
  { routing }: Plan,
  { series, figures }: Store,
  { jobs, log }: Tools,
): Promise<Running | undefined> {
  const { reports, destinations, accounts } = routing;
  if (reports.length === 0) return undefined;
  const used = new Set(reports.flatMap(({ to }) => to));
  const own = Object.fromEntries(Object.entries(destinations).filter(([name]) => used.has(name)));
  // Without what routes change of them.
  const setups = await createDestinations({ ...routing, routes: [], destinations: own }, { log });
  const names = Object.entries(accounts).flatMap(([name, { phoneNumberId, wabaId }]) => {
    const id = phoneNumberId ?? wabaId;
    return id === undefined ? [] : [[id, name] as const];
  });
  const reporting = startReporting({
    reports: reports.map((each) => ({ ...each, by: each.by as readonly ReportKey[] })),
    senders: new Map(setups.map(({ name, destination }) => [name, destination])),
    accounts: new Map(names),
    report: (request) => makeReport({ series, figures, jobs }, request),
    ...{ jobs, log },
  });
  return {
    async close() {
      await reporting.close();
      for (const { destination } of setups) await destination.close();
    },
  };
}
