import { readFileSync } from "node:fs";
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { compilePattern } from "../event/pattern.ts";
import { type Check, compileSchema } from "../support/schema.ts";
import type { Kinds } from "./routing.ts";
import { reportSchemaProblems } from "./schema-words.ts";
import { each, keysIn, list, quote, record } from "./shape.ts";
import { closest } from "./typos.ts";
import { parseDuration, parseRate } from "./units.ts";
import type { Report, YamlPath } from "./yaml-file.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../schemas/waypost.schema.json", import.meta.url), "utf8"),
) as { $defs: { destination: { properties: Record<string, unknown> } } };
const commonKeys = Object.keys(schema.$defs.destination.properties);

/** What the checks need to see. Only `source`, which still has its placeholders, may be quoted. */
export interface Checked {
  readonly value: unknown;
  readonly source: unknown;
  readonly kinds: Kinds;
}

/** Reports whatever is wrong with the parsed file; a part of the wrong shape does not hide the others. */
export function checkRouting(checked: Checked, report: Report): void {
  const { accounts, destinations, routes, alerts } = record(checked.value);
  reportSchemaProblems(checkOf(schema)(checked.value), keysIn(schema), report);
  checkNames(Object.keys(record(accounts)), ["accounts"], report);
  checkNames(Object.keys(record(destinations)), ["destinations"], report);
  for (const [name, destination] of Object.entries(record(destinations))) {
    checkDestination(destination, ["destinations", name], checked, report);
  }
  const { to, silence } = record(alerts);
  checkDestination(to, ["alerts", "to"], checked, report);
  for (const account of Object.keys(record(silence))) {
    checkReference(account, "accounts", ["alerts", "silence", account], checked, report);
  }
  checkRoutes(routes, checked, report);
}

const checks = new WeakMap<object, Check>();

/** Compiled once, when it is first needed. */
function checkOf(key: object, whole: object = key): Check {
  const known = checks.get(key) ?? compileSchema(whole);
  checks.set(key, known);
  return known;
}

function checkNames(names: readonly unknown[], path: YamlPath, report: Report): void {
  for (const name of names) {
    if (typeof name !== "string" || /^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) continue;
    const at = path.at(-1) === "name" ? path : [...path, name];
    report(at, {
      problem: "is not a name",
      remedy: "Use lower-case letters, digits and dashes, at most 63",
    });
  }
}

function checkDestination(
  destination: unknown,
  path: YamlPath,
  { kinds, source }: Checked,
  report: Report,
): void {
  const { kind, timeout, rate, ...rest } = record(destination);
  checkQuantities({ timeout, rate }, path, report);
  if (typeof kind !== "string") return;
  if (!Object.hasOwn(kinds, kind)) {
    report([...path, "kind"], {
      problem: `there is no kind ${quote(source, [...path, "kind"])}`,
      remedy: `Use one of ${Object.keys(kinds).join(", ")}`,
    });
    return;
  }
  const options = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !commonKeys.includes(key)),
  );
  const own = { type: "object", additionalProperties: false, ...kinds[kind]?.schema };
  const problems = checkOf(kinds[kind]?.schema ?? own, own)(options);
  const below: Report = (at, words) => report([...path, ...at], words);
  reportSchemaProblems(problems, [...commonKeys, ...keysIn(own)], below);
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

function checkRoutes(routes: unknown, checked: Checked, report: Report): void {
  const seen = new Set<unknown>();
  for (const [index, route] of list(routes).entries()) {
    const path: YamlPath = ["routes", index];
    const { name, to, when } = record(route);
    checkNames([name], [...path, "name"], report);
    if (typeof name === "string" && seen.has(name)) {
      report([...path, "name"], {
        problem: `there is a route ${quote(checked.source, [...path, "name"])} already`,
        remedy: "Give each route a name of its own",
      });
    }
    seen.add(name);
    for (const [target, at] of each(to, [...path, "to"])) {
      checkReference(target, "destinations", at, checked, report);
    }
    checkWhen(when, [...path, "when"], checked, report);
  }
}

function checkWhen(when: unknown, path: YamlPath, checked: Checked, report: Report): void {
  const { type, account, text, not } = record(when);
  for (const [name, at] of each(account, [...path, "account"])) {
    checkReference(name, "accounts", at, checked, report);
  }
  for (const [pattern, at] of each(type, [...path, "type"])) {
    if (typeof pattern !== "string" || works(() => compilePattern(pattern))) continue;
    report(at, {
      problem: `${quote(checked.source, at)} is not a type pattern`,
      remedy:
        "Use lower-case segments with dots, * for one segment, # for any number (at most 3 times), e.g. whatsapp.message.*",
    });
  }
  const { matches } = record(text);
  for (const [expression, at] of each(matches, [...path, "text", "matches"])) {
    if (typeof expression === "string") checkExpression(expression, at, report);
  }
  if (not !== undefined) checkWhen(not, [...path, "not"], checked, report);
}

function checkExpression(expression: string, path: YamlPath, report: Report): void {
  try {
    RE2JS.compile(expression);
  } catch (error) {
    const why = error instanceof RE2JSSyntaxException ? error.error : "cannot be compiled";
    report(path, {
      problem: `is not an RE2 expression (${why})`,
      remedy:
        "Correct it; RE2 has no look-around and no back-references, and a backslash is doubled within double quotes",
    });
  }
}

function checkReference(
  name: unknown,
  section: "accounts" | "destinations",
  path: YamlPath,
  { value, source }: Checked,
  report: Report,
): void {
  const known = record(record(value)[section]);
  if (typeof name !== "string" || Object.hasOwn(known, name)) return;
  const meant = closest(name, Object.keys(known), 2);
  const shown = path.at(-1) === name ? `"${name}"` : quote(source, path);
  report(path, {
    problem: `there is no ${shown} in ${section}`,
    remedy: meant ? `Did you mean ${meant}?` : `Add it to ${section}, or correct the name`,
  });
}

function works(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
