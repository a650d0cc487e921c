import type { WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { DestinationSetup } from "../delivery.ts";
import { receivedAt } from "../flows/circumstances.ts";
import type { Decider } from "../flows/decide.ts";
import type { OpenRow } from "../lanes/lane.ts";

/** Where the route does not say. */
const defaultMs = 60 * 60_000;

/**
 * What writes to contacts writes nothing late, be it after an outage: asked before each attempt, but of one that may have taken effect
 * already. What a replay sends, with its effects, is as old as it is, unless the route says how old it may be.
 */
export function isTooLate(
  {
    setup,
    decider,
    clock,
  }: { readonly setup: DestinationSetup; readonly decider?: Decider; readonly clock: Clock },
  row: Pick<OpenRow, "route" | "replay" | "unknown" | "emits">,
  event: WaypostEvent,
): boolean {
  if (!setup.config.writesToContacts || row.unknown || row.emits !== undefined) return false;
  return clock.now() > latestAt(decider, row, event);
}

/** Until when something may be written, in ms; Infinity for what a replay sends by a route that does not say. */
export function latestAt(
  decider: Decider | undefined,
  row: Pick<OpenRow, "route" | "replay">,
  event: WaypostEvent,
): number {
  const usual = row.replay === undefined ? defaultMs : Number.POSITIVE_INFINITY;
  const maxAgeMs = decider?.maxAgeMs(row.route) ?? usual;
  const at = decider?.opensAt(row.route, event)?.getTime() ?? receivedAt(event);
  return at + maxAgeMs;
}
