import type { Command } from "commander";
import { type Config, loadConfig, type Role } from "../config/config.ts";
import type { Bus, Store } from "../contracts.ts";
import { createOps, type Ops, type OpsApi } from "../ops/create-ops.ts";
import type { ReadyCheck } from "../ops/probes.ts";
import { collectStatus } from "../ops/system-status.ts";
import { DATAVERSION, normalize } from "../receive/normalize.ts";
import { createReader } from "../receive/reader.ts";
import { stopOnSignals } from "../support/lifecycle.ts";
import { banner } from "./banner.ts";
import { type Base, createBase, openBus, openStore, packageVersion } from "./base.ts";
import { runCommand } from "./ops-client.ts";
import { declaredQueues } from "./queues.ts";
import { type Receiving, startReceiving } from "./receive.ts";
import { createRenormalizer } from "./renormalize/renormalizer.ts";
import { startWorking } from "./work.ts";

const roles: Record<Role, string> = {
  start: "receiver, worker and ops together",
  receive: "the public endpoint",
  work: "the consumers: the store",
  ops: "the API",
};

export function registerRoles(program: Command, env: NodeJS.ProcessEnv): void {
  for (const role of Object.keys(roles) as Role[]) {
    program
      .command(role)
      .description(`runs ${roles[role]}`)
      .action(() =>
        runCommand(async () => {
          const config = await loadConfig(env, role);
          await serve(config);
          if (role === "start" && !config.production) process.stdout.write(banner(config, env));
          return 0;
        }),
      );
  }
}

/** Starts in order; what fails to start ends what had started and rethrows. */
async function serve(config: Config): Promise<void> {
  const base = createBase(config);
  stopOnSignals(base.life, base.log);
  try {
    await startRole(base);
  } catch (error) {
    await base.life.stop();
    throw error;
  }
}

/** ops answers probes from the start; the receiver opens its port last and closes it first. */
async function startRole(base: Base): Promise<void> {
  const { config, life } = base;
  const { role } = config;
  const parts: Parts = {};
  let ops: Ops | undefined;
  life.add("ops", () => ops?.close());
  if (role !== "receive") parts.store = await openStore(base);
  parts.bus = await openBus(base, declaredQueues());
  ops = createOps({
    ...config.ops,
    log: base.log.child({ role: "ops" }),
    metrics: base.metrics,
    ready: () => readiness(config, parts),
    ...((role === "ops" || role === "start") && { api: await createApi(base, parts) }),
  });
  const opened = await ops.listen();
  base.log.info("answers probes and metrics", { role, port: opened.port });
  if (parts.store && (role === "work" || role === "start")) {
    await startWorking(base, parts.bus, parts.store);
  }
  if (role === "receive" || role === "start")
    parts.receiving = await startReceiving(base, parts.bus);
  life.add("readiness", () => ops?.drain());
}

interface Parts {
  bus?: Bus;
  store?: Store;
  receiving?: Receiving;
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

async function createApi(base: Base, parts: Parts): Promise<OpsApi> {
  const { bus, store } = parts;
  if (bus === undefined || store === undefined) throw new TypeError("the API needs bus and store");
  const { role } = base.config;
  const startedAt = new Date();
  const version = await packageVersion();
  const reader = createReader({ log: base.log.child({ role: "ops" }) });
  base.life.add("reader", () => reader.close());
  return {
    renormalize: createRenormalizer({
      query: store,
      publish: bus.publish.bind(bus),
      read: reader.read.bind(reader),
      parser: { normalize, dataversion: DATAVERSION },
    }),
    query: store,
    tail: bus.tail.bind(bus),
    status: () =>
      collectStatus({
        version,
        roles: role === "start" ? ["receive", "work", "ops"] : [role],
        startedAt,
        bus,
        store,
        ...(role === "start" && {
          receiver: {
            metrics: base.metrics,
            ...(parts.receiving?.spool && { spool: parts.receiving.spool }),
          },
        }),
      }),
  };
}
