import type { Bus, QueuePublisher, Store } from "../contracts.ts";
import { createDelivery, type DeliveryEngine } from "../deliver/create-delivery.ts";
import type { DeliveryHooks, DestinationSetup } from "../deliver/delivery.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { type Base, openQueues } from "./base.ts";
import { createDestinations } from "./destinations.ts";
import { createFlowParts } from "./flows.ts";
import { createMediaSetup, filesOf, type Media } from "./media.ts";
import type { Plan } from "./plan.ts";

export interface Delivering {
  /** These events are in the log now: deliveries that wait for them need not ask again. */
  wake(eventIds: readonly string[]): void;
  /** Finishes what runs, then goes on with the new plan; the ledger keeps every order. */
  reload(plan: Plan): Promise<void>;
  /** For good; the leases are free within `leftMs`. */
  close(leftMs?: number): Promise<void>;
}

export interface DeliveringOptions {
  readonly bus: Bus;
  readonly store: Store;
  readonly plan: Plan;
  /** Absent: files of messages are not fetched. */
  readonly media?: Media | undefined;
  /** Begins the holder's name, so that `status` finds the process. */
  readonly holder: string;
  /** `work --only`: these destinations; undefined: all. */
  readonly only?: readonly string[];
}

/** The consumers of the destinations' queues: bus ──▶ ledger ──▶ destinations. */
export async function startDelivering(base: Base, options: DeliveringOptions): Promise<Delivering> {
  const log = base.log.child({ role: "deliver" });
  const queues = await openQueues(base.config, base.log);
  if (queues) base.life.add("queues", () => queues.close());
  let running: Running | undefined;
  const wakeAll = (eventIds: readonly string[]) => {
    for (const { name } of running?.setups ?? []) {
      for (const id of eventIds) running?.engine.wake(name, id);
    }
  };
  const build = (plan: Plan) => buildParts(base, options, plan, { log, queues, wakeAll });
  const start = (
    plan: Plan,
    { decider, surroundings, setups }: Awaited<ReturnType<typeof buildParts>>,
  ) => {
    const engine = createDelivery({
      decider,
      surroundings,
      destinations: setups,
      routes: plan.routes,
      bus: options.bus,
      ledger: options.store.ledger,
      contacts: options.store.contacts,
      log,
      holder: options.holder,
      hooks: measure(base.metrics),
    });
    engine.start();
    running = { engine, setups };
  };
  let closed = false;
  const stop = async (leftMs?: number) => {
    await running?.engine.close(leftMs);
    await Promise.all((running?.setups ?? []).map(closeSetup));
    running = undefined;
  };
  start(options.plan, await build(options.plan));
  return {
    wake: wakeAll,
    async reload(plan) {
      const built = await build(plan);
      await stop();
      if (!closed) start(plan, built);
    },
    async close(leftMs) {
      closed = true;
      await stop(leftMs);
    },
  };
}

/** All that a plan delivers to, ready; of this process's own share of it. */
async function buildParts(
  base: Base,
  { store, media, only }: DeliveringOptions,
  plan: Plan,
  around: {
    readonly log: Log;
    readonly queues: QueuePublisher | undefined;
    readonly wakeAll: (eventIds: readonly string[]) => void;
  },
) {
  const { log, queues, wakeAll } = around;
  const { url: opsUrl } = base.config.ops;
  const made = await createDestinations(plan.routing, {
    ...{ log, ...(queues && { queues }) },
    ...(opsUrl !== undefined && { opsUrl }),
  });
  const files = filesOf(media, plan, store);
  const { decider, setups, surroundings } = createFlowParts(plan, store, files);
  const settled = (eventId: string) => wakeAll([eventId]);
  const fetching = await createMediaSetup(base, { media, store, plan, setups: made, settled });
  const isMine = (name: string) => only === undefined || only.includes(name);
  const mine = [...made, ...setups, ...fetching].filter(({ name }) => isMine(name));
  return { decider, surroundings, setups: mine };
}

async function closeSetup({ destination, byRoute }: DestinationSetup): Promise<void> {
  await Promise.all([destination, ...(byRoute?.values() ?? [])].map((each) => each.close()));
}

interface Running {
  readonly engine: DeliveryEngine;
  readonly setups: readonly DestinationSetup[];
}

function measure(metrics: Metrics): DeliveryHooks {
  return {
    attempt: (destination, outcome) => metrics.deliveryAttempts.inc({ destination, outcome }),
    delivered: (destination, ms) => metrics.deliverySeconds.observe({ destination }, ms / 1_000),
    dead: (destination) => metrics.deliveryDead.inc({ destination }),
    notTaken: (destination, fields) => metrics.fieldsNotTaken.inc({ destination }, fields),
    holds: (destination, { open, oldestAgeMs, breakerOpen }) => {
      metrics.deliveryOpen.set({ destination }, open);
      metrics.deliveryOldestAge.set({ destination }, oldestAgeMs / 1_000);
      metrics.breakerOpen.set({ destination }, breakerOpen ? 1 : 0);
    },
    released: (destination) => {
      metrics.deliveryOpen.remove({ destination });
      metrics.deliveryOldestAge.remove({ destination });
      metrics.breakerOpen.remove({ destination });
    },
  };
}
