import { setTimeout as sleep } from "node:timers/promises";
import { alertsSender, createDestinations } from "../../app/destinations.ts";
import type { Config } from "../../config/config.ts";
import { ConfigError } from "../../config/config-error.ts";
import type { DestinationConfig, Routing } from "../../config/routing.ts";
import type { Destination, DestinationCheck, QueuePublisher } from "../../contracts.ts";
import type { DestinationParts } from "../../destinations/destination-kind.ts";
import { createLog, type Log } from "../../support/log.ts";
import { bad, type Check, good } from "./check.ts";

const checkMs = 15_000;
/** A connection to RabbitMQ takes a moment; until then its check fails. */
const patienceMs = 5_000;

/** The credentials of each destination, and of the alerts' own sender, by calls that change nothing. */
export async function checkDestinations(config: Config, routing: Routing): Promise<Check[]> {
  const { close, ...log } = createLog({ level: "error" });
  const queues = config.rabbitmqUrl === undefined ? undefined : await open(config.rabbitmqUrl, log);
  const parts = { log, ...(queues && { queues }) };
  const all = new Map(Object.entries(routing.destinations));
  if (routing.alerts) all.set(alertsSender, routing.alerts.to);
  try {
    const checks = await Promise.all([...all].map((each) => checkOne(each, routing, parts)));
    return checks.flat();
  } finally {
    await queues?.close();
    await close();
  }
}

async function open(url: string, log: Log): Promise<QueuePublisher> {
  const { connectQueuePublisher } = await import("../../bus/rabbitmq/queue-publisher.ts");
  return connectQueuePublisher({ url, log });
}

async function checkOne(
  [name, config]: readonly [string, DestinationConfig],
  routing: Routing,
  parts: DestinationParts,
): Promise<Check[]> {
  try {
    const only = { ...routing, destinations: { [name]: config } };
    const [setup] = await createDestinations(only, parts);
    if (setup === undefined) return [];
    const found = await ask(setup.destination);
    await setup.destination.close();
    return found.map((check) => toCheck(name, check));
  } catch (error) {
    if (!(error instanceof ConfigError)) return [bad(name, "it could not be checked")];
    return error.problems.map(({ where, problem, remedy }) => {
      return bad(name, `${where} ${problem}`, `${remedy}.`);
    });
  }
}

/** What a check finds says itself what to do. */
function toCheck(name: string, { name: what, ok, detail }: DestinationCheck): Check {
  return ok ? good(name, `${what}: ${detail}`) : bad(name, `${what}: ${detail}`);
}

async function ask(destination: Destination): Promise<DestinationCheck[]> {
  const end = Date.now() + (destination.kind === "queue" ? patienceMs : 0);
  for (;;) {
    const found = await destination.check(AbortSignal.timeout(checkMs));
    if (found.every(({ ok }) => ok) || Date.now() >= end) return found;
    await sleep(200);
  }
}
