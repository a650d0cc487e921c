import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import {
  InvalidCursorError,
  NotDurableError,
  QueryTooWideError,
  StoreError,
} from "../../contracts.ts";
import type { Log } from "../../support/log.ts";

/** What is wrong with one parameter. Never holds the value that was sent. */
interface ParameterProblem {
  readonly parameter: string;
  readonly reason: string;
}

/** What is wrong at one place of a body; `path` is a JSON pointer. Never holds a value that was sent. */
interface PlaceProblem {
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}

interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly (ParameterProblem | PlaceProblem)[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer other than the asked-for one, as RFC 9457 lays it down. All its words are our own. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  /** Stable; clients may branch on it. Becomes `type: urn:waypost:problem:<slug>`. */
  readonly slug: string;
  readonly title: string;
  readonly details: ProblemDetails;
  constructor(status: number, slug: string, title: string, details: ProblemDetails = {}) {
    super(title);
    this.status = status;
    this.slug = slug;
    this.title = title;
    this.details = details;
  }
}

export function badParameter(parameter: string, reason: string): Problem {
  return invalidRequest([{ parameter, reason }]);
}

export function notFound(what: string): Problem {
  return new Problem(404, "not-found", `There is no such ${what}.`);
}

export const unauthorized = () =>
  new Problem(401, "unauthorized", "This needs a bearer token.", {
    headers: { "WWW-Authenticate": 'Bearer realm="waypost"' },
  });

export function tooManyGuesses(): Problem {
  return new Problem(429, "too-many-guesses", "Too many wrong tokens came from there.", {
    headers: { "Retry-After": "60" },
  });
}

export function unavailable(
  slug: string,
  title: string,
  more: Pick<ProblemDetails, "detail"> = {},
): Problem {
  return new Problem(503, slug, title, { ...more, headers: { "Retry-After": "5" } });
}

/** Answers 405 and names the methods that are allowed. */
export function onlyMethods(allow: string): RequestHandler {
  return () => {
    throw methodNotAllowed(allow);
  };
}

/** The last handler: every error becomes a problem; only those we did not foresee are logged. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const problem = toProblem(error);
    if (problem.status === 500) log.error("an ops request failed", { error });
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem);
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  const { detail, errors, headers } = problem.details;
  response
    .status(problem.status)
    .set({ ...headers })
    .type("application/problem+json")
    .json({
      type: `urn:waypost:problem:${problem.slug}`,
      title: problem.title,
      status: problem.status,
      detail,
      errors,
    });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidCursorError) {
    return badParameter("cursor", "is not a cursor of this list; start again without one");
  }
  if (error instanceof QueryTooWideError) return tooWide(error.filter);
  if (error instanceof NotDurableError) {
    return unavailable("bus-unavailable", "The bus does not take events now; run it again later.");
  }
  if (error instanceof StoreError && error.verdict === "outage") {
    return unavailable("store-unavailable", "The store does not answer now.");
  }
  return fromLibrary(error) ?? new Problem(500, "internal", "Something went wrong in Waypost.");
}

/** Names the parameters; of the contract's names only `types` differs. */
function tooWide(filter: readonly string[]): Problem {
  const errors = filter.map((name) => ({
    parameter: name === "types" ? "type" : name,
    reason: "leaves too much to look through",
  }));
  return new Problem(503, "query-too-wide", "The store ended this query: it took too long.", {
    detail: "Ask for less at a time, e.g. with from and to.",
    errors,
  });
}

/** Express and the OpenAPI validator throw errors with a status; their messages may quote the request. */
function fromLibrary(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (status === 404) return notFound("address");
  if (status === 413) return new Problem(413, "too-large", "The body is too large.");
  if (status === 415) return new Problem(415, "not-json", "The body must be application/json.");
  if (status === 405) return methodNotAllowed(allowOf(error));
  if (status === 400 || error instanceof URIError || code === "ERR_INVALID_URL") {
    return invalidRequest(parameterProblems(error));
  }
  return undefined;
}

function methodNotAllowed(allow: string): Problem {
  return new Problem(405, "method-not-allowed", "This address does not take that method.", {
    headers: { Allow: allow },
  });
}

function allowOf(error: Error): string {
  const headers = "headers" in error ? error.headers : undefined;
  const allow =
    typeof headers === "object" && headers !== null && "Allow" in headers && headers.Allow;
  return typeof allow === "string" ? allow.toUpperCase() : "GET";
}

function invalidRequest(errors: readonly ParameterProblem[]): Problem {
  return new Problem(400, "invalid-request", "The request does not fit.", {
    ...(errors.length > 0 ? { errors } : {}),
  });
}

/** Only names that the specification knows, and only Ajv's wording: it says what is wanted, not what came. */
function parameterProblems(error: Error): ParameterProblem[] {
  const errors = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return errors.flatMap((each: { path?: unknown; message?: unknown }) => {
    const path = String(each.path);
    // A key that is no letter long has no path.
    const whole = path === "" ? "(empty)" : path.startsWith("/body") ? "body" : undefined;
    const name = /^\/(?:query|params|headers|body)\/([A-Za-z-]{1,32})/.exec(path)?.[1] ?? whole;
    return name === undefined ? [] : [{ parameter: name, reason: String(each.message) }];
  });
}
