import { access } from "node:fs/promises";
import { hostname } from "node:os";
import { ConfigError, type ConfigProblem } from "../config/config-error.ts";
import type { Bus, Store } from "../contracts.ts";
import type { Reload, ReloadOutcome } from "../ops/reload-route.ts";
import type { ConfigurationState } from "../ops/status/status.ts";
import { onHangup } from "../support/hangups.ts";
import type { Base } from "./base.ts";
import type { Delivering } from "./deliver.ts";
import type { Elected } from "./elected.ts";
import { loadPlan, type Plan } from "./plan.ts";
import type { Receiving } from "./receive.ts";

/** What another plan is for. */
export interface Reloadable {
  plan: Plan;
  /** Why the plan is not that of the last reload. */
  refused?: NonNullable<ConfigurationState["refused"]>;
  readonly bus?: Bus;
  readonly receiving?: Receiving;
  readonly store?: Pick<Store, "processes" | "series">;
  readonly delivering?: Delivering;
  readonly elected?: Elected;
}

export interface Reloader {
  /** Waits for the start to end. */
  readonly reload: Reload;
  /** The start has ended: reloads asked for until now, and from now on, are done; SIGHUP asks for one too. */
  begin(): void;
}

/**
 * Reads waypost.yaml again. A plan with problems is refused and the old one goes on, also when the file is gone. New
 * queues are there before the first event that needs them is delivered; what the plan no longer has, `status` lists.
 */
export function createReloader(base: Base, parts: Reloadable, env: NodeJS.ProcessEnv): Reloader {
  const { config, log, life } = base;
  let begin = () => {};
  let last: Promise<unknown> = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const reloadOnce = async (): Promise<ReloadOutcome> => {
    try {
      const plan = await loadPlan(env, config);
      if (parts.plan.routing.found && !plan.routing.found) throw goneError(config.configFile);
      await parts.bus?.declare(plan.queues);
      parts.receiving?.reload(plan);
      await parts.delivering?.reload(plan);
      await parts.elected?.reload(plan);
      parts.plan = plan;
      delete parts.refused;
      log.info("reloaded waypost.yaml");
      const mark = { at: new Date().toISOString(), what: "reload", of: config.role } as const;
      await parts.store?.series.mark(mark).catch(() => undefined);
      return outcomeOf(plan, await othersThan(plan, parts.store));
    } catch (error) {
      parts.refused = (await isThere(config.configFile)) ? "wrong" : "gone";
      log.error("waypost.yaml was not reloaded; what ran goes on", { error });
      return { reloaded: false, problems: problemsOf(error) };
    }
  };
  const reload: Reload = () => {
    const outcome = last.then(reloadOnce);
    last = outcome;
    return outcome;
  };
  return {
    reload,
    begin: () => {
      begin();
      const ignore = onHangup(() => void reload());
      life.add("reload", async () => {
        ignore();
        await last;
      });
    },
  };
}

function outcomeOf(
  { routing }: Plan,
  others: readonly { readonly id: string; readonly role: string }[],
): ReloadOutcome {
  return {
    reloaded: true,
    destinations: Object.keys(routing.destinations).length,
    routes: routing.routes.length,
    warnings: routing.warnings,
    others,
  };
}

/** This process is left out: the store has not heard of its new plan yet. */
async function othersThan({ routing }: Plan, store: Reloadable["store"]) {
  const alive = (await store?.processes.alive().catch(() => [])) ?? [];
  return alive
    .filter(({ host, pid }) => host !== hostname() || pid !== process.pid)
    .filter(({ configHash }) => configHash !== routing.hash)
    .map(({ id, role }) => ({ id, role }));
}

function problemsOf(error: unknown): readonly ConfigProblem[] {
  if (error instanceof ConfigError) return error.problems;
  const remedy = "See the log of this process, and reload again";
  return [{ where: "waypost.yaml", problem: "could not be taken over", remedy }];
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
