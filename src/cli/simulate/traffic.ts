import { bigDrafts, textItem } from "./big.ts";
import { buildEntry, type CatalogEntry } from "./catalog/catalog.ts";
import type { SimulatedItem } from "./item.ts";
import { type Draft, disorder, draft, type Moment, pack, toEnvelope } from "./pack.ts";
import { createRandom, createShare, type Random, startOfSeed } from "./random.ts";
import { clinicDay } from "./scenario/clinic.ts";
import { daySeconds, writeConversations, writeDay, writeHello } from "./scenario/day.ts";
import { shopDay } from "./scenario/shop.ts";
import type { Scheduled } from "./scenario/talk.ts";
import { createWorld, type World } from "./scenario/world.ts";
import { sign, signBadly } from "./wire.ts";

export type { SimulatedItem } from "./item.ts";

/** One POST, ready to send. */
export interface SimulatedPost {
  /** 0, 1, 2 … in the order of sending. */
  readonly index: number;
  readonly bytes: Buffer;
  /** The value of `X-Hub-Signature-256`; undefined: the header is left out. */
  readonly signature: string | undefined;
  /** The only right answer. Items of a POST that expects 401 must never be stored. */
  readonly expect: 200 | 401;
  readonly items: readonly SimulatedItem[];
  /** The index of the POST that this one repeats, byte for byte. */
  readonly repeatOf?: number;
  /** When to send it, in ms since the start (open loop); undefined: when a connection is free (closed loop). */
  readonly dueMs?: number;
  /** For a terminal. */
  readonly note: string;
}

/** `hello` is one friendly conversation, `conversation` as many as asked for; the days end by themselves. */
export type Scenario = "hello" | "conversation" | "shop-day" | "clinic-day";

export interface TrafficOptions {
  /** The same seed and options give the same bytes. `…@<unix seconds>` sets the time that payloads show. */
  readonly seed: string;
  readonly appSecret: string;
  /** What to send: these kinds in turn, else `big` bodies, else the scenario. */
  readonly entries?: readonly CatalogEntry[];
  /** POSTs of 1,000 messages and exactly 3 MB (3,145,728 bytes), the most that Meta sends. */
  readonly big?: boolean;
  readonly scenario?: Scenario;
  /** How many POSTs, repeats and forgeries included; without it kinds, `big` and `conversation` never end. */
  readonly count?: number;
  /** POSTs a second. A day without it is paced by `speed`. */
  readonly rate?: number;
  /** Simulated seconds a second, for a day (default 600: twelve hours in 72 s); 0: unpaced. */
  readonly speed?: number;
  /** Items a POST (default 1). */
  readonly batch?: number;
  /** Percent of the POSTs that repeat an earlier one, have their items late, or are forged. */
  readonly duplicates?: number;
  readonly disorder?: number;
  readonly badSignatures?: number;
  /** Phone numbers (default 1) and people (default 100). */
  readonly accounts?: number;
  readonly contacts?: number;
}

/** What Meta would send, as an endless or finite sequence; pure but for its seed. */
export function* generateTraffic(options: TrafficOptions): Generator<SimulatedPost> {
  const random = createRandom(options.seed);
  const world = createWorld({
    random,
    startAt: startOfSeed(options.seed),
    accounts: options.accounts ?? 1,
    contacts: options.contacts ?? 100,
  });
  const { count = Number.POSITIVE_INFINITY, rate } = options;
  for (const post of mix(draftsOf(options, world), options, world)) {
    if (post.index >= count) return;
    yield rate === undefined ? post : { ...post, dueMs: (post.index * 1000) / rate };
  }
}

type Unnumbered = Omit<SimulatedPost, "index">;

/** Puts repeats and forgeries between the POSTs. */
function* mix(
  drafts: Generator<Draft>,
  options: TrafficOptions,
  world: World,
): Generator<SimulatedPost> {
  const { random } = world;
  const isForged = createShare(options.badSignatures ?? 0, random);
  const repeats = createRepeats(options.duplicates ?? 0, random);
  let dueMs: number | undefined;
  for (let index = 0; ; index += 1) {
    let post: Unnumbered | undefined = isForged()
      ? forge(world, options.appSecret)
      : repeats.next();
    if (post === undefined) {
      const next = drafts.next();
      if (next.done === true) return;
      dueMs = next.value.dueMs ?? dueMs;
      const signature = sign(next.value.bytes, options.appSecret);
      post = { ...next.value, signature, expect: 200 };
      repeats.keep({ ...post, index });
    }
    yield { ...post, index, ...(dueMs !== undefined && { dueMs }) };
  }
}

/** Remembers the last 64 POSTs, and gives one of them again for this percentage of the turns. */
function createRepeats(percent: number, random: Random) {
  const isRepeated = createShare(percent, random);
  const recent: SimulatedPost[] = [];
  let kept = 0;
  return {
    keep(post: SimulatedPost): void {
      recent[kept % 64] = post;
      kept += 1;
    },
    next(): Unnumbered | undefined {
      if (kept === 0 || !isRepeated()) return undefined;
      const { index, ...post } = random.pick(recent);
      return { ...post, repeatOf: index };
    },
  };
}

/** A message that nobody sent: a receiver that stores it has a hole. */
function forge(world: World, appSecret: string): Unnumbered {
  const item = textItem(world, world.startAt, "this must never be stored");
  const forged = draft([item], JSON.stringify(toEnvelope([item])));
  const signature = signBadly(forged.bytes, appSecret, world.random);
  return { ...forged, signature, expect: 401, note: "a forgery" };
}

function draftsOf(options: TrafficOptions, world: World): Generator<Draft> {
  if (options.big === true) return bigDrafts(world);
  const { random } = world;
  const moments = momentsOf(options, world);
  const isLate = createShare(options.disorder ?? 0, random);
  const ordered = options.disorder === undefined ? moments : disorder(moments, isLate, random);
  return pack(ordered, options.batch ?? 1);
}

function momentsOf(options: TrafficOptions, world: World): Generator<Moment> {
  if (options.entries !== undefined) return entryMoments(options.entries, options, world);
  switch (options.scenario ?? "hello") {
    case "shop-day":
      return dayMoments(writeDay(world, shopDay), options, world);
    case "clinic-day":
      return dayMoments(writeDay(world, clinicDay), options, world);
    case "conversation":
      return endlessMoments(writeConversations(world, shopDay), options, world);
    case "hello": {
      const steps = writeHello(world);
      return pastMoments(steps, steps.at(-1)?.at ?? 0, world, 0);
    }
  }
}

function dayMoments(steps: Scheduled[], options: TrafficOptions, world: World): Generator<Moment> {
  return pastMoments(steps, daySeconds, world, options.speed ?? 600);
}

/** Steps whose last lies in the present, so that no payload time is in the future. */
function* pastMoments(
  steps: readonly Scheduled[],
  seconds: number,
  world: World,
  speed: number,
): Generator<Moment> {
  for (const { at, step } of steps) {
    const item = step(world.startAt - seconds + at);
    yield speed > 0 ? { item, dueMs: (at * 1000) / speed } : { item };
  }
}

/** A payload clock for traffic without end: what the rate makes it, else 5,000 items a second. */
function createClock(options: TrafficOptions, world: World): () => number {
  const perSecond = options.rate === undefined ? 5000 : options.rate * (options.batch ?? 1);
  let items = 0;
  return () => {
    items += 1;
    return world.startAt + Math.floor(items / perSecond);
  };
}

function* endlessMoments(
  steps: Iterable<Scheduled>,
  options: TrafficOptions,
  world: World,
): Generator<Moment> {
  const clock = createClock(options, world);
  for (const { step } of steps) yield { item: step(clock()) };
}

function* entryMoments(
  entries: readonly CatalogEntry[],
  options: TrafficOptions,
  world: World,
): Generator<Moment> {
  const clock = createClock(options, world);
  while (entries.length > 0) {
    for (const entry of entries) yield { item: buildEntry(entry, world, clock()) };
  }
}
