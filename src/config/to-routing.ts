import { createHash } from "node:crypto";
import type { Accounts, Route, When } from "../contracts.ts";
import { freeze, hideSecrets } from "./freeze.ts";
import type { AlertsConfig, DestinationConfig, Routing } from "./routing.ts";
import { parseDuration, parseRate } from "./units.ts";

/** The file after `checkRouting` found nothing wrong with it. */
export interface RawRouting {
  readonly accounts?: Accounts;
  readonly destinations?: Record<string, RawDestination>;
  readonly routes?: readonly RawRoute[];
  readonly alerts?: RawAlerts;
}
interface RawDestination {
  readonly kind: string;
  readonly retry?: { readonly delays?: readonly string[] };
  readonly rate?: string;
  readonly concurrency?: number;
  readonly timeout?: string;
  readonly [option: string]: unknown;
}
interface RawRoute {
  readonly name: string;
  readonly when: RawWhen;
  readonly to: string | readonly string[];
  readonly test?: boolean;
}
type Many<T> = T | readonly T[];
interface RawWhen {
  readonly text?: Record<string, Many<string>>;
  readonly not?: RawWhen;
  readonly [key: string]: unknown;
}
interface RawAlerts {
  readonly to: RawDestination;
  readonly breakerOpenFor?: string;
  readonly quarantinePerHour?: number;
  readonly silence?: Record<string, string>;
}

const defaultDelays = ["1s", "10s", "1min", "5min", "30min", "2h", "6h", "12h"];

/** `source` is the file with its placeholders still in place: it is what the hash may know. */
export function toRouting(raw: RawRouting, source: unknown, found: boolean): Routing {
  const accounts = raw.accounts ?? {};
  const destinations = mapValues(raw.destinations ?? {}, toDestination);
  const routes = (raw.routes ?? []).map(toRoute);
  return freeze({
    accounts,
    destinations,
    routes,
    ...(raw.alerts && { alerts: toAlerts(raw.alerts) }),
    found,
    hash: hashOf([source, accounts, routes]),
    warnings: Object.keys(destinations)
      .filter((name) => !routes.some(({ to }) => to.includes(name)))
      .map((name) => `no route leads to the destination ${name}`),
  });
}

function toDestination(raw: RawDestination): DestinationConfig {
  const { kind, retry, rate, concurrency, timeout, ...options } = raw;
  const delaysMs = (retry?.delays ?? defaultDelays).map(milliseconds);
  const destination: DestinationConfig = {
    kind,
    retry: { delaysMs },
    ...(rate !== undefined && { ratePerSecond: parseRate(rate) ?? 0 }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }),
    options,
  };
  return hideSecrets(destination, ["options"]);
}

function toRoute({ name, when, to, test }: RawRoute): Route {
  return { name, when: toWhen(when), to: [...new Set(many(to))], test: test ?? false };
}

/** Single values become lists of one. */
function toWhen(raw: RawWhen): When {
  const { text, not, ...lists } = raw;
  return {
    ...mapValues(lists, many),
    ...(text && { text: mapValues(text, many) }),
    ...(not && { not: toWhen(not) }),
  };
}

function toAlerts({ to, breakerOpenFor, quarantinePerHour, silence }: RawAlerts): AlertsConfig {
  return {
    to: toDestination(to),
    breakerOpenForMs: milliseconds(breakerOpenFor ?? "10min"),
    quarantinePerHour: quarantinePerHour ?? 0,
    silenceMs: mapValues(silence ?? {}, milliseconds),
  };
}

function milliseconds(duration: string): number {
  return parseDuration(duration) ?? 0;
}

function many<T>(value: Many<T>): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex").slice(0, 16);
}

/** A replacer: the order of keys says nothing. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
