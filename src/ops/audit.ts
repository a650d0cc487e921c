import { randomBytes } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { AuditEntry, AuditFilter } from "../contracts.ts";
import type { AuditQueue } from "./audit-queue.ts";
import { askedOf, type Resolve, resolveAsked } from "./audited-filter.ts";
import { createAuditedViews } from "./audited-views.ts";
import { revealReason, seesContents } from "./masking/shown-to.ts";
import { anyViewerOf, type Viewer } from "./viewer.ts";

/** What only the handler knows of a request. */
interface Told {
  /** Of events, conversations, deliveries, …: how many were shown or met. */
  readonly count?: number;
  /** What the request itself does not say: ids of our own alone. */
  readonly filter?: AuditFilter;
}
const told = new WeakMap<Response, Told>();
const recorders = new WeakMap<Response, () => void>();

/** Adds to the entry of this request, where there is one. */
export function audit(response: Response, more: Told): void {
  const before = told.get(response);
  told.set(response, { ...before, ...more, filter: { ...before?.filter, ...more.filter } });
}

/** For an answer that goes on for long: it is recorded as it begins. */
export function auditNow(response: Response): void {
  recorders.get(response)?.();
}

interface Operation {
  readonly operationId?: string;
  /** `content`: a read that shows what people wrote or who they are; `act`; `none`. Unless told, a GET is the first, all else the second. */
  readonly "x-audit"?: "content" | "act" | "none";
}

/**
 * Records every read of content and every act, once for each request, by its operation. Nothing waits for it: an entry is written
 * after the answer.
 */
export function createAuditing(parts: {
  readonly queue: AuditQueue;
  readonly resolve: Resolve;
}): RequestHandler {
  const { queue, resolve } = parts;
  const views = createAuditedViews();
  return (request, response, next) => {
    let isRecorded = false;
    const record = () => {
      const viewer = anyViewerOf(response);
      const { openapi } = request as { openapi?: { schema?: Operation } };
      if (isRecorded || viewer === undefined || openapi?.schema === undefined) return;
      isRecorded = true;
      const entry = entryOf(request, response, viewer, openapi.schema);
      if (entry === undefined) return;
      const isRead = entry.result === "done" && kindOf(request, openapi.schema) === "content";
      if (isRead && views.isKnown(request, viewer)) return;
      const asked = askedOf(request);
      queue.add(async () => {
        const filter = { ...(await resolveAsked(asked, resolve)), ...told.get(response)?.filter };
        return Object.keys(filter).length === 0 ? entry : { ...entry, filter };
      });
    };
    recorders.set(response, record);
    response.once("close", record);
    next();
  };
}

function entryOf(
  request: Request,
  response: Response,
  viewer: Viewer,
  operation: Operation,
): AuditEntry | undefined {
  const { operationId = "unknown" } = operation;
  const kind = kindOf(request, operation);
  const result = resultOf(response);
  if (kind === "none") return undefined;
  if (kind === "content" && !(seesContents(request, response) && response.statusCode < 400)) {
    return undefined;
  }
  const count = told.get(response)?.count;
  const reason = viewer.session && revealReason(request);
  return {
    id: `aud_${randomBytes(12).toString("hex")}`,
    at: new Date().toISOString(),
    who: viewer.name,
    ...(viewer.session && { session: true }),
    action: operationId,
    ...(count !== undefined && { count }),
    result,
    ...(reason !== undefined && { reason }),
  };
}

function kindOf({ method }: Request, operation: Operation): "content" | "act" | "none" {
  return operation["x-audit"] ?? (method === "GET" ? "content" : "act");
}

function resultOf({ statusCode, headersSent }: Response): AuditEntry["result"] {
  if (!headersSent) return "cut";
  if (statusCode < 400) return "done";
  return statusCode < 500 ? "refused" : "failed";
}
