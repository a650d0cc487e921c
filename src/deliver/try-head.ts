import type { DeliveryChange, DeliveryContext, Ledger, WaypostEvent } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import { type Lease, LeaseOverError } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { attempt, type Outcome } from "./attempt.ts";
import type { Bodies, Body } from "./bodies.ts";
import { jitter } from "./delays.ts";
import type { DestinationSetup } from "./delivery.ts";
import { GivenUpError } from "./given-up-error.ts";
import type { Health } from "./health.ts";
import { insist } from "./insist.ts";
import type { OpenRow } from "./open-row.ts";
import { deadly, settle } from "./settle.ts";

export interface HeadParts {
  readonly setup: DestinationSetup;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly bodies: Bodies;
  readonly health: Health;
  readonly write: (change: DeliveryChange) => Promise<void>;
  /** Aborts attempts: the lease is over, or the program ends. */
  readonly over: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** An event that ends the process so often is not tried again by itself. */
const mostEndings = 5;
const mostDaysBehind = 30;
const bodyWaitMs = { first: 1_000, most: 30_000 };

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
      row.dueAt = clock.monotonic() + jitter(bodyWaitMs.first);
      return "waits";
    }
  };
}

async function tryHead(parts: HeadParts, row: OpenRow): Promise<"done" | "waits"> {
  const { write, lease, clock } = parts;
  const body = await findBody(parts, row);
  if (body === "absent" && isOld(row, clock)) {
    return bury(parts, row, "its event is no longer in the log");
  }
  if (body === undefined || body === "absent") return waitForBody(row, clock);
  if (body === "quarantined") {
    return bury(parts, row, "the store can never take its event: it lies in quarantine");
  }
  if (row.endings >= mostEndings) {
    return bury(parts, row, `the process ended during each of its last ${row.endings} attempts`);
  }
  const context = await contextOf(parts, row, body);
  // Each time: the write is what fences an attempt by a holder that was suspended past its lease.
  const history = row.state === "sending" && row.endings > 0 ? { history: row.history } : {};
  // Without a time: who looks at the row sees that it is being tried.
  await write({ id: row.id, state: "sending", nextAt: null, ...history });
  row.state = "sending";
  const { health, setup } = parts;
  if (row.unknown && setup.destination.idempotency === "none") await health.repeated();
  lease.check();
  parts.over.throwIfAborted();
  const at = clock.now();
  const startedAt = clock.monotonic();
  const outcome = await attempt(body, context, row.unknown, parts);
  const tried = { outcome, at, ms: clock.monotonic() - startedAt, now: clock.now() };
  await saveLink(parts, body, outcome);
  return finish(parts, row, body, tried);
}

async function finish(
  { write, health, setup, clock }: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
  tried: Omit<Parameters<typeof settle>[1], "counts" | "delaysMs">,
): Promise<"done" | "waits"> {
  const { outcome } = tried;
  const counts = health.successes() > row.successesSeen;
  const { change, waitMs } = settle(row, {
    ...tried,
    counts,
    delaysMs: setup.config.retry.delaysMs,
  });
  await Promise.all([write(change), health.learn(outcome, tried.ms)]);
  row.successesSeen = health.successes();
  if (waitMs === undefined) {
    health.done(row, change, body);
    return "done";
  }
  row.endings = 0;
  row.state = change.state === "open" ? "open" : "sending";
  row.unknown = row.state === "sending";
  row.attempts = change.attempts ?? row.attempts;
  row.history = change.history ?? row.history;
  if (outcome.is === "outage") row.uncounted = counts ? 0 : row.uncounted + 1;
  row.dueAt = clock.monotonic() + waitMs;
  return "waits";
}

/** "absent": the log answers that it has no such event. undefined: it does not answer. */
async function findBody({ bodies, log }: HeadParts, row: OpenRow): Promise<Body | "absent"> {
  try {
    return (await bodies.get(row.eventId)) ?? "absent";
  } catch (error) {
    log.warn("the log cannot be asked for an event", { eventId: row.eventId, error });
    return undefined;
  }
}

/** The log keeps events for 30 days at least: what it lacks by then does not come any more. */
function isOld(row: OpenRow, clock: Clock): boolean {
  return clock.now() - Date.parse(row.createdAt) > mostDaysBehind * 86_400_000;
}

/** The store may be behind the ledger: no attempt is used up. */
function waitForBody(row: OpenRow, clock: Clock): "waits" {
  const ms = Math.min(bodyWaitMs.first * 2 ** row.absences, bodyWaitMs.most);
  row.absences += 1;
  row.dueAt = clock.monotonic() + jitter(ms);
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

async function contextOf(
  { setup, ledger, ...rest }: HeadParts,
  row: OpenRow,
  { data, id }: WaypostEvent,
): Promise<DeliveryContext> {
  const { name, destination } = setup;
  const { conversationId } = data;
  const link =
    conversationId === undefined || destination.links === false
      ? undefined
      : await insist(() => ledger.link(name, conversationId), rest);
  return {
    destination: name,
    idempotencyKey: `${id}:${name}`,
    attempt: row.history.length + 1,
    link,
  };
}

/** Before the delivery counts as delivered, or the next of the conversation would not find it. */
async function saveLink(
  { setup, ledger, ...rest }: HeadParts,
  { data }: WaypostEvent,
  outcome: Outcome,
): Promise<void> {
  const { conversationId } = data;
  if (!("delivered" in outcome) || conversationId === undefined) return;
  const { link } = outcome.delivered;
  if (link === undefined) return;
  const { lease } = rest;
  const save = () => ledger.saveLink(setup.name, conversationId, link, lease.epoch);
  if (await insist(save, rest)) return;
  lease.lose("a later holder has written the link");
  lease.check();
}
