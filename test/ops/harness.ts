import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../src/app/plan.ts";
import { replayParts } from "../../src/app/replay.ts";
import { testEvent } from "../../src/app/routes-test.ts";
import type { Ledger, ProcessRegistry, Route, Store, WaypostEvent } from "../../src/contracts.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { planReplay } from "../../src/jobs/replay/replayer.ts";
import { makeReport } from "../../src/jobs/reports/report.ts";
import { answerSeries } from "../../src/jobs/series/answer.ts";
import type { OpsApi } from "../../src/ops/api.ts";
import { createOps, type OpsOptions } from "../../src/ops/create-ops.ts";
import type { Pruned, PruneOptions } from "../../src/ops/deliveries/prune.ts";
import { collectStatus, type StatusSources } from "../../src/ops/status/system-status.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { systemClock } from "../../src/support/clock.ts";
import type { Log, LogFields } from "../../src/support/log.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { noRules } from "../deliver/flows/flow-engine.ts";
import { createMemoryEventQuery, type MemoryEventQuery } from "../support/memory-event-query.ts";
import { waitFor } from "../support/wait-for.ts";

export const token = "a-token-of-the-tests-0123456789";

export interface Harness {
  readonly url: string;
  readonly query: MemoryEventQuery;
  /** A real one, in a file of its own. */
  readonly ledger: Ledger;
  /** Of the same file. */
  readonly store: Store;
  readonly processes: ProcessRegistry;
  /** Those configured, by name. */
  readonly destinations: Map<string, { readonly kind: string; readonly timeoutMs?: number }>;
  /** What the prune endpoint was asked for; `answer` is what it says. */
  /** By queue: how many lie in its dead queue. */
  readonly dead: Map<string, number>;
  readonly pruned: { asked: PruneOptions[]; answer: Pruned };
  readonly logged: { message: string; fields: LogFields | undefined }[];
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly tails: Set<(event: WaypostEvent) => void>;
  readonly ops: ReturnType<typeof createOps>;
  publish(event: WaypostEvent): void;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

const testSecret = `whsec_${"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`;

const unasked = () => Promise.reject(new Error("unasked"));

/** The ops port on a free port over a log in memory; answers are held against the specification. */
export async function startOps(
  changes: Partial<OpsOptions> & {
    status?: Partial<StatusSources>;
    withApi?: false;
    intake?: OpsApi["intake"];
    /** Of the configuration. */
    routes?: readonly Route[];
    renormalize?: OpsApi["renormalize"];
    findFile?: OpsApi["findFile"];
    tail?: OpsApi["tail"];
    setUp?: OpsApi["setUp"];
    production?: boolean;
    access?: OpsApi["access"];
    check?: OpsApi["check"];
    retryQuarantined?: OpsApi["retryQuarantined"];
    /** The log is the file's, not an array. */
    fromStore?: true;
  } = {},
): Promise<Harness> {
  const query = createMemoryEventQuery();
  const tails = new Set<(event: WaypostEvent) => void>();
  const logged: Harness["logged"] = [];
  const metrics = createMetrics();
  const {
    status,
    withApi,
    intake = { publish: () => Promise.reject(new Error("unasked")), accounts: () => ({}) },
    routes = [],
    renormalize = () => Promise.reject(new Error("unasked")),
    findFile,
    tail = async (_pattern, onEvent) => {
      tails.add(onEvent);
      const stop = async () => void tails.delete(onEvent);
      return { pause: stop, resume: async () => undefined, close: stop };
    },
    setUp = { connection: unasked, doctor: unasked, configuration: unasked, sendTest: unasked },
    production = false,
    check = () => Promise.reject(new Error("unasked")),
    retryQuarantined = () => Promise.reject(new Error("unasked")),
    fromStore,
    ...options
  } = changes;
  const folder = await mkdtemp(join(tmpdir(), "waypost-ops-"));
  const store = await openEmbeddedStore({
    path: join(folder, "store.db"),
    retentionDays: 30,
    log: arrayLog([]),
  });
  const { ledger, contacts, processes } = store;
  const destinations: Harness["destinations"] = new Map();
  const dead: Harness["dead"] = new Map();
  const pruned: Harness["pruned"] = { asked: [], answer: { removed: [], kept: [] } };
  const jobs = createJobs({
    ...{ rows: store.jobs, holder: "ops", clock: systemClock, log: arrayLog([]) },
  });
  const api: OpsApi = {
    query: fromStore ? store : query,
    access: changes.access ?? store.access,
    production,
    renormalize,
    check,
    retryQuarantined,
    media: store.media,
    collections: store,
    ...(findFile && { findFile }),
    report: (asked) => makeReport({ series: store.series, figures: store.figures, jobs }, asked),
    series: (asked) => answerSeries({ series: store.series, jobs }, asked),
    setUp,
    planReplay: (request) =>
      planReplay(
        replayParts(store, () => ({
          routes: compileRoutes({ accounts: {}, routes }),
          laneKeys: new Map(),
          routing: { destinations: {} },
        })),
        request,
      ),
    intake,
    ledger,
    contacts,
    destinations: () => destinations,
    bus: {
      queues: async () => [...dead].map(([name, count]) => ({ name, ready: 0, dead: count })),
      dropDead: async (name) => {
        const dropped = dead.get(name) ?? 0;
        dead.set(name, 0);
        return dropped;
      },
    },
    whyNot: (event, delivered) =>
      compileRoutes({ accounts: {}, routes }).whyNot(event, destinations.keys(), delivered),
    testRoutes: (event) => {
      const configured = [...destinations].map(([name, { kind }]) => [
        name,
        {
          kind,
          options:
            kind === "whatsapp-reply"
              ? { token: "t", text: "Hi {{ contact.name }}" }
              : { url: "https://erp.example/hooks", secret: testSecret },
        },
      ]);
      const routing = {
        ...{ routes, accounts: {}, flows: noRules },
        destinations: Object.fromEntries(configured),
      } as unknown as Plan["routing"];
      const plan = { routing, destinations, routes: compileRoutes(routing) };
      return testEvent(event, plan, store);
    },
    prune: async (asked) => {
      pruned.asked.push(asked);
      return pruned.answer;
    },
    pools: () => ({ sales: [{ name: "Ana", ids: {} }] }),
    tail,
    status: (accounts) =>
      collectStatus({
        ...(accounts && { accounts }),
        version: "0.0.0",
        roles: ["ops"],
        startedAt: new Date(),
        configuration: { file: "/etc/waypost/waypost.yaml", found: true },
        bus: { health: () => ({ kind: "embedded", ready: true }), queues: async () => [] },
        store: { health: async () => undefined, stats: () => query.stats(), ledger, processes },
        destinations,
        ...status,
      }),
  };
  const created = createOps({
    host: "127.0.0.1",
    port: 0,
    tokens: ["another-token-of-the-tests", token],
    trustedProxies: [],
    log: arrayLog(logged),
    metrics,
    reload: () => Promise.reject(new Error("unasked")),
    ready: async () => [{ name: "bus", ok: true }],
    validateResponses: true,
    ...(withApi === false ? {} : { api }),
    ...options,
  });
  const ops = {
    ...created,
    close: async () => {
      await created.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
  const url = `http://127.0.0.1:${(await ops.listen()).port}`;
  return {
    url,
    query,
    store,
    ledger,
    processes,
    destinations,
    dead,
    pruned,
    logged,
    metrics,
    tails,
    ops,
    publish: (event) => {
      for (const onEvent of tails) onEvent(event);
    },
    get: (path, headers = { authorization: `Bearer ${token}` }) => fetch(url + path, { headers }),
    patch: (path, body, headers = { authorization: `Bearer ${token}` }) =>
      fetch(url + path, {
        method: "PATCH",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    post: (path, body, headers = { authorization: `Bearer ${token}` }) =>
      fetch(url + path, {
        method: "POST",
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
  };
}

function arrayLog(logged: Harness["logged"]): Log {
  const write = (message: string, fields?: LogFields) => void logged.push({ message, fields });
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

export const until = (holds: () => boolean): Promise<void> => waitFor(String(holds), holds);
