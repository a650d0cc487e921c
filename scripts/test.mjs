/**
 * Runs every test file, each in a process of its own. Starts one RabbitMQ and one MongoDB server for the whole
 * run where they can be had and none is given, so that each file need not start its own. Two files at a time, of which
 * one at most kills servers while there are others. A file that fails runs once more when all others are done, and the
 * closing lines say so: a crowded machine is told from a broken program. Those that kill servers have no second try:
 * what is lost once is lost.
 *
 *   npm test                 everything
 *   npm test -- bus store    the files whose path holds one of the words
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { register } from "tsx/esm/api";

register();
const { startRabbit, rabbitAvailable } = await import("../test/services/rabbitmq.ts");
const { startMongo, mongoAvailable } = await import("../test/services/mongo.ts");

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
const servers = [];
if (!env.TEST_RABBITMQ_URL && (await rabbitAvailable())) {
  const rabbit = await startRabbit();
  servers.push(rabbit);
  env.TEST_RABBITMQ_URL = rabbit.url;
}
if (!env.TEST_MONGODB_URL && (await mongoAvailable())) {
  const mongo = await startMongo();
  servers.push(mongo);
  env.TEST_MONGODB_URL = mongo.url;
}

/** One file's outcome; its output is shown only where something failed. */
function runFile(file) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ["--import", "tsx", "--test-reporter=tap", file], {
      env,
    });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), fileMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString();
      const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
      const [passed, failed, skipped] = [count("pass"), count("fail"), count("skipped")];
      const ok = code === 0 && passed + skipped > 0 && failed === 0;
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      const many = skipped > 0 ? `${passed} passed, ${skipped} skipped` : `${passed} passed`;
      print(`${ok ? "ok    " : "FAILED"} ${file}  ${many}, ${seconds} s`);
      for (const [, why] of output.matchAll(/# SKIP (.*)$/gm)) print(`         skipped: ${why}`);
      if (!ok) print(output + (signal ? `\nended by ${signal}` : `\nexit ${code}`));
      resolve({ file, ok, passed, failed: ok ? 0 : Math.max(1, failed), skipped });
    });
  });
}

async function runAll(take) {
  const results = [];
  for (let file = take(); file; file = take()) results.push(await runFile(file));
  return results;
}

const killsServers = (name) => /\/faults\//.test(name);
let results = [];
try {
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
  results = [...settled, ...(await runAll(() => again.shift()))];
  if (crowded.length > 0) print(`\nfailed beside another file: ${crowded.join(", ")}`);
} finally {
  for (const server of servers) await server.cleanup();
}
const sum = (what) => results.reduce((all, result) => all + result[what], 0);
print(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(sum("failed") === 0 ? 0 : 1);
