/**
 * One destination drains a backlog over many conversations, against a bare loop that makes the same HTTP calls
 * and writes the same changes to the same ledger, in groups as large as the engine's concurrency: deliveries a
 * second, and the ratio. Run alone: `node --import tsx bench/deliver.ts`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import {
  type Bus,
  DeliveryError,
  type Destination,
  type HandleBatch,
  type Ledger,
  type NewDelivery,
  type Store,
  type WaypostEvent,
} from "../src/contracts.ts";
import { createDelivery } from "../src/deliver/create-delivery.ts";
import { compileRoutes } from "../src/deliver/routes/routes.ts";
import { openEmbeddedStore } from "../src/store/embedded/open-embedded-store.ts";
import { connectMongoStore } from "../src/store/mongo/connect-mongo-store.ts";
import { createLog } from "../src/support/log.ts";
import { mongoAvailable, startMongo } from "../test/services/mongo.ts";

const self = fileURLToPath(import.meta.url);
const rounds = 3;
const concurrency = 64;
const perConversation = 10;
const batchSize = 200;

interface DrainFigures {
  readonly deliveriesPerSecond: number;
  readonly barePerSecond: number;
  /** Of the medians. */
  readonly ratio: number;
  /** From the bus into the ledger, no delivery meanwhile. */
  readonly intakePerSecond: number;
}
interface DeliverFigures {
  /** 20,000 deliveries. The bar is 1,000 a second. */
  readonly embedded: DrainFigures;
  /** 5,000 deliveries. The bar is 300 a second. */
  readonly mongo?: DrainFigures;
}

export async function benchDeliver(): Promise<DeliverFigures> {
  const server = await startServer();
  try {
    const embedded = await medianOf(() => measureEmbedded(server.url, 20_000));
    if (!mongoAvailable()) return { embedded };
    return { embedded, mongo: await medianOf(() => measureMongo(server.url, 5_000)) };
  } finally {
    server.child.kill();
  }
}

async function measureEmbedded(url: string, count: number): Promise<DrainFigures> {
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-"));
  const log = createLog({ level: "error" });
  const path = join(folder, "store.db");
  const store = await openEmbeddedStore({ path, retentionDays: 30, log });
  try {
    return await measure(store, url, count);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function measureMongo(url: string, count: number): Promise<DrainFigures> {
  const server = await startMongo();
  const log = createLog({ level: "error" });
  const store = await connectMongoStore({ url: server.url, retentionDays: 30, log });
  try {
    await store.syncIndexes();
    return await measure(store, url, count);
  } finally {
    await store.close();
    await server.cleanup();
  }
}

async function measure(store: Store, url: string, count: number): Promise<DrainFigures> {
  const events = Array.from({ length: count }, (_, n) => eventOf(n, count));
  for (let at = 0; at < count; at += batchSize) {
    await store.append(events.slice(at, at + batchSize));
  }
  const destination = createHttp(url);
  const { intakePerSecond, deliveriesPerSecond } = await drain(store, destination, events);
  const barePerSecond = await bareLoop(store.ledger, destination, events);
  await destination.close();
  const ratio = deliveriesPerSecond / barePerSecond;
  return { deliveriesPerSecond, barePerSecond, ratio, intakePerSecond };
}

/** The backlog is taken in while the destination is paused, and drains when it is resumed. */
async function drain(store: Store, destination: Destination, events: readonly WaypostEvent[]) {
  const { ledger } = store;
  const name = "crm";
  const at = new Date().toISOString();
  await ledger.setPause(name, { by: "operator", reason: "the backlog gathers", at });
  const source = createSource(events);
  let delivered = 0;
  let onAll = () => {};
  const all = new Promise<void>((resolve) => {
    onAll = resolve;
  });
  const delivery = createDelivery({
    destinations: [
      { name, destination, config: { retry: { delaysMs: [1_000, 10_000, 60_000] }, concurrency } },
    ],
    routes: compileRoutes({
      accounts: {},
      routes: [{ name: "everything", when: {}, to: [name], test: false }],
    }),
    bus: { ...source, publish: async () => undefined },
    ledger,
    contacts: store.contacts,
    log: createLog({ level: "error" }),
    holder: "bench",
    leaseMs: 3_000,
    hooks: {
      delivered() {
        delivered += 1;
        if (delivered === events.length) onAll();
      },
    },
  });
  const began = performance.now();
  delivery.start();
  await source.taken;
  const intakePerSecond = perSecond(events.length, began);
  await ledger.setPause(name, undefined);
  while (delivered === 0) await new Promise((resolve) => setImmediate(resolve));
  const resumed = performance.now();
  await all;
  const deliveriesPerSecond = perSecond(events.length, resumed);
  await delivery.close();
  return { intakePerSecond, deliveriesPerSecond };
}

/** A bus that has all of it. */
function createSource(events: readonly WaypostEvent[]) {
  let done = () => {};
  const taken = new Promise<void>((resolve) => {
    done = resolve;
  });
  const feed = async (handle: HandleBatch) => {
    const never = new AbortController().signal;
    for (let at = 0; at < events.length; at += batchSize) {
      await handle(events.slice(at, at + batchSize), never);
    }
    done();
  };
  const nothing = async () => undefined;
  const consume: Bus["consume"] = async (_queue, handle) => {
    void feed(handle);
    return { pause: nothing, resume: nothing, close: nothing };
  };
  return { taken, consume };
}

async function bareLoop(
  ledger: Ledger,
  destination: Destination,
  events: readonly WaypostEvent[],
): Promise<number> {
  const name = "bare";
  const seen = await ledger.lease(name);
  const epoch = (await ledger.takeLease(name, seen, "bench"))?.epoch ?? 0;
  const rows = events.map((event, i): NewDelivery => rowOf(event, name, i));
  for (let at = 0; at < rows.length; at += batchSize) {
    await ledger.insert(rows.slice(at, at + batchSize), epoch);
  }
  const began = performance.now();
  for (let at = 0; at < events.length; at += concurrency) {
    const group = events.slice(at, at + concurrency);
    const ids = group.map(({ id }) => `${name}:${id}`);
    await ledger.write(
      epoch,
      ids.map((id) => ({ id, state: "sending" as const })),
    );
    await Promise.all(
      group.map((event) =>
        destination.deliver(
          event,
          {
            destination: name,
            idempotencyKey: event.id,
            attempt: 1,
            fence: 1,
            routes: [],
            link: undefined,
            contactLink: undefined,
            contact: async () => undefined,
            scope: async () => ({}),
            concerned: async () => undefined,
            files: async () => [],
            shadow: false,
            remember: async () => undefined,
          },
          new AbortController().signal,
        ),
      ),
    );
    const doneAt = new Date().toISOString();
    const history = [{ at: doneAt, ms: 1, outcome: "delivered" as const, answer: "200" }];
    await ledger.write(
      epoch,
      ids.map((id) => ({ id, state: "delivered" as const, doneAt, history })),
    );
  }
  return perSecond(events.length, began);
}

function rowOf(event: WaypostEvent, destination: string, seq: number): NewDelivery {
  return {
    id: `${destination}:${event.id}`,
    destination,
    eventId: event.id,
    eventType: event.type,
    route: "everything",
    laneKeys: [event.data.conversationId ?? ""],
    seq,
    createdAt: event.data.receivedAt,
  };
}

function createHttp(url: string): Destination {
  const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
  return {
    kind: "http",
    idempotency: "native",
    links: false,
    async deliver(event, _context, signal) {
      const body = JSON.stringify(event);
      const answer = await request(url, { method: "POST", body, signal, dispatcher });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new DeliveryError("outage", "not 200");
      return { answer: "200" };
    },
    preview: () => undefined,
    check: async () => [],
    close: () => dispatcher.close(),
  };
}

/** The target has a process of its own, and does no more than read. */
async function startServer(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ["--import", "tsx", self, "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  return { url: `http://127.0.0.1:${String(port).trim()}/`, child };
}

async function serve(): Promise<void> {
  const server = createServer((incoming, answer) => {
    incoming.resume().on("end", () => answer.end("{}"));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address === "object") process.stdout.write(`${address?.port}\n`);
}

function eventOf(n: number, count: number): WaypostEvent {
  const conversations = Math.ceil(count / perConversation);
  const conversationId = `cnv_${n % conversations}`;
  const at = new Date().toISOString();
  const text = {
    body: `Is the blue one number ${n} back, and could you send it to my office please?`,
  };
  return {
    specversion: "1.0",
    id: `evt_${n}`,
    type: "whatsapp.message.text",
    source: "/whatsapp/900100200300400/700700700700700",
    subject: conversationId,
    time: at,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: `pst_${n}`,
    dataversion: 1,
    data: {
      account: { wabaId: "900100200300400", phoneNumberId: "700700700700700" },
      contact: { waId: "15555550123", name: "Mia" },
      conversationId,
      receivedAt: at,
      message: { id: `wamid.${n}`, type: "text", sentAt: at, text },
      raw: { object: "whatsapp_business_account", entry: [] },
    },
  };
}

async function medianOf(run: () => Promise<DrainFigures>): Promise<DrainFigures> {
  const runs: DrainFigures[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await run());
  const median = (key: keyof DrainFigures) =>
    runs.map((figures) => figures[key]).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  return {
    deliveriesPerSecond: median("deliveriesPerSecond"),
    barePerSecond: median("barePerSecond"),
    ratio: Math.round(median("ratio") * 100) / 100,
    intakePerSecond: median("intakePerSecond"),
  };
}

function perSecond(count: number, since: number): number {
  return Math.round((count * 1_000) / (performance.now() - since));
}

if (process.argv[1] === self) {
  if (process.argv[2] === "serve") await serve();
  else process.stdout.write(`${JSON.stringify(await benchDeliver(), null, 2)}\n`);
}
