import { readFile, stat } from "node:fs/promises";
import type { Command } from "commander";
import type { RoutesTested } from "../client/client.ts";
import { loadRouting } from "../config/load-routing.ts";
import type { DestinationConfig, Kinds, Routing } from "../config/routing.ts";
import type { WaypostEvent } from "../contracts.ts";
import { noInWords } from "../deliver/routes/conditions.ts";
import { compileRoutes, type RouteVerdict } from "../deliver/routes/routes.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  CommandError,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { readTested, type Tested } from "./common/read-events.ts";
import { takenLine, testedLines } from "./common/routes-tested.ts";
import { escapeControls, print, safeJson } from "./common/terminal.ts";
import { eventOf } from "./common/told-events.ts";
import { parseLimit } from "./events.ts";

/** What a destination would be sent. Sends nothing, shows no secret. */
export type Preview = (
  name: string,
  destination: DestinationConfig,
  event: WaypostEvent,
  /** Of the route, in place of the destination's. */
  options?: Readonly<Record<string, unknown>>,
) => unknown | Promise<unknown>;

/** What the routes make of one event. */
interface RoutesTest {
  readonly event: { readonly id: string; readonly type: string };
  readonly routes: readonly RouteVerdict[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly kind: string;
    readonly route: string;
    readonly wouldSend: unknown;
  }[];
}

interface Parts extends Pick<CommandParts, "env" | "resolve"> {
  readonly kinds: Kinds;
  readonly preview: Preview;
}

export async function register(program: Command, parts: CommandParts): Promise<void> {
  const { previewDestination: preview } = await import("../app/destinations.ts");
  const { destinationKinds: kinds } = await import("../destinations/kinds.ts");
  registerRoutesTest(program, { ...parts, kinds, preview });
}

/** `waypost routes test <event id | file>`: what would become of it. */
export function registerRoutesTest(program: Command, parts: Parts): void {
  program
    .command("routes")
    .description("asks the routes of waypost.yaml")
    .command("test")
    .description(
      "Asks a running Waypost what would become of an event: which routes match, what each key of `only` says now, what would be set, emitted and sent. Changes nothing. Where none runs, a file is tested by the waypost.yaml here, without `only`, `once`, `set` and `emit`.",
    )
    .argument(
      "[event]",
      "an event id, or a JSON file with a webhook of Meta's, an event or events, also as intake takes them",
    )
    .option("--here", "by the waypost.yaml here, not by what runs")
    .option("--conversation <id>", "the last events of a conversation, one line each")
    .option("--limit <n>", "how many of them", parseLimit, 20)
    .option("--json", "one line of JSON an event")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((given: string | undefined, flags: Flags) =>
      runCommand(() => run(given, flags, parts)),
    );
}

type Flags = OpsFlags & {
  readonly json?: true;
  readonly here?: true;
  readonly conversation?: string;
  readonly limit: number;
};

async function run(given: string | undefined, flags: Flags, parts: Parts): Promise<number> {
  if ((given === undefined) === (flags.conversation === undefined)) {
    throw new CommandError("Name an event, a file, or --conversation.");
  }
  if (given === undefined) return testConversation(flags, parts);
  if (flags.here) return testHere(given, flags, parts);
  try {
    return await testRunning(given, flags, parts);
  } catch (error) {
    if (!(await isFile(given)) || !isUnasked(error)) throw error;
    process.stderr.write("No Waypost was asked: by the waypost.yaml here, without `only`.\n");
    return testHere(given, flags, parts);
  }
}

/** It does not run here, or wants a token that is not here. */
function isUnasked(error: unknown): boolean {
  const codes: readonly number[] = [exitCodes.unreachable, exitCodes.unauthorized];
  return error instanceof CommandError && codes.includes(error.exitCode);
}

async function testRunning(given: string, flags: Flags, parts: Parts): Promise<number> {
  const bodies = (await isNoFile(given))
    ? [{ id: given }]
    : readTested(await readFile(given, "utf8"), given);
  for (const body of bodies) {
    const tested = await ask(flags, parts, body);
    if (flags.json) print(safeJson(tested));
    else for (const line of testedLines(tested)) print(line);
  }
  return 0;
}

function ask(
  flags: Flags,
  { resolve }: Parts,
  body: { id: string } | Tested,
): Promise<RoutesTested> {
  return askOps(flags, resolve, (client) => client.post("/api/routes/test", { body }));
}

async function testConversation(flags: Flags, parts: Parts): Promise<number> {
  const asked = { query: { conversation: flags.conversation }, max: flags.limit };
  const events: WaypostEvent[] = [];
  await askOps(flags, parts.resolve, async (client) => {
    for await (const event of client.list("/api/events", asked)) events.push(event);
  });
  for (const { id } of events.reverse()) {
    const tested = await ask(flags, parts, { id });
    print(flags.json ? safeJson(tested) : takenLine(tested));
  }
  if (events.length === 0) process.stderr.write("No event matches.\n");
  return 0;
}

async function testHere(given: string, flags: Flags, parts: Parts): Promise<number> {
  const routing = await loadRouting(parts.env, parts.kinds);
  for (const tested of await findEvents(given, flags, parts.resolve)) {
    const event = "event" in tested ? tested.event : eventOf(tested.told, given, routing.accounts);
    const result = await testRoutes(event, routing, parts.preview);
    if (flags.json) print(safeJson(result));
    else for (const line of resultLines(result)) print(line);
  }
  return 0;
}

/** One event against the routes. A preview that throws is shown in place of what would be sent. */
export async function testRoutes(
  event: WaypostEvent,
  routing: Routing,
  preview: Preview,
): Promise<RoutesTest> {
  const routes = compileRoutes(routing);
  const deliveries = [];
  for (const { destination, route } of routes.match(event)) {
    const config = routing.destinations[destination];
    if (config === undefined) continue;
    const own = routing.routes.find(({ name }) => name === route)?.options?.[destination];
    const wouldSend = await previewOf(() => preview(destination, config, event, own));
    deliveries.push({ destination, kind: config.kind, route, wouldSend });
  }
  const { id, type } = event;
  return { event: { id, type }, routes: routes.explain(event), deliveries };
}

async function previewOf(make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    return { cannotBeRendered: error instanceof Error ? error.name : "unknown error" };
  }
}

async function findEvents(given: string, flags: OpsFlags, resolve: ResolveOps): Promise<Tested[]> {
  if (!(await isNoFile(given))) return readTested(await readFile(given, "utf8"), given);
  const found = await askOps(flags, resolve, (client) =>
    client.get("/api/events/{id}", { path: { id: given } }),
  );
  const { deliveries: _1, notDelivered: _2, ...event } = found;
  return [{ event }];
}

/** Throws CommandError for what looks like a file and is none. */
async function isNoFile(given: string): Promise<boolean> {
  if (await isFile(given)) return false;
  if (/[/\\]|\.json$/.test(given)) throw new CommandError(`no file ${given}`);
  return true;
}

async function isFile(given: string): Promise<boolean> {
  return (await stat(given).catch(() => undefined))?.isFile() ?? false;
}

function resultLines({ event, routes, deliveries }: RoutesTest): string[] {
  const lines = [escapeControls(`${event.id}  ${event.type}`)];
  for (const { route, to, matches, because } of routes) {
    lines.push(
      matches
        ? `  ✓ ${route} → ${to.join(", ") || "no destination"}`
        : `  ✗ ${route}: ${noInWords(because ?? "")}`,
    );
  }
  if (deliveries.length === 0) lines.push("  goes to no destination");
  for (const { destination, kind, wouldSend } of deliveries) {
    lines.push(`  would be sent to ${destination} (${kind}):`);
    const shown = safeJson(wouldSend ?? null, 2).split("\n");
    lines.push(...shown.map((line) => `    ${line}`));
  }
  return lines;
}
