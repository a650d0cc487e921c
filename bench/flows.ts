/**
 * What routes that remember cost beside plain ones, as processor time a delivery, on the embedded store: ratios within one
 * run, the least of three rounds. Run alone: `node --import tsx bench/flows.ts`.
 *
 * 1. A route with a condition, with a template of what is sent, and with one that is emitted, beside a plain route to a destination over HTTP; the
 *    bar is 1.5 times. A destination that takes all at once shows what of it is the engine and its ledger.
 * 2. Plain deliveries and a takeover beside 100,000 rows that are scheduled for later; the bar is no load.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import {
  type Bus,
  type Destination,
  flowsDestination,
  type HandleBatch,
  type NewDelivery,
  type Route,
  type Store,
  type WaypostEvent,
} from "../src/contracts.ts";
import { createDelivery } from "../src/deliver/create-delivery.ts";
import { createDecider } from "../src/deliver/flows/decide.ts";
import { compileDoings, createFlows } from "../src/deliver/flows/flows.ts";
import { compileRoutes } from "../src/deliver/routes/routes.ts";
import { compileOption, type OptionTemplates } from "../src/destinations/option-templates.ts";
import { openEmbeddedStore } from "../src/store/embedded/open-embedded-store.ts";
import { createLog } from "../src/support/log.ts";
import { createTemplates } from "../src/support/template.ts";
import { makeText } from "../test/store/make-events.ts";

const rounds = 3;
const events = 2_000;
const perContact = 10;
const batchSize = 200;
const scheduledRows = 100_000;
const dayMs = 24 * 60 * 60 * 1_000;
const log = createLog({ level: "error" });
const rules = {
  lists: {},
  hours: {},
  pools: {},
  conversations: { closeAfterMs: 20 * 3_600_000, hold: { humanMs: 0, handoff: 0 } },
};

const base = { when: {}, to: ["crm"], test: false };
const only = { tag: ["vip"] };
const text = "{{ message.text.body | upcase }}";
const emit = { type: "business.lead.captured", data: { text } };

/** It takes none of the events; but where something is set, every event of the others is waited for. */
const setting: Route = {
  name: "mark",
  when: { type: ["business.sale"] },
  set: { tag: { add: ["buyer"], remove: [] } },
  to: [],
  test: false,
};

interface Measured {
  readonly what: string;
  readonly route: Route;
  /** Beside it; `flows` works too. */
  readonly beside?: Route;
  /** Otherwise over HTTP; what is emitted is done by the built-in destination. */
  readonly atOnce?: true;
  /** Over HTTP, and what is sent is a template's. */
  readonly says?: OptionTemplates;
}
/** The first is what the others are compared with. */
const measured: readonly Measured[] = [
  { what: "a plain route", route: { name: "plain", ...base } },
  { what: "only: { tag }", route: { name: "tag", ...base, only } },
  {
    what: "only: { about }",
    route: { name: "about", ...base, only: { not: { about: { template: ["cart"] } } } },
  },
  {
    what: "only: { tag }, a template",
    route: { name: "words", ...base, only },
    says: compileOption("words", "text", text),
  },
  {
    what: "only: { tag }, emit with a template",
    route: { name: "emit", ...base, to: [], only, emit },
  },
  {
    what: "only: { tag }, another route sets",
    route: { name: "waiting", ...base, only },
    beside: setting,
  },
  { what: "a plain route, taken at once", route: { name: "plain-now", ...base }, atOnce: true },
  { what: "only: { tag }, taken at once", route: { name: "tag-now", ...base, only }, atOnce: true },
];

interface Deliver extends Pick<Measured, "route" | "beside"> {
  readonly name: string;
  readonly target: Destination;
}

/** Processor time in µs of each delivery of these events, and how long the takeover took. */
async function deliver(
  store: Store,
  batch: readonly WaypostEvent[],
  { name, route, beside, target }: Deliver,
) {
  const routes = [route, ...(beside ? [beside] : [])];
  const { query, taken, consume } = { query: store, ...createSource(batch) };
  const memory = { query, contacts: store.contacts, ledger: store.ledger };
  const doings = compileDoings(routes, createTemplates());
  const compiled = compileRoutes({ accounts: {}, routes, flows: rules });
  const decider = createDecider({
    ...{ routes, rules, memory, now: Date.now },
    named: (of) => doings.get(of)?.names ?? new Set(),
  });
  const flows = createFlows({
    ...{ routes, doings, rules, memory, accounts: {}, now: Date.now },
    circumstances: decider.circumstances,
    captures: compiled.captures,
  });
  let left = batch.length;
  let onAll = () => {};
  const all = new Promise<void>((resolve) => {
    onAll = resolve;
  });
  const names = [name, ...(beside === undefined ? [] : [flowsDestination])];
  const engine = createDelivery({
    destinations: names.map((each) => ({
      name: each,
      destination: each === flowsDestination ? flows : target,
      config: { retry: { delaysMs: [1_000] }, concurrency: 64 },
    })),
    routes: compiled,
    decider,
    bus: { consume, publish: async () => undefined },
    ledger: store.ledger,
    contacts: store.contacts,
    log,
    holder: "bench",
    leaseMs: 3_000,
    hooks: {
      delivered(destination) {
        if (destination !== name) return;
        left -= 1;
        if (left === 0) onAll();
      },
    },
  });
  const began = performance.now();
  const spent = process.cpuUsage();
  engine.start();
  const takeoverMs = (await taken) - began;
  await all;
  const { user, system } = process.cpuUsage(spent);
  await engine.close();
  return { micros: (user + system) / batch.length, takeoverMs };
}

const sink: Destination = {
  kind: "sink",
  idempotency: "native",
  links: false,
  deliver: async () => ({ answer: "200" }),
  preview: () => undefined,
  check: async () => [],
  close: async () => undefined,
};

/** The target is that of bench/deliver.ts, in a process of its own. */
async function startHttp() {
  const script = fileURLToPath(new URL("./deliver.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  const url = `http://127.0.0.1:${String(port).trim()}/`;
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  const saying = (says?: OptionTemplates): Destination => ({
    ...sink,
    async deliver(event, context, signal) {
      const told = says ? { text: await says.render(context) } : event;
      const body = JSON.stringify(told);
      const answer = await request(url, { method: "POST", body, signal, dispatcher });
      await answer.body.dump();
      return { answer: String(answer.statusCode) };
    },
  });
  const close = async () => {
    await dispatcher.close();
    child.kill();
  };
  return { plain: saying(), saying, close };
}

/** A bus that has all of it; `taken` is when it was first asked. */
function createSource(batch: readonly WaypostEvent[]) {
  let onTaken = (_at: number) => {};
  const taken = new Promise<number>((resolve) => {
    onTaken = resolve;
  });
  const feed = async (handle: HandleBatch) => {
    const never = new AbortController().signal;
    for (let at = 0; at < batch.length; at += batchSize) {
      await handle(batch.slice(at, at + batchSize), never);
    }
  };
  const nothing = async () => undefined;
  const consume: Bus["consume"] = async (_queue, handle) => {
    onTaken(performance.now());
    void feed(handle);
    return { pause: nothing, resume: nothing, close: nothing };
  };
  return { taken, consume };
}

/** Stored, each tenth of another contact, who has the tag. */
async function storedEvents(store: Store): Promise<readonly WaypostEvent[]> {
  const made = Array.from({ length: events }, (_, n) => {
    const waId = `1555${String(1_000_000 + (n % (events / perContact)))}`;
    const receivedAt = new Date().toISOString();
    return makeText(`Is the blue one number ${n} back?`, { contact: { waId }, receivedAt });
  });
  for (let at = 0; at < made.length; at += batchSize) {
    await store.append(made.slice(at, at + batchSize));
  }
  for (const event of made.slice(0, events / perContact)) {
    const contact = await store.contacts.of(event);
    await store.contacts.change(contact?.id ?? "", { addTags: ["vip"] });
  }
  return made;
}

/** Rows of a destination that open in a week, each in a lane of its own. */
async function schedule(store: Store, destination: string): Promise<void> {
  const { ledger } = store;
  const lease = await ledger.takeLease(destination, await ledger.lease(destination), "bench");
  const createdAt = new Date().toISOString();
  const nextAt = new Date(Date.now() + 7 * dayMs).toISOString();
  const rowOf = (seq: number): NewDelivery => {
    const id = `${destination}:evt_later${seq}:later`;
    const event = { eventId: `evt_later${seq}`, eventType: "whatsapp.message.text" };
    return { id, destination, ...event, route: "later", laneKeys: [id], seq, createdAt, nextAt };
  };
  for (let at = 0; at < scheduledRows; at += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, i) => rowOf(at + i));
    await ledger.insert(rows, lease?.epoch ?? 0);
  }
  await ledger.releaseLease(destination, lease?.epoch ?? 0);
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-flows-"));
  const store = await openEmbeddedStore({ path: join(folder, "store.db"), retentionDays: 30, log });
  try {
    return await use(store);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function measureConditions(http: Http): Promise<void> {
  const micros = new Map<string, number>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const { what, route, beside, atOnce, says } of measured) {
      // Each has a store of its own: in a ledger that others have filled every row costs more, the plain route's too.
      await withStore(async (store) => {
        const made = await storedEvents(store);
        const name = route.emit === undefined ? route.name : flowsDestination;
        const to = route.emit === undefined ? [name] : [];
        const target = atOnce ? sink : http.saying(says);
        const setup = { name, route: { ...route, to }, target, ...(beside && { beside }) };
        const spent = (await deliver(store, made, setup)).micros;
        // The first round warms up.
        if (round > 0) micros.set(what, Math.min(spent, micros.get(what) ?? spent));
      });
    }
  }
  const [plain = Number.NaN] = micros.values();
  for (const [what, each] of micros) {
    const cost = `${each.toFixed(0).padStart(5)} µs a delivery`;
    print(`  ${what.padEnd(36)} ${cost}, ${(each / plain).toFixed(2)} times`);
  }
}

async function measureScheduled(http: Http): Promise<void> {
  const found = { none: [] as Figures[], many: [] as Figures[] };
  await withStore(async (store) => {
    await schedule(store, "many");
    for (let round = 0; round <= rounds; round += 1) {
      const made = await storedEvents(store);
      for (const name of ["none", "many"] as const) {
        const route = { ...base, name: "plain", to: [name] };
        const figures = await deliver(store, made, { name, route, target: http.plain });
        if (round > 0) found[name].push(figures);
      }
    }
  });
  const least = (name: keyof typeof found, key: keyof Figures) =>
    Math.min(...found[name].map((each) => each[key]));
  const ratio = least("many", "micros") / least("none", "micros");
  print(
    `  a plain delivery beside ${scheduledRows} scheduled: ${ratio.toFixed(2)} times without any`,
  );
  const [many, none] = [least("many", "takeoverMs"), least("none", "takeoverMs")];
  print(`  takeover ${many.toFixed(0)} ms, without any ${none.toFixed(0)} ms`);
}

type Http = Awaited<ReturnType<typeof startHttp>>;

type Figures = Awaited<ReturnType<typeof deliver>>;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const http = await startHttp();
await measureConditions(http);
if (process.argv[2] !== "conditions") await measureScheduled(http);
await http.close();
