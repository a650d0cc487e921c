/**
 * Compiles the tests once, and runs every file of them, each in a process of its own, all with the same servers where they
 * can be had. Two files at a time, of which one at most kills servers while there are others. A file that fails runs once more when all others are
 * done, and the closing lines say so: a crowded machine is told from a broken program. Those that kill servers have no
 * second try: what is lost once is lost.
 *
 *   npm test                 everything
 *   npm test -- bus store    the files whose path holds one of the words
 */
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { register } from "tsx/esm/api";

register();
const { closingLines, failureOf, fileLine, judge } = await import("./test-outcome.ts");
const { compileTests } = await import("./compile-tests.ts");
const { shareServers } = await import("./test-servers.ts");

const fileMs = 400_000;
const words = process.argv.slice(2);
const print = (line) => process.stdout.write(`${line}\n`);
const files = readdirSync("test", { recursive: true })
  .map((name) => join("test", name))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`No test file's path holds ${words.join(" or ")}\n`);
  process.exit(2);
}

const env = { ...process.env };
const servers = await shareServers(env, print).catch((error) => {
  print(`${error.message}\n\n0 passed, 1 failed, 0 skipped`);
  process.exit(1);
});

let compiled = "";
/** Said once more at the end, where a long run is read. */
const failures = new Map();
process.once("exit", () => compiled && rmSync(compiled, { recursive: true }));

/** One file's outcome; its output is shown only where something failed. */
function runFile(file) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const program = join(compiled, file.replace(/\.ts$/, ".js"));
    const args = ["--enable-source-maps", "--test-reporter=tap", program];
    const child = spawn(process.execPath, args, { env });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), fileMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString();
      const outcome = judge(file, output, code);
      print(fileLine(outcome, ((performance.now() - startedAt) / 1_000).toFixed(1)));
      for (const reason of outcome.skipped) print(`         skipped: ${reason}`);
      if (!outcome.ok) print(output + (signal ? `\nended by ${signal}` : `\nexit ${code}`));
      if (!outcome.ok) failures.set(file, failureOf(outcome, output));
      resolve(outcome);
    });
  });
}

async function runAll(take) {
  const outcomes = [];
  for (let file = take(); file; file = take()) outcomes.push(await runFile(file));
  return outcomes;
}

const killsServers = (name) => /\/faults\//.test(name);
let outcomes = [];
try {
  compiled = compileTests(process.cwd());
  const faults = files.filter(killsServers);
  const others = files.filter((name) => !killsServers(name));
  const lanes = await Promise.all([
    runAll(() => faults.shift() ?? others.shift()),
    runAll(() => others.shift() ?? faults.shift()),
  ]);
  const crowded = lanes
    .flat()
    .filter(({ ok, file }) => !ok && !killsServers(file))
    .map(({ file }) => file);
  if (crowded.length > 0) print(`\nonce more, alone: ${crowded.join(", ")}`);
  const again = [...crowded];
  const settled = lanes.flat().filter(({ file }) => !crowded.includes(file));
  outcomes = [...settled, ...(await runAll(() => again.shift()))];
  if (crowded.length > 0) print(`\nfailed beside another file: ${crowded.join(", ")}`);
} finally {
  for (const server of servers) await server.cleanup();
}
const failed = outcomes.filter(({ ok }) => !ok).flatMap(({ file }) => failures.get(file));
print(["", ...failed, ...closingLines(outcomes)].join("\n"));
process.exit(outcomes.every(({ ok }) => ok) ? 0 : 1);
