import type {
  Contacts,
  DeliveryChange,
  DeliveryContext,
  Ledger,
  Link,
  RememberOptions,
  WaypostEvent,
} from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { KeyedMutex } from "../support/keyed-mutex.ts";
import { type Lease, LeaseOverError } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { attempt } from "./attempt.ts";
import type { Bodies, Body } from "./bodies.ts";
import { aboutOf, askContact, contactKeysOf } from "./contact-of.ts";
import type { DestinationSetup } from "./delivery.ts";
import type { Health } from "./health.ts";
import { mostWaitMs, type OpenRow } from "./lane.ts";
import { retryWhileHeld } from "./lease.ts";
import { deadly, jitter, settle } from "./settle.ts";
import { GivenUpError } from "./writes.ts";

export interface HeadParts {
  readonly setup: DestinationSetup;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "of">;
  /** For destinations with `serialize: "contact"`. */
  readonly contactsInTurn: KeyedMutex;
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
const mostCrashes = 5;
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
  const body = await bodyToTry(parts, row);
  if (body === "done" || body === "waits") return body;
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
  const { write, lease, clock } = parts;
  const context = await contextOf(parts, row, body, contactKeys);
  // Each time: the write is what fences an attempt by a holder that was suspended past its lease.
  const history = row.state === "sending" && row.crashes > 0 ? { history: row.history } : {};
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
  // Before the delivery counts as delivered, or the next of the conversation would not find it.
  if ("delivered" in outcome && outcome.delivered.link !== undefined) {
    await saveLink(parts, body, outcome.delivered.link);
  }
  return finish(parts, row, body, tried);
}

/** The event, where it is there and its time has come. */
async function bodyToTry(parts: HeadParts, row: OpenRow): Promise<WaypostEvent | "done" | "waits"> {
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
  return (await waitsForItsTime(parts, row, body)) ? "waits" : body;
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
  row.crashes = 0;
  row.state = change.state === "open" ? "open" : "sending";
  row.unknown = row.state === "sending";
  row.attempts = change.attempts ?? row.attempts;
  row.history = change.history ?? row.history;
  if (outcome.is === "outage") row.outageStreak = counts ? 0 : row.outageStreak + 1;
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
  const ms = Math.min(bodyWaitMs.first * 2 ** row.bodyMisses, bodyWaitMs.most);
  row.bodyMisses += 1;
  row.dueAt = clock.monotonic() + jitter(ms);
  return "waits";
}

/** The row stays open, and tells when its time comes. What may have taken effect already is not held back. */
async function waitsForItsTime(
  parts: HeadParts,
  row: OpenRow,
  body: WaypostEvent,
): Promise<boolean> {
  const { write, clock } = parts;
  if (row.unknown || row.history.length > 0) return false;
  const ms = Math.min(timeToWait(parts, row, body), mostWaitMs);
  if (!(ms > 0)) return false;
  await write({ id: row.id, state: "open", nextAt: new Date(clock.now() + ms).toISOString() });
  row.dueAt = clock.monotonic() + ms;
  return true;
}

/** In ms; NaN where the destination's answer is no time. One that cannot say is not waited for: a lane would stand still. */
function timeToWait({ setup, clock, log }: HeadParts, row: OpenRow, body: WaypostEvent): number {
  try {
    const at = setup.destination.notBefore?.(body, new Date(row.createdAt));
    return at === undefined ? 0 : at.getTime() - clock.now();
  } catch (error) {
    log.warn("a destination cannot say when to try", { eventId: row.eventId, error });
    return 0;
  }
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
  parts: HeadParts,
  row: OpenRow,
  event: WaypostEvent,
  contactKeys?: readonly string[],
): Promise<DeliveryContext> {
  const { name, destination } = parts.setup;
  const linkOf = (about: string | readonly string[]) =>
    retryWhileHeld(() => parts.ledger.link(name, about), parts);
  const link =
    destination.links === false ? undefined : await linkOf(aboutOf(event, "conversation"));
  const contactLink = contactKeys && (await linkOf(contactKeys));
  return {
    destination: name,
    idempotencyKey: `${event.id}:${name}`,
    attempt: row.history.length + 1,
    link,
    contactLink,
    contact: askContact(event, parts.contacts),
    remember: (made, options) => saveLink(parts, event, made, options),
  };
}

async function saveLink(
  parts: HeadParts,
  event: WaypostEvent,
  link: Link,
  { scope = "conversation", ...options }: RememberOptions = {},
): Promise<void> {
  const { setup, ledger, lease } = parts;
  const save = () => ledger.saveLink(setup.name, aboutOf(event, scope), link, lease.epoch, options);
  if (await retryWhileHeld(save, parts)) return;
  lease.lose("a later holder has written the link");
  lease.check();
}
