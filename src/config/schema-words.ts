import type { SchemaProblem } from "../support/schema.ts";
import { closest } from "./typos.ts";
import { type Report, readPath, type Words, type YamlPath } from "./yaml-file.ts";

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
      const remedy = insteadOf(unknown, at, keys);
      report([...at, unknown], { problem: "is not a key that is known here", remedy });
    } else if (missing !== undefined) {
      report([...at, missing], { problem: "is missing", remedy: "Add it" });
    } else {
      report(at, wordsFor(reason));
    }
  }
}

function insteadOf(unknown: string, at: YamlPath, keys: readonly string[]): string {
  if (unknown === "<<") return "Write out what it stands for: YAML 1.2 does not merge";
  if (at[0] === "hours" && at.length === 2) {
    return "Name days as mon, tue, wed, thu, fri, sat, sun, or a range, e.g. mon-fri";
  }
  const begun = keys.find((key) => unknown.length > 2 && key.startsWith(unknown));
  const meant = closest(unknown, keys, 2) ?? begun;
  return meant ? `Did you mean ${meant}?` : "Remove it";
}

/** By a part of the pattern that is not met; the first counts. */
const forms: Record<string, Words> = {
  "untilClosed|untilAnswered": {
    problem: "is not how long it may last",
    remedy: "Write a duration, e.g. 90d, or untilClosed or untilAnswered",
  },
  "untilClosed|": {
    problem: "is not how long it may last",
    remedy: "Write a duration, e.g. 2h, or untilClosed",
  },
  "ms|s|min|h|d": { problem: "is not a duration", remedy: "Write e.g. 500ms, 10s, 5min, 2h or 1d" },
  "/(s|min|h)": { problem: "is not a rate", remedy: "Write e.g. 10/s, 60/min or 100/h" },
  "^[+-]": {
    problem: "says neither to add nor to take away",
    remedy: "Begin with + or -, e.g. +vip",
  },
  "^[A-Z]{2}$": { problem: "is not a country", remedy: "Write its two letters, e.g. DE" },
  "\\d{4}-": { problem: "is not a date", remedy: "Write e.g. 2026-12-24" },
  "(mon|tue": {
    problem: "is not a time of the day or week",
    remedy: 'Write e.g. "09:00" or "mon 09:00"',
  },
};

/** A pattern that is a list of words. */
const choices = /^must match pattern "\^\(([a-z|]+)\)\$"$/;

function wordsFor(reason: string): Words {
  const [, choice] = choices.exec(reason) ?? [];
  if (choice) {
    return { problem: `must be one of ${choice.replaceAll("|", ", ")}`, remedy: "Use one of them" };
  }
  for (const [mark, words] of Object.entries(forms)) {
    if (reason.startsWith("must match pattern") && reason.includes(mark)) return words;
  }
  if (reason.startsWith("must be one of ")) {
    return { problem: reason, remedy: "Use one of them" };
  }
  if (reason === "must be boolean") return { problem: reason, remedy: "Write true or false" };
  if (/^must be string/.test(reason)) {
    return {
      problem: "must be text",
      remedy: "Put the value in quotes; durations and rates need their unit (10s, 10/s)",
    };
  }
  return { problem: reason, remedy: "Correct it; waypost.example.yaml shows each key" };
}
