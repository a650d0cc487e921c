import { type Config, loadConfig, type Role } from "../config/config.ts";
import type { Bus, Store } from "../contracts.ts";
import { prepareIntake } from "../event/intake/intake-event.ts";
import { newSecret, sha256Of } from "../ops/access/secrets.ts";
import { loginCode } from "../ops/access/session-routes.ts";
import { createOps, type Ops } from "../ops/create-ops.ts";
import type { Reload } from "../ops/reload-route.ts";
import type { ReadyCheck } from "../ops/status/probes.ts";
import { stopOnSignals } from "../support/lifecycle.ts";
import { createApi } from "./api.ts";
import { banner } from "./banner.ts";
import { type Base, createBase, openBus, openStore } from "./base.ts";
import type { Delivering } from "./deliver.ts";
import { type Elected, startElected } from "./elected.ts";
import { lookAfterFormer } from "./former-destinations.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { type Media, openMedia } from "./media.ts";
import { loadPlan, type Plan } from "./plan.ts";
import { type Receiving, startReceiving } from "./receive.ts";
import { createReloader, type Reloadable } from "./reload.ts";
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
/** At shutdown, for when each secret was last used. */
const noteMs = 500;
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
  elected?: Elected;
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
    const holder = await register(base, parts, bus, store);
    const work = { bus, store, media, plan: parts.plan, planNow: plan, holder };
    if (role !== "ops") await startWork(base, parts, work);
  }
  if (role === "receive" || role === "start")
    parts.receiving = await startReceiving(base, bus, parts.plan, () => parts.media);
  keepSecretUses(base, store, parts.receiving);
  if (role === "receive") {
    registerReceiver(base, parts, bus).catch((error) =>
      log.warn("`status` does not see this process", { error }),
    );
  }
  life.add("readiness", () => ops?.drain());
  void ops.prepare().then(() => api && prepareIntake());
}

/** The consumers, and what one process does for all. */
async function startWork(base: Base, parts: Parts, work: Omit<WorkOptions, "only">): Promise<void> {
  const { only } = parts;
  parts.delivering = await startWorking(base, { ...work, ...(only && { only }) });
  parts.elected = await startElected(base, work);
}

/** Lets `status` see this process, and counts what it does. Answers with its id. */
async function register(base: Base, parts: Parts, bus: Bus, store: Store): Promise<string> {
  const { log, life, config } = base;
  const configHash = () => parts.plan.routing.hash;
  const { processes } = store;
  const heartbeat = await startHeartbeat({ processes, role: config.role, configHash, log });
  life.add("alive", () => heartbeat.close());
  await startCountingOwn(base, { store, id: heartbeat.id });
  lookAfterFormer(base, { bus, store, plan: parts.plan });
  return heartbeat.id;
}

/** All that a receiver needs the store for: to be seen by `status`. So it neither waits for it nor minds. */
async function registerReceiver(base: Base, parts: Parts, bus: Bus): Promise<void> {
  const store = await openStore(base);
  parts.media = await openMedia(base, store);
  await register(base, parts, bus, store);
  keepSecretUses(base, store, parts.receiving);
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
  life.add("secrets' last use", () => noting.close(), noteMs);
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
