import type { Channel, ChannelModel } from "amqplib";
import type { Consumer, QueueSpec } from "../../contracts.ts";
import { delay } from "../../support/delay.ts";
import { closeChannel } from "./channel.ts";
import { type ConsumerOptions, createConsumer } from "./consume.ts";
import {
  bindLayout,
  dropMarker,
  redeclareLayout,
  setMarker,
  settledAt,
  survey,
  unless,
} from "./declare-layout.ts";
import {
  goalOf,
  interim,
  type LayoutId,
  layoutOf,
  markersOf,
  nextStep,
  type Survey,
} from "./layout.ts";
import { type MoveParts, moveLayout, queuesOf } from "./move-layout.ts";
import { createSubscription } from "./subscription.ts";

/** Longer than the minute in which a publisher declares its queues again: a process of an older version shows itself. */
export const quietMs = 75_000;
const lockRetryMs = 1_000;
const checkMs = 15_000;

export interface LayoutConsumerOptions extends ConsumerOptions {
  /** As `quietMs`. */
  readonly quietMs: number;
}

/**
 * Consumes a queue that may be split, all its shards side by side, each in order. At its start a process brings the queues to the
 * layout it is configured for, one process at a time; later it follows what others do, so that two configurations never
 * move them to and fro.
 */
export function createLayoutConsumer(options: LayoutConsumerOptions): Consumer {
  const { connection, queue: spec } = options;
  const log = options.log.child({ queue: spec.name });
  const state = { mayMove: true };
  const consume = async (queues: readonly QueueSpec[]) =>
    together(queues.map((queue) => createConsumer({ ...options, queue })));
  return createSubscription({
    connection,
    log,
    run: async ({ over }) => {
      const model = connection.current();
      if (model === undefined) return;
      const parts = { model, spec, log, consume, over };
      while (!over.aborted) await goOn(parts, options, state);
    },
  });
}

/** Consumes the layout that stands, or moves what waits into it, or waits until another process has done that. */
async function goOn(
  parts: MoveParts,
  options: LayoutConsumerOptions,
  state: { mayMove: boolean },
): Promise<void> {
  const { model, spec, log, over } = parts;
  const goal = goalOf(spec);
  const id = await settledAt(model, spec);
  if (id !== undefined && (id === goal || !state.mayMove)) {
    if (id !== goal) {
      const reason = `they lie as ${id}, this process has ${goal}: all should have the same STORE_SHARDS`;
      log.warn("the queues have another number of shards", { reason });
    }
    state.mayMove = false;
    await follow(parts, id);
  } else if (!(await withLock(parts, (held) => arrange(held, options, state)))) {
    await delay(lockRetryMs, { signal: over });
  }
}

/** Until the layout is left. Puts back what is missing of it. */
async function follow({ model, spec, consume, over }: MoveParts, id: LayoutId): Promise<void> {
  const consumer = await consume(queuesOf(layoutOf(spec, id)));
  try {
    while (!over.aborted && (await redeclareLayout(model, spec, id))) {
      await delay(checkMs, { signal: over });
    }
  } finally {
    await consumer.close();
  }
}

/** Step after step until all is as it should be. */
async function arrange(
  parts: MoveParts,
  options: LayoutConsumerOptions,
  state: { mayMove: boolean },
): Promise<void> {
  const { model, spec, over } = parts;
  let quiet = false;
  while (!over.aborted) {
    const found = await survey(model, spec);
    const step = nextStep(found, goalOf(spec), state.mayMove);
    if (step.kind === "settle") {
      await settle(model, spec, found, step.id);
      state.mayMove = false;
      return;
    }
    if (step.from === interim && step.to === "1" && !quiet && found.leaving.length === 0) {
      await consumeFor(parts, interim, options.quietMs);
      quiet = true;
    } else {
      await moveLayout(parts, step.from, step.to);
      quiet = false;
    }
  }
}

async function consumeFor({ consume, spec, over }: MoveParts, id: LayoutId, ms: number) {
  const consumer = await consume(queuesOf(layoutOf(spec, id)));
  await delay(ms, { signal: over });
  await consumer.close();
}

async function settle(
  model: ChannelModel,
  spec: QueueSpec,
  { leaving }: Survey,
  id: LayoutId,
): Promise<void> {
  const markers = markersOf(spec);
  await bindLayout(model, layoutOf(spec, id));
  await setMarker(model, markers.layout(id));
  for (const left of leaving) await dropMarker(model, markers.leaving(left));
  await setMarker(model, markers.settled);
}

/** Runs it while no other process can; false: another one has the lock. RabbitMQ gives it back when the connection ends. */
async function withLock(
  parts: MoveParts,
  work: (parts: MoveParts) => Promise<void>,
): Promise<boolean> {
  const { model, spec, over } = parts;
  const channel = await model.createChannel();
  const lost = new AbortController();
  channel.on("error", () => undefined);
  channel.once("close", () => lost.abort());
  try {
    if (
      !(await unless(
        405,
        lock(channel, `${spec.name}.lock`, () => lost.abort()),
      ))
    )
      return false;
    await work({ ...parts, over: AbortSignal.any([over, lost.signal]) });
    return true;
  } finally {
    await closeChannel(channel);
  }
}

async function lock(channel: Channel, name: string, onLost: () => void) {
  await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
  return channel.consume(name, (message) => {
    if (message === null) onLost();
  });
}

function together(consumers: readonly Consumer[]): Consumer {
  const all = async (work: (consumer: Consumer) => Promise<void>) => {
    await Promise.all(consumers.map(work));
  };
  return {
    pause: () => all((consumer) => consumer.pause()),
    resume: () => all((consumer) => consumer.resume()),
    close: () => all((consumer) => consumer.close()),
  };
}
