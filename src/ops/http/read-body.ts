import { isUtf8 } from "node:buffer";
import express, { type RequestHandler } from "express";
import { badParameter, Problem } from "./problem.ts";

/** Read as text, bytes that are no UTF-8 would all be the same character. */
function verify(_request: unknown, _response: unknown, bytes: Buffer): void {
  if (!isUtf8(bytes)) throw Object.assign(new Error("not UTF-8"), { status: 400 });
}
const options = { type: () => true, verify };
const parseJson = express.json({ ...options, limit: 16_384 });
const parseEvents = express.json({ ...options, limit: 1_048_576, strict: false });
const jsonTypes = /^application\/json(?:;|$)/i;
const eventTypes = /^application\/(?:json|cloudevents(?:-batch)?\+json)(?:;|$)/i;

/**
 * Only a POST and a PATCH have a body, and it is JSON; none is an empty object. Each content type of its own would make the
 * validator keep one more compiled copy.
 */
export const readBody: RequestHandler = (request, response, next) => {
  const { headers } = request;
  const type = headers["content-type"];
  if (request.method !== "POST" && request.method !== "PATCH") {
    delete headers["content-type"];
    return next();
  }
  const length = headers["content-length"];
  const empty = (length === undefined || length === "0") && !headers["transfer-encoding"];
  const tellsEvents = request.path === "/events";
  if (!empty && !(tellsEvents ? eventTypes : jsonTypes).test(type ?? "")) {
    throw new Problem(415, "not-json", "The body must be application/json.");
  }
  headers["content-type"] = "application/json";
  const isLarge = tellsEvents || request.path === "/routes/test";
  const parse = isLarge ? parseEvents : parseJson;
  parse(request, response, (error?: unknown) => {
    if (error === undefined) request.body ??= {};
    const wanted = tellsEvents ? "JSON" : "a JSON object";
    next(isBroken(error) ? badParameter("body", `must be ${wanted}, in UTF-8`) : error);
  });
};

/** By the parser. What is too large keeps its own answer. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 400;
}
