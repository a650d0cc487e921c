/**
 * MongoDB for tests: the server of TEST_MONGODB_URL (a fresh database each), else an own
 * mongo-java-server, fetched once by Maven into `.services/mongo/lib`.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const home = fileURLToPath(new URL("../../.services/mongo/", import.meta.url));
const sources = fileURLToPath(new URL("./mongo/", import.meta.url));
const lib = join(home, "lib");
const program = join(sources, "Serve.java");
/** Compiled once: Java takes a second of processor time for it at each start. */
const classes = join(
  home,
  `classes-${createHash("sha256").update(readFileSync(program)).digest("hex").slice(0, 12)}`,
);
/** It lives for minutes: code that is compiled at length never pays. */
const brief = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

export interface Mongo {
  /** With a database name of its own. */
  readonly url: string;
  /** SIGTERM: what was acknowledged is kept when there is a `file`. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Again on the same port, after `stop`. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Stops for good and removes its files. */
  cleanup(): Promise<void>;
}

/** Java is there, and mongo-java-server or Maven to fetch it. */
export function mongoInstalled(): boolean {
  return runs("java", "-version") && (existsSync(lib) || runs("mvn", "-v"));
}

/** `own` asks for a server that can be stopped and frozen, even if TEST_MONGODB_URL names one. */
export function mongoAvailable(own = false): boolean {
  return whyNone(own) === undefined;
}

function whyNone(own: boolean): string | undefined {
  if (!own && process.env["TEST_MONGODB_URL"]) return undefined;
  const broken = process.env["TEST_MONGODB_BROKEN"];
  if (!broken && mongoInstalled()) return undefined;
  const reason = broken || "needs a Java 17 JDK and Maven";
  return own ? reason : `${reason}, or TEST_MONGODB_URL`;
}

/** The options of a suite that needs MongoDB: skipped with a reason, but never where CI is set. */
export function needsMongo(own = false): { skip: string | false } {
  return { skip: (!process.env["CI"] && whyNone(own)) || false };
}

/** In memory, or with `file` in an H2 file that lasts until `cleanup`. `own` as above. */
export async function startMongo(options: { file?: boolean; own?: boolean } = {}): Promise<Mongo> {
  const given = process.env["TEST_MONGODB_URL"];
  return given && !options.own ? shared(given) : serve(options.file === true);
}

function database(): string {
  return `waypost_test_${randomBytes(6).toString("hex")}`;
}

function shared(given: string): Mongo {
  const url = new URL(given);
  url.pathname = `/${database()}`;
  const refuse = () => {
    throw new Error("a shared server is not stopped: start one with { own: true }");
  };
  return {
    url: url.href,
    stop: async () => refuse(),
    start: async () => refuse(),
    freeze: refuse,
    thaw: refuse,
    cleanup: () => dropDatabase(url.href),
  };
}

/** Removes the database of this URL. */
export async function dropDatabase(url: string): Promise<void> {
  const { createConnection } = await import("mongoose");
  const connection = await createConnection(url).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

async function serve(file: boolean): Promise<Mongo> {
  await fetchMongo();
  const folder = await mkdtemp(join(tmpdir(), "waypost-mongo-"));
  const port = await freePort();
  const data = file ? join(folder, "data.mv") : "memory";
  let child = await launch(port, data);
  const stop = async () => {
    child.kill("SIGCONT");
    await end(child);
  };
  return {
    url: `mongodb://127.0.0.1:${port}/${database()}`,
    stop,
    start: async () => {
      child = await launch(port, data);
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    cleanup: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

async function launch(port: number, data: string): Promise<ChildProcess> {
  const child = spawn(
    "java",
    ["-Xmx768m", ...brief, "-cp", `${classes}:${lib}/*`, "Serve", String(port), data],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ready = once(child.stdout, "data").then(() => true);
  const gone = once(child, "exit").then(() => false);
  if (!(await Promise.race([ready, gone]))) throw new Error(`mongo-java-server: ${said}`);
  return child;
}

export async function fetchMongo(): Promise<void> {
  const fetched = ["-q", "-f", join(sources, "pom.xml"), "dependency:copy-dependencies"];
  await make(lib, (folder) => run("mvn", ...fetched, `-DoutputDirectory=${folder}`));
  await make(classes, (folder) => run("javac", "-cp", `${lib}/*`, "-d", folder, program));
}

const run = (command: string, ...args: string[]) => promisify(execFile)(command, args);

/** Several test processes may come at once: each fills a folder aside, the first rename wins. */
async function make(folder: string, fill: (aside: string) => Promise<unknown>): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(home, { recursive: true });
  const aside = await mkdtemp(join(home, "fetch-"));
  await fill(aside);
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
