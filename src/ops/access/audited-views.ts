import type { Request } from "express";
import { revealReason } from "../masking/shown-to.ts";
import { sha256Of } from "./secrets.ts";
import type { Viewer } from "./viewer.ts";

/** A page of the console asks for the same again every few seconds: so long that is one view. */
const viewMs = 10 * 60_000;
const mostKnown = 5_000;

export type AuditedViews = ReturnType<typeof createAuditedViews>;

/** What sessions have asked for a short while ago, by the same reason. Holds no text of anybody. */
export function createAuditedViews() {
  const known = new Map<string, number>();
  return {
    isKnown(request: Request, viewer: Viewer | undefined): boolean {
      const key = keyOf(request, viewer);
      return key !== undefined && (known.get(key) ?? 0) > Date.now();
    },
    /** Once its entry is written. */
    know(request: Request, viewer: Viewer | undefined): void {
      const key = keyOf(request, viewer);
      if (key === undefined) return;
      known.delete(key);
      known.set(key, Date.now() + viewMs);
      const [oldest] = known.keys();
      if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    },
  };
}

/** Undefined: who asks is no session, and has an entry each time. */
function keyOf(request: Request, viewer: Viewer | undefined): string | undefined {
  const id = viewer?.session?.id;
  if (id === undefined) return undefined;
  const { method, originalUrl, body } = request;
  const asked = [id, method, originalUrl, body ?? null, revealReason(request) ?? null];
  return sha256Of(JSON.stringify(asked));
}
