import { parse, stringify } from "yaml";
import type { StandIn } from "./stand-in.ts";

type Values = Record<string, unknown>;
export interface WaypostYaml extends Values {
  destinations?: Record<string, Values>;
  sources?: Record<string, Values>;
  routes?: { readonly to?: unknown }[];
}

export const readYaml = (text: string) => parse(text) as WaypostYaml;

/** Of the sources, by kind, where your waypost.yaml names secrets of its environment. */
export const sourceSecret = "an-invented-secret";

/** The same, but that destinations lead to stand-ins, and that nobody has to wait: `hurry`, by dotted path. */
export function readyConfig(
  text: string,
  standIns: ReadonlyMap<string, StandIn>,
  hurry: Readonly<Record<string, unknown>> = {},
): string {
  const config = readYaml(text);
  leadToStandIns(config, standIns);
  for (const source of Object.values(config.sources ?? {})) {
    if (source["secret"] !== undefined) source["secret"] = sourceSecret;
    const auth = source["auth"] as Values | undefined;
    if (auth?.["secret"] !== undefined) auth["secret"] = sourceSecret;
  }
  for (const [path, value] of Object.entries(hurry)) set(config, path.split("."), value);
  return stringify(config);
}

/** Each destination, to the stand-in of its kind. */
export function leadToStandIns(
  { destinations = {}, routes = [] }: WaypostYaml,
  standIns: ReadonlyMap<string, StandIn>,
): void {
  for (const [name, given] of Object.entries(destinations)) {
    const standIn = standIns.get(String(given["kind"]));
    for (const target of routes.flatMap(({ to = [] }) => to)) {
      // What a route says of it alone, such as another channel.
      const own = (target as Readonly<Record<string, Values>>)[name];
      if (own !== undefined) standIn?.addFor?.(own);
    }
    Object.assign(given, standIn?.options(name, given));
  }
}

/** A list's members are found by their names. */
function set(target: unknown, [key = "", ...rest]: readonly string[], value: unknown): void {
  const holder = target as Values;
  if (rest.length === 0) {
    holder[key] = value;
    return;
  }
  const named = ({ name }: Values) => name === key;
  const next = Array.isArray(target) ? target.find(named) : holder[key];
  if (next === undefined) throw new Error(`waypost.yaml has no ${key}`);
  set(next, rest, value);
}
