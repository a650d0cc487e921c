import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import { missingFor, requireScopes } from "../access/require-scopes.ts";
import { scopes, setViewer } from "../access/viewer.ts";
import { createNote } from "./note.ts";
import { badParameter } from "./problem.ts";

export interface Contract {
  readonly handlers: readonly RequestHandler[];
  /**
   * Compiles what the first requests would else wait for: the contract, then each operation. One thing a
   * turn, so that nothing else waits for all of it. Never rejects.
   */
  prepare(app: Express): Promise<void>;
}

/** What the console and the command line ask first. */
const first = ["session", "status", "events", "deliveries", "destinations", "conversations"];

/** As `schemas/openapi.yaml` has it; a test holds them together. */
export const publishing = {
  operationId: "publishEvents",
  "x-accounts": true,
  "x-audit": "none",
} as const;
export const publishingNeeds = ["publish"] as const;
const direct = createNote<Request, true>("direct");

/** Holds requests against `schemas/openapi.yaml`, and who asks against the scopes of the operation. */
export function createContract(validateResponses: boolean): Contract {
  let made: Promise<readonly RequestHandler[]> | undefined;
  /* Loaded only now: the ports open first. */
  const validate: RequestHandler = async (request, response, next) => {
    made ??= import("./validator.ts").then((module) => module.createValidator(validateResponses));
    runAll(await made, request, response, next);
  };
  const unlessDirect: RequestHandler = (request, response, next) =>
    direct.has(request) ? next() : validate(request, response, next);
  return {
    handlers: validateResponses ? [validate] : [matchPublishing, unlessDirect],
    async prepare(app) {
      for (const name of first) {
        await nextTurn();
        await ask(app, validate, `/api/${name}`).catch(() => undefined);
      }
    },
  };
}

/** One after another, as Express would. */
function runAll(
  [handler, ...others]: readonly RequestHandler[],
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (handler === undefined) {
    next();
    return;
  }
  handler(request, response, (error?: unknown) =>
    error ? next(error) : runAll(others, request, response, next),
  );
}

/**
 * `POST /api/events` comes a thousand times a second, and its events are looked at by their own schema: what the validator would find
 * is said here, in the same words.
 */
const matchPublishing: RequestHandler = (request, _response, next) => {
  if (request.method !== "POST" || request.path !== "/api/events") return next();
  direct.set(request, true);
  const matched = { openApiRoute: "/api/events", pathParams: {}, schema: publishing };
  Object.assign(request, { openapi: matched });
  if (!requireScopes(request, publishingNeeds)) return next(missingFor(request));
  const [unknown] = Object.keys(request.query);
  next(unknown && badParameter(unknown, `Unknown query parameter '${unknown}'`));
};

/** Nobody's request, of which nothing is heard: only the contract sees it. */
async function ask(app: Express, validate: RequestHandler, url: string): Promise<void> {
  const request = Object.setPrototypeOf(new IncomingMessage(new Socket()), app.request) as Request;
  const response = Object.setPrototypeOf(new ServerResponse(request), app.response) as Response;
  Object.assign(request, { method: "GET", url, originalUrl: url, body: {}, cookies: {} });
  Object.assign(request, { headers: { authorization: "Bearer none" }, res: response });
  setViewer(response, { name: "nobody", scopes: new Set(scopes), token: "" });
  await new Promise<void>((resolve, reject) => {
    const next: NextFunction = (error?: unknown) => (error ? reject(error) : resolve());
    Promise.resolve(validate(request, response, next)).catch(reject);
  });
}
