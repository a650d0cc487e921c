import type { ChannelModel } from "amqplib";
import type { Consumer, QueueSpec } from "../../contracts.ts";
import { delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import {
  bindLayout,
  countsOf,
  dropMarker,
  onChannel,
  setMarker,
  unbindLayout,
  unless,
} from "./declare-layout.ts";
import { type Layout, type LayoutId, layoutOf, markersOf, unordered } from "./layout.ts";
import { singleActive } from "./topology.ts";

/** Between looks at what is being emptied. */
const lookMs = 100;
/** An empty queue that another process consumes: what that one still holds is stored, or comes back, within this. */
const heldMs = 5_000;

export interface MoveParts {
  readonly model: ChannelModel;
  readonly spec: QueueSpec;
  readonly log: Log;
  /** Consumes the queues until it is closed. */
  readonly consume: (queues: readonly QueueSpec[]) => Promise<Consumer>;
  /** Aborts with the connection, the lock and the consumer. */
  readonly over: AbortSignal;
}

/** As they are, without bindings: what consumes must not bind again what is being left. */
export function queuesOf({ queues }: Layout): QueueSpec[] {
  return queues.map(({ name, arguments: args }) => ({
    name,
    patterns: [],
    quarantine: false,
    single: args === singleActive,
  }));
}

/**
 * From one layout to another. Each step is harmless to repeat, and what exists says where a killed one stood:
 *
 *   settled − · leaving(from) + · layout(to) + · bind `to` · layout(from) − · unbind `from` · empty it · delete it · leaving(from) −
 *
 * Between the two bindings every event is in both, so that none is lost and the log absorbs the second. `to` is read when
 * `from` is empty. Returns early when `over`.
 */
export async function moveLayout(parts: MoveParts, from: LayoutId, to: LayoutId): Promise<void> {
  const { model, spec, log, over } = parts;
  const markers = markersOf(spec);
  const [old, next] = [layoutOf(spec, from), layoutOf(spec, to)];
  const reason = `from ${from} to ${to}`;
  log.info("moves what waits to another layout of its queues", { reason });
  await dropMarker(model, markers.settled);
  // Before anything says that it is there: an older version could declare it as it was.
  if (to === "1" && !(await canDeclare(model, next))) {
    log.warn("a process of an older version declared the queue again", { queue: spec.name });
    return;
  }
  await setMarker(model, markers.leaving(from));
  await setMarker(model, markers.layout(to));
  await bindLayout(model, next);
  if (from !== unordered) await dropMarker(model, markers.layout(from));
  await leave(parts, old, next);
  if (over.aborted) return;
  await dropMarker(model, markers.leaving(from));
  log.info("moved to another layout of its queues", { reason });
}

async function canDeclare(model: ChannelModel, { queues }: Layout): Promise<boolean> {
  for (const { name, arguments: args } of queues) {
    const declared = onChannel(model, (channel) =>
      channel.assertQueue(name, { durable: true, arguments: args }),
    );
    if (!(await unless(406, declared))) return false;
  }
  return true;
}

/**
 * Empties the layout, then deletes it. While a process of another version or configuration still consumes it, it stays, and the next
 * one is read when it has been empty for a while.
 */
async function leave(parts: MoveParts, old: Layout, next: Layout): Promise<void> {
  if ((await emptyAndDelete(parts, old, heldMs)) || parts.over.aborted) return;
  const reason = "stop what runs with another version or another STORE_SHARDS";
  parts.log.warn("another process still consumes a queue that is being left", { reason });
  const following = await parts.consume(queuesOf(next));
  await emptyAndDelete(parts, old, Number.POSITIVE_INFINITY).finally(() => following.close());
}

/**
 * A queue is deleted when it holds nothing and nobody consumes it: nothing is unacked then, and what came since the next one was
 * bound, the next one has too. False: over, or others consumed it for so long although it was empty.
 */
async function emptyAndDelete(parts: MoveParts, old: Layout, patienceMs: number): Promise<boolean> {
  const { model, over } = parts;
  let emptySince = Number.POSITIVE_INFINITY;
  for (; !over.aborted; await delay(lookMs, { signal: over })) {
    await unbindLayout(model, old);
    const { ready, consumers } = await totalOf(model, old);
    if (ready === 0 && consumers === 0) {
      await deleteLayout(model, old);
      return true;
    }
    emptySince = ready > 0 ? Number.POSITIVE_INFINITY : Math.min(emptySince, Date.now());
    if (ready > 0) await emptyLayout(parts, old);
    else if (Date.now() - emptySince >= patienceMs) return false;
  }
  return false;
}

async function emptyLayout({ model, consume, over }: MoveParts, old: Layout): Promise<void> {
  const consumer = await consume(queuesOf(old));
  try {
    while (!over.aborted && (await totalOf(model, old)).ready > 0) {
      await delay(lookMs, { signal: over });
    }
  } finally {
    await consumer.close();
  }
}

async function totalOf(model: ChannelModel, { queues }: Layout) {
  const total = { ready: 0, consumers: 0 };
  for (const { name } of queues) {
    const counts = await countsOf(model, name);
    total.ready += counts?.messageCount ?? 0;
    total.consumers += counts?.consumerCount ?? 0;
  }
  return total;
}

/** What cannot be decoded lies in a queue of its own, which stays. */
async function deleteLayout(model: ChannelModel, { queues, sharder }: Layout): Promise<void> {
  await onChannel(model, async (channel) => {
    for (const { name } of queues) await channel.deleteQueue(name);
    if (sharder === undefined) return;
    await channel.deleteExchange(sharder.name);
    await channel.deleteExchange(sharder.rest);
  });
}
