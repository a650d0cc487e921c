import type { IncomingMessage } from "node:http";
import getRawBody from "raw-body";
import { createBodyBudget } from "./body-budget.ts";

/** The first bytes of a body are always taken: 2,000 connections hold 32 MB of them, and messages are small. */
const freeBytes = 16_384;
/** What has come in of all larger bodies, until they are answered. */
const sharedBytes = 67_108_864;
/** What a chunk costs besides its bytes: a body sent byte by byte would take a hundred times its size. */
const chunkBytes = 160;

/** Why a body was not taken; what is left of it is unread. */
export type NotTaken = "too large" | "encoded" | "busy" | "broken";

/** Takes bodies, all within one memory budget. */
export interface BodyTaker {
  /** Never rejects. */
  take(request: IncomingMessage): Promise<Buffer | NotTaken> | NotTaken;
  /** Gives back what the request's body held of the budget. */
  release(request: IncomingMessage): void;
}

/** `maxBodyBytes` must be an integer: raw-body takes everything else for "no limit". */
export function createBodyTaker(maxBodyBytes: number): BodyTaker {
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new TypeError("maxBodyBytes must be a positive integer");
  }
  const budget = createBodyBudget<IncomingMessage>(Math.max(sharedBytes, 2 * maxBodyBytes));

  return {
    take(request) {
      if (isEncoded(request)) return "encoded";
      const length = declaredLength(request);
      if (Number(length ?? 0) > maxBodyBytes) return "too large";
      return new Promise((resolve) => {
        let received = 0;
        const drop = () => {
          request.off("data", onData);
          request.pause();
          resolve("busy");
        };
        const onData = (chunk: Buffer) => {
          received += chunk.length + chunkBytes;
          if (received > freeBytes) budget.hold(request, received - freeBytes, drop);
        };
        getRawBody(request, { limit: maxBodyBytes, length: length ?? null }, (error, body) => {
          request.off("data", onData);
          budget.keep(request);
          resolve(error ? (error.type === "entity.too.large" ? "too large" : "broken") : body);
        });
        request.on("data", onData);
        // A request that came in full closes, too.
        request.on("close", () => request.complete || resolve("broken"));
      });
    },
    release: (request) => budget.release(request),
  };
}

/** Meta never encodes, and nothing here inflates. */
function isEncoded(request: IncomingMessage): boolean {
  const encoding = request.headers["content-encoding"];
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}

function declaredLength(request: IncomingMessage): string | undefined {
  const declared = request.headers["content-length"];
  return declared !== undefined && /^\d+$/.test(declared) ? declared : undefined;
}
