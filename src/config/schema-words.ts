import type { SchemaProblem } from "../support/schema.ts";
import { closest } from "./typos.ts";
import { type Report, readPath, type Words } from "./yaml-file.ts";

/** Reports what a schema found, in words with a remedy. `keys` are those that a misspelt one may mean. */
export function reportSchemaProblems(
  problems: readonly SchemaProblem[],
  keys: readonly string[],
  report: Report,
): void {
  for (const { path, reason } of problems) {
    const at = readPath(path);
    const unknown = /^unknown key "(.*)"$/s.exec(reason)?.[1];
    const missing = /^"(.*)" is missing$/s.exec(reason)?.[1];
    if (unknown !== undefined) {
      const begun = keys.find((key) => unknown.length > 2 && key.startsWith(unknown));
      const meant = closest(unknown, keys, 2) ?? begun;
      const remedy = meant ? `Did you mean ${meant}?` : "Remove it";
      report([...at, unknown], { problem: "is not a key that is known here", remedy });
    } else if (missing !== undefined) {
      report([...at, missing], { problem: "is missing", remedy: "Add it" });
    } else {
      report(at, wordsFor(reason));
    }
  }
}

const units: Record<string, Words> = {
  "ms|s|min|h|d": { problem: "is not a duration", remedy: "Write e.g. 500ms, 10s, 5min, 2h or 1d" },
  "/(s|min|h)": { problem: "is not a rate", remedy: "Write e.g. 10/s, 60/min or 100/h" },
};

function wordsFor(reason: string): Words {
  for (const [mark, words] of Object.entries(units)) {
    if (reason.startsWith("must match pattern") && reason.includes(mark)) return words;
  }
  if (/^must be string/.test(reason)) {
    return {
      problem: "must be text",
      remedy: "Put the value in quotes; durations and rates need their unit (10s, 10/s)",
    };
  }
  return { problem: reason, remedy: "Correct it; waypost.example.yaml shows each key" };
}
