import { each, record } from "../shape.ts";
import { isDate, isTimeZone, parseDays, parseSpan, type Span } from "../weekly-hours.ts";
import type { Report, YamlPath } from "../yaml-file.ts";

/** An entry of `hours`. */
export function checkHours(hours: unknown, path: YamlPath, report: Report): void {
  const { timeZone, except, ...days } = record(hours);
  checkTimeZone(timeZone, [...path, "timeZone"], report);
  for (const [date, at] of each(except, [...path, "except"])) {
    if (typeof date !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(date) || isDate(date)) continue;
    report(at, { problem: "is no date of the calendar", remedy: "Correct it, e.g. 2026-12-24" });
  }
  const keys = Object.keys(days).filter((key) => parseDays(key) !== undefined);
  if (timeZone !== undefined && Object.keys(days).length === 0) {
    report(path, { problem: "opens on no day", remedy: 'Add one, e.g. mon-fri: "09:00-18:00"' });
  }
  checkRanges(keys, path, report);
  for (const key of keys) checkSpans(days[key], [...path, key], report);
}

export function checkTimeZone(timeZone: unknown, path: YamlPath, report: Report): void {
  if (typeof timeZone !== "string" || isTimeZone(timeZone)) return;
  report(path, {
    problem: "is not a time zone that is known here",
    remedy: "Use an IANA name, e.g. Europe/Berlin",
  });
}

/** A day by itself counts instead of a range; two ranges would leave open which of them does. */
function checkRanges(keys: readonly string[], path: YamlPath, report: Report): void {
  const taken = new Map<number, string>();
  for (const key of keys.filter((each) => each.includes("-"))) {
    const other = parseDays(key)
      ?.map((day) => taken.get(day))
      .find((each) => each);
    if (other !== undefined) {
      report([...path, key], {
        problem: `has a day that ${other} has too`,
        remedy: "Let each day be in one range; a day by itself counts instead of a range",
      });
    }
    for (const day of parseDays(key) ?? []) taken.set(day, key);
  }
}

function checkSpans(spans: unknown, path: YamlPath, report: Report): void {
  const good: { readonly span: Span; readonly at: YamlPath }[] = [];
  for (const [text, at] of each(spans, path)) {
    if (typeof text !== "string") continue;
    const span = parseSpan(text);
    if (span === undefined) {
      report(at, { problem: "is not a span of a day", remedy: 'Write e.g. "09:00-18:00"' });
    } else if (span[0] >= span[1]) {
      report(at, {
        problem: "ends before it begins",
        remedy:
          "Exchange its ends; one over midnight is two, 20:00-24:00 and, on the next day, 00:00-04:00",
      });
    } else good.push({ span, at });
  }
  good.sort((a, b) => a.span[0] - b.span[0]);
  for (const [i, { span, at }] of good.entries()) {
    const before = good[i - 1];
    if (before === undefined || before.span[1] <= span[0]) continue;
    report(at, { problem: "overlaps another span of that day", remedy: "Make one of the two" });
  }
}
