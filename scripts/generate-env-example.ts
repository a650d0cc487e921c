import type { EnvKey } from "../src/config/env.ts";

const width = 100;

/** The text of .env.example: every key once, commented out, with its default or an example. */
export function envExample(keys: Readonly<Record<string, EnvKey>>): string {
  const lines = [
    "# Every key of the environment. Generated from schemas/env.schema.json by `npm run generate`.",
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
