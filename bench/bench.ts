/** Every figure that Waypost promises, each with its ratio: `npm run bench -- [seconds a load]`. */
import { execFile } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { benchProgram } from "./program.ts";
import { secondsOf } from "./seconds.ts";

const seconds = secondsOf("npm run bench --", 6);
const run = promisify(execFile);
const print = (line: string) => process.stdout.write(`${line}\n`);

/** In a process of its own: what one bench leaves in memory must not slow the next. */
async function script(name: string): Promise<void> {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", file], { maxBuffer: 1e7 });
  print(stdout.trimEnd());
}

const [cpu] = cpus();
const memory = (totalmem() / 2 ** 30).toFixed(0);
print(`${cpus().length} × ${cpu?.model ?? "unknown"}, ${memory} GiB, Node ${process.version}`);
print("\n# The ack path without a broker");
await script("./ack.ts");
print("\n# The ack path with its servers");
await benchProgram(seconds);
print("\n# A source's POST beside a message's");
await script("./sources.ts");
print("\n# Intake by POST /api/events, embedded bus and store");
await script("./intake.ts");
print("\n# The store consumer");
await script("./store.ts");
print("\n# A backlog drained to one destination");
await script("./deliver.ts");
print("\n# Routes that remember");
await script("./flows.ts");
print("\n# From a POST to its effect");
await script("./effect.ts");
print("\n# Questions over a million events");
await script("./questions.ts");
print("\n# From a message to a bot's reply");
await script("./reply.ts");
print("\n# The ack path while files are fetched");
await script("./media.ts");
print("\n# The console in a slow browser");
await script("./console.ts");
