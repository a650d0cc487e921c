import { readFile, stat } from "node:fs/promises";
import type { Command } from "commander";
import { loadRouting } from "../config/load-routing.ts";
import type { DestinationConfig, Kinds, Routing } from "../config/routing.ts";
import type { WaypostEvent } from "../contracts.ts";
import { compileRoutes, type RouteVerdict } from "../deliver/routes.ts";
import { noInWords } from "../deliver/why-not.ts";
import { normalize } from "../receive/normalize.ts";
import type { FoundEvent } from "./events.ts";
import {
  CommandError,
  createOpsClient,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./ops-client.ts";
import { escapeControls, print, safeJson } from "./terminal.ts";

/** What a destination would be sent. Sends nothing, shows no secret. */
export type Preview = (
  name: string,
  destination: DestinationConfig,
  event: WaypostEvent,
) => unknown | Promise<unknown>;

/** What the routes make of one event. */
export interface RoutesTest {
  readonly event: { readonly id: string; readonly type: string };
  readonly routes: readonly RouteVerdict[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly kind: string;
    readonly route: string;
    readonly wouldSend: unknown;
  }[];
}

interface Parts {
  readonly env: NodeJS.ProcessEnv;
  readonly kinds: Kinds;
  readonly preview: Preview;
  readonly resolve: ResolveOps;
}

/** `waypost routes test <event id | file>`: which routes match, and what would be sent. */
export function registerRoutesTest(program: Command, parts: Parts): void {
  program
    .command("routes")
    .description("asks the routes of waypost.yaml")
    .command("test")
    .description(
      "Shows which routes match an event and what each destination would be sent. Sends nothing.",
    )
    .argument("<event>", "an event id, or a JSON file with a webhook of Meta's, an event or events")
    .option("--json", "one line of JSON an event")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((given: string, flags: Flags) => runCommand(() => run(given, flags, parts)));
}

type Flags = OpsFlags & { json?: true };

async function run(given: string, flags: Flags, parts: Parts): Promise<number> {
  const routing = await loadRouting(parts.env, parts.kinds);
  for (const event of await findEvents(given, flags, parts.resolve)) {
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
    const wouldSend = await previewOf(() => preview(destination, config, event));
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

async function findEvents(
  given: string,
  flags: OpsFlags,
  resolve: ResolveOps,
): Promise<WaypostEvent[]> {
  if (await isFile(given)) return readEvents(await readFile(given, "utf8"), given);
  if (/[/\\]|\.json$/.test(given)) throw new CommandError(exitCodes.usage, `no file ${given}`);
  const client = createOpsClient(await resolve(flags));
  const path = `/api/events/${encodeURIComponent(given)}`;
  const { deliveries: _1, notDelivered: _2, ...event } = await client.get<FoundEvent>(path);
  return [event];
}

async function isFile(given: string): Promise<boolean> {
  return (await stat(given).catch(() => undefined))?.isFile() ?? false;
}

/** A file's events: as they are, or made from a webhook of Meta's. Throws CommandError. */
export function readEvents(text: string, name: string): WaypostEvent[] {
  const content = parseJson(text, name);
  if (Array.isArray(content) && content.length > 0 && content.every(isEvent)) return content;
  if (isEvent(content)) return [content];
  const context = { receivedAt: new Date().toISOString(), postId: "pst_routes_test" };
  const { events, problems } = normalize(content, context);
  const [problem] = problems;
  if (events.length === 0) {
    const why = problem ? ` (${problem.path} ${problem.reason})`.replace("( ", "(") : "";
    throw new CommandError(
      exitCodes.usage,
      `${name} holds neither events nor a webhook of Meta's${why}`,
    );
  }
  return events;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(exitCodes.usage, `${name} is not JSON`);
  }
}

function isEvent(value: unknown): value is WaypostEvent {
  return typeof value === "object" && value !== null && "specversion" in value && "data" in value;
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
