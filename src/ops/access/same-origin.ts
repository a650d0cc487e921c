import type { Request } from "express";
import { Problem } from "../http/problem.ts";

/**
 * A cookie goes along with whatever a browser is made to send, also from another port of the same host. So what comes by cookie must
 * come from a page of this origin, and a write must say so by a header that other origins cannot set. Throws a Problem.
 */
export function refuseForeign(request: Request): void {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && request.get("x-waypost") !== "1") {
    throw new Problem(
      403,
      "not-from-console",
      "A write by a session needs the header X-Waypost: 1.",
    );
  }
  if (!isOwn(request, isRead)) {
    throw new Problem(403, "other-origin", "A session is used from pages of its own origin alone.");
  }
}

/** Browsers say by `Sec-Fetch-Site` where a request comes from, on plain HTTP only by `Origin`, which a read has not. */
export function isOwn(request: Request, isRead: boolean): boolean {
  const site = request.get("sec-fetch-site");
  // `none`: its address was typed.
  if (site !== undefined) return site === "same-origin" || (isRead && site === "none");
  const origin = request.get("origin");
  if (origin === undefined) return isRead;
  return URL.canParse(origin) && new URL(origin).host === request.host?.toLowerCase();
}
