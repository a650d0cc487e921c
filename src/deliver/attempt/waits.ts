import type { DeliveryChange, WaypostEvent } from "../../contracts.ts";
import { mediaOf } from "../../event/media-of.ts";
import { omitFrom } from "../../event/omit.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import { type DestinationSetup, setupFor } from "../delivery.ts";
import type { Decider } from "../flows/decide.ts";
import { receivedAt } from "../flows/order.ts";
import { mostWaitMs, type OpenRow } from "../lanes/lane.ts";
import type { Bodies, Body } from "../ledger-access.ts";
import { jitter } from "./settle.ts";
import type { Surroundings } from "./surroundings.ts";

/** What keeps a row back without an attempt: `waitsFor` and `dueAt` of the row say what and until when. */
export interface WaitParts {
  readonly setup: DestinationSetup;
  readonly bodies: Bodies;
  readonly write: (change: DeliveryChange) => Promise<void>;
  readonly surroundings?: Surroundings;
  readonly clock: Clock;
  readonly log: Log;
}

const mostDaysBehind = 30;
const bodyWaitMs = { first: 1_000, most: 30_000 };

/** "absent": the log answers that it has no such event. undefined: it does not answer. */
export async function findBody({ bodies, log }: WaitParts, row: OpenRow): Promise<Body | "absent"> {
  try {
    return (await bodies.get(row.eventId)) ?? "absent";
  } catch (error) {
    log.warn("the log cannot be asked for an event", { eventId: row.eventId, error });
    return undefined;
  }
}

/** The log keeps events for 30 days at least: what it lacks by then does not come any more. */
export function isOld(row: OpenRow, clock: Clock): boolean {
  return clock.now() - Date.parse(row.createdAt) > mostDaysBehind * 86_400_000;
}

/** The store may be behind the ledger: no attempt is used up. */
export function waitForBody(row: OpenRow, clock: Clock): "waits" {
  const ms = Math.min(bodyWaitMs.first * 2 ** row.bodyMisses, bodyWaitMs.most);
  row.bodyMisses += 1;
  row.waitsFor = "body";
  row.dueAt = clock.monotonic() + jitter(ms);
  return "waits";
}

/** The row stays open, and tells when its time comes. What may have taken effect already is not held back. */
export async function waitsForItsTime(
  parts: WaitParts,
  row: OpenRow,
  body: WaypostEvent,
): Promise<boolean> {
  const { write, clock } = parts;
  if (row.unknown || row.history.length > 0) return false;
  const ownMs = Math.min(timeToWait(parts, row, body), mostWaitMs);
  const ms = ownMs > row.moreMs ? ownMs : row.moreMs;
  if (!(ms > 0)) return false;
  row.waitsFor = ms === row.moreMs ? "more" : "time";
  await write({ id: row.id, state: "open", nextAt: new Date(clock.now() + ms).toISOString() });
  row.dueAt = clock.monotonic() + ms;
  return true;
}

/** A file that is later than this comes alone. */
const filesWithinMs = 60_000;

/** What the destination is told besides is not there yet: the event in the log, its files. */
export async function lacksParts(parts: WaitParts, row: OpenRow, body: WaypostEvent) {
  const { setup, surroundings, clock, log } = parts;
  const { readsLog, files } = setupFor(setup, row).destination;
  if (surroundings === undefined) return false;
  try {
    const asksLog = typeof readsLog === "function" ? readsLog(body) : readsLog;
    if (asksLog && !(await surroundings.has(row.eventId))) return true;
    const mayWait = files && clock.now() - Date.parse(row.createdAt) < filesWithinMs;
    if (!mayWait || mediaOf(body).length === 0) return false;
    return (await surroundings.files(body)) === "waits";
  } catch (error) {
    log.warn("what a destination is told is not answered, asks again", {
      eventId: row.eventId,
      error,
    });
    return true;
  }
}

/** In ms; NaN where the destination's answer is no time. One that cannot say is not waited for: a lane would stand still. */
function timeToWait({ setup, clock, log }: WaitParts, row: OpenRow, body: WaypostEvent): number {
  try {
    const at = setup.destination.notBefore?.(
      omitFrom(body, setup.config.omit),
      new Date(row.createdAt),
    );
    return at === undefined ? 0 : at.getTime() - clock.now();
  } catch (error) {
    log.warn("a destination cannot say when to try", { eventId: row.eventId, error });
    return 0;
  }
}

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
