import { record } from "../shape.ts";
import type { Report, YamlPath } from "../yaml-file.ts";
import { checkTypesExist } from "./check-types.ts";
import { checkWritten } from "./check-written.ts";
import {
  type Checked,
  checkExpressions,
  checkLasts,
  checkPatterns,
  checkReferences,
} from "./checked.ts";

/** What its schema cannot say of a `when`: names, patterns, expressions. */
export function checkWhen(when: unknown, path: YamlPath, checked: Checked): void {
  const { type, account, text, replyId, data, not } = record(when);
  checkReferences(account, "accounts", [...path, "account"], checked);
  checkPatterns(type, [...path, "type"], checked);
  checkTypesExist(type, [...path, "type"], checked);
  checkWritten(when, path, checked.report);
  checkExpressions(record(text)["matches"], [...path, "text", "matches"], checked.report);
  if (!Array.isArray(replyId)) {
    checkExpressions(record(replyId)["matches"], [...path, "replyId", "matches"], checked.report);
  }
  checkValues(data, [...path, "data"], checked.report);
  if (not !== undefined) checkWhen(not, [...path, "not"], checked);
}

/** By dotted path: `data` of a route, `when` of a source. */
export function checkValues(values: unknown, path: YamlPath, report: Report): void {
  for (const [key, value] of Object.entries(record(values))) {
    if (Array.isArray(value)) continue;
    const at = [...path, key];
    const { matches, atLeast, atMost, exists } = record(value);
    checkExpressions(matches, [...at, "matches"], report);
    if (typeof atLeast === "number" && typeof atMost === "number" && atLeast > atMost) {
      report([...at, "atMost"], {
        problem: "is below atLeast, so nothing is both",
        remedy: "Exchange them, or remove one",
      });
    }
    if (exists === false && [matches, atLeast, atMost].some((each) => each !== undefined)) {
      report([...at, "exists"], {
        problem: "is false beside a comparison, so nothing is both",
        remedy: "Remove one of them",
      });
    }
  }
}

/** What its schema cannot say of an `only`. */
export function checkOnly(only: unknown, path: YamlPath, checked: Checked): void {
  const { hours, list, about, followedBy, not } = record(only);
  checkReferences(hours, "hours", [...path, "hours"], checked);
  checkReferences(list, "lists", [...path, "list"], checked);
  checkPatterns(followedBy, [...path, "followedBy"], checked);
  checkTypesExist(followedBy, [...path, "followedBy"], checked);
  checkLasts(record(about)["within"], [...path, "about", "within"], checked.report);
  if (not !== undefined) checkOnly(not, [...path, "not"], checked);
}
