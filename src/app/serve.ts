import { type Config, loadConfig, type Role } from "../config/config.ts";
import type { Bus, Store } from "../contracts.ts";
import { prepareIntake } from "../event/intake/intake-event.ts";
import { newSecret, sha256Of } from "../ops/access/secrets.ts";
import { loginCode } from "../ops/access/session-routes.ts";
import { createOps, type Ops } from "../ops/create-ops.ts";
import type { Reload } from "../ops/reload-route.ts";
import type { ReadyCheck } from "../ops/status/probes.ts";
import { stopOnSignals } from "../support/lifecycle.ts";
import { type Alerting, startAlerting } from "./alerting.ts";
import { createApi } from "./api.ts";
import { banner } from "./banner.ts";
import { type Base, createBase, openBus, openStore } from "./base.ts";
import { type Closing, startClosingConversations } from "./closing.ts";
import { startCounting } from "./counting.ts";
import type { Delivering } from "./deliver.ts";
import { startExpiring } from "./expiring.ts";
import { lookAfterFormer } from "./former-destinations.ts";
import { startSayingAlive } from "./heartbeat.ts";
import { type Media, openMedia } from "./media.ts";
import { loadPlan, type Plan } from "./plan.ts";
import { type Receiving, startReceiving } from "./receive.ts";
import { createReloader, type Reloadable } from "./reload.ts";
import { startReplays } from "./replay.ts";
import { type Reporting, startReports } from "./reporting.ts";
import { startCountingOwn } from "./sampling.ts";
import { noteSecretUses } from "./secret-uses.ts";
import { startWorking, type WorkOptions } from "./work.ts";

/** Loads the configuration and runs the role, with `only` these of its consumers. Throws a ConfigError. */
export async function runRole(
  env: NodeJS.ProcessEnv,
  role: Role,
  only: readonly string[] | undefined,
): Promise<void> {
  const config = await loadConfig(env, role);
  const plan = await loadPlan(env, config);
  await serve(config, plan, env, only);
}

const startFailedMs = 5_000;
const fewMs = 500;
/** At shutdown, for the lease of a job. */
const jobMs = 500;
/** At shutdown, for what the audit is still to hold. */
const auditMs = 1_000;

/** Starts in order; what fails to start ends what had started and rethrows. */
async function serve(
  config: Config,
  plan: Plan,
  env: NodeJS.ProcessEnv,
  only: readonly string[] | undefined,
): Promise<void> {
  const base = createBase(config);
  stopOnSignals(base.life, base.log);
  const parts: Parts = { plan, ...(only && { only }) };
  const reloader = createReloader(base, parts, env);
  try {
    await startRole(base, parts, reloader.reload, env);
  } catch (error) {
    base.log.error("could not start", { error });
    // Whatever still holds on must not keep a process alive that does nothing.
    setTimeout(() => process.exit(1), startFailedMs + fewMs).unref();
    await base.life.stop(startFailedMs);
    throw error;
  }
  reloader.begin();
  if (config.role === "start" && !config.production) welcome(base, parts.store, env);
}

/** Nobody waits for the code to be known: it takes longer to click on it. */
function welcome({ config, log }: Base, store: Store | undefined, env: NodeJS.ProcessEnv): void {
  const code = newSecret("");
  process.stdout.write(banner(config, env, code));
  const offered = loginCode(code, sha256Of(config.ops.tokens[0] ?? ""));
  store?.access.sessions
    .offer(offered)
    .catch((error) => log.warn("the link to the console does not work", { error }));
}

interface Parts extends Reloadable {
  only?: readonly string[];
  bus?: Bus;
  store?: Store;
  media?: Media | undefined;
  receiving?: Receiving;
  delivering?: Delivering;
  alerting?: Alerting;
  closing?: Closing;
  reporting?: Reporting;
}

/** ops answers probes from the start; the receiver opens its port last and closes it first. */
async function startRole(
  base: Base,
  parts: Parts,
  reload: Reload,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { config, life, log } = base;
  const { role } = config;
  let ops: Ops | undefined;
  life.add("ops", () => ops?.close());
  const store = role === "receive" ? undefined : await openStore(base);
  const media = store && (await openMedia(base, store));
  const bus = await openBus(base, parts.plan.queues);
  Object.assign(parts, { store, media, bus });
  const plan = () => parts.plan;
  const api =
    store && role !== "work"
      ? await createApi(base, {
          ...{ env, bus, store, media, plan },
          receiving: () => parts.receiving,
          refused: () => parts.refused,
        })
      : undefined;
  ops = createOps({
    ...config.ops,
    log: log.child({ role: "ops" }),
    metrics: base.metrics,
    ready: () => readiness(config, parts),
    reload,
    ...(api && { api }),
  });
  const opened = await ops.listen();
  if (api) life.add("audit", () => ops?.settle(), auditMs);
  log.info("answers probes and metrics", { role, port: opened.port });
  if (store) {
    const configHash = () => parts.plan.routing.hash;
    const alive = await startSayingAlive({ processes: store.processes, role, configHash, log });
    life.add("alive", () => alive.close());
    await startCountingOwn(base, { store, id: alive.id });
    lookAfterFormer(base, { bus, store, plan: parts.plan });
    const work = { bus, store, media, plan: parts.plan, planNow: plan, holder: alive.id };
    if (role !== "ops") await startWork(base, parts, work);
  }
  if (role === "receive" || role === "start")
    parts.receiving = await startReceiving(base, bus, parts.plan, () => parts.media);
  keepSecretUses(base, store, parts.receiving);
  if (role === "receive") {
    sayThatItReceives(base, parts).catch((error) =>
      log.warn("`status` does not see this process", { error }),
    );
  }
  life.add("readiness", () => ops?.drain());
  void ops.prepare().then(() => api && prepareIntake());
}

/** The consumers, and what one process does for all. */
async function startWork(base: Base, parts: Parts, work: Omit<WorkOptions, "only">): Promise<void> {
  const { life } = base;
  const options = { ...work, ...(parts.only && { only: parts.only }) };
  parts.delivering = await startWorking(base, options);
  parts.alerting = await startAlerting(base, options);
  life.add("alerts", () => parts.alerting?.close(), jobMs);
  parts.closing = startClosingConversations(base, options);
  life.add("closing", () => parts.closing?.close(), jobMs);
  const expiring = startExpiring(base, options);
  life.add("expiring files", () => expiring?.close(), jobMs);
  const replaying = startReplays(base, options);
  life.add("replays", () => replaying.close(), jobMs);
  const counting = startCounting(base, options);
  life.add("series", () => counting.close(), jobMs);
  parts.reporting = await startReports(base, options);
  life.add("reports", () => parts.reporting?.close(), jobMs);
}

/** All that a receiver needs the store for: to be seen by `status`. So it neither waits for it nor minds. */
async function sayThatItReceives(base: Base, parts: Parts): Promise<void> {
  const { log, life } = base;
  const store = await openStore(base);
  parts.media = await openMedia(base, store);
  const configHash = () => parts.plan.routing.hash;
  const alive = await startSayingAlive({
    processes: store.processes,
    role: "receive",
    configHash,
    log,
  });
  life.add("alive", () => alive.close());
  await startCountingOwn(base, { store, id: alive.id });
  keepSecretUses(base, store, parts.receiving);
  if (parts.bus) lookAfterFormer(base, { bus: parts.bus, store, plan: parts.plan });
}

/** Of a process that receives and has a store. */
function keepSecretUses(
  { config, life, log }: Base,
  store: Store | undefined,
  receiving: Receiving | undefined,
): void {
  if (store === undefined || receiving === undefined) return;
  const noting = noteSecretUses({
    installation: store.installation,
    secrets: config.whatsapp.appSecrets,
    uses: receiving.secretUses,
    log,
  });
  life.add("secrets' last use", () => noting.close(), jobMs);
}

/** `receive` can answer 200; `work` and `ops` reach what they need. */
async function readiness(config: Config, { bus, store, receiving }: Parts): Promise<ReadyCheck[]> {
  const checks: ReadyCheck[] = [];
  if (config.role === "receive" || config.role === "start") {
    const health = receiving?.durable.health() ?? { ready: false, reason: "starting" };
    checks.push(check("durable", health.ready, health.reason));
  }
  if (config.role !== "receive") {
    const health = bus?.health() ?? { ready: false, reason: "starting" };
    checks.push(check("bus", health.ready, health.reason));
    const reason = store === undefined ? "starting" : await store.health();
    checks.push(check("store", reason === undefined, reason));
  }
  return checks;
}

function check(name: string, ok: boolean, reason: string | undefined): ReadyCheck {
  return { name, ok, ...(reason !== undefined && !ok && { reason }) };
}
