/**
 * Bus, store and delivery engine as a process of their own, to be killed and frozen. Its orders come as JSON in
 * DELIVER_PROGRAM. `broken` takes a safeguard away, to show that the tests would notice.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import {
  type BatchRules,
  type Bus,
  type BusMessage,
  DeliveryError,
  type Destination,
  type FlowRules,
  type Ledger,
  type QueueSpec,
  type Route,
  type Store,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { createDelivery } from "../../src/deliver/create-delivery.ts";
import { deliverQueue } from "../../src/deliver/delivery.ts";
import { createDecider } from "../../src/deliver/flows/decide.ts";
import { compileDoings, createFlows } from "../../src/deliver/flows/flows.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { isQuarantined } from "../../src/event/event.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createStoreHandler } from "../../src/store/log/create-store-handler.ts";
import { type Clock, systemClock } from "../../src/support/clock.ts";
import { createLog } from "../../src/support/log.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createTemplates } from "../../src/support/template.ts";
import { freezingContacts } from "./frozen-contacts.ts";

export interface Orders {
  readonly name: string;
  /** Both, or a folder for the embedded ones. */
  readonly rabbitmqUrl?: string;
  readonly mongodbUrl?: string;
  readonly folder?: string;
  /** Of the stub. */
  readonly url: string;
  readonly idempotency: Destination["idempotency"];
  readonly leaseMs: number;
  readonly concurrency: number;
  /** It takes several in one call. */
  readonly batch?: BatchRules;
  /** Takes events for the embedded bus. */
  readonly port?: number;
  /** What the stub gets is what a route emits for each event; `once`: of each contact one. It remembers the last text of a conversation. */
  readonly flows?: true | "once";
  /** Each text is kept in a field of the contact too; the process freezes itself before this one is. */
  readonly freezeAt?: string;
  /** `emits`: they are made anew at each attempt, under new ids, and not kept before they are published. `fences`: whoever sets counts as the latest. */
  readonly broken?: "lanes" | "epoch" | "insert" | "emits" | "fences";
  /** Ends itself with SIGKILL in the middle of its first large insert, after so many effects, or at this text. */
  readonly crash?:
    | "insert"
    | { readonly afterEffects?: number; readonly at?: string; readonly afterEmits?: number };
}

export const storeQueue: QueueSpec = {
  name: "waypost.store",
  patterns: ["#"],
  quarantine: true,
  single: true,
  shards: 1,
};
const routes = compileRoutes({
  accounts: {},
  routes: [{ name: "everything", when: { type: ["whatsapp.#"] }, to: ["stub"], test: false }],
});
/** Sets and emits for each event; what is emitted goes to the stub. */
const flowRoutesOf = ({
  flows,
  freezeAt,
}: Pick<Orders, "flows" | "freezeAt">): readonly Route[] => [
  {
    name: "mark",
    when: { type: ["whatsapp.#"] },
    set: {
      topic: "{{ message.text.body }}",
      ...(freezeAt !== undefined && { field: { last: "{{ message.text.body }}" } }),
    },
    emit: { type: "business.marked", data: { text: "{{ message.text.body }}" } },
    to: [],
    test: false,
  },
  {
    name: "marked",
    when: { type: ["business.marked"] },
    to: ["stub"],
    test: false,
    ...(flows === "once" && { once: { per: "contact", for: 3_600_000 } }),
  },
];
const flowRules: FlowRules = {
  ...{ lists: {}, hours: {}, pools: {} },
  conversations: { closeAfterMs: 72_000_000, hold: { humanMs: 1_000, handoff: "untilClosed" } },
};
const compileFlows = (orders: Pick<Orders, "flows" | "freezeAt">) =>
  compileRoutes({ accounts: {}, routes: flowRoutesOf(orders), flows: flowRules });
export const queues = [storeQueue, deliverQueue("stub", routes)];
export const flowQueues = [
  storeQueue,
  ...["flows", "stub"].map((name) => deliverQueue(name, compileFlows({ flows: true }))),
];

const log = createLog({ level: "warn" });
const metrics = createMetrics();
const die = () => process.kill(process.pid, "SIGKILL");
const down = () => new DeliveryError("outage", "the stub answered 503");

function createHttpStub({ url, idempotency, crash, batch, flows }: Orders): Destination {
  let effects = 0;
  const keyOf = (key: string) => (idempotency === "native" ? key : undefined);
  const tookEffect = (count: number) => {
    effects += count;
    if (typeof crash === "object" && effects >= (crash.afterEffects ?? Infinity)) die();
  };
  const call = async (path: string, body: unknown, signal: AbortSignal) => {
    try {
      return await fetch(`${url}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        signal,
      });
    } catch (error) {
      const code = error instanceof Error && error.cause instanceof Error && "code" in error.cause;
      const refused = code && (error.cause as { code: unknown }).code === "ECONNREFUSED";
      throw new DeliveryError("outage", "no answer", { maybeDone: !refused, cause: error });
    }
  };
  return {
    kind: "stub",
    idempotency,
    ...(flows === undefined && { links: false }),
    async deliver(event, { idempotencyKey, remember }, signal) {
      const text = event.data.message?.text?.body ?? event.data.business?.["text"];
      if (flows !== undefined) await remember({ last: String(text) });
      if (typeof crash === "object" && text === crash.at) return die() as never;
      const told = { id: event.id, text, key: keyOf(idempotencyKey) };
      const { status } = await call("/deliver", told, signal);
      if (status === 503) throw down();
      tookEffect(1);
      return { answer: String(status) };
    },
    ...(batch && {
      batch,
      async deliverBatch(items, signal) {
        const told = items.map(({ event: { id, data }, context: { idempotencyKey } }) => ({
          ...{ id, text: data.message?.text?.body, key: keyOf(idempotencyKey) },
        }));
        const answer = await call("/batch", { items: told }, signal);
        const statuses = (await answer.json()) as number[];
        tookEffect(statuses.filter((status) => status === 200).length);
        return statuses.map((status) => (status === 503 ? down() : { answer: String(status) }));
      },
    }),
    async find(event, _context, signal) {
      const answer = await call("/find", { id: event.id }, signal);
      return answer.status === 200 ? { remoteId: event.id } : undefined;
    },
    preview: () => undefined,
    check: async () => [],
    close: async () => undefined,
  };
}

/** Every event a lane of its own. */
function withoutLanes(bus: Bus): Bus {
  const alone = (item: BusMessage): BusMessage => {
    if (isQuarantined(item)) return item;
    return { ...item, data: { ...item.data, conversationId: item.id } };
  };
  return {
    ...bus,
    consume: (queue, handle) =>
      bus.consume(queue, (batch, signal) =>
        handle(queue.name === storeQueue.name ? batch : batch.map(alone), signal),
      ),
  };
}

/** Whatever epoch it began with, it writes with the one that counts now, and does not look whether that met its rows. */
function withoutEpoch(ledger: Ledger): Ledger {
  const epoch = async (name: string) => (await ledger.lease(name)).epoch;
  return {
    ...ledger,
    renewLease: async (name) => ledger.renewLease(name, await epoch(name)),
    insertNext: async (name, _epoch, count, rowsFrom) =>
      ledger.insertNext(name, await epoch(name), count, rowsFrom),
    insert: async (rows) => ledger.insert(rows, await epoch("stub")),
    write: async (_epoch, changes) => {
      await ledger.write(await epoch("stub"), changes);
      return changes.length;
    },
  };
}

/** Time that a freeze does not count. */
const blindClock = (): Clock => {
  let seen = performance.now();
  let passed = 0;
  const tick = () => {
    const now = performance.now();
    passed += Math.min(now - seen, 100);
    seen = now;
    return passed;
  };
  setInterval(tick, 20).unref();
  return { ...systemClock, monotonic: tick };
};

/** Half of the first large insert, in order or not, and then nothing more. */
function crashingInInsert(ledger: Ledger, ordered: boolean): Ledger {
  return {
    ...ledger,
    async insertNext(name, epoch, count, rowsFrom) {
      if (count < 20) return ledger.insertNext(name, epoch, count, rowsFrom);
      await ledger.insertNext(name, epoch, count, (first) => {
        const rows = rowsFrom(first);
        const all = ordered ? [...rows] : rows.filter((_, i) => i % 2 === 1);
        return all.slice(0, Math.ceil(rows.length / 2));
      });
      die();
      return new Promise(() => undefined);
    },
  };
}

/** Dies between what it has published and the record of that. */
function crashingAfterEmits(bus: Bus, crash: Orders["crash"]): Bus {
  let left = typeof crash === "object" ? (crash.afterEmits ?? Infinity) : Infinity;
  return {
    ...bus,
    async publish(events, signal) {
      await bus.publish(events, signal);
      left -= events.length;
      if (left <= 0) die();
    },
  };
}

function brokenLedger(ledger: Ledger, broken: Orders["broken"]): Ledger {
  if (broken === "epoch") return withoutEpoch(ledger);
  return broken === "emits" ? withoutEmits(ledger) : ledger;
}

function withoutEmits(ledger: Ledger): Ledger {
  return {
    ...ledger,
    write: (epoch, changes) =>
      ledger.write(
        epoch,
        changes.map(({ emits: _, ...change }) => change),
      ),
  };
}

/** The servers' clients are loaded only with a server: a start takes half the time without. */
async function open({ rabbitmqUrl, mongodbUrl, folder, flows }: Orders) {
  const store: Store = mongodbUrl
    ? await openMongo(mongodbUrl)
    : await openEmbeddedStore({ path: `${folder}/store.db`, retentionDays: 30, log });
  const bus = rabbitmqUrl
    ? await openRabbit(rabbitmqUrl, flows ? flowQueues : queues)
    : await openEmbeddedBus({
        ...{ path: `${folder}/bus.db`, log, metrics },
        queues: flows ? flowQueues : queues,
      });
  return { bus, store };
}

async function openMongo(url: string): Promise<Store> {
  const { connectMongoStore } = await import("../../src/store/mongo/connect-mongo-store.ts");
  return connectMongoStore({ url, retentionDays: 30, log });
}

async function openRabbit(url: string, queues: readonly QueueSpec[]): Promise<Bus> {
  const { connectRabbitBus } = await import("../../src/bus/rabbitmq/rabbit-bus.ts");
  return connectRabbitBus({ url, queues, log, metrics });
}

/** What `waypost` runs for routes that remember. */
function flowParts(store: Store, orders: Orders) {
  const { broken, freezeAt: at } = orders;
  const [flowRoutes, compiled] = [flowRoutesOf(orders), compileFlows(orders)];
  const freezing = { at: at ?? "", fenced: broken !== "fences" };
  const contacts = at === undefined ? store.contacts : freezingContacts(store.contacts, freezing);
  const memory = { query: store, contacts, ledger: store.ledger };
  const of = { routes: flowRoutes, rules: flowRules, memory, now: Date.now };
  const decider = createDecider(of);
  const flows = createFlows({
    ...{ ...of, accounts: {}, captures: compiled.captures },
    doings: compileDoings(flowRoutes, createTemplates()),
    circumstances: decider.circumstances,
  });
  const { deliver } = flows;
  const anew = async (...args: Parameters<typeof deliver>) => {
    const { events = [], ...delivered } = await deliver(...args);
    return { ...delivered, events: events.map((event) => ({ ...event, id: randomUUID() })) };
  };
  return { decider, compiled, flows: broken === "emits" ? { ...flows, deliver: anew } : flows };
}

async function run(orders: Orders): Promise<void> {
  const { name, leaseMs, concurrency, broken, crash, port } = orders;
  const { bus, store } = await open(orders);
  await bus.consume(storeQueue, createStoreHandler({ store, log, metrics }));
  const wrapped = brokenLedger(store.ledger, broken);
  const ledger = crash === "insert" ? crashingInInsert(wrapped, broken !== "insert") : wrapped;
  const flowing = orders.flows && flowParts(store, orders);
  const create = () =>
    createDelivery({
      ...(flowing && { decider: flowing.decider }),
      destinations: [
        ...(flowing
          ? [
              {
                name: "flows",
                destination: flowing.flows,
                config: { retry: { delaysMs: [20, 100] } },
              },
            ]
          : []),
        {
          name: "stub",
          destination: createHttpStub(orders),
          config: {
            retry: { delaysMs: [20, 50, 100, 200, 500, 1_000, 1_000, 1_000, 1_000, 1_000] },
            concurrency,
            timeoutMs: 1_000,
          },
        },
      ],
      routes: flowing ? flowing.compiled : routes,
      bus: crashingAfterEmits(broken === "lanes" ? withoutLanes(bus) : bus, crash),
      ledger,
      contacts: store.contacts,
      log,
      holder: name,
      leaseMs,
      ...(broken === "epoch" && { clock: blindClock() }),
    });
  let delivery = create();
  delivery.start();
  let reloading = Promise.resolve();
  // As a reload does: what runs finishes, then all begins anew in this process.
  const reload = async () => {
    await delivery.close();
    delivery = create();
    delivery.start();
  };
  process.on("SIGHUP", () => {
    reloading = reloading.then(reload);
  });
  process.on("SIGTERM", async () => {
    await reloading;
    await delivery.close();
    await bus.close();
    await store.close();
    process.exit(0);
  });
  if (port !== undefined)
    takeEvents(bus, port, () => delivery.status().reduce((sum, { open }) => sum + open, 0));
  process.stdout.write("ready\n");
}

/** POST publishes; GET says how many deliveries are open. */
function takeEvents(bus: Bus, port: number, open: () => number): void {
  createServer(async (request, response) => {
    if (request.method === "GET") return void response.end(String(open()));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const events = JSON.parse(Buffer.concat(chunks).toString()) as WaypostEvent[];
    const published = bus.publish(events.map(encodeEvent), AbortSignal.timeout(5_000));
    const status = await published.then(
      () => 200,
      () => 503,
    );
    response.writeHead(status).end();
  }).listen(port, "127.0.0.1");
}

const { DELIVER_PROGRAM } = process.env;
if (DELIVER_PROGRAM !== undefined) await run(JSON.parse(DELIVER_PROGRAM));
