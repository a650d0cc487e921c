import type { ReportKey, Store } from "../contracts.ts";
import { createJobs } from "../jobs/elect.ts";
import { makeReport } from "../jobs/reports/report.ts";
import { startReporting } from "../jobs/reports/scheduled.ts";
import { systemClock } from "../support/clock.ts";
import type { Base } from "./base.ts";
import { createDestinations } from "./destinations.ts";
import type { Plan } from "./plan.ts";

export interface Reporting {
  reload(plan: Plan): Promise<void>;
  close(): Promise<void>;
}

/** Who sends the reports of waypost.yaml, if it has any. Every worker starts it; the store decides which one does it. */
export async function startReports(
  base: Base,
  { store, plan, holder }: { readonly store: Store; plan: Plan; readonly holder: string },
): Promise<Reporting> {
  const log = base.log.child({ role: "reports" });
  const jobs = createJobs({ rows: store.jobs, holder, clock: systemClock, log });
  const { series, figures } = store;
  let stop = async () => {};
  let closed = false;
  const start = async ({ routing }: Plan) => {
    const { reports, destinations, accounts } = routing;
    if (closed || reports.length === 0) return;
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
    stop = async () => {
      stop = async () => {};
      await reporting.close();
      for (const { destination } of setups) await destination.close();
    };
  };
  await start(plan);
  return {
    async reload(next) {
      await stop();
      await start(next);
    },
    close: () => {
      closed = true;
      return stop();
    },
  };
}
