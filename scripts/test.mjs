/**
 * Compiles the tests once, and runs every file of them, each in a process of its own, all with the same servers where they
 * can be had. Two files at a time, and beside them one of those that kill servers: these mostly wait. Where either has
 * come to its end, the other takes its place. A file that fails runs once more when all others are
 * done, and the closing lines say what failed in both tries: a crowded machine is told from a broken program. Those that kill servers have no
 * second try: what is lost once is lost. SIGINT and SIGTERM end it
 * with all that it has started.
 *
 *   npm test                 everything
 *   npm test -- bus store    the files whose path holds one of the words
 */
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { register } from "tsx/esm/api";

register();
const { closingLines, failedTries, fileLine, judge } = await import("./test-outcome.ts");
const { compileTests } = await import("./compile-tests.ts");
const { shareServers } = await import("./test-servers.ts");

const fileMs = 400_000;
/** They take a minute and more: begun last, one of them would run alone. */
const long =
  /^test\/(e2e|ops\/schemathesis)\/|files-bucket|rabbitmq-layout|against-running|faults\/(servers|deliver-workers|flow-workers)/;
const isLong = (name) => long.test(name);
const words = process.argv.slice(2);
const print = (line) => process.stdout.write(`${line}\n`);
const files = readdirSync("test", { recursive: true })
  .map((name) => join("test", name))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
  .sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
if (files.length === 0) {
  process.stderr.write(`No test file's path holds ${words.join(" or ")}\n`);
  process.exit(2);
}

/** The exit code once a signal has come: no file is begun any more. */
let endedBy;
const running = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  // Not once: npm may pass on what the terminal has sent already.
  process.on(signal, () => {
    endedBy ??= 128 + constants.signals[signal];
    for (const pid of running) endGroup(pid);
  });
}

/** A test file and the processes that it started. */
function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

const env = { ...process.env };
// Together: a server waits for its files, and for itself.
const [started, compiling] = await Promise.allSettled([
  shareServers(env, print),
  compileTests(process.cwd()),
]);
const compiled = compiling.value;
process.once("exit", () => compiled && rmSync(compiled, { recursive: true }));
if (started.status === "rejected") {
  print(`${started.reason.message}\n\n0 passed, 1 failed, 0 skipped`);
  process.exit(endedBy ?? 1);
}
const servers = started.value;

/** One try of a file; its output is shown only where something failed. */
function runFile(file, alone) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const program = join(compiled, file.replace(/\.ts$/, ".js"));
    const args = ["--enable-source-maps", "--test-reporter=tap", program];
    // In a process group of its own, which ends as one.
    const child = spawn(process.execPath, args, { env, detached: true });
    running.add(child.pid);
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    const timer = setTimeout(() => endGroup(child.pid), fileMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child.pid);
      if (endedBy !== undefined) return resolve(undefined);
      const said = Buffer.concat(chunks).toString();
      const outcome = judge(file, said, code);
      print(fileLine(outcome, ((performance.now() - startedAt) / 1_000).toFixed(1)));
      for (const reason of outcome.skipped) print(`         skipped: ${reason}`);
      const output = said + (signal ? `\nended by ${signal}` : `\nexit ${code}`);
      if (!outcome.ok) print(output);
      resolve({ outcome, output, alone });
    });
  });
}

async function runAll(take, alone = false) {
  const tries = [];
  for (let file = take(); file && endedBy === undefined; file = take()) {
    const made = await runFile(file, alone);
    if (made !== undefined) tries.push(made);
  }
  return tries;
}

const killsServers = (name) => /\/faults\//.test(name);
let tries = [];
try {
  if (compiling.status === "rejected") throw compiling.reason;
  const faults = files.filter(killsServers);
  const others = files.filter((name) => !killsServers(name));
  const lanes = await Promise.all([
    // Three to the end, but of those that kill servers two at most, when there is nothing else.
    runAll(() => faults.shift() ?? others.shift()),
    runAll(() => others.shift() ?? faults.shift()),
    runAll(() => others.shift()),
  ]);
  const first = lanes.flat();
  const crowded = first
    .filter(({ outcome }) => !outcome.ok && !killsServers(outcome.file))
    .map(({ outcome }) => outcome.file);
  if (crowded.length > 0 && endedBy === undefined)
    print(`\nonce more, alone: ${crowded.join(", ")}`);
  tries = [...first, ...(await runAll(() => crowded.shift(), true))];
} finally {
  for (const server of servers) await server.cleanup();
}
if (endedBy !== undefined) process.exit(endedBy);
// The last try of a file counts.
const outcomes = [...new Map(tries.map(({ outcome }) => [outcome.file, outcome])).values()];
print(["", ...failedTries(tries), ...closingLines(outcomes)].join("\n"));
process.exit(outcomes.every(({ ok }) => ok) ? 0 : 1);
