import { RE2JS, RE2JSSyntaxException } from "re2js";
import { isOwnType } from "../../event/own-types.ts";
import { compilePattern } from "../../event/pattern.ts";
import { parseDuration } from "../../support/duration.ts";
import type { Kinds } from "../routing.ts";
import { each, quote, record } from "../shape.ts";
import { closest } from "../typos.ts";
import type { Report, YamlPath } from "../yaml-file.ts";

/* What the checks of waypost.yaml share. Each takes a value of any shape; the schema reports wrong shapes. */

/** What the checks need to see. Only `source`, which still has its placeholders, may be quoted. */
export interface Checked {
  readonly value: unknown;
  readonly source: unknown;
  readonly kinds: Kinds;
  readonly report: Report;
}

/** Sections whose entries other parts of the file refer to by name. */
export type Section = "accounts" | "destinations" | "lists" | "hours" | "pools";

/** Of sections whose names become part of an address, a queue or a metric. */
export function checkNames(names: readonly unknown[], path: YamlPath, report: Report): void {
  for (const name of names) {
    if (typeof name !== "string" || /^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) continue;
    const at = path.at(-1) === "name" ? path : [...path, name];
    report(at, {
      problem: "is not a name",
      remedy: "Use lower-case letters, digits and dashes, at most 63",
    });
  }
}

/** Reports the second of two in a list that have the same name. */
export function checkUnique(
  items: readonly unknown[],
  { path, what }: { path: YamlPath; what: string },
  { source, report }: Checked,
): void {
  const seen = new Set<unknown>();
  for (const [index, item] of items.entries()) {
    const { name } = record(item);
    const at = [...path, index, "name"];
    if (typeof name === "string" && seen.has(name)) {
      report(at, {
        problem: `there is a ${what} ${quote(source, at)} already`,
        remedy: `Give each ${what} a name of its own`,
      });
    }
    seen.add(name);
  }
}

/** Every name, or the single one, must be a key of that section. */
export function checkReferences(
  names: unknown,
  section: Section,
  path: YamlPath,
  checked: Checked,
): void {
  for (const [name, at] of each(names, path)) checkReference(name, section, at, checked);
}

export function checkReference(
  name: unknown,
  section: Section,
  path: YamlPath,
  { value, source, report }: Checked,
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

export function checkPatterns(
  patterns: unknown,
  path: YamlPath,
  { source, report }: Checked,
): void {
  for (const [pattern, at] of each(patterns, path)) {
    if (typeof pattern !== "string" || works(() => compilePattern(pattern))) continue;
    report(at, {
      problem: `${quote(source, at)} is not a type pattern`,
      remedy:
        "Use lower-case segments with dots, * for one segment, # for any number (at most 3 times), e.g. whatsapp.message.*",
    });
  }
}

/** RE2, or several. */
export function checkExpressions(expressions: unknown, path: YamlPath, report: Report): void {
  for (const [expression, at] of each(expressions, path)) {
    if (typeof expression === "string") checkExpression(expression, at, report);
  }
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

/** A hundred years: a date beyond all calendars could neither be computed nor kept. */
const mostDays = 36_500;

/** A duration of 0 where nothing would ever be within it, and one that no calendar has. */
export function checkLasts(duration: unknown, path: YamlPath, report: Report): void {
  if (typeof duration === "string" && parseDuration(duration) === 0) {
    report(path, { problem: "is no time at all", remedy: "Choose more than 0, or remove it" });
  }
  checkNotTooLong(duration, path, report);
}

export function checkNotTooLong(duration: unknown, path: YamlPath, report: Report): void {
  const lasts = typeof duration === "string" ? (parseDuration(duration) ?? 0) : 0;
  if (lasts <= mostDays * 86_400_000) return;
  report(path, { problem: "is too long", remedy: `Choose at most ${mostDays}d` });
}

/** Types that routes and sources may make: everything else is Meta's or Waypost's own. */
export function checkEmittedType(type: unknown, path: YamlPath, { source, report }: Checked): void {
  if (typeof type === "string" && isOwnType(type)) {
    report(path, {
      problem: `${quote(source, path)} is what Waypost itself asks`,
      remedy: "Send the event, or another one, to a destination of kind whatsapp-reply",
    });
  }
  if (typeof type !== "string" || isEmittedType(type)) return;
  report(path, {
    problem: `${quote(source, path)} is not a type that can be emitted`,
    remedy:
      "Begin with business. and use lower-case segments of letters, digits and _, e.g. business.lead.captured",
  });
}

export function isEmittedType(type: string): boolean {
  return type.length <= 255 && /^business(\.[a-z0-9_]{1,64})+$/.test(type);
}

export function works(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
