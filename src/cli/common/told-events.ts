import type { WaypostEvent } from "../../contracts.ts";
import { type IntakeOptions, toEvent } from "../../event/intake/intake-event.ts";
import { CommandError } from "./ops-client.ts";

export type Told = Readonly<Record<string, unknown>>;

/** Looks like what services tell: the short form, or a CloudEvent that Waypost has not received yet. */
export function isTold(value: unknown): value is Told {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (!("specversion" in value)) return typeof value.type === "string";
  const data = "data" in value ? value.data : undefined;
  return typeof data === "object" && data !== null && !("receivedAt" in data);
}

/** As `POST /api/events` takes it. Throws a CommandError that names each place and its remedy. */
export function eventOf(
  told: Told,
  name: string,
  accounts: IntakeOptions["accounts"],
): WaypostEvent {
  const taken = toEvent(told, { accounts, receivedAt: new Date() });
  if ("event" in taken) return taken.event;
  const lines = taken.problems.map(
    ({ path, problem, remedy }) => `  ${path || "it"} ${problem}: ${remedy}`,
  );
  throw new CommandError([`${name} holds no event that intake takes:`, ...lines].join("\n"));
}
