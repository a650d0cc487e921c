import type { WaypostEvent } from "../event/event.ts";
import { ApiProblem } from "./api-problem.ts";
import { deadline } from "./deadline.ts";
import type { Asked } from "./operation.ts";
import { type AnyRequest, type ClientOptions, open, toClientError } from "./send.ts";
import { serverSentEvents } from "./server-sent-events.ts";

export type FollowRequest = Asked<"GET", "/api/events/stream"> & {
  /** Whenever it is connected. */
  readonly onOpen?: () => void;
  /** Once for each connection that is lost. */
  readonly onLost?: () => void;
  /** The first connection is tried again like those after it, for who waits before a screen. */
  readonly retryFirst?: boolean;
};

const connectMs = 15_000;
/** The server sends at least a comment every 15 s; three of them missing means it is gone. */
const silenceMs = 45_000;
const delaysMs = [500, 1_000, 2_000, 5_000];

/**
 * The live tail, across lost connections, until `signal` is aborted, which it ends without an error. Throws where
 * the first connection fails, unless `retryFirst`, and later when it is refused for good.
 */
export async function* follow(
  options: ClientOptions,
  request: FollowRequest = {},
): AsyncGenerator<WaypostEvent> {
  const { signal, onLost } = request;
  const seen = nothingSeen(request);
  for (;;) {
    try {
      yield* connection(options, request, seen);
    } catch (error) {
      if (!signal?.aborted && isFinal(error, seen)) throw error;
    }
    if (signal?.aborted) return;
    if (seen.failures === 0) onLost?.();
    await pause(delaysMs[Math.min(seen.failures, delaysMs.length - 1)] ?? 0, signal);
    seen.failures += 1;
  }
}

interface Seen {
  lastId?: string;
  /** Since it was last connected; -1 where it never was. */
  failures: number;
}

function nothingSeen({ retryFirst }: FollowRequest): Seen {
  return { failures: retryFirst ? 0 : -1 };
}

async function* connection(
  options: ClientOptions,
  { onOpen, onLost: _, retryFirst: __, ...request }: FollowRequest,
  seen: Seen,
): AsyncGenerator<WaypostEvent> {
  const limit = deadline(connectMs, request.signal);
  const headers = {
    Accept: "text/event-stream",
    ...(seen.lastId !== undefined && { "Last-Event-ID": seen.lastId }),
  };
  try {
    const asked: AnyRequest = { ...request, headers };
    const { body } = await open(options, "/api/events/stream", asked, limit);
    limit.extend(silenceMs);
    seen.failures = 0;
    onOpen?.();
    if (body === null) return;
    for await (const { id, data } of serverSentEvents(body, () => limit.extend(silenceMs))) {
      if (id !== undefined) seen.lastId = id;
      yield JSON.parse(data);
    }
  } catch (error) {
    throw toClientError(error, limit);
  } finally {
    limit.clear();
  }
}

/** It never worked, or the same request would be refused again. */
function isFinal(error: unknown, { failures }: Seen): boolean {
  return failures === -1 || (error instanceof ApiProblem && [400, 401, 403].includes(error.status));
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
