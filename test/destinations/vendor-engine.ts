import assert from "node:assert/strict";
import type { Destination, WaypostEvent } from "../../src/contracts.ts";
import type { Surroundings } from "../../src/deliver/attempt/surroundings.ts";
import type { Clock } from "../../src/support/clock.ts";
import { startEngine } from "../deliver/engine.ts";
import { createFakeClock, type FakeClock } from "../deliver/fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "../deliver/memory-ledger.ts";
import { makeText } from "../store/make-events.ts";
import type { Stub } from "./stub.ts";

interface Passing {
  until(): boolean;
  /** Somebody waits for a real answer: no time passes. */
  isBusy?(): boolean;
  readonly stepMs?: number;
}

/** Lets time pass in small steps, so that real answers arrive while it does, until it is so. */
async function passTime(
  clock: FakeClock,
  what: string,
  { until, isBusy = () => false, stepMs = 50 }: Passing,
): Promise<void> {
  const end = clock.now() + 3_600_000;
  while (!until()) {
    assert.ok(clock.now() < end, `waited in vain for: ${what}`);
    await new Promise(setImmediate);
    if (!isBusy()) await clock.advance(stepMs);
  }
}

/** Texts of some conversations, in turn; each says which it is. */
export function burst(count: number, conversations: number): WaypostEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const lane = at % conversations;
    const waId = `1555556${String(lane).padStart(4, "0")}`;
    const name = `Contact ${"abcdefghijklmnopqrstuvwxyz"[lane % 26]}${lane}`;
    return makeText(`lane ${lane} text ${at}`, { contact: { waId, name } });
  });
}

interface Burst {
  readonly make: (clock: Clock) => Destination;
  readonly clock: FakeClock;
  readonly events: readonly WaypostEvent[];
  readonly config: { readonly ratePerSecond?: number; readonly concurrency?: number };
  /** Texts that took effect, in order. */
  effects(): string[];
}

/** All arrive, in order in each conversation, none dead. */
export async function deliverBurst({ make, clock, events, config, effects }: Burst): Promise<void> {
  const { destination, isBusy } = watched(make(clock));
  const engine = await startEngine({ desk: destination }, { clock, config });
  await engine.publish(...events);
  const done = allDelivered(engine.ledger);
  await passTime(clock, "all delivered", { until: done, stepMs: 100, isBusy });
  const told = effects();
  assert.equal(told.length, events.length, "each once");
  const lastOf = new Map<string, number>();
  for (const text of told) {
    const [, lane = "", number = ""] = /lane (\d+) text (\d+)/.exec(text) ?? [];
    assert.ok(Number(number) > (lastOf.get(lane) ?? -1), `${text} is out of order`);
    lastOf.set(lane, Number(number));
  }
  const ended = engine.end();
  await passTime(clock, "the end", { until: settledFlag(ended) });
  await destination.close();
}

/** Asked at every step: ends at the first that is not. */
function allDelivered({ rows }: MemoryLedger): () => boolean {
  return () => {
    for (const { state } of rows.values()) if (state !== "delivered") return false;
    return true;
  };
}

/** The same, and whether an attempt is on its way. */
function watched(destination: Destination) {
  let running = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    running += 1;
    return work.finally(() => {
      running -= 1;
    });
  };
  const { deliver, find } = destination;
  return {
    isBusy: () => running > 0,
    destination: {
      ...destination,
      deliver: (...given) => counted(deliver(...given)),
      ...(find && { find: (...given) => counted(find(...given)) }),
    } satisfies Destination as Destination,
  };
}

function settledFlag(promise: Promise<unknown>): () => boolean {
  let settled = false;
  void promise.finally(() => {
    settled = true;
  });
  return () => settled;
}

interface Killing {
  /** A server, a stub in front of it whose every request may be disturbed, and a destination that talks to it. */
  open(clock: FakeClock): Promise<{
    readonly stub: Stub;
    /** Requests that have had their effect. */
    served(): number;
    make(): Destination;
    close(): Promise<void>;
    /** What must be the same however often it was killed. */
    books(): unknown;
  }>;
  readonly events: () => readonly WaypostEvent[];
  /** What the destination may ask beside its event. */
  readonly surroundings?: Surroundings;
  /** Calls of the vendor that all of it takes. */
  readonly calls: number;
  readonly expected: unknown;
}

/** Dies once at each call, before and after its effect, and another process takes over. */
export async function killEverywhere(killing: Killing): Promise<void> {
  for (let at = 0; at < killing.calls; at += 1) {
    for (const fault of ["hang", "silent"] as const) {
      const clock = createFakeClock();
      const ledger = createMemoryLedger(false);
      const vendor = await killing.open(clock);
      vendor.stub.fail(...Array.from({ length: at }, () => "none" as const), fault);
      const dying = vendor.make();
      const { surroundings } = killing;
      const around = { ledger, clock, ...(surroundings && { surroundings }) };
      const first = await startEngine({ desk: dying }, around);
      await first.publish(...killing.events());
      const reached = () => (fault === "hang" ? vendor.stub.requests.length : vendor.served()) > at;
      await passTime(clock, `call ${at}`, { until: reached, stepMs: 5 });
      // What dies says nothing any more, and nobody renews for it.
      const { epoch } = await ledger.lease("desk");
      await ledger.takeLease("desk", await ledger.lease("desk"), "the next holder");
      await ledger.releaseLease("desk", epoch + 1);
      const living = vendor.make();
      const next = await startEngine({ desk: living }, around);
      const done = allDelivered(ledger);
      await passTime(clock, `all after ${fault} at call ${at}`, { until: done });
      assert.deepEqual(vendor.books(), killing.expected, `${fault} at call ${at}`);
      const ended = next.end();
      await passTime(clock, "the end", { until: settledFlag(ended) });
      await Promise.all([dying.close(), living.close()]);
      await vendor.close();
    }
  }
}
