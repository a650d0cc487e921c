import type { DestinationConfig, Routing } from "../config/routing.ts";
import { configErrorOf, type PathProblem } from "../config/yaml-file.ts";
import type { Destination, WaypostEvent } from "../contracts.ts";
import type { DestinationSetup } from "../deliver/delivery.ts";
import { type DestinationParts, OptionError } from "../destinations/destination-kind.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { createShared } from "../destinations/shared.ts";
import { omitFrom } from "../event/omit.ts";
import { createLog } from "../support/log.ts";

/** The name of the alerts' own sender among destinations; no configured one has a dot in its name. */
export const alertsSender = "alerts.to";

/** Every configured destination. Throws a ConfigError for options that a schema cannot refuse. */
export async function createDestinations(
  routing: Routing,
  given: DestinationParts,
): Promise<DestinationSetup[]> {
  const parts = { accounts: routing.accounts, ...given, shared: createShared() };
  const { setups, problems } = await makeDestinations(routing, parts);
  const variants = await makeVariants(routing, parts);
  problems.push(...variants.problems);
  if (problems.length > 0) throw configErrorOf(problems);
  return setups.map((setup) => {
    const byRoute = new Map(
      variants.made
        .filter(({ name }) => name === setup.name)
        .map(({ route, destination }) => [route, destination]),
    );
    const transcripts = new Map(
      routing.routes.flatMap(({ name, transcripts: told }) => {
        const count = told?.[setup.name];
        return count === undefined ? [] : [[name, count] as const];
      }),
    );
    return {
      ...setup,
      ...(byRoute.size > 0 && { byRoute }),
      ...(transcripts.size > 0 && { transcripts }),
    };
  });
}

async function makeDestinations(
  { destinations }: Pick<Routing, "destinations">,
  parts: DestinationParts,
): Promise<{ readonly setups: DestinationSetup[]; readonly problems: PathProblem[] }> {
  const problems: PathProblem[] = [];
  const setups: DestinationSetup[] = [];
  for (const [name, config] of Object.entries(destinations)) {
    try {
      const { kind, options, ratePerSecond } = config;
      const own = { ...parts, ...(ratePerSecond !== undefined && { ratePerSecond }) };
      const destination = await destinationKinds[kind]?.create(name, options, own);
      if (destination) setups.push({ name, destination, config });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      problems.push(toProblem(name, error));
    }
  }
  return { setups, problems };
}

function toProblem(name: string, { option, problem, remedy }: OptionError): PathProblem {
  const at = name === alertsSender ? ["alerts", "to"] : ["destinations", name];
  return { path: option === "" ? at : [...at, ...option.split(".")], problem, remedy };
}

/** Destinations with the options that a route gives them. */
async function makeVariants(
  { destinations, routes }: Pick<Routing, "destinations" | "routes">,
  parts: DestinationParts,
) {
  const made: { name: string; route: string; destination: Destination }[] = [];
  const problems: PathProblem[] = [];
  for (const [index, { name: route, options = {} }] of routes.entries()) {
    for (const [name, given] of Object.entries(options)) {
      const config = destinations[name];
      if (config === undefined) continue;
      const changed = { ...config, options: { ...config.options, ...given } };
      const own = { ...parts, routeOptions: Object.keys(given) };
      const tried = await makeDestinations({ destinations: { [name]: changed } }, own);
      made.push(...tried.setups.map(({ destination }) => ({ name, route, destination })));
      const at = ["routes", index, "to"];
      problems.push(
        ...tried.problems.map((each) => ({ ...each, path: [...at, ...each.path.slice(1)] })),
      );
    }
  }
  return { made, problems };
}

/**
 * Makes them all, the alerts' sender too, each also with the options that routes give it, and closes them: opens no
 * connection. Answers with what is wrong.
 */
export async function tryDestinations(
  { destinations, routes, alerts }: Routing,
  hasRabbit: boolean,
): Promise<readonly PathProblem[]> {
  const parts = nowhere(hasRabbit);
  const all = { ...destinations, ...(alerts && { [alertsSender]: alerts.to }) };
  const { setups, problems } = await makeDestinations({ destinations: all }, parts);
  const fits = new Set(setups.map(({ name }) => name));
  // What is wrong without a route's options is told once.
  const fitting = Object.entries(destinations).filter(([name]) => fits.has(name));
  const variants = await makeVariants({ destinations: Object.fromEntries(fitting), routes }, parts);
  await Promise.all([...setups, ...variants.made].map(({ destination }) => destination.close()));
  return [...problems, ...variants.problems];
}

/** By destination, where it has its own: what shares a lane. */
export type LaneKeys = ReadonlyMap<string, NonNullable<Destination["laneKeys"]>>;

/** Also for processes that deliver nothing: makes the destinations and closes them, opens no connection. */
export async function laneKeysByName(
  { destinations }: Pick<Routing, "destinations">,
  hasRabbit: boolean,
): Promise<LaneKeys> {
  const { setups } = await makeDestinations({ destinations }, nowhere(hasRabbit));
  await Promise.all(setups.map(({ destination }) => destination.close()));
  return new Map(
    setups.flatMap(({ name, destination }) => {
      const own = destination.laneKeys?.bind(destination);
      return own === undefined ? [] : [[name, own] as const];
    }),
  );
}

/** For destinations that are made, but not used. */
function nowhere(hasRabbit: boolean): DestinationParts {
  const refuse = () => Promise.reject(new Error("nothing is sent"));
  const queues = { publish: refuse, check: refuse, close: async () => undefined };
  return { log: createLog({ level: "error" }), ...(hasRabbit && { queues }) };
}

/** What a destination would be sent, with a route's own `options`; nothing is sent, and no connection opened. */
export function previewDestination(
  name: string,
  config: DestinationConfig,
  event: WaypostEvent,
  options?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const told = omitFrom(event, config.omit);
  return askDestination(name, config, options, async (destination) => destination.preview(told));
}

/** Makes it with a route's own `options`, asks, and closes it. undefined: there is no such kind. */
export async function askDestination<T>(
  name: string,
  config: DestinationConfig,
  options: Readonly<Record<string, unknown>> = {},
  ask: (destination: Destination) => Promise<T>,
): Promise<T | undefined> {
  const given = { ...config.options, ...options };
  const destination = await destinationKinds[config.kind]?.create(name, given, nowhere(true));
  try {
    return destination && (await ask(destination));
  } finally {
    await destination?.close();
  }
}
