import { type Config, loadConfig } from "../../config/config.ts";
import { ConfigError } from "../../config/config-error.ts";
import { loadRouting } from "../../config/load-routing.ts";
import type { Routing } from "../../config/routing.ts";
import { warningsOf } from "../../config/warnings.ts";
import type { DoctorFinding, ProblemKind } from "../../contracts.ts";
import { destinationKinds } from "../../destinations/kinds.ts";
import { within } from "../../support/within.ts";
import { bad, good } from "./check.ts";
import { checkBroker } from "./check-carriers.ts";
import { checkClock } from "./check-clock.ts";
import { checkDestinations } from "./check-destinations.ts";
import { checkFiles } from "./check-files.ts";
import { checkCertificate, checkDisks, checkOpsExposure } from "./check-machine.ts";
import { checkMetaSide } from "./check-meta.ts";

export interface ExamineParts {
  readonly env: NodeJS.ProcessEnv;
  /** Whoever has the store open asks itself. */
  readonly checkStore: (config: Config) => Promise<readonly DoctorFinding[]>;
}

/** A little more than the slowest check gives itself. */
const patienceMs = 30_000;

/** Tries all out, at once. Goes as far as what it finds allows; never rejects for what it finds. */
export async function examine({ env, checkStore }: ExamineParts): Promise<DoctorFinding[]> {
  const checks: DoctorFinding[] = [];
  const collect = (error: unknown): undefined => {
    if (!(error instanceof ConfigError)) throw error;
    for (const { where, problem, remedy } of error.problems) {
      checks.push(bad("config", "configuration_wrong", `${where} ${problem}`, `${remedy}.`));
    }
  };
  const config: Config | undefined = await loadConfig(env, "start", { generate: false }).catch(
    collect,
  );
  const routing: Routing | undefined = await loadRouting(env, destinationKinds).catch(collect);
  if (checks.length === 0 && routing) checks.push(...configChecks(config, routing));
  if (config === undefined) return checks;
  const rest = await Promise.all([
    inTime("broker", "bus_not_ready", checkBroker(config)),
    inTime("store", "store_not_ready", checkStore(config)),
    ...(routing
      ? [inTime("destinations", "destination_check_failed", checkDestinations(config, routing))]
      : []),
    inTime("media", "files_unavailable", checkFiles(config)),
    inTime("disk", "disk_low", checkDisks(config)),
    inTime("clock", "clock_skew", checkClock(config)),
    inTime("certificate", "certificate_expiring", checkCertificate(config)),
    inTime("ops port", "ops_exposed", checkOpsExposure(config)),
    inTime("meta", "meta_away", checkMetaSide(config, routing?.accounts ?? {}, env)),
  ]);
  return [...checks, ...rest.flat()];
}

function configChecks(config: Config | undefined, routing: Routing): DoctorFinding[] {
  const [to, by] = [Object.keys(routing.destinations).length, routing.routes.length];
  return [
    good("config", `no problems; destinations: ${to}, routes: ${by}`),
    ...warningsOf(config, routing).map((note) => good("config", `note: ${note}`)),
  ];
}

/** One check that hangs or breaks keeps no other back. */
async function inTime(
  of: string,
  kind: ProblemKind,
  check: Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await within(patienceMs, check, () => [
      bad(of, kind, `no answer within ${patienceMs / 1_000} s`, "Try again; see its runbook."),
    ]);
  } catch {
    return [bad(of, kind, "it could not be checked", "See its runbook.")];
  }
}
