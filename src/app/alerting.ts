import type { Bus, Store } from "../contracts.ts";
import { startAlerts } from "../jobs/alerts/alerts.ts";
import { createJobs } from "../jobs/elect.ts";
import { systemClock } from "../support/clock.ts";
import type { Base } from "./base.ts";
import { alertsSender, createDestinations } from "./destinations.ts";
import type { Plan } from "./plan.ts";

export interface Alerting {
  reload(plan: Plan): Promise<void>;
  close(): Promise<void>;
}

/**
 * The alerts of waypost.yaml, if it asks for any, over a sender of their own. Every worker starts them; the ledger
 * decides which one sends.
 */
export async function startAlerting(
  base: Base,
  { bus, store, plan, holder }: { bus: Bus; store: Store; plan: Plan; holder: string },
): Promise<Alerting> {
  let stop = async () => {};
  let closed = false;
  const start = async ({ routing, destinations }: Plan) => {
    if (routing.alerts === undefined) return;
    const { to, ...rules } = routing.alerts;
    const log = base.log.child({ role: "alerts" });
    const [setup] = await createDestinations(
      { ...routing, destinations: { [alertsSender]: to } },
      { log },
    );
    if (setup === undefined || closed) return;
    const { destination: sender, config } = setup;
    const alerts = startAlerts({
      rules,
      sender,
      store,
      bus,
      destinations: new Set(destinations.keys()),
      accounts: routing.accounts,
      ...(base.config.ops.url !== undefined && { opsUrl: base.config.ops.url }),
      jobs: createJobs({ rows: store.jobs, holder, clock: systemClock, log }),
      log,
      metrics: base.metrics,
      ...(config.timeoutMs !== undefined && { timeoutMs: config.timeoutMs }),
    });
    stop = async () => {
      stop = async () => {};
      await alerts.close();
      await sender.close();
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
