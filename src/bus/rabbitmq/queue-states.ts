import type { ChannelModel } from "amqplib";
import type { QueueSpec, QueueState } from "../../contracts.ts";
import { deadQueueName } from "../../contracts.ts";
import type { Metrics } from "../../support/metrics.ts";
import { countsOf, settledAt, survey } from "./declare-layout.ts";
import { type LayoutId, layoutOf, unordered } from "./layout.ts";

const gaugesMs = 5_000;

/** While RabbitMQ is away they stand as they were. */
export function startQueueGauges(
  states: () => Promise<readonly QueueState[]>,
  { queueReady, queueDead }: Pick<Metrics, "queueReady" | "queueDead">,
): NodeJS.Timeout {
  let measuring = false;
  const measure = async () => {
    // A frozen RabbitMQ answers late: one question is enough.
    if (measuring) return;
    measuring = true;
    const found = await states().catch(() => undefined);
    measuring = false;
    if (found === undefined) return;
    // Shards come and go.
    queueReady.reset();
    queueDead.reset();
    for (const { name: queue, ready, dead } of found) {
      queueReady.set({ queue }, ready);
      queueDead.set({ queue }, dead);
    }
  };
  return setInterval(() => void measure(), gaugesMs).unref();
}

/** One for each queue, each shard; while one layout moves into another, all that waits for the spec as one. */
export async function queueStates(
  model: ChannelModel,
  specs: readonly QueueSpec[],
): Promise<QueueState[]> {
  const states: QueueState[] = [];
  for (const spec of specs) {
    const dead = (await countsOf(model, deadQueueName(spec.name)))?.messageCount ?? 0;
    if (spec.shards === undefined) states.push({ ...(await stateOf(model, spec.name)), dead });
    else states.push(...(await layoutStates(model, spec, dead)));
  }
  return states;
}

/** Shard 0 tells of the dead queue that all shards share. */
async function layoutStates(
  model: ChannelModel,
  spec: QueueSpec,
  dead: number,
): Promise<QueueState[]> {
  const id = await settledAt(model, spec);
  if (id !== undefined) {
    const states = await statesIn(model, spec, [id]);
    return states.map((state, shard) => (shard === 0 ? { ...state, dead } : state));
  }
  const { current, leaving, plain } = await survey(model, spec);
  const there = new Set([...current, ...leaving, ...(plain === "unordered" ? [unordered] : [])]);
  const states = await statesIn(model, spec, [...there]);
  const ready = states.reduce((sum, state) => sum + state.ready, 0);
  const consumers = Math.max(0, ...states.map((state) => state.consumers ?? 0));
  return [{ name: spec.name, ready, consumers, dead }];
}

async function statesIn(
  model: ChannelModel,
  spec: QueueSpec,
  ids: readonly LayoutId[],
): Promise<QueueState[]> {
  const names = new Set(ids.flatMap((id) => layoutOf(spec, id).queues.map(({ name }) => name)));
  return Promise.all([...names].map((name) => stateOf(model, name)));
}

async function stateOf(model: ChannelModel, name: string): Promise<QueueState> {
  const counts = await countsOf(model, name);
  return {
    name,
    ready: counts?.messageCount ?? 0,
    consumers: counts?.consumerCount ?? 0,
    dead: 0,
  };
}
