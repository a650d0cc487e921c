import type { Request } from "express";
import { createNote } from "../http/note.ts";
import type { Pseudonyms } from "./pseudonyms.ts";

const candidates = /(?:msg|cnv|evt|cur)_[A-Za-z0-9_-]{23,}/g;
const opened = createNote<Request, Set<string>>("opened");

/** Whether a request may hold a pseudonym at all. */
export function mayHoldPseudonyms(request: Request): boolean {
  const { originalUrl, headers, body } = request;
  const lastEvent = headers["last-event-id"];
  // Stateful by its flag `g`: search does not look at where it was.
  if (originalUrl.search(candidates) !== -1 || lastEvent !== undefined) return true;
  return isAsked(request) && hasText(body);
}

/**
 * Puts the ids into a request for the pseudonyms that its address and its body name them by, so that no endpoint knows of
 * pseudonyms. What services tell as events stays as it is.
 */
export function openPseudonyms(request: Request, pseudonyms: Pseudonyms): void {
  const found = new Set<string>();
  const open = (text: string) =>
    text.replace(candidates, (pseudonym) => {
      const id = pseudonyms.open(pseudonym);
      if (id !== undefined) found.add(id);
      return id ?? pseudonym;
    });
  const [before, after] = [request.originalUrl, openUrl(request.originalUrl, open)];
  if (after !== before) {
    request.url = openUrl(request.url, open);
    request.originalUrl = after;
  }
  const lastEvent = request.get("last-event-id");
  if (lastEvent !== undefined) request.headers["last-event-id"] = open(lastEvent);
  if (isAsked(request)) request.body = openBody(request.body, open);
  opened.set(request, found);
}

/** Whether the request named it by its pseudonym. */
export function wasPseudonym(request: Request, id: string): boolean {
  return opened.get(request)?.has(id) ?? false;
}

function isAsked({ method, path, originalUrl }: Request): boolean {
  const tellsEvent = /^\/api\/(?:events|routes\/test)\/?(?:\?|$)/i.test(originalUrl);
  return (method === "POST" || method === "PATCH") && path !== undefined && !tellsEvent;
}

function hasText(body: unknown): boolean {
  return JSON.stringify(body ?? null).search(candidates) !== -1;
}

/** Only the parts that hold one are written anew: the others stay byte for byte. */
function openUrl(url: string, open: (text: string) => string): string {
  const [path = "", query] = splitOnce(url, "?");
  const openedPath = path
    .split("/")
    .map((part) => openPart(part, open))
    .join("/");
  if (query === undefined) return openedPath;
  const openedQuery = query.split("&").map((pair) => {
    const [name, value] = splitOnce(pair, "=");
    return value === undefined ? pair : `${name}=${openPart(value, open)}`;
  });
  return `${openedPath}?${openedQuery.join("&")}`;
}

function openPart(part: string, open: (text: string) => string): string {
  try {
    const before = decodeURIComponent(part);
    const after = open(before);
    return after === before ? part : encodeURIComponent(after);
  } catch {
    return part;
  }
}

function splitOnce(text: string, by: string): [string, string | undefined] {
  const at = text.indexOf(by);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function openBody(value: unknown, open: (text: string) => string): unknown {
  if (typeof value === "string") return open(value);
  if (Array.isArray(value)) return value.map((each) => openBody(each, open));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, openBody(inner, open)]),
  );
}
