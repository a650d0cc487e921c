import { createHash } from "node:crypto";
import type { TemplateReads } from "../contracts.ts";
import { milliseconds } from "../support/duration.ts";
import { replyDestinations, viasOf, withVia } from "./bots.ts";
import { emptyParameterWarnings } from "./empty-parameters.ts";
import { freeze, hideSecrets } from "./freeze.ts";
import type { RawAlerts, RawDestination, RawRoute, RawRouting } from "./raw-routing.ts";
import { many, mapValues } from "./reading.ts";
import type { AlertsConfig, DestinationConfig, Kinds, Routing } from "./routing.ts";
import { shownYaml } from "./shown.ts";
import { toFlowRules } from "./to-flow-rules.ts";
import { toRoute } from "./to-route.ts";
import { toReport, toSource } from "./to-source.ts";
import { parseRate } from "./units.ts";
import { unknownOwnerWarnings } from "./unknown-owners.ts";

const defaultDelays = ["1s", "10s", "1min", "5min", "30min", "2h", "6h", "12h"];

interface Reading {
  /** The file with its placeholders still in place: it is what the hash may know. */
  readonly source: unknown;
  readonly kinds: Kinds;
  /** There is a file. */
  readonly found: boolean;
  /** By the route's place in it. */
  readonly templatesRead: (route: number) => TemplateReads | undefined;
}

export function toRouting(
  raw: RawRouting,
  { source, kinds, found, templatesRead }: Reading,
): Routing {
  const accounts = raw.accounts ?? {};
  const toOne = (destination: RawDestination) =>
    toDestination(destination, kinds[destination.kind]);
  const senders = replyDestinations(raw.destinations);
  const destinations = mapValues(raw.destinations ?? {}, (each) => toOne(withVia(each, senders)));
  const routes = (raw.routes ?? []).map((route, i) =>
    toRoute(route, raw.defaults?.only, withJudged(templatesRead(i), route.to, destinations)),
  );
  const flows = toFlowRules(raw);
  const sources = Object.entries(raw.sources ?? {}).map(
    ([name, source]) => [name, toSource(name, source)] as const,
  );
  const reports = (raw.reports ?? []).map(toReport);
  const leadTo = [...routes, ...reports].flatMap(({ to }) => to);
  const answers = routes.flatMap(({ options }) => Object.values(options ?? {}).flatMap(viasOf));
  const through = Object.values(destinations).flatMap(({ options }) => viasOf(options));
  const used = [
    ...leadTo,
    ...answers,
    ...through,
    ...(flows.consent?.via ? [flows.consent.via] : []),
  ];
  return freeze({
    accounts,
    destinations,
    routes,
    flows,
    sources: Object.fromEntries(sources),
    reports,
    retention: {
      ...(raw.retention?.media !== undefined && { mediaMs: milliseconds(raw.retention.media) }),
    },
    ...(raw.alerts && { alerts: toAlerts(raw.alerts, toOne) }),
    found,
    hash: hashOf([source, accounts, routes, flows]),
    yaml: found ? shownYaml(source, kinds) : "",
    warnings: [
      ...Object.entries(destinations).flatMap(([name, { shadow }]) => [
        ...(used.includes(name) ? [] : [`no route leads to the destination ${name}`]),
        ...(shadow
          ? [`the destination ${name} is in shadow: it looks up, and writes nothing`]
          : []),
      ]),
      ...emptyParameterWarnings(raw),
      ...unknownOwnerWarnings(raw),
    ],
  });
}

/** What writes to contacts is judged by the log, and by what they said of consent: it waits for both, whatever its templates show. */
function withJudged(
  reads: TemplateReads | undefined,
  to: RawRoute["to"],
  destinations: Routing["destinations"],
): TemplateReads | undefined {
  const names = many(to ?? []).flatMap((each) =>
    typeof each === "string" ? [each] : Object.keys(each),
  );
  const writers = names.filter((name) => destinations[name]?.writesToContacts);
  if (writers.length === 0) return reads;
  return { ...reads, ...Object.fromEntries(writers.map((name) => [name, ["log", "memory"]])) };
}

function toDestination(
  raw: RawDestination,
  kindConfig: Kinds[string] | undefined,
): DestinationConfig {
  const { defaults } = kindConfig ?? {};
  const { kind, retry, rate, concurrency, timeout, omit, transcript, shadow, ...options } = {
    ...(typeof defaults === "function" ? defaults({ ...raw }) : defaults),
    ...raw,
  };
  const delaysMs = (retry?.delays ?? defaultDelays).map(milliseconds);
  const destination: DestinationConfig = {
    kind,
    retry: { delaysMs },
    ...(rate !== undefined && { ratePerSecond: parseRate(rate) ?? 0 }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }),
    ...(omit && { omit }),
    ...(transcript !== undefined && { transcript }),
    ...(shadow && { shadow }),
    ...(kindConfig?.writesToContacts?.(options) && { writesToContacts: true }),
    options,
  };
  return hideSecrets(destination, ["options"]);
}

function toAlerts(
  { to, breakerOpenFor, behindFor, quarantinePerHour, silence }: RawAlerts,
  toOne: (raw: RawDestination) => DestinationConfig,
): AlertsConfig {
  return {
    to: toOne(to),
    breakerOpenForMs: milliseconds(breakerOpenFor ?? "10min"),
    behindForMs: milliseconds(behindFor ?? "1h"),
    quarantinePerHour: quarantinePerHour ?? 0,
    silenceMs: mapValues(silence ?? {}, milliseconds),
  };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex").slice(0, 16);
}

/** A replacer: the order of keys says nothing. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
