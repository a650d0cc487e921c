import type { FlowRules, Only, Route } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { hasBots } from "../routes/without-route.ts";

/**
 * Something depends on a conversation's end: a route that names the event, or what lasts until then. A route that takes all
 * types does not: who mirrors everything did not ask for more.
 */
export function needsClosings(routes: readonly Route[], rules: FlowRules): boolean {
  const lastsUntilClosed = ({ once, set }: Route) =>
    once?.for === "untilClosed" || set?.topic !== undefined;
  // A topic that a bot sets ends with the conversation.
  if (hasBots(rules)) return true;
  const holds = rules.conversations.hold.handoff === "untilClosed";
  return routes.some(
    (route) =>
      names(route, "business.conversation.closed") ||
      lastsUntilClosed(route) ||
      (holds && asksForHumans(route.only)),
  );
}

/** A pattern of the route is about business events, and takes this type. */
export function names({ when }: Route, type: string): boolean {
  const own = (when.type ?? []).filter((pattern) => pattern.startsWith("business."));
  return own.some((pattern) => compilePattern(pattern)(type));
}

function asksForHumans(only: Only | undefined): boolean {
  if (only === undefined) return false;
  const inner = [only.not, ...(only.all ?? [])];
  return only.held?.by.includes("human") || inner.some(asksForHumans);
}
