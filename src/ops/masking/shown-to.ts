import type { Request, Response } from "express";
import { viewerOf } from "../access/viewer.ts";

const maxReason = 200;

/**
 * Whether who asks is answered with contents: needs the scope. A session of the console also says why, each time, unless it was
 * opened as revealed. Whoever wants less says `X-Waypost-Mask`.
 */
export function seesContents(request: Request, response: Response): boolean {
  const { scopes, session } = viewerOf(response);
  if (!scopes.has("content") || request.get("x-waypost-mask") !== undefined) return false;
  return session === undefined || session.revealed || revealReason(request) !== undefined;
}

/** Why contents are to be shown, as `X-Waypost-Reveal` says; undefined: it does not, or is no text. */
export function revealReason(request: Request): string | undefined {
  try {
    const reason = decodeURIComponent(request.get("x-waypost-reveal") ?? "").trim();
    return reason === "" ? undefined : reason.slice(0, maxReason);
  } catch {
    return undefined;
  }
}
