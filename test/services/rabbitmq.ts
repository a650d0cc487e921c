/** RabbitMQ for tests: an own node on private ports in a temporary directory, ended by its recorded pid. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { waitFor } from "../support/wait-for.ts";

/** The scripts themselves: what stands in /usr/sbin insists on the user `rabbitmq`. */
const scripts = "/usr/lib/rabbitmq/bin";
const installed = "/usr/lib/rabbitmq/lib";

export interface Rabbit {
  /** As `guest`, heartbeat 5. */
  readonly url: string;
  readonly port: number;
  /** Evaluates an Erlang expression in the node, and resolves with its value as Erlang writes it; rabbitmqctl takes a second of processor time. */
  erl(expression: string): Promise<string>;
  /** The names of all queues. */
  queues(): Promise<string[]>;
  /** Takes more memory than this share of it for low: publishers are then blocked. */
  allowMemory(share: number): Promise<void>;
  /**
   * Writes which queues there are to disk, which RabbitMQ 3.10 itself does seconds later: a quorum queue declared just
   * before a SIGKILL takes messages after the restart and never confirms one.
   */
  sync(): Promise<void>;
  /** SIGKILL. Resolves when the node is gone. */
  kill(): Promise<void>;
  /** SIGTERM: an orderly end. Resolves when the node is gone. */
  stop(): Promise<void>;
  /** Again on the same port and data, after `kill` or `stop`. Resolves when it takes connections. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Ends it for good and removes its files. */
  cleanup(): Promise<void>;
}

export function rabbitInstalled(): boolean {
  return existsSync(join(scripts, "rabbitmq-server"));
}

/** Why no node of one's own can be started here; undefined where one can be. */
function whyNone(): string | undefined {
  if (process.env["TEST_RABBITMQ_BROKEN"]) return process.env["TEST_RABBITMQ_BROKEN"];
  if (!rabbitInstalled()) return "needs an installed rabbitmq-server";
  if (!onPath("epmd")) return "needs epmd on the path, which comes with Erlang (erlang-base)";
  return undefined;
}

function onPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The options of a suite: skipped with a reason, but never where CI is set. */
export function needsRabbit(): { skip: string | false } {
  if (process.env["TEST_RABBITMQ_URL"]) return { skip: false };
  const { skip } = needsOwnRabbit();
  return { skip: skip && `${skip}, or TEST_RABBITMQ_URL` };
}

/** The same for one that ends or freezes its node. */
export function needsOwnRabbit(): { skip: string | false } {
  return { skip: (!process.env["CI"] && whyNone()) || false };
}

export async function startRabbit(): Promise<Rabbit> {
  const missing = whyNone();
  if (missing) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), "waypost-rabbit-"));
  const ports = await freePorts();
  const { port, epmdPort } = ports;
  const env = await environment(folder, ports);
  const epmd = spawn("epmd", ["-port", String(epmdPort)], { env, stdio: "ignore" });
  // It then does not listen, which is waited for below.
  epmd.on("error", () => undefined);
  let node: ChildProcess | undefined;
  const endOnExit = () => {
    node?.kill("SIGKILL");
    epmd.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", endOnExit);
  const start = async () => {
    node = spawnNode(folder, env);
    await booted(node, folder, port);
  };
  const kill = () => end(node, "SIGKILL");
  const cleanup = async () => {
    await kill();
    await end(epmd, "SIGKILL");
    process.removeListener("exit", endOnExit);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const erl = (expression: string) => evaluate(expression, ports, env);
  try {
    // A node that finds none starts an epmd of its own, which nobody would end.
    await waitFor("epmd listens", () => answers(epmdPort));
    await start();
  } catch (error) {
    await cleanup();
    throw error;
  }
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}?heartbeat=5`,
    port,
    erl,
    queues: async () => {
      const names = await erl(
        "[binary_to_list(element(4, Name)) || Name <- rabbit_amqqueue:list_names()]",
      );
      return [...names.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
    },
    allowMemory: async (share) => {
      // Erlang's floats have a point.
      await erl(`vm_memory_monitor:set_vm_memory_high_watermark(${share.toFixed(9)})`);
    },
    sync: async () => void (await erl("[dets:sync(T) || T <- dets:all()]")),
    kill,
    stop: () => end(node, "SIGTERM"),
    start,
    freeze: () => void node?.kill("SIGSTOP"),
    thaw: () => void node?.kill("SIGCONT"),
    cleanup,
  };
}

/** By `erl_call`, which comes with epmd. It ends with 0 whatever the node says. */
async function evaluate(
  expression: string,
  { distPort }: Ports,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  // The client's own name is random, for several may ask at once.
  const asking = promisify(execFile)(
    "erl_call",
    ["-address", `localhost:${distPort}`, "-r", "-e"],
    { env },
  );
  asking.child.stdin?.end(`${expression}.\n`);
  const { stdout } = await asking;
  const [, value] = /^\{ok, (.*)\}\s*$/s.exec(stdout) ?? [];
  if (value === undefined) throw new Error(`erl_call: ${expression}: ${stdout}`);
  return value;
}

type Ports = { port: number; distPort: number; epmdPort: number };

async function environment(folder: string, ports: Ports): Promise<NodeJS.ProcessEnv> {
  const config = join(folder, "rabbitmq.conf");
  await writeFile(
    config,
    [
      `listeners.tcp.1 = 127.0.0.1:${ports.port}`,
      "vm_memory_high_watermark.absolute = 1GB",
      "disk_free_limit.absolute = 50MB",
      "raft.wal_max_size_bytes = 67108864",
      "log.file = node.log",
      "log.file.level = warning",
    ].join("\n"),
  );
  return {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    // The Erlang cookie lies here.
    HOME: folder,
    ERL_EPMD_PORT: String(ports.epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // The script then becomes the node instead of watching over it, so that the child's pid is the node's.
    RUNNING_UNDER_SYSTEMD: "true",
    RABBITMQ_NODENAME: `waypost-${ports.port}@localhost`,
    RABBITMQ_NODE_PORT: String(ports.port),
    RABBITMQ_DIST_PORT: String(ports.distPort),
    RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_PID_FILE: join(folder, "pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_CONF_ENV_FILE: join(folder, "none.conf"),
    ...(await onlyLibraries(join(folder, "libraries"))),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
}

/** None of its plugins is enabled, and to read what each is takes a fifth of a start. Its libraries lie beside them. */
async function onlyLibraries(folder: string): Promise<NodeJS.ProcessEnv> {
  const versions = await readdir(installed).catch(() => []);
  const [version] = versions.filter((name) => name.startsWith("rabbitmq_server-"));
  if (version === undefined) return {};
  const all = join(installed, version, "plugins");
  await mkdir(folder);
  for (const name of await readdir(all)) {
    if (!/^rabbitmq_(?!prelaunch)/.test(name)) await symlink(join(all, name), join(folder, name));
  }
  return { RABBITMQ_PLUGINS_DIR: folder };
}

function spawnNode(folder: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(join(scripts, "rabbitmq-server"), [], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Resolves when the node takes connections; ends it when it does not within three minutes, which a crowded machine does not take. */
async function booted(node: ChildProcess, folder: string, port: number): Promise<void> {
  let said = "";
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  };
  node.on("error", ({ message }) => hear(Buffer.from(message)));
  node.stdout?.on("data", hear);
  node.stderr?.on("data", hear);
  const until = Date.now() + 180_000;
  while (!(await speaksAmqp(port))) {
    if (node.exitCode !== null || Date.now() > until) {
      node.kill("SIGKILL");
      const log = await readFile(join(folder, "log", "node.log"), "utf8").catch(() => "");
      throw new Error(`rabbitmq-server: ${said.trim()}\n${log.slice(-4000)}`);
    }
    await sleep(50);
  }
}

/** The listener opens when all else is up, and answers a protocol header with connection.start. */
async function speaksAmqp(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    socket.end("AMQP\x00\x00\x09\x01");
    await once(socket, "data", { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on("error", () => undefined).destroy();
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  child.kill("SIGCONT");
  await exited;
  // Erlang's own children may outlive the node for a while with these ends open, and would keep the test from ending.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/**
 * Below the range that the system gives to outgoing connections: while a node is down, one of those could take its port.
 */
async function freePorts(): Promise<Ports> {
  const found = new Set<number>();
  while (found.size < 3) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) found.add(port);
  }
  const [port = 0, distPort = 0, epmdPort = 0] = found;
  return { port, distPort, epmdPort };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const listens = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return listens;
}

/** Asked by a connection: to bind the port would keep it from who is about to listen. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
