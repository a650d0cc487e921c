import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { sourceSecrets } from "../support/sources.ts";

export const useCasesFile = new URL("../../fixtures/config/usecases.yaml", import.meta.url);

/** What the file takes from its environment. */
export const secrets = {
  STRIPE_WHSEC: sourceSecrets.STRIPE_WHSEC,
  FORM_KEY: sourceSecrets.FORM_KEY,
  ZD_HOOK: sourceSecrets.ZENDESK_HOOK_SECRET,
  META_SECRET: "an invented secret of the staging app",
};
/** A Standard Webhooks secret. */
export const webhookSecret = sourceSecrets.BOOKINGS_WHSEC;

/** What tells a test that all queues have taken in whatever came before. */
export const fenceType = "business.test.fence";

interface Route {
  name: string;
  to?: unknown;
  after?: string | { delay: string; hours?: string };
  maxAge?: string;
  [key: string]: unknown;
}
export interface UseCases {
  destinations: Record<string, Record<string, unknown>>;
  hours: Record<string, Record<string, unknown>>;
  routes: Route[];
  reports: Record<string, unknown>[];
  consent?: Record<string, unknown>;
  [key: string]: unknown;
}

export function readUseCases(): UseCases {
  return parse(readFileSync(useCasesFile, "utf8")) as UseCases;
}

/** At which hours the office is open: at all, or at none. */
export type Office = "open" | "closed";

/**
 * The file of use cases with a plain webhook in the place of each destination: the header `x-route` says whose options an
 * event was sent with. Waits are seconds, and the office keeps the hours it is told.
 */
export function plainUseCases(standIns: string, office: Office, maxAge = "15min"): string {
  const useCases = readUseCases();
  const names = Object.keys(useCases.destinations);
  for (const name of names) {
    const kept = useCases.destinations[name]?.["format"] === "meta" && {
      format: "meta",
      appSecret: secrets.META_SECRET,
    };
    useCases.destinations[name] = {
      kind: "webhook",
      url: `${standIns}/${name}`,
      secret: webhookSecret,
      allowPrivateAddresses: true,
      ...kept,
    };
  }
  // Reports go to a Slack of their own, at an hour when nobody tests.
  const slack = { kind: "slack", token: "an-invented-token", channel: "#reports" };
  useCases.destinations["reports"] = { ...slack, baseUrl: standIns };
  const report = { at: "sun 03:00", to: ["reports"] };
  useCases.reports = useCases.reports.map((each) => ({ ...each, ...report }));
  // Only a destination that writes to contacts can confirm.
  delete useCases.consent?.["via"];
  delete useCases.consent?.["confirm"];
  useCases.hours["office"] = hoursOf(office);
  useCases.routes = useCases.routes.map((route) => ({
    ...route,
    ...(route.to !== undefined && { to: targetsOf(route.to, route.name) }),
    ...(route.after !== undefined && { after: soon(route.after) }),
    ...(route.maxAge !== undefined && { maxAge }),
  }));
  const to = names.filter((name) => name !== "staging");
  return stringify({ ...useCases, routes: [...useCases.routes, fenceTo(to)] });
}

/** All get a row for it, and nothing of it. */
export function fenceTo(to: readonly unknown[]): Route {
  const only = { tag: ["nobody-has-this"] };
  return { name: "fence", when: { type: fenceType }, only, to, defaults: false };
}

export function hoursOf(office: Office): Record<string, unknown> {
  const utc = { timeZone: "UTC" };
  if (office === "open") return { ...utc, "mon-sun": "00:00-24:00" };
  // Open tomorrow and later, so that what waits for it has a time.
  const days = [-1, 0, 1].map((day) => new Date(Date.now() + day * 86_400_000));
  const except = days.map((day) => day.toISOString().slice(0, 10));
  return { ...utc, "mon-sun": "09:00-18:00", except };
}

function targetsOf(to: unknown, route: string) {
  const options = { headers: { "x-route": route } };
  return [to]
    .flat()
    .flatMap((target: unknown) =>
      typeof target === "string" ? [target] : Object.keys(target as object),
    )
    .map((name) => ({ [name]: options }));
}

/** Those that tests cannot hold up are late enough for what is to happen before. */
function soon(after: NonNullable<Route["after"]>) {
  return typeof after === "string" ? "4s" : { ...after, delay: "1s" };
}
