import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import type { DestinationConfig, Routing } from "../config/routing.ts";
import type { Destination, DestinationCheck } from "../contracts.ts";
import type { DestinationParts } from "../destinations/destination-kind.ts";
import type { Log } from "../support/log.ts";
import { openQueues } from "./base.ts";
import { createDestinations } from "./destinations.ts";

const checkMs = 15_000;
/** A connection to RabbitMQ takes a moment; until then its check fails. */
const patienceMs = 5_000;

/** Where checks of several destinations have their connections from. */
export async function openCheckParts(
  config: Pick<Config, "rabbitmqUrl">,
  log: Log,
): Promise<{ readonly parts: DestinationParts; close(): Promise<void> }> {
  const queues = await openQueues(config, log);
  return {
    parts: { log, ...(queues && { queues }) },
    close: async () => queues?.close(),
  };
}

/** Its harmless calls, within 15 s. Throws a ConfigError for options that do not fit. */
export async function checkDestination(
  name: string,
  config: DestinationConfig,
  routing: Routing,
  parts: DestinationParts,
): Promise<readonly DestinationCheck[]> {
  const only = { ...routing, destinations: { [name]: config } };
  const [setup] = await createDestinations(only, parts);
  if (setup === undefined) return [];
  try {
    return await ask(setup.destination);
  } finally {
    await setup.destination.close();
  }
}

async function ask(destination: Destination): Promise<DestinationCheck[]> {
  const end = Date.now() + (destination.kind === "queue" ? patienceMs : 0);
  for (;;) {
    const found = await destination.check(AbortSignal.timeout(checkMs));
    if (found.every(({ ok }) => ok) || Date.now() >= end) return found;
    await sleep(200);
  }
}

const builtIn: DestinationCheck = {
  name: "built in",
  ok: true,
  detail: "It is Waypost's own: there is nobody to ask.",
};

/** As `checkDestination`, of the one that is configured now. Never rejects: what goes wrong is a finding. */
export async function checkConfigured(
  config: Pick<Config, "rabbitmqUrl">,
  routing: Routing,
  name: string,
  log: Log,
): Promise<readonly DestinationCheck[]> {
  const destination = routing.destinations[name];
  if (destination === undefined) return [builtIn];
  const opened = await openCheckParts(config, log);
  try {
    return await checkDestination(name, destination, routing, opened.parts);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map(({ where, problem, remedy }) => {
        return { name: where, ok: false, detail: `It ${problem}. ${remedy}.` };
      });
    }
    log.warn("a destination could not be checked", { error });
    const detail = "It did not answer within 15 s, or not as expected. The log says more.";
    return [{ name: "check", ok: false, detail }];
  } finally {
    await opened.close();
  }
}
