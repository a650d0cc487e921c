import { each, list, record } from "../shape.ts";
import type { YamlPath } from "../yaml-file.ts";
import { checkCanHold } from "./check-can-hold.ts";
import { checkOnly, checkWhen } from "./check-conditions.ts";
import { checkCycles } from "./check-cycles.ts";
import type { DestinationChecks } from "./check-destinations.ts";
import { checkReached } from "./check-reached.ts";
import { checkReplies } from "./check-replies.ts";
import { checkTopics } from "./check-topics.ts";
import {
  type Checked,
  checkEmittedType,
  checkLasts,
  checkNames,
  checkNotTooLong,
  checkReference,
  checkUnique,
} from "./checked.ts";
import { targetsOf } from "./targets.ts";

/** `routes` and `defaults`. */
export function checkRoutes(checked: Checked, checks: DestinationChecks): void {
  const { routes, defaults } = record(checked.value);
  checkOnly(record(defaults)["only"], ["defaults", "only"], checked);
  checkCanHold({ only: record(defaults)["only"] }, ["defaults"], checked.report);
  for (const [index, route] of list(routes).entries()) {
    const path: YamlPath = ["routes", index];
    const { name, to, when, only } = record(route);
    checkNames([name], [...path, "name"], checked.report);
    checkTargets(to, [...path, "to"], checked, checks);
    checkReplies(record(route), path, checked);
    checkWhen(when, [...path, "when"], checked);
    checkOnly(only, [...path, "only"], checked);
    checkCanHold(record(route), path, checked.report, record(defaults)["only"]);
    checkTurn(record(route), path, checked);
    checkEffects(route, path, checked);
  }
  const names = { path: ["routes"], what: "route" };
  checkUnique(list(routes), names, checked);
  checkCycles(list(routes), checked.report);
  checkReached(checked);
  checkTopics(checked);
}

function checkTargets(
  to: unknown,
  path: YamlPath,
  checked: Checked,
  checks: DestinationChecks,
): void {
  const targets = targetsOf(to, path);
  for (const [index, { name, options, at }] of targets.entries()) {
    checkReference(name, "destinations", at, checked);
    if (typeof name === "string" && options !== undefined) checks.checkOverride(name, options, at);
    const before = targets.slice(0, index).filter((each) => each.name === name);
    if (![options, ...before.map((each) => each.options)].some((each) => each !== undefined))
      continue;
    if (before.length === 0) continue;
    checked.report(at, {
      problem: "is the same destination again, and each gets an event once",
      remedy: "Remove one, or add a destination of its own for the other options",
    });
  }
}

function checkTurn(
  { after, once, maxAge }: Record<string, unknown>,
  path: YamlPath,
  checked: Checked,
): void {
  const { delay, hours } = record(after);
  checkReference(hours, "hours", [...path, "after", "hours"], checked);
  checkNotTooLong(after, [...path, "after"], checked.report);
  checkNotTooLong(delay, [...path, "after", "delay"], checked.report);
  checkLasts(record(once)["for"], [...path, "once", "for"], checked.report);
  checkLasts(maxAge, [...path, "maxAge"], checked.report);
}

function checkEffects(route: unknown, path: YamlPath, checked: Checked): void {
  const { to, emit, set } = record(route);
  if (typeof route === "object" && [to, emit, set].every((each) => each === undefined)) {
    checked.report([...path, "to"], {
      problem: "is missing, and the route does nothing else",
      remedy: "Name destinations, or add emit or set",
    });
  }
  const { type } = record(emit);
  checkEmittedType(type, [...path, "emit", "type"], checked);
  const { owner, tag } = record(set);
  const poolAt = [...path, "set", "owner", "pool"];
  checkReference(record(owner)["pool"], "pools", poolAt, checked);
  const tags = each(tag, [...path, "set", "tag"]).filter(([each]) => typeof each === "string");
  const added = new Set(tags.map(([each]) => String(each)).filter((each) => each.startsWith("+")));
  for (const [each, at] of tags) {
    if (!String(each).startsWith("-") || !added.has(`+${String(each).slice(1)}`)) continue;
    checked.report(at, { problem: "is added by the same route", remedy: "Remove one of the two" });
  }
}
