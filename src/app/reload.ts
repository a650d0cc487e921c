import { access } from "node:fs/promises";
import { ConfigError } from "../config/config-error.ts";
import type { Bus } from "../contracts.ts";
import type { ConfigurationState } from "../ops/status.ts";
import { onHangup } from "../support/hangups.ts";
import type { Alerting } from "./alerting.ts";
import type { Base } from "./base.ts";
import type { Delivering } from "./deliver.ts";
import { loadPlan, type Plan } from "./plan.ts";
import type { Receiving } from "./receive.ts";

/** What another plan is for. */
export interface Reloadable {
  plan: Plan;
  /** Why the plan is not that of the last reload. */
  refused?: NonNullable<ConfigurationState["refused"]>;
  readonly bus?: Bus;
  readonly receiving?: Receiving;
  readonly delivering?: Delivering;
  readonly alerting?: Alerting;
}

/**
 * SIGHUP, also one that came during the start, reads waypost.yaml again. A plan with problems is refused and the old one
 * goes on, also when the file is gone. New queues are there before the first event that needs them is delivered;
 * what the plan no longer has, `status` lists.
 */
export function reloadOnHangup(base: Base, parts: Reloadable, env: NodeJS.ProcessEnv): void {
  const { config, log, life } = base;
  let last: Promise<void> = Promise.resolve();
  const reload = async () => {
    try {
      const plan = await loadPlan(env, config);
      if (parts.plan.routing.found && !plan.routing.found) throw goneError(config.configFile);
      await parts.bus?.declare(plan.queues);
      parts.receiving?.reload(plan);
      await parts.delivering?.reload(plan);
      await parts.alerting?.reload(plan);
      parts.plan = plan;
      delete parts.refused;
      log.info("reloaded waypost.yaml");
    } catch (error) {
      parts.refused = (await isThere(config.configFile)) ? "wrong" : "gone";
      log.error("waypost.yaml was not reloaded; what ran goes on", { error });
    }
  };
  const ignore = onHangup(() => {
    last = last.then(reload);
  });
  life.add("reload", () => {
    ignore();
    return last;
  });
}

function goneError(where: string): ConfigError {
  const remedy = "Put it back, or an empty one where nothing is to be routed any more";
  return new ConfigError([{ where, problem: "the file is gone", remedy }]);
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
