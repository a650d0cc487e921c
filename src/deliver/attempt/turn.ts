import {
  type DeliveryChange,
  DeliveryError,
  flowsDestination,
  type WaypostEvent,
} from "../../contracts.ts";
import { omitFrom, withPersonOf } from "../../event/omit.ts";
import { type Decider, type Decision, noRoute } from "../flows/decide.ts";
import type { Health } from "../health.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { isSkipped, type Outcome } from "./attempt.ts";
import { jitter, skippedFor } from "./settle.ts";
import type { WaitParts } from "./waits.ts";

export interface TurnParts extends WaitParts {
  readonly health: Health;
  /** Absent: no row has routes that are asked at its turn. */
  readonly decider?: Decider;
  /** Whether this delivery of `flows` is known to be over. */
  readonly isOver?: (id: string) => boolean;
  /** Resolves when they are durable on the bus. */
  readonly publish: (events: readonly WaypostEvent[]) => Promise<void>;
}

const waitMs = { first: 10, most: 5_000 };

/** Asks the row's routes, once: what they say goes into the ledger with the mark that it is being sent. */
export async function decideTurn(
  parts: TurnParts,
  row: OpenRow,
  event: WaypostEvent,
): Promise<"go" | "done" | "waits"> {
  if (row.routes === undefined) return "go";
  if (row.decided !== undefined) {
    return isGone(parts, row) ? skip(parts, row, noRoute(row.route), event) : "go";
  }
  const decision = await askRoutes(parts, row, row.routes, event);
  if (decision.is === "wait") return waitForTurn(parts, row);
  if (decision.is === "skip") return skip(parts, row, decision.reason, event);
  row.bodyMisses = 0;
  row.decided = decision.routes;
  row.route = decision.routes[0] ?? row.route;
  return "go";
}

/** The route that held is not in the file any more, and with it the options to deliver with. What was delivered is still told. */
function isGone({ setup, decider }: TurnParts, { route, emits }: OpenRow): boolean {
  const goesOn = setup.name === flowsDestination || emits !== undefined;
  return !goesOn && decider?.knows(route) === false;
}

async function askRoutes(
  { setup, decider, log, isOver }: TurnParts,
  { id, eventId, createdAt }: OpenRow,
  routes: readonly string[],
  event: WaypostEvent,
): Promise<Decision> {
  if (decider === undefined) return { is: "skip", reason: "there are no routes any more" };
  try {
    const asking = { id, destination: setup.name, routes, createdAt };
    return await decider.decide({ ...asking, ...(isOver && { isOver }) }, event);
  } catch (error) {
    log.warn("what a route asks for is not answered, asks again", { eventId, error });
    return { is: "wait" };
  }
}

/** What it asks for may be there any moment: no attempt is used up. */
export function waitForTurn({ clock }: TurnParts, row: OpenRow): "waits" {
  const ms = Math.min(waitMs.first * 2 ** row.bodyMisses, waitMs.most);
  row.bodyMisses += 1;
  row.waitsFor = "turn";
  row.dueAt = clock.monotonic() + jitter(ms);
  return "waits";
}

/** It ends without an attempt, and says why. */
export async function skip(
  { write, clock, health }: TurnParts,
  row: OpenRow,
  reason: string,
  event: WaypostEvent,
): Promise<"done"> {
  const doneAt = new Date(clock.now()).toISOString();
  const change = { id: row.id, ...skippedFor(row, reason), doneAt };
  await write(change);
  health.done(row, change, event);
  return "done";
}

/** What is written before an attempt: without a time, so that who looks at the row sees that it is being tried. */
export function sendingMark(row: OpenRow): DeliveryChange {
  const { id, route, decided, eventType, account } = row;
  const about = { eventType, ...(account && { account }) };
  const told = decided !== undefined && { route, decided, about };
  return { id, state: "sending", nextAt: null, ...told };
}

/**
 * Publishes what follows from a delivery, after the ledger has it: however often it is tried, it is the same. That the bus is away is
 * no fault of the destination's, and uses up no attempt.
 */
export async function followUp(
  parts: TurnParts,
  row: OpenRow,
  body: WaypostEvent,
  outcome: Outcome,
): Promise<Outcome> {
  const emits = await keepEmits(parts, row, body, outcome);
  if (emits.length === 0) return outcome;
  try {
    await parts.publish(emits);
    return outcome;
  } catch (error) {
    const { eventId } = row;
    parts.log.warn("the bus does not take what follows from a delivery", { eventId, error });
    const words = "the bus does not take what follows from it";
    const maybeDone = "delivered" in outcome;
    return { is: "outage", error: new DeliveryError("outage", words, { maybeDone }), ours: true };
  }
}

/** As the ledger has them: what was kept before stays as it was rendered then. */
async function keepEmits(
  { write, setup }: TurnParts,
  row: OpenRow,
  body: WaypostEvent,
  outcome: Outcome,
): Promise<readonly WaypostEvent[]> {
  if (isSkipped(outcome)) return [];
  const isDelivered = "delivered" in outcome;
  const told = omitFrom(body, setup.config.omit);
  const events = (isDelivered ? outcome.delivered.events : outcome.error.events) ?? [];
  const made = told === body ? events : events.map((event) => withPersonOf(body, told, event));
  if (!isDelivered && made.length === 0) return [];
  const kept = row.emits ?? [];
  const fresh = made.filter((event) => !kept.some(({ id }) => id === event.id));
  const emits = [...kept, ...fresh];
  const partial = !isDelivered;
  if (emits.length === 0 || (fresh.length === 0 && row.partial === partial)) return emits;
  const remoteId = isDelivered ? outcome.delivered.remoteId : undefined;
  const known = remoteId === undefined ? {} : { remoteId };
  await write({ id: row.id, state: "sending", emits, partial, ...known });
  row.emits = emits;
  row.partial = partial;
  return emits;
}
