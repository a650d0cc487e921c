/**
 * Runs every test file (node's own globs do not reach deep folders on Node 20), several at a time. Starts one
 * RabbitMQ and one MongoDB server for the whole run where they can be had and none is given, so that
 * each file need not start its own. `npm test -- bus store` runs the files whose path holds one of the words.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { register } from "tsx/esm/api";

register();
const { startRabbit, rabbitAvailable } = await import("../test/services/rabbitmq.ts");
const { startMongo, mongoAvailable } = await import("../test/services/mongo.ts");

const words = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const flags = process.argv.slice(2).filter((arg) => arg.startsWith("-"));
const files = readdirSync("test", { recursive: true })
  .map((name) => join("test", name))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`No test file matches ${words.join(", ")}\n`);
  process.exit(2);
}

const env = { ...process.env };
const started = [];
if (!env.TEST_RABBITMQ_URL && (await rabbitAvailable())) {
  const rabbit = await startRabbit();
  started.push(rabbit);
  env.TEST_RABBITMQ_URL = rabbit.url;
}
if (!env.TEST_MONGODB_URL && (await mongoAvailable())) {
  const mongo = await startMongo();
  started.push(mongo);
  env.TEST_MONGODB_URL = mongo.url;
}

/** Files that kill servers or measure time run one by one, after the others. */
const alone = (name) => /\/(faults|e2e)\//.test(name);
const run = (list, concurrency) =>
  new Promise((resolve) => {
    if (list.length === 0) return resolve(0);
    const args = [
      "--import",
      "tsx",
      "--test",
      `--test-concurrency=${concurrency}`,
      ...flags,
      ...list,
    ];
    spawn(process.execPath, args, { stdio: "inherit", env }).on("exit", (code) =>
      resolve(code ?? 1),
    );
  });

let code = 1;
try {
  const together = await run(
    files.filter((name) => !alone(name)),
    2,
  );
  const single = await run(files.filter(alone), 1);
  code = together || single;
} finally {
  for (const server of started) await server.cleanup();
}
process.exit(code);
