import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { omitFrom } from "../../event/omit.ts";
import type { KeyedMutex } from "../../support/keyed-mutex.ts";
import { LeaseOverError } from "../../support/lease.ts";
import { setupFor } from "../delivery.ts";
import type { Health } from "../health.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { GivenUpError } from "../ledger-access.ts";
import { attempt, isSkipped, lookInShadow, type Outcome } from "./attempt.ts";
import { type ContextParts, contactKeysOf, contextOf, saveLink } from "./context.ts";
import { deadly, jitter, settle } from "./settle.ts";
import { decideTurn, followUp, sendingMark, skip, type TurnParts, waitForTurn } from "./turn.ts";
import { findBody, isOld, isTooLate, lacksParts, waitForBody, waitsForItsTime } from "./waits.ts";

export interface HeadParts extends TurnParts, ContextParts {
  /** For destinations with `serialize: "contact"`. */
  readonly contactsInTurn: KeyedMutex;
  /** Aborts attempts: the lease is over, or the program ends. */
  readonly over: AbortSignal;
}

/** An event that ends the process so often is not tried again by itself. */
const mostCrashes = 5;
const errorWaitMs = 1_000;

/**
 * One try of a lane's head: mark it `sending`, deliver, write what became of it. Answers whether the row is
 * done, or given up by an operator meanwhile; when not, `dueAt` says when it is tried again. Never rejects: when the lease ends in between, the
 * row stays as the ledger has it, and the next holder finds it.
 */
export function createTryHead(parts: HeadParts): (row: OpenRow) => Promise<"done" | "waits"> {
  const { clock, log } = parts;
  return async (row) => {
    try {
      return await tryHead(parts, row);
    } catch (error) {
      if (error instanceof GivenUpError) {
        log.info("an operator has given a delivery up", { eventId: row.eventId });
        return "done";
      }
      if (!(error instanceof LeaseOverError)) {
        log.error("a delivery could not be tried", { eventId: row.eventId, error });
      }
      row.dueAt = clock.monotonic() + jitter(errorWaitMs);
      return "waits";
    }
  };
}

async function tryHead(parts: HeadParts, row: OpenRow): Promise<"done" | "waits"> {
  const body = await bodyToTry(parts, row);
  if (body !== "done" && body !== "waits") return tryAlone(parts, row, body);
  row.marked = false;
  return body;
}

/** What is left of a try when the event is there and its time has come. */
export async function tryAlone(
  parts: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
): Promise<"done" | "waits"> {
  if (parts.setup.destination.serialize !== "contact") return deliverHead(parts, row, body);
  const keys = await contactKeysOf(body, parts);
  return parts.contactsInTurn.run(keys, () => deliverHead(parts, row, body, keys));
}

async function deliverHead(
  parts: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
  contactKeys?: readonly string[],
): Promise<"done" | "waits"> {
  const { lease, clock } = parts;
  const context = await contextOf(parts, row, body, contactKeys);
  if (parts.setup.config.shadow && !isToldBefore(row)) return shadowHead(parts, row, body, context);
  if (!row.marked) await mark(parts, row);
  row.marked = false;
  const { health, setup } = parts;
  if (row.unknown && setup.destination.idempotency === "none") await health.repeated();
  lease.check();
  parts.over.throwIfAborted();
  const at = clock.now();
  const startedAt = clock.monotonic();
  const outcome = await deliverOnce(parts, row, body, context);
  const tried = { at, ms: clock.monotonic() - startedAt, now: clock.now() };
  // Before the delivery counts as delivered, or the next of the conversation would not find it.
  if ("delivered" in outcome && outcome.delivered.link !== undefined) {
    await saveLink(parts, body, outcome.delivered.link);
  }
  const followed = await followUp(parts, row, body, outcome);
  // By what the destination said, where it was called: the bus is none of its parts.
  const learnt =
    row.called && !isLaneOnly(outcome) && !isSkipped(outcome)
      ? parts.health.learn(outcome, tried.ms, keysOf(row))
      : undefined;
  const ended = { ...tried, outcome: followed };
  const [end] = await Promise.all([record(parts, row, body, ended), learnt]);
  return end;
}

/** Each time: the write is what fences an attempt by a holder that was suspended past its lease. */
async function mark({ write }: HeadParts, row: OpenRow): Promise<void> {
  const history = row.state === "sending" && row.crashes > 0 ? { history: row.history } : {};
  await write({ ...sendingMark(row), ...history });
  row.state = "sending";
}

function keysOf({ laneKeys, id }: OpenRow): readonly string[] {
  return laneKeys.length > 0 ? laneKeys : [id];
}

async function shadowHead(
  parts: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
  context: DeliveryContext,
): Promise<"done" | "waits"> {
  const { clock, health } = parts;
  const at = clock.now();
  const startedAt = clock.monotonic();
  const looked = await lookInShadow(parts, row, body, context);
  const time = { at, ms: clock.monotonic() - startedAt, now: clock.now() };
  if ("would" in looked) {
    // It answered, and a breaker that is open wants to know.
    if (looked.called) await health.learn({ is: "found", delivered: {} }, time.ms);
    return skip(parts, row, looked.would, body);
  }
  const learnt = isLaneOnly(looked) ? undefined : health.learn(looked, time.ms, keysOf(row));
  const [end] = await Promise.all([record(parts, row, body, { ...time, outcome: looked }), learnt]);
  return end;
}

/** What follows from it is all in the ledger: that tells that it was delivered. */
function isToldBefore({ emits, partial }: OpenRow): boolean {
  return emits !== undefined && !partial;
}

async function deliverOnce(
  parts: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
  context: DeliveryContext,
): Promise<Outcome> {
  if (isToldBefore(row)) return { is: "found", delivered: {} };
  row.called = true;
  const setup = setupFor(parts.setup, row);
  const options = setup === parts.setup ? parts : { ...parts, setup };
  return attempt(omitFrom(body, setup.config.omit), context, row.unknown, options);
}

/** The event, where it is there and its time has come. */
export async function bodyToTry(
  parts: HeadParts,
  row: OpenRow,
): Promise<WaypostEvent | "done" | "waits"> {
  const body = await findBody(parts, row);
  if (body === "absent" && isOld(row, parts.clock)) {
    return bury(parts, row, "its event is no longer in the log");
  }
  if (body === undefined || body === "absent") return waitForBody(row, parts.clock);
  if (body === "quarantined") {
    return bury(parts, row, "the store can never take its event: it lies in quarantine");
  }
  if (row.crashes >= mostCrashes) {
    return bury(parts, row, `the process ended during each of its last ${row.crashes} attempts`);
  }
  if (await waitsForItsTime(parts, row, body)) return "waits";
  const turn = await decideTurn(parts, row, body);
  if (turn !== "go") return turn;
  if (isTooLate(parts, row, body)) return skip(parts, row, `${row.route}: maxAge`, body);
  if (await lacksParts(parts, row, body)) return waitForTurn(parts, row);
  row.waitsFor = undefined;
  return body;
}

/** An attempt as it ended. */
export type Ended = Omit<Parameters<typeof settle>[1], "counts" | "delaysMs">;

/** Whether the destination works: others succeeded since this row was last looked at, or with it. */
export function countsFor(row: OpenRow, health: Health): boolean {
  return health.successes() > row.successesSeen;
}

function isOurs(outcome: Outcome): boolean {
  return "ours" in outcome && outcome.ours === true;
}

/** It says nothing of the destination. */
export function isLaneOnly(outcome: Outcome): boolean {
  return "error" in outcome && outcome.is === "outage" && outcome.error.laneOnly;
}

/** A rate or a quota is used up: nothing is said against the event. */
function isLimited(outcome: Outcome): boolean {
  return "error" in outcome && outcome.is === "outage" && outcome.error.limited;
}

/** Writes what became of the row, after the destination's health has learnt of it. */
export async function record(
  { write, health, setup, clock }: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
  ended: Ended,
  settleRow: typeof settle = settle,
): Promise<"done" | "waits"> {
  const { outcome } = ended;
  const isItsFault = !isOurs(outcome) && !isLaneOnly(outcome) && !isLimited(outcome);
  const counts = isItsFault && countsFor(row, health);
  const { delaysMs } = setup.config.retry;
  const { change, waitMs } = settleRow(row, { ...ended, counts, delaysMs });
  await write(change);
  const notTaken = "delivered" in outcome ? outcome.delivered.notTaken : undefined;
  if (notTaken) health.notTaken(row, notTaken);
  row.successesSeen = health.successes();
  if (waitMs === undefined) {
    health.done(row, change, body);
    return "done";
  }
  row.crashes = 0;
  row.state = change.state === "open" ? "open" : "sending";
  row.unknown = row.state === "sending";
  row.attempts = change.attempts ?? row.attempts;
  row.history = change.history ?? row.history;
  const retries = typeof change.nextAt === "string";
  if (retries) row.outageStreak = counts ? 0 : row.outageStreak + 1;
  row.dueAt = clock.monotonic() + waitMs;
  return "waits";
}

async function bury(
  { write, clock, health }: HeadParts,
  row: OpenRow,
  reason: string,
): Promise<"done"> {
  const doneAt = new Date(clock.now()).toISOString();
  const change = { id: row.id, ...deadly(row.unknown), doneAt, reason };
  await write(change);
  health.done(row, change, undefined);
  return "done";
}
