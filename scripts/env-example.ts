/** Writes .env.example from schemas/env.schema.json; with --check, exits 1 when it is stale. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type EnvKey, envKeys } from "../src/config/env.ts";

const width = 100;

/** The text of .env.example: every key once, commented out, with its default or an example. */
export function envExample(keys: Readonly<Record<string, EnvKey>>): string {
  const lines = [
    "# Every key of the environment. Generated from schemas/env.schema.json by scripts/env-example.ts.",
    "# Copy to .env and set what you need; variables of the process win over .env.",
    "# Secrets can be given as KEY_FILE instead: the path of a file that holds the value.",
  ];
  let group = "";
  for (const [key, spec] of Object.entries(keys)) {
    if (spec["x-group"] !== group) lines.push("", `# --- ${spec["x-group"]} ---`);
    group = spec["x-group"];
    lines.push("", ...wrap(spec.description), ...hints(key, spec));
    lines.push(`#${key}=${spec.default ?? spec["x-example"] ?? ""}`);
  }
  return `${lines.join("\n")}\n`;
}

function hints(key: string, spec: EnvKey): string[] {
  const parts: string[] = [];
  if (spec.enum) parts.push(`One of ${spec.enum.join(", ")}.`);
  if (spec.type === "integer") parts.push(`An integer from ${spec.minimum} to ${spec.maximum}.`);
  if (spec["x-secret"]) parts.push(`A secret; also ${key}_FILE.`);
  parts.push(spec.default === undefined ? "Not set by default." : `Default: ${spec.default}`);
  return wrap(parts.join(" "));
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (`${line} ${word}`.length > width) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

async function main(): Promise<number> {
  const file = new URL("../.env.example", import.meta.url);
  const wanted = envExample(envKeys);
  if (!process.argv.includes("--check")) {
    await writeFile(file, wanted);
    return 0;
  }
  if ((await readFile(file, "utf8").catch(() => "")) === wanted) return 0;
  process.stderr.write(".env.example is stale: run `npx tsx scripts/env-example.ts`\n");
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
