import { randomBytes } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { AuditEntry, AuditFilter } from "../../contracts.ts";
import { within } from "../../support/within.ts";
import { matchOf } from "../http/matched.ts";
import { createNote } from "../http/note.ts";
import { type Problem, sendProblem, unavailable } from "../http/problem.ts";
import { revealReason, seesContents } from "../masking/shown-to.ts";
import type { AuditQueue } from "./audit-queue.ts";
import { askedOf, type Resolve, resolveAsked } from "./audited-filter.ts";
import { type AuditedViews, createAuditedViews } from "./audited-views.ts";
import { anyViewerOf } from "./viewer.ts";

/** What only the handler knows of a request. */
interface Told {
  /** Of events, conversations, deliveries, …: how many were shown or met. */
  readonly count?: number;
  /** What the request itself does not say: ids of our own alone. */
  readonly filter?: AuditFilter;
}
const told = createNote<Response, Told>("told");
const recordings = createNote<Response, Recording>("recording");

/** Adds to the entry of this request, where there is one. */
export function audit(response: Response, more: Told): void {
  const before = told.get(response);
  told.set(response, { ...before, ...more, filter: { ...before?.filter, ...more.filter } });
}

/**
 * For an answer that is not sent by `response.json`, before its first byte: resolves when it may be sent. `done`: goes on for long,
 * and is recorded as it begins. `begun`: how it went is recorded at its end. Throws a Problem.
 */
export async function auditNow(response: Response, result: "done" | "begun"): Promise<void> {
  await recordings.get(response)?.begin(result);
}

/**
 * Before an act begins, its entry says that it was about to: a process that is killed in the middle leaves it so. What cannot be recorded
 * is not done. For when it is known that the request is allowed and fits the contract.
 */
export const auditIntent: RequestHandler = async (request, response, next) => {
  if (kindOf(request) === "act") await auditNow(response, "begun");
  next();
};

interface Recording {
  begin(result: "done" | "begun"): Promise<void>;
  /** Before an answer; undefined: it need not wait. */
  beforeAnswer(): Promise<void> | undefined;
  end(): void;
}

/** For the store; what is not written by then is answered with 503, and is tried on. */
const writeMs = 5_000;

/**
 * Records every read of content and every act, once for each request, by its operation. An act that was done (`auditIntent` has said
 * before that it was begun), and contents that a session was shown for a reason, are answered when the store has the entry; nothing else
 * waits for it.
 */
export function createAuditing(options: Omit<Parts, "views">): RequestHandler {
  const parts = { ...options, views: createAuditedViews() };
  return (request, response, next) => {
    const recording = createRecording(request, response, parts);
    recordings.set(response, recording);
    response.once("close", () => recording.end());
    const json = response.json.bind(response);
    // Named first: V8 takes a function that is assigned to a property at once for one that lasts, and with it all of the request.
    const answer = (body: unknown) => {
      const written = recording.beforeAnswer();
      if (written === undefined) return json(body);
      written.then(
        () => json(body),
        (error: unknown) => sendProblem(response, error as Problem),
      );
      return response;
    };
    response.json = answer;
    next();
  };
}

interface Parts {
  readonly queue: AuditQueue;
  readonly resolve: Resolve;
  readonly views: AuditedViews;
}

function createRecording(request: Request, response: Response, parts: Parts): Recording {
  let isRecorded = false;
  let own: Pick<AuditEntry, "id" | "at"> | undefined;
  const add = (entry: AuditEntry): Promise<void> => {
    const asked = askedOf(request);
    return parts.queue.add(async () => {
      const resolved = await resolveAsked(asked, parts.resolve);
      const filter = { ...resolved, ...told.get(response)?.filter };
      return Object.keys(filter).length === 0 ? entry : { ...entry, filter };
    });
  };
  const entry = (result: AuditEntry["result"]) => {
    const made = isRecorded ? undefined : entryOf(request, response, result);
    if (made === undefined) return undefined;
    own ??= { id: `aud_${randomBytes(12).toString("hex")}`, at: new Date().toISOString() };
    return { ...own, ...made };
  };
  const isSeenAgain = ({ result }: AuditEntry) =>
    result === "done" &&
    kindOf(request) === "content" &&
    parts.views.isKnown(request, anyViewerOf(response));
  const addView = (now: AuditEntry) => {
    const written = add(now);
    // What is not written is no view yet; the queue says that it is lost.
    written.then(
      () => parts.views.know(request, anyViewerOf(response)),
      () => undefined,
    );
    return written;
  };
  return {
    async begin(result) {
      const now = entry(result);
      if (now === undefined || (result === "begun" && !mustWait(request, now))) return;
      isRecorded = result === "done";
      const written = add(now);
      if (mustWait(request, now)) await inTime(written, "Nothing was done or shown.");
    },
    beforeAnswer() {
      const now = entry(resultOf(response.statusCode));
      if (now === undefined || !mustWait(request, now)) return undefined;
      isRecorded = true;
      return isSeenAgain(now) ? undefined : inTime(addView(now), doneAllTheSame);
    },
    end() {
      const { statusCode, headersSent } = response;
      const now = entry(headersSent ? resultOf(statusCode) : "cut");
      if (now === undefined) return;
      isRecorded = true;
      if (!isSeenAgain(now)) void addView(now);
    },
  };
}

/** Not what was refused or failed: nothing was done, and the store may be what failed. */
function mustWait(request: Request, { result, reason }: AuditEntry): boolean {
  if (result !== "done" && result !== "begun") return false;
  return reason !== undefined || kindOf(request) === "act";
}

const doneAllTheSame =
  "An act has been done all the same, and the audit has that it was begun; its entry is tried on.";

function inTime(written: Promise<void>, detail: string): Promise<void> {
  return within(writeMs, written).catch(() => {
    throw unavailable("audit-unavailable", "The audit does not take the entry now.", { detail });
  });
}

function kindOf(request: Request): "content" | "act" | "none" {
  const read = request.method === "GET" || request.method === "HEAD";
  return matchOf(request).schema?.["x-audit"] ?? (read ? "content" : "act");
}

function entryOf(
  request: Request,
  response: Response,
  result: AuditEntry["result"],
): Omit<AuditEntry, "id" | "at"> | undefined {
  const viewer = anyViewerOf(response);
  const { schema: operation } = matchOf(request);
  const kind = kindOf(request);
  if (viewer === undefined || operation === undefined || kind === "none") return undefined;
  if (kind === "content" && !(seesContents(request, response) && response.statusCode < 400)) {
    return undefined;
  }
  const count = told.get(response)?.count;
  const reason = viewer.session && revealReason(request);
  return {
    who: viewer.name,
    ...(viewer.session && { session: true }),
    action: operation.operationId ?? "unknown",
    ...(count !== undefined && { count }),
    result,
    ...(reason !== undefined && { reason }),
  };
}

function resultOf(statusCode: number): AuditEntry["result"] {
  if (statusCode < 400) return "done";
  return statusCode < 500 ? "refused" : "failed";
}
