import type { BatchItem, DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { omitFrom } from "../../event/omit.ts";
import { LeaseOverError } from "../../support/lease.ts";
import { setupFor } from "../delivery.ts";
import type { Batch } from "../lanes/gather.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { GivenUpError } from "../ledger-access.ts";
import { attemptBatch, type BatchEnd, type Outcome } from "./attempt.ts";
import { contactKeysOf, contextOf, saveLink } from "./context.ts";
import { jitter, settle, settleUntried } from "./settle.ts";
import {
  bodyToTry,
  countsFor,
  type Ended,
  type HeadParts,
  isLaneOnly,
  record,
  tryAlone,
} from "./try-head.ts";
import { followUp, sendingMark } from "./turn.ts";

/** A row that goes into the call, with its whole event. */
interface Ready {
  readonly row: OpenRow;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
}

interface Going {
  readonly row: OpenRow;
  readonly event: WaypostEvent;
  /** Of a destination that takes turns per contact. */
  readonly contactKeys?: readonly string[];
}
type GoingLanes = readonly (readonly Going[])[];

/** As its own lane has it, in order. */
type ReadyLanes = readonly (readonly Ready[])[];

const errorWaitMs = 1_000;

/**
 * One try of several rows in one call: mark all as `sending`, deliver, write what became of each. Answers with the rows that are
 * done. As for a single head, never rejects, and when the lease ends in between the rows stay as the ledger has them.
 */
export function createTryBatch(parts: HeadParts): (batch: Batch) => Promise<ReadonlySet<OpenRow>> {
  const { clock, log } = parts;
  return async (batch) => {
    const done = new Set<OpenRow>();
    try {
      await tryBatch(parts, batch, done);
    } catch (error) {
      if (!(error instanceof LeaseOverError)) {
        log.error("a batch of deliveries could not be tried", {
          count: batch.flat().length,
          error,
        });
      }
      for (const row of batch.flat()) row.dueAt = clock.monotonic() + jitter(errorWaitMs);
    }
    return done;
  };
}

async function tryBatch(parts: HeadParts, batch: Batch, done: Set<OpenRow>): Promise<void> {
  const found = await Promise.all(batch.map((rows) => findGoing(parts, rows, done)));
  const [only, ...others] = found.flat();
  if (only === undefined) return;
  if (others.length === 0) {
    await noting(parts, only.row, done, () => tryAlone(parts, only.row, only.event));
    return;
  }
  if (parts.setup.destination.serialize !== "contact") return tryGoing(parts, found, done);
  const going = await Promise.all(found.map((lane) => Promise.all(lane.map(withKeys(parts)))));
  const keys = new Set(going.flat().flatMap(({ contactKeys = [] }) => contactKeys));
  await parts.contactsInTurn.run([...keys], () => tryGoing(parts, going, done));
}

async function tryGoing(parts: HeadParts, going: GoingLanes, done: Set<OpenRow>): Promise<void> {
  const { clock, lease, over } = parts;
  const ready = await Promise.all(going.map((lane) => withContexts(parts, lane)));
  const marked = await mark(parts, ready, done);
  lease.check();
  over.throwIfAborted();
  if (marked.flat().length === 0) return;
  const at = clock.now();
  const startedAt = clock.monotonic();
  const { omit } = parts.setup.config;
  const items = marked.flat().map(({ event, context }): BatchItem => {
    return { event: omitFrom(event, omit), context };
  });
  const end = await attemptBatch(items, parts);
  const time = { at, ms: clock.monotonic() - startedAt, now: clock.now() };
  const ended = endedOf(marked, end, time);
  // Before one counts as delivered, or the next of its conversation would not find it.
  await Promise.all(ended.map((lane) => saveLinks(parts, lane)));
  const followed = await Promise.all(ended.map((lane) => followUpLane(parts, lane)));
  // First the health: who fails beside others that succeed has failed by itself.
  const whole = asOne(end);
  const learnt = whole && parts.health.learn(whole, time.ms);
  await Promise.all([learnt, ...followed.flatMap((lane) => recordLane(parts, lane, end, done))]);
}

/** Those of a lane that can go, in order, up to the first that waits. */
async function findGoing(
  parts: HeadParts,
  rows: readonly OpenRow[],
  done: Set<OpenRow>,
): Promise<Going[]> {
  const found = await Promise.all(
    rows.map(async (row) => {
      row.moreMs = 0;
      const event = await noting(parts, row, done, () => bodyToTry(parts, row));
      return { row, event };
    }),
  );
  const going: Going[] = [];
  for (const { row, event } of found) {
    if (event === "done") continue;
    // With options of its own it goes alone, when its turn comes again.
    row.alone ||= setupFor(parts.setup, row) !== parts.setup;
    if (event === "waits" || row.alone) break;
    going.push({ row, event });
  }
  return going;
}

const withKeys =
  (parts: HeadParts) =>
  async (going: Going): Promise<Going> => ({
    ...going,
    contactKeys: await contactKeysOf(going.event, parts),
  });

async function withContexts(parts: HeadParts, lane: readonly Going[]): Promise<Ready[]> {
  return Promise.all(
    lane.map(async ({ row, event, contactKeys }) => {
      return { row, event, context: await contextOf(parts, row, event, contactKeys) };
    }),
  );
}

/** Asked for in one tick, so they are one write. Answers without those that an operator has given up. */
async function mark(parts: HeadParts, ready: ReadyLanes, done: Set<OpenRow>): Promise<ReadyLanes> {
  const markOne = async ({ row }: Ready) => {
    await parts.write(sendingMark(row));
    row.state = "sending";
    row.called = true;
    return "waits" as const;
  };
  await Promise.all(ready.flat().map((each) => noting(parts, each.row, done, () => markOne(each))));
  return ready.map((lane) => lane.filter(({ row }) => !done.has(row)));
}

/** An attempt of a batch that has ended, by lane. */
type EndedLane = readonly { readonly ready: Ready; readonly ended: Ended }[];

function endedOf(lanes: ReadyLanes, end: BatchEnd, time: Omit<Ended, "outcome">): EndedLane[] {
  const outcomes: Iterator<Outcome> = "each" in end ? end.each.values() : [].values();
  return lanes.map((lane) =>
    lane.map((ready) => {
      const outcome = "all" in end ? end.all : outcomes.next().value;
      return { ready, ended: { ...time, outcome } };
    }),
  );
}

/** One after the other: the last of a conversation stays. */
async function saveLinks(parts: HeadParts, lane: EndedLane): Promise<void> {
  for (const { ready, ended } of lane) {
    const { outcome } = ended;
    if (!("delivered" in outcome) || outcome.delivered.link === undefined) continue;
    await saveLink(parts, ready.event, outcome.delivered.link);
  }
}

/** One after the other, as a conversation's events are published. */
async function followUpLane(parts: HeadParts, lane: EndedLane): Promise<EndedLane> {
  const followed: EndedLane[number][] = [];
  for (const { ready, ended } of lane) {
    const outcome = await followUp(parts, ready.row, ready.event, ended.outcome);
    followed.push({ ready, ended: { ...ended, outcome } });
  }
  return followed;
}

/** Written in one tick. Behind the first that is neither delivered nor refused the rest of its lane waits its turn. */
function recordLane(
  parts: HeadParts,
  lane: EndedLane,
  end: BatchEnd,
  done: Set<OpenRow>,
): Promise<unknown>[] {
  const isRefusedWhole = "all" in end && end.all.is === "refused";
  // One of them may be at fault for all, but not for a quota: who says when to come again has nothing against the rows.
  const mayBeTheirs = "all" in end && end.all.error.afterMs === undefined;
  let isBehind = false;
  return lane.map(({ ready: { row, event }, ended }) => {
    const how = isBehind || isRefusedWhole ? settleUntried : settle;
    isBehind ||= !("delivered" in ended.outcome) && ended.outcome.is !== "refused";
    row.alone ||= isRefusedWhole || (mayBeTheirs && countsFor(row, parts.health));
    return noting(parts, row, done, () => record(parts, row, event, ended, how));
  });
}

/** Of one row: that an operator has given it up ends it, and none of its siblings. */
async function noting<T>(
  { log }: HeadParts,
  row: OpenRow,
  done: Set<OpenRow>,
  work: () => Promise<T | "done">,
): Promise<T | "done"> {
  try {
    const end = await work();
    if (end === "done") done.add(row);
    return end;
  } catch (error) {
    if (!(error instanceof GivenUpError)) throw error;
    log.info("an operator has given a delivery up", { eventId: row.eventId });
    done.add(row);
    return "done";
  }
}

/** What the batch says of the destination: a wrong configuration before all, then that it took something, then that it answered; undefined: nothing. */
function asOne(end: BatchEnd): Outcome | undefined {
  const each = ("all" in end ? [end.all] : end.each).filter((outcome) => !isLaneOnly(outcome));
  const order: readonly Outcome["is"][] = ["config", "delivered", "refused", "outage"];
  return order.flatMap((is) => each.find((outcome) => outcome.is === is) ?? [])[0];
}
