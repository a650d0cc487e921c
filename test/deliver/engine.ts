import {
  type Bus,
  type BusMessage,
  type Consumer,
  type DeliveryContext,
  DeliveryError,
  type DeliveryRules,
  type Destination,
  type HandleBatch,
  type QueueSpec,
  type Unfit,
  type WaypostEvent,
} from "../../src/contracts.ts";
import type { Surroundings } from "../../src/deliver/attempt/surroundings.ts";
import { createDelivery, type DeliveryEngine } from "../../src/deliver/create-delivery.ts";
import type { DeliveryHooks } from "../../src/deliver/delivery.ts";
import type { Decider } from "../../src/deliver/flows/decide.ts";
import { compileRoutes, type Routes } from "../../src/deliver/routes/routes.ts";
import { createArrayLog, type LogLine } from "../support/array-log.ts";
import { createFakeClock, type FakeClock, settled } from "./fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";

let count = 0;

/** The configuration's default: about 21 hours in all. */
export const delaysMs: readonly number[] = [
  1_000, 10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000,
];

/** An invented event of a conversation, as a bus would carry it. */
export function event(
  conversationId: string,
  parts: Partial<WaypostEvent["data"]> = {},
): WaypostEvent {
  count += 1;
  return {
    specversion: "1.0",
    id: `evt_${count}`,
    type: "whatsapp.message.text",
    source: "/whatsapp/900100200300400/700700700700700",
    time: "2026-11-20T10:00:00.000Z",
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: "pst_1",
    dataversion: 1,
    data: {
      account: { phoneNumberId: "700700700700700" },
      conversationId,
      receivedAt: "2026-11-20T10:00:00.000Z",
      message: { id: `wamid.${count}`, type: "text", text: { body: `text ${count}` } },
      raw: {},
      ...parts,
    } as WaypostEvent["data"],
  };
}

export type Answer = "ok" | DeliveryError | Error | "hangs";

/** A destination that does as it is told and keeps what took effect, by idempotency key. */
export interface StubDestination extends Destination {
  answer: (event: WaypostEvent, context: DeliveryContext) => Answer | Promise<Answer>;
  /** Every call, in order. */
  readonly calls: { readonly event: WaypostEvent; readonly context: DeliveryContext }[];
  /** Ids of events in the order they took effect, second effects too. */
  readonly effects: string[];
}

export function createStub(idempotency: Destination["idempotency"] = "native"): StubDestination {
  const calls: StubDestination["calls"] = [];
  const effects: string[] = [];
  const stub: StubDestination = {
    kind: "stub",
    idempotency,
    links: false,
    answer: () => "ok",
    calls,
    effects,
    async deliver(event, context, signal) {
      calls.push({ event, context });
      const answer = await stub.answer(event, context);
      if (answer === "hangs") {
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      if (answer instanceof Error) throw answer;
      effects.push(event.id);
      return { remoteId: `remote ${event.id}`, answer: "200" };
    },
    preview: () => undefined,
    check: async () => [],
    close: async () => undefined,
  };
  return stub;
}

/** A bus of one process, in memory: each queue has its own handler and gets what is published, in batches. */
export interface TestBus extends Pick<Bus, "consume"> {
  publish(events: readonly BusMessage[]): Promise<void>;
  /** What handlers answered as unfit. */
  readonly unfit: readonly Unfit[];
  /** Events that wait because their queue is paused, or has no consumer. */
  waiting(queue: string): number;
}

export function createTestBus(batch = 50): TestBus {
  const queues = new Map<string, { items: BusMessage[]; run: () => Promise<void> }>();
  const unfit: Unfit[] = [];
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? { items: [], run: async () => undefined };
    queues.set(name, queue);
    return queue;
  };
  return {
    unfit,
    async publish(items) {
      for (const queue of queues.values()) {
        queue.items.push(...items);
        void queue.run();
      }
      await settled();
    },
    waiting: (name) => queueOf(name).items.length,
    async consume({ name }: QueueSpec, handle: HandleBatch): Promise<Consumer> {
      const queue = queueOf(name);
      const closing = new AbortController();
      let paused = false;
      let running: Promise<void> | undefined;
      const work = async () => {
        await settled();
        while (queue.items.length > 0 && !paused && !closing.signal.aborted) {
          const taken = queue.items.slice(0, batch);
          try {
            unfit.push(...((await handle(taken, closing.signal)) ?? []));
            queue.items.splice(0, taken.length);
          } catch {
            await settled();
          }
        }
        running = undefined;
      };
      queue.run = () => {
        running ??= work();
        return running;
      };
      void queue.run();
      return {
        async pause() {
          paused = true;
          await running;
        },
        async resume() {
          paused = false;
          void queue.run();
        },
        async close() {
          closing.abort();
          await running;
        },
      };
    },
  };
}

/** The log lines that tell an operator of trouble, or that it is over, under a short name each. */
const notices = {
  "a delivery is dead": "dead",
  "the destination is paused: its configuration does not work": "paused",
  "the destination is resumed": "resumed",
  "the destination is out: all wait, a probe goes on": "out",
  "the destination answers again": "back",
} as const;

interface Notice extends LogLine {
  readonly notice: (typeof notices)[keyof typeof notices];
}

export interface Engine {
  readonly clock: FakeClock;
  readonly ledger: MemoryLedger;
  readonly bus: TestBus;
  readonly log: ReturnType<typeof createArrayLog>;
  /** Those lines of the log, in order. */
  notices(): Notice[];
  readonly delivery: DeliveryEngine;
  /** Puts events into the log and on the bus. */
  publish(...events: readonly WaypostEvent[]): Promise<void>;
  /** Closes it and gives it the time that takes. */
  end(): Promise<void>;
}

/** The engine over a memory ledger and a fake clock, started; every event goes to every destination. */
export async function startEngine(
  stubs: Readonly<Record<string, Destination>>,
  options: {
    readonly config?: Partial<DeliveryRules>;
    readonly hooks?: DeliveryHooks;
    readonly maxOpenRows?: number;
    readonly maxLaneRows?: number;
    readonly leaseMs?: number;
    readonly ledger?: MemoryLedger;
    readonly clock?: FakeClock;
    readonly bus?: TestBus;
    readonly holder?: string;
    /** Instead of one that takes all to all. */
    readonly routes?: Pick<Routes, "matchFor" | "patternsFor">;
    readonly decider?: Decider;
    /** By destination, then by route: with the route's options. */
    readonly byRoute?: Readonly<Record<string, ReadonlyMap<string, Destination>>>;
    readonly surroundings?: Surroundings;
  } = {},
): Promise<Engine> {
  const clock = options.clock ?? createFakeClock();
  const ledger = options.ledger ?? createMemoryLedger();
  const bus = options.bus ?? createTestBus();
  const log = createArrayLog();
  const names = Object.keys(stubs);
  const delivery = createDelivery({
    destinations: Object.entries(stubs).map(([name, destination]) => ({
      name,
      destination,
      ...(options.byRoute?.[name] && { byRoute: options.byRoute[name] }),
      config: { retry: { delaysMs }, ...options.config },
    })),
    routes:
      options.routes ??
      compileRoutes({
        accounts: {},
        routes: [{ name: "everything", when: {}, to: names, test: false }],
      }),
    ...(options.decider && { decider: options.decider }),
    ...(options.surroundings && { surroundings: options.surroundings }),
    bus: {
      consume: bus.consume,
      async publish(encoded) {
        const events = encoded.map(({ bytes }) => JSON.parse(bytes.toString()) as WaypostEvent);
        ledger.append(events, clock.now());
        await bus.publish(events);
      },
    },
    ledger,
    contacts: ledger.contacts,
    log,
    clock,
    holder: options.holder ?? "test",
    ...(options.hooks && { hooks: options.hooks }),
    ...(options.maxOpenRows !== undefined && { maxOpenRows: options.maxOpenRows }),
    ...(options.maxLaneRows !== undefined && { maxLaneRows: options.maxLaneRows }),
    ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
  });
  delivery.start();
  await clock.advance(0);
  return {
    clock,
    ledger,
    bus,
    log,
    notices: () =>
      log.lines.flatMap((line) =>
        isNotice(line.message) ? [{ ...line, notice: notices[line.message] }] : [],
      ),
    delivery,
    async end() {
      const closed = delivery.close();
      await clock.advance(5_000);
      await closed;
    },
    async publish(...events) {
      ledger.append(events, clock.now());
      await bus.publish(events);
    },
  };
}

function isNotice(message: string): message is keyof typeof notices {
  return Object.hasOwn(notices, message);
}

export const outage = (parts: { maybeDone?: boolean; afterMs?: number } = {}) =>
  new DeliveryError("outage", "the destination answered 503", { answer: "503", ...parts });
export const refused = () => new DeliveryError("refused", "the destination answered 422");
export const misconfigured = () => new DeliveryError("config", "the token is not valid");
