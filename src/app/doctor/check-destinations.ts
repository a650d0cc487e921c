import type { Config } from "../../config/config.ts";
import { ConfigError } from "../../config/config-error.ts";
import type { DestinationConfig, Routing } from "../../config/routing.ts";
import type { DestinationCheck, DoctorFinding } from "../../contracts.ts";
import type { DestinationParts } from "../../destinations/destination-kind.ts";
import { createLog } from "../../support/log.ts";
import { checkDestination, openCheckParts } from "../check-destination.ts";
import { alertsSender } from "../destinations.ts";
import { bad, good } from "./check.ts";

/** The credentials of each destination, and of the alerts' own sender, by calls that change nothing. */
export async function checkDestinations(
  config: Config,
  routing: Routing,
): Promise<DoctorFinding[]> {
  const { close, ...log } = createLog({ level: "error" });
  const opened = await openCheckParts(config, log);
  const all = new Map(Object.entries(routing.destinations));
  if (routing.alerts) all.set(alertsSender, routing.alerts.to);
  try {
    const checks = await Promise.all([...all].map((each) => checkOne(each, routing, opened.parts)));
    return checks.flat();
  } finally {
    await opened.close();
    await close();
  }
}

async function checkOne(
  [name, config]: readonly [string, DestinationConfig],
  routing: Routing,
  parts: DestinationParts,
): Promise<DoctorFinding[]> {
  try {
    const found = await checkDestination(name, config, routing, parts);
    return found.map((check) => toCheck(name, check));
  } catch (error) {
    if (!(error instanceof ConfigError))
      return [bad(name, "destination_check_failed", "it could not be checked")];
    return error.problems.map(({ where, problem, remedy }) => {
      return bad(name, "destination_check_failed", `${where} ${problem}`, `${remedy}.`);
    });
  }
}

/** Beside what the check itself says. */
const remedy =
  "Mend that at its own end or in its block of waypost.yaml; then `waypost reload`, or `waypost destinations resume` where it paused.";

function toCheck(name: string, { name: what, ok, detail }: DestinationCheck): DoctorFinding {
  return ok
    ? good(name, `${what}: ${detail}`)
    : bad(name, "destination_check_failed", `${what}: ${detail}`, remedy);
}
