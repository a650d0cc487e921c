/** Every figure that Waypost promises, each with its ratio: `npm run bench -- [name…] [seconds a load]`. */
import { execFile } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { benchProgram } from "./program.ts";

const longest = 9_999;
/** Of those in a process of their own: they take seconds. */
const timed = ["ack", "intake"];
const run = promisify(execFile);
const print = (line: string) => process.stdout.write(`${line}\n`);

/** In a process of its own: what one bench leaves in memory must not slow the next. */
async function script(name: string): Promise<void> {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const args = ["--import", "tsx", file, ...(timed.includes(name) ? numbers.map(String) : [])];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e7 });
  print(stdout.trimEnd());
}

const benches: Readonly<Record<string, string>> = {
  ack: "The ack path without a broker",
  program: "The ack path with its servers",
  sources: "A source's POST beside a message's",
  intake: "Intake by POST /api/events, embedded bus and store",
  store: "The store consumer",
  deliver: "A backlog drained to one destination",
  flows: "Routes that remember",
  effect: "From a POST to its effect",
  scale: "Two of each role beside one",
  questions: "Questions over a million events",
  reply: "From a message to a bot's reply",
  media: "The ack path while files are fetched",
  console: "The console in a slow browser",
};

const asked = process.argv.slice(2);
const numbers = asked.filter((word) => /^[1-9]\d*$/.test(word)).map(Number);
const names = asked.filter((word) => Object.hasOwn(benches, word));
const [seconds = 6] = numbers;
if (names.length + numbers.length < asked.length || numbers.length > 1 || seconds > longest) {
  process.stderr.write(
    `Takes names of benches, and the seconds that a load lasts, 1 to ${longest}:\n\n  npm run bench -- ack 10\n\n` +
      `Without a name, all: ${Object.keys(benches).join(", ")}. Without seconds, 6.\n`,
  );
  process.exit(2);
}

const [cpu] = cpus();
const memory = (totalmem() / 2 ** 30).toFixed(0);
print(`${cpus().length} × ${cpu?.model ?? "unknown"}, ${memory} GiB, Node ${process.version}`);
for (const [name, title] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  print(`\n# ${title}`);
  await (name === "program" ? benchProgram(seconds) : script(name));
}
