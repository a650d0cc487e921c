import type { IncomingMessage } from "node:http";
import getRawBody from "raw-body";

/** The first bytes of a body are always taken: 2,000 connections hold 32 MB of them, and messages are small. */
const freeBytes = 16_384;
/** What all larger bodies may hold together, declared or received, from their headers to their answer. */
const sharedBytes = 67_108_864;
/** What a chunk costs besides its bytes: a body sent byte by byte would take a hundred times its size. */
const chunkBytes = 160;

/** Why a body was not taken; what is left of it is unread. */
export type NotTaken = "too large" | "encoded" | "busy" | "broken";

/** Takes bodies, all within one memory budget. */
export interface BodyTaker {
  /** Never rejects. */
  take(request: IncomingMessage): Promise<Buffer | NotTaken>;
  /** Gives back what the request's body held of the budget. */
  release(request: IncomingMessage): void;
}

/** `maxBodyBytes` must be an integer: raw-body takes everything else for "no limit". */
export function createBodyTaker(maxBodyBytes: number): BodyTaker {
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new TypeError("maxBodyBytes must be a positive integer");
  }
  const budget = Math.max(sharedBytes, 2 * maxBodyBytes);
  const shares = new Map<IncomingMessage, number>();
  let held = 0;

  /** Answers false when the budget is spent. */
  const hold = (request: IncomingMessage, size: number): boolean => {
    const share = Math.max(0, size - freeBytes);
    held += share - (shares.get(request) ?? 0);
    shares.set(request, share);
    return share === 0 || held <= budget;
  };

  return {
    async take(request) {
      if (isEncoded(request)) return "encoded";
      let size = Number(declaredLength(request) ?? 0);
      if (size > maxBodyBytes) return "too large";
      if (!hold(request, size)) return "busy";
      let giveUp: (why: NotTaken) => void = () => undefined;
      const givenUp = new Promise<NotTaken>((resolve) => {
        giveUp = resolve;
      });
      let received = 0;
      const onData = (chunk: Buffer) => {
        received += chunk.length + chunkBytes;
        size = Math.max(size, received);
        if (!hold(request, size)) giveUp("busy");
      };
      // A request that came in full closes, too, and before raw-body's promise is heard.
      const onClose = () => request.complete || giveUp("broken");
      const body = read(request, maxBodyBytes);
      request.on("data", onData).on("close", onClose);
      const taken = await Promise.race([body, givenUp]);
      request.off("data", onData).off("close", onClose);
      return taken;
    },
    release(request) {
      hold(request, 0);
      shares.delete(request);
    },
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

async function read(request: IncomingMessage, limit: number): Promise<Buffer | NotTaken> {
  try {
    return await getRawBody(request, { limit, length: declaredLength(request) ?? null });
  } catch (error) {
    const tooLarge = error instanceof Error && "type" in error && error.type === "entity.too.large";
    return tooLarge ? "too large" : "broken";
  }
}
