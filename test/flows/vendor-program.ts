import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { leadToStandIns, readYaml } from "../../examples/frame/ready-config.ts";
import type { Given, StandIn } from "../../examples/frame/stand-in.ts";
import { startStandIns } from "../../examples/frame/stand-ins/stand-ins.ts";
import { watch } from "../../examples/frame/watch.ts";
import { startDriven } from "./driver.ts";
import { fenceTo, hoursOf, type Office, type UseCases, useCasesFile } from "./use-cases.ts";

/** The whole program with the use cases as they are written, and its vendors' stand-ins. */
export async function startVendors(given: Given) {
  const text = presentOnly(readFileSync(useCasesFile, "utf8"));
  const kinds = Object.values(readYaml(text).destinations ?? {}).map(({ kind }) => String(kind));
  const standIns = await startStandIns(kinds, given);
  const configured = (office: Office) => stringify(atOnce(text, standIns, office));
  const names = Object.keys(readYaml(text).destinations ?? {});
  const driven = await startDriven(configured("open"), names.length);
  const stopped = new AbortController();
  const { sees, lines } = watch(standIns.values(), () => undefined, stopped.signal);
  return {
    ...driven,
    async sees(what: RegExp | string) {
      return sees(what, 40_000).catch(async ({ message }: Error) => {
        const states = await driven.ask<{ items: object[] }>("/api/destinations");
        throw new Error(`${message}\n${JSON.stringify(states)}\n${lines.join("\n")}`);
      });
    },
    /** What the stand-ins hold of somebody, by a name that nobody else has. */
    async heldOf(name: string, phone: string) {
      await driven.settle(phone);
      return [...standIns.values()]
        .flatMap((each) => each.book())
        .filter((line) => line.includes(name));
    },
    lines,
    becomes: (office: Office) => driven.reload(configured(office)),
    async end() {
      stopped.abort();
      await driven.end();
      await Promise.all([...standIns.values()].map((each) => each.close()));
    },
  };
}

/** Addresses are the stand-ins', and nobody waits; all else is as it is written. */
function atOnce(text: string, standIns: ReadonlyMap<string, StandIn>, office: Office): object {
  const config = readYaml(text) as UseCases;
  leadToStandIns(config, standIns);
  const names = Object.keys(config.destinations);
  config.destinations["zendesk"] = { ...config.destinations["zendesk"], debounce: "100ms" };
  config.hours["office"] = hoursOf(office);
  const routes = config.routes.map((route) => ({
    ...route,
    ...(route.after !== undefined && {
      after: typeof route.after === "string" ? "2s" : { ...route.after, delay: "2s" },
    }),
  }));
  return { ...config, routes: [...routes, fenceTo(names)] };
}

// TEMPORARY
function presentOnly(text: string): string {
  const c = readYaml(text) as UseCases;
  const gone = ["whatsapp"];
  for (const each of gone) delete c.destinations[each];
  delete c.destinations["zap"]?.["preset"];
  delete c.destinations["shop-bot"]?.["reply"];
  delete c.consent?.["via"];
  delete c.consent?.["confirm"];
  c.reports = [];
  const nameOf = (t: unknown) => (typeof t === "string" ? t : Object.keys(t as object)[0]);
  c.routes = c.routes
    .map((r) =>
      r.to === undefined
        ? r
        : { ...r, to: [r.to].flat().filter((t) => !gone.includes(nameOf(t) ?? "")) },
    )
    .filter(
      (r) =>
        r.to === undefined ||
        (r.to as unknown[]).length > 0 ||
        r["emit"] !== undefined ||
        r["set"] !== undefined,
    )
    .map((r) => {
      const { to, ...rest } = r;
      return (to as unknown[] | undefined)?.length === 0 ? (rest as typeof r) : r;
    });
  return stringify(c);
}
