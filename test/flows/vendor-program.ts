import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { leadToStandIns, readYaml } from "../../examples/frame/ready-config.ts";
import type { Given, StandIn } from "../../examples/frame/stand-in.ts";
import { startStandIns } from "../../examples/frame/stand-ins/stand-ins.ts";
import { watch } from "../../examples/frame/watch.ts";
import { appSecret } from "../faults/program.ts";
import { startDriven } from "./driver.ts";
import { fenceTo, hoursOf, type Office, type UseCases, useCasesFile } from "./use-cases.ts";

/** The whole program with the use cases as they are written, and its vendors' stand-ins. */
export async function startVendors(given: Given) {
  const text = readFileSync(useCasesFile, "utf8");
  const kinds = Object.values(readYaml(text).destinations ?? {}).map(({ kind }) => String(kind));
  const standIns = await startStandIns(kinds, given);
  const configured = (office: Office) => stringify(atOnce(text, standIns, office));
  const names = Object.keys(readYaml(text).destinations ?? {});
  const driven = await startDriven(configured("open"), names.length);
  for (const each of standIns.values()) {
    each.tellTo?.({ url: driven.program.webhookUrl, appSecret });
  }
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
  for (const name of names)
    config.destinations[name] = { ...config.destinations[name], rate: "1000/s" };
  config.destinations["zendesk"] = { ...config.destinations["zendesk"], debounce: "100ms" };
  config.hours["office"] = hoursOf(office);
  const fenced = names.map((name) => (name === "whatsapp" ? { [name]: { text: "…" } } : name));
  const routes = config.routes.map((route) => ({
    ...route,
    ...(route.after !== undefined && {
      after: typeof route.after === "string" ? "2s" : { ...route.after, delay: "2s" },
    }),
  }));
  return { ...config, routes: [...routes, fenceTo(fenced)] };
}
