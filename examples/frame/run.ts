/**
 * Plays one of the examples: `npm run example -- clinic`.
 *
 *   --once            ends with the story, instead of waiting for Ctrl-C
 *   --no-open         does not open a browser
 */
import { readdir } from "node:fs/promises";
import { openInBrowser } from "./open-in-browser.ts";
import { playExample } from "./play.ts";
import { readOptions } from "./read-options.ts";

const examples = new URL("../", import.meta.url);
const say = (line: string) => process.stdout.write(`${line}\n`);
const usage = "npm run example -- <name> [--once] [--no-open]";
const { values, positionals } = readOptions(usage, {
  allowPositionals: true,
  options: {
    once: { type: "boolean", default: false },
    "no-open": { type: "boolean", default: false },
  },
});
const files = await readdir(examples, { recursive: true });
const names = files
  .filter((file) => /^[\w-]+\/story\.ts$/.test(file))
  .map((file) => file.split("/")[0])
  .toSorted();
const [name = ""] = positionals;
if (!names.includes(name)) {
  process.stderr.write(
    `Say which one: npm run example -- ${names[0]}\nThere are: ${names.join(", ")}\n`,
  );
  process.exit(2);
}

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
try {
  await playExample(new URL(`${name}/`, examples), {
    say,
    signal: stopped.signal,
    over: async ({ console }) => {
      if (values.once) return;
      say("\nThat was all. It goes on running, for you to look around in the console:");
      say(`  ${console}`);
      say("Ctrl-C ends it and leaves nothing behind.");
      if (!values["no-open"]) openInBrowser(console);
      await new Promise<void>((resolve) =>
        stopped.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
    },
  });
} catch (error) {
  if (!stopped.signal.aborted) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
