import type { Request } from "express";
import { revealReason } from "./masking/shown-to.ts";
import { sha256Of } from "./secrets.ts";
import type { Viewer } from "./viewer.ts";

/** A page of the console asks for the same again every few seconds: so long that is one view. */
const viewMs = 10 * 60_000;
const mostKnown = 5_000;

/** Whether a session has asked for the same, for the same reason, a short while ago. Remembers no text of anybody. */
export function createAuditedViews(now: () => number = Date.now): {
  isKnown(request: Request, viewer: Viewer): boolean;
} {
  const known = new Map<string, number>();
  return {
    isKnown(request, { session }) {
      if (session === undefined) return false;
      const { method, originalUrl, body } = request;
      const asked = [session.id, method, originalUrl, body ?? null, revealReason(request) ?? null];
      const key = sha256Of(JSON.stringify(asked));
      const until = known.get(key) ?? 0;
      if (until > now()) return true;
      known.delete(key);
      known.set(key, now() + viewMs);
      const [oldest] = known.keys();
      if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
      return false;
    },
  };
}
