import { parseDuration } from "../../support/duration.ts";
import { type Check, compileSchema, type SchemaProblem } from "../../support/schema.ts";
import { checkBot, checkBotOverride } from "../bots.ts";
import { reportSchemaProblems } from "../schema-words.ts";
import { keysIn, quote, record } from "../shape.ts";
import { parseRate } from "../units.ts";
import type { Report, YamlPath } from "../yaml-file.ts";
import type { Checked } from "./checked.ts";

const checks = new WeakMap<object, Check>();

/** Compiled once, when it is first needed. */
export function checkOf(key: object, whole: object = key): Check {
  const known = checks.get(key) ?? compileSchema(whole);
  checks.set(key, known);
  return known;
}

/** `commonKeys` are those that every destination may have; the others are the kind's. */
export function createDestinationChecks(checked: Checked, commonKeys: readonly string[]) {
  const { kinds, source, value } = checked;
  const optionsOf = (destination: unknown) =>
    Object.fromEntries(
      Object.entries(record(destination)).filter(([key]) => !commonKeys.includes(key)),
    );
  const ofKind = (kind: string) => {
    const own = { type: "object", additionalProperties: false, ...kinds[kind]?.schema };
    return {
      keys: [...commonKeys, ...keysIn(own)],
      problemsOf: checkOf(kinds[kind]?.schema ?? own, own),
    };
  };
  return {
    checkDestination: (destination: unknown, path: YamlPath): void => {
      const { kind, timeout, rate, omit, format } = record(destination);
      checkQuantities({ timeout, rate }, path, checked.report);
      if (kind === "webhook" && format === "meta" && omit !== undefined) {
        checked.report([...path, "omit"], {
          problem:
            "leaves nothing to send: `format: meta` sends Meta's own envelope, which holds it all",
          remedy: "Remove one of the two",
        });
      }
      checkBot(destination, path, checked);
      if (typeof kind !== "string") return;
      if (!Object.hasOwn(kinds, kind)) {
        checked.report([...path, "kind"], {
          problem: `there is no kind ${quote(source, [...path, "kind"])}`,
          remedy: `Use one of ${Object.keys(kinds).join(", ")}`,
        });
        return;
      }
      const { problemsOf, keys } = ofKind(kind);
      reportSchemaProblems(problemsOf(optionsOf(destination)), keys, below(path, checked.report));
    },
    /** Options of a route for the destination of this name. What is wrong without them is not theirs. */
    checkOverride: (name: string, override: unknown, path: YamlPath): void => {
      const destination = record(record(value)["destinations"])[name];
      const { kind } = record(destination);
      const { transcript, ...others } = record(override);
      checkTranscript(transcript, path, checked.report);
      for (const key of Object.keys(others).filter((key) => commonKeys.includes(key))) {
        checked.report([...path, key], {
          problem: "belongs to the destination, and is the same for all routes",
          remedy: `Set it in destinations.${name}, or add a destination of its own for this route`,
        });
      }
      if (kind === "webhook") checkBotOverride(override, path, checked);
      if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) return;
      const { problemsOf, keys } = ofKind(kind);
      const own = optionsOf(destination);
      const known = new Set(problemsOf(own).map(problemKey));
      const problems = problemsOf({ ...own, ...optionsOf(override) });
      const news = problems.filter((problem) => !known.has(problemKey(problem)));
      reportSchemaProblems(news, keys, below(path, checked.report));
    },
  };
}

export type DestinationChecks = ReturnType<typeof createDestinationChecks>;

function below(path: YamlPath, report: Report): Report {
  return (at, words) => report([...path, ...at], words);
}

function problemKey({ path, reason }: SchemaProblem): string {
  return `${path} ${reason}`;
}

/** Of all common keys it alone is a route's too. */
function checkTranscript(transcript: unknown, path: YamlPath, report: Report): void {
  if (transcript === undefined) return;
  const fits = Number.isInteger(transcript) && Number(transcript) >= 1 && Number(transcript) <= 100;
  if (fits) return;
  report([...path, "transcript"], {
    problem: "is not a number of messages",
    remedy: "Write a whole number from 1 to 100",
  });
}

function checkQuantities(
  { timeout, rate }: { timeout: unknown; rate: unknown },
  path: YamlPath,
  report: Report,
): void {
  const ms = typeof timeout === "string" ? parseDuration(timeout) : undefined;
  if (ms !== undefined && (ms < 100 || ms > 60_000)) {
    report([...path, "timeout"], {
      problem: "is out of range",
      remedy: "Choose from 100ms to 1min",
    });
  }
  if (typeof rate === "string" && parseRate(rate) === 0) {
    report([...path, "rate"], {
      problem: "lets nothing through",
      remedy: "Choose more than 0; to stop a destination, pause it",
    });
  }
}
