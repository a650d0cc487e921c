/**
 * Bus, store, engine and `whatsapp-reply` as a process of their own, which ends itself with SIGKILL at a point of a delivery. Its orders come
 * as JSON in REPLY_PROGRAM. Its time passes faster, so that half minutes do not last.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { flowsOver } from "../../src/app/flows.ts";
import { openEmbeddedBus } from "../../src/bus/embedded/embedded-bus.ts";
import type { Bus, Destination, Ledger, Route } from "../../src/contracts.ts";
import { createDelivery } from "../../src/deliver/create-delivery.ts";
import { deliverQueue } from "../../src/deliver/delivery.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { whatsappReply } from "../../src/destinations/whatsapp-reply/whatsapp-reply.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { normalize } from "../../src/receive/normalize.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createStoreHandler } from "../../src/store/log/create-store-handler.ts";
import { type Clock, systemClock } from "../../src/support/clock.ts";
import { createLog } from "../../src/support/log.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { storeQueue } from "./deliver-program.ts";

/** Where a delivery can end with its process: before and after each thing that lasts. */
const points = [
  "before remember",
  "after remember",
  "before answer",
  "after answer",
  "before write",
  "after write",
  "before publish",
  "after publish",
] as const;

export interface Orders {
  readonly folder: string;
  readonly port: number;
  /** Of the Cloud API. */
  readonly url: string;
  readonly token: string;
  readonly base: number;
  /** The how manieth time. */
  readonly dieAt?: { readonly point: (typeof points)[number]; readonly count: number };
  /** Phones of those who are written to by a destination with `onUnknown: repeat`. */
  readonly repeating: readonly string[];
  /** Nobody looks whether it was sent; or each attempt has a key of its own. */
  readonly broken?: "find" | "key";
}

const factor = 30;

function fastClock(base: number): Clock {
  const now = () => base + (Date.now() - base) * factor;
  return {
    now,
    monotonic: () => performance.now() * factor,
    after: (ms, call) => systemClock.after(ms / factor, call),
  };
}

const names = ["whatsapp", "whatsapp-repeat"] as const;

function routesOf(repeating: readonly string[]): Route[] {
  const contact = { contact: repeating };
  const when = { whatsapp: { not: contact }, "whatsapp-repeat": contact };
  return names.map((name) => ({
    ...{ name, to: [name], test: false, maxAgeMs: 24 * 3_600_000 },
    when: { type: ["whatsapp.message.*"], ...when[name] },
    templatesRead: { [name]: ["log", "memory"] },
  }));
}
const flows = {
  ...{ lists: {}, hours: {}, pools: {} },
  conversations: { closeAfterMs: 72_000_000, hold: { humanMs: 1_000, handoff: "untilClosed" } },
} as const;

function createDying({ dieAt }: Orders) {
  let left = dieAt?.count ?? 0;
  const at = (point: (typeof points)[number]) => {
    if (point !== dieAt?.point) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, "SIGKILL");
  };
  return async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    at(`before ${what}` as (typeof points)[number]);
    const done = await work();
    at(`after ${what}` as (typeof points)[number]);
    return done;
  };
}

function createReplies(
  name: (typeof names)[number],
  { url, token, broken }: Orders,
  parts: { clock: Clock; log: unknown; dying: ReturnType<typeof createDying> },
): Destination {
  const repeat = name === "whatsapp-repeat" && { onUnknown: "repeat" as const };
  const options = { token, baseUrl: url, text: "Back at 9.", ...repeat };
  const made = whatsappReply.create(name, options, parts as never) as Destination;
  let attempts = 0;
  const keyed: Destination["deliver"] = (event, context, signal) => {
    attempts += 1;
    const idempotencyKey = `${context.idempotencyKey}:${attempts}`;
    const told = broken === "key" ? { ...context, idempotencyKey } : context;
    return made.deliver(event, told, signal);
  };
  return {
    ...made,
    // Its answer is there, and nobody has been told.
    deliver: (...given) => parts.dying("answer", () => keyed(...given)),
    ...(broken === "find" && { find: async () => undefined }),
  };
}

async function run(orders: Orders): Promise<void> {
  const { folder, port, base } = orders;
  const routes = routesOf(orders.repeating);
  const log = createLog({ level: "error" });
  const metrics = createMetrics();
  const clock = fastClock(base);
  const dying = createDying(orders);
  const compiled = compileRoutes({ accounts: {}, routes, flows });
  const queues = [storeQueue, ...names.map((name) => deliverQueue(name, compiled))];
  const store = await openEmbeddedStore({ path: `${folder}/store.db`, retentionDays: 30, log });
  const bus = await openEmbeddedBus({ path: `${folder}/bus.db`, log, metrics, queues });
  await bus.consume(storeQueue, createStoreHandler({ store, log, metrics }));
  const memory = { query: store, contacts: store.contacts, ledger: store.ledger };
  const plan = { routing: { routes, flows, accounts: {} }, routes: compiled };
  const { decider, surroundings } = flowsOver(plan as never, memory);
  const destinations = names.map((name) => ({
    name,
    destination: createReplies(name, orders, { clock, log, dying }),
    config: {
      retry: { delaysMs: [1_000, 2_000, 5_000] },
      writesToContacts: true as const,
      concurrency: 4,
      timeoutMs: 300_000,
    },
  }));
  const ledger: Ledger = {
    ...store.ledger,
    saveLink: (...given) => dying("remember", () => store.ledger.saveLink(...given)),
    write: (...given) => dying("write", () => store.ledger.write(...given)),
  };
  const engineBus: Bus = {
    ...bus,
    publish: (...given) => dying("publish", () => bus.publish(...given)),
  };
  const engine = createDelivery({
    ...{ decider, surroundings, ledger, clock, log, bus: engineBus, routes: compiled },
    contacts: store.contacts,
    holder: "reply",
    leaseMs: 600_000,
    destinations,
  });
  engine.start();
  const states = async () => {
    const { items } = await store.ledger.deliveries({}, { limit: 200 });
    const rows = items.map(async ({ eventId, state, reason }) => {
      const phone = (await store.event(eventId))?.data.contact?.waId ?? "";
      return [phone, reason ?? state] as const;
    });
    const repeats = (await store.ledger.destinations()).map((row) => [row.name, row.repeats ?? 0]);
    return { states: await Promise.all(rows), repeats: Object.fromEntries(repeats) };
  };
  let count = 0;
  createServer(async (request, response) => {
    if (request.method === "GET") return void response.end(JSON.stringify(await states()));
    count += 1;
    const receivedAt = new Date(clock.now()).toISOString();
    const envelope: unknown = JSON.parse(await text(request));
    const { events } = normalize(envelope as never, {
      receivedAt,
      postId: `pst_${process.pid}_${count}`,
    });
    await bus.publish(events.map(encodeEvent), AbortSignal.timeout(10_000));
    response.end();
  }).listen(port, "127.0.0.1");
}

if (process.env["REPLY_PROGRAM"]) await run(JSON.parse(process.env["REPLY_PROGRAM"]) as Orders);
