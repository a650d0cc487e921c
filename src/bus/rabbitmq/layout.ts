import type { QueueSpec } from "../../contracts.ts";
import { type Binding, bindingsOf, quarantineExchange, quorum, singleActive } from "./topology.ts";

/**
 * How a queue of ordered events (the store's) lies in RabbitMQ: "1" is one queue, "2" to "16" so many shards. The arguments of a queue
 * never change, so "unordered" is the one that versions before this made, without a single active consumer, and "interim" a queue of
 * another name that takes its place until it is deleted and can be declared anew.
 */
export type LayoutId = string;
export const unordered: LayoutId = "unordered";
export const interim: LayoutId = "interim";
const maxShards = 16;
export const layoutIds: readonly LayoutId[] = [
  interim,
  ...Array.from({ length: maxShards }, (_, n) => String(n + 1)),
];

/** Set when publishing where there are shards. It must not begin with `x-`: a headers exchange ignores those. */
export const shardHeader = "waypost-shard";
/**
 * Numbers fall into 16 slots, whatever the number of shards, and a slot lies in one shard: publishers need not agree on that number
 * while it changes.
 */
const slotHeaders = Array.from({ length: maxShards }, (_, slot) => ({
  [shardHeader]: String(slot),
}));

/** The headers of an event: its phone number's slot. None for events without a number: they go to shard 0. */
export function shardHeaders(routingKey: string): Readonly<Record<string, string>> | undefined {
  const from = routingKey.lastIndexOf(".") + 1;
  if (routingKey.startsWith("none", from)) return undefined;
  let hash = 0x811c9dc5;
  for (let at = from; at < routingKey.length; at += 1) {
    hash = Math.imul(hash ^ routingKey.charCodeAt(at), 0x01000193);
  }
  return slotHeaders[((hash ^ (hash >>> 16)) >>> 0) % maxShards];
}

interface LayoutQueue {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}
export interface Layout {
  readonly id: LayoutId;
  readonly queues: readonly LayoutQueue[];
  /** The headers exchange; what it cannot place goes on to `rest`. */
  readonly sharder?: { readonly name: string; readonly rest: string };
  readonly inner: readonly (Binding & { readonly queue: string; readonly slot?: string })[];
  /** What leads events into it: bound last, unbound first. `queue`, else the sharder. */
  readonly entries: readonly (Binding & { readonly queue?: string })[];
}

export function layoutOf(spec: QueueSpec, id: LayoutId): Layout {
  const shards = Number(id);
  if (!(shards > 1)) {
    const name = id === interim ? `${spec.name}.interim` : spec.name;
    const queue = { name, arguments: id === unordered ? quorum : singleActive };
    const entries = bindingsOf(spec).map((binding) => ({ ...binding, queue: name }));
    return { id, queues: [queue], inner: [], entries };
  }
  const names = Array.from({ length: shards }, (_, n) => `${spec.name}.${n}-of-${id}`);
  const [first = ""] = names;
  const sharder = { name: `${spec.name}.by-${id}`, rest: `${spec.name}.by-${id}.rest` };
  const slots = slotHeaders.map((_, slot) => ({
    queue: names[slot % shards] ?? first,
    exchange: sharder.name,
    key: "",
    slot: String(slot),
  }));
  return {
    id,
    queues: names.map((name) => ({ name, arguments: singleActive })),
    sharder,
    inner: [{ queue: first, exchange: sharder.rest, key: "" }, ...slots],
    entries: bindingsOf(spec).map((binding) =>
      binding.exchange === quarantineExchange ? { ...binding, queue: first } : binding,
    ),
  };
}

/** Exchanges that nothing is bound to: what exists says where a move from one layout to another stands. */
export function markersOf({ name }: QueueSpec) {
  return {
    /** Publishers declare the layout, and put back what is missing of it. */
    layout: (id: LayoutId) => `${name}.layout.${id}`,
    /** It takes no more events and is being emptied, or soon will be. */
    leaving: (id: LayoutId) => `${name}.leaving.${id}`,
    /** There is one layout, and nothing moves. */
    settled: `${name}.settled`,
  };
}

export function goalOf({ shards = 1 }: QueueSpec): LayoutId {
  return String(shards);
}

export interface Survey {
  /** Layouts with a marker. */
  readonly current: readonly LayoutId[];
  readonly leaving: readonly LayoutId[];
  /** The queue of the spec's own name: the old one, the new one, or none. */
  readonly plain: "unordered" | "ordered" | "none";
}
export type Step =
  | { readonly kind: "move"; readonly from: LayoutId; readonly to: LayoutId }
  /** Nothing is under way: this one it is. */
  | { readonly kind: "settle"; readonly id: LayoutId };

/**
 * What to do next. A move that was begun is ended in its direction before another begins, so that no queue is read before an
 * older one. `mayMove`: else what is there stays, whatever the goal.
 */
export function nextStep(survey: Survey, goal: LayoutId, mayMove: boolean): Step {
  const { plain } = survey;
  const current = survey.current.filter((id) => id !== "1" || plain !== "unordered");
  if (plain === "unordered") {
    return { kind: "move", from: unordered, to: current[0] ?? (goal === "1" ? interim : goal) };
  }
  const begun = begunMove(survey.leaving, current, goal);
  if (begun) return begun;
  const [first = plain === "ordered" ? "1" : goal, second] = current;
  if (second !== undefined) {
    // Two processes, configured differently, declared at once what was not there.
    const [from, to] = second === goal ? [first, second] : [second, first];
    return { kind: "move", from, to };
  }
  if (first === goal || !mayMove) return { kind: "settle", id: first };
  return { kind: "move", from: first, to: goal };
}

/** One that left a layout and did not yet bind another has changed nothing: it ends where the goal is. */
function begunMove(
  leaving: readonly LayoutId[],
  current: readonly LayoutId[],
  goal: LayoutId,
): Step | undefined {
  for (const from of leaving) {
    const to = current.find((id) => id !== from) ?? goal;
    if (to !== from) return { kind: "move", from, to };
  }
  return undefined;
}
