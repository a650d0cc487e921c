import { compilePattern } from "../../event/pattern.ts";
import { each, record } from "../shape.ts";
import type { Report } from "../yaml-file.ts";
import { isEmittedType, works } from "./checked.ts";

/** Conditions that no derived event meets: it holds business data, and no message. */
const ofMessages = [
  "text",
  "messageType",
  "replyId",
  "flow",
  "reaction",
  "template",
  "errorCode",
] as const;

/**
 * Reports routes that emit in a circle, at the first of them. By types alone: what `only`, `once` and `data` let through is
 * known when it happens, and a chain of eight is the end of it then.
 */
export function checkCycles(routes: readonly unknown[], report: Report): void {
  const emitted = routes.map((route) => record(record(route)["emit"])["type"]);
  const next = emitted.map((type) =>
    typeof type === "string" && isEmittedType(type)
      ? [...routes.keys()].filter((i) => mayTake(record(routes[i])["when"], type))
      : [],
  );
  const told = new Set<number>();
  for (const start of routes.keys()) {
    const circle = told.has(start) ? undefined : circleFrom(start, next);
    if (circle === undefined) continue;
    for (const index of circle) told.add(index);
    const names = [...circle, start].map((i) => String(record(routes[i])["name"] ?? `[${i}]`));
    report(["routes", start, "emit", "type"], {
      problem: `comes back to its own route (${names.join(" → ")})`,
      remedy: "Narrow `when.type` of one of these routes, or emit another type",
    });
  }
}

/** The shortest way along `next` back to the start; undefined when there is none. */
function circleFrom(start: number, next: readonly (readonly number[])[]): number[] | undefined {
  const cameFrom = new Map<number, number | undefined>([[start, undefined]]);
  for (const at of cameFrom.keys()) {
    for (const to of next[at] ?? []) {
      if (to === start) return wayTo(at, cameFrom);
      if (!cameFrom.has(to)) cameFrom.set(to, at);
    }
  }
  return undefined;
}

function wayTo(end: number, cameFrom: ReadonlyMap<number, number | undefined>): number[] {
  const way: number[] = [];
  for (let at: number | undefined = end; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

/** Whether an emitted event of this type may be one of these. */
function mayTake(when: unknown, type: string): boolean {
  const conditions = record(when);
  if (ofMessages.some((key) => conditions[key] !== undefined)) return false;
  const { referral, not } = conditions;
  if (referral !== undefined && referral !== false) return false;
  const { type: excluded, ...others } = record(not);
  if (Object.keys(others).length === 0 && takes(excluded, type)) return false;
  return conditions["type"] === undefined || takes(conditions["type"], type);
}

function takes(patterns: unknown, type: string): boolean {
  return each(patterns, []).some(
    ([pattern]) =>
      typeof pattern === "string" &&
      works(() => compilePattern(pattern)) &&
      compilePattern(pattern)(type),
  );
}
