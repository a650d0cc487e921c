import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { redactAnswer } from "../redact-answer.ts";
import {
  remedyFor,
  retryAfterMs,
  statusVerdict,
  throwIfAborted,
  tooManyRequests,
  transportError,
} from "./verdicts.ts";

export interface HttpRequest {
  /** POST unless told. */
  readonly method?: Dispatcher.HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** What is read of the answer: 64 KB within a second unless told. */
  readonly maxAnswerBytes?: number;
  readonly maxAnswerMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of its Retry-After. */
  readonly afterMs: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Whether that is all of it: it is longer, or did not come within the time, or its connection broke. */
  readonly end: AnswerEnd;
}

type AnswerEnd = "whole" | "long" | "late" | "broken";

/** Follows no redirect. Throws DeliveryError when there is no answer. */
export async function send(dispatcher: Dispatcher, asked: HttpRequest): Promise<HttpAnswer> {
  const { url, method = "POST", headers, body = null, signal } = asked;
  throwIfAborted(signal);
  const sent = request(url, { dispatcher, method, headers, body, signal });
  const response = await sent.catch((error: unknown) => {
    throw transportError(error, signal);
  });
  return {
    status: response.statusCode,
    afterMs: retryAfterMs(response.headers["retry-after"]),
    headers: response.headers,
    ...(await readAnswer(response.body, asked)),
  };
}

/** What an answer other than 2xx means, where the vendor has no words of its own; `event` and `secrets` are kept out of it. */
export function failedAnswer(
  { status, afterMs, text }: HttpAnswer,
  event: WaypostEvent,
  secrets: readonly string[],
): DeliveryError {
  const { verdict, maybeDone } = statusVerdict(status);
  const remedy = verdict === "config" ? `: ${remedyFor(status)}` : "";
  return new DeliveryError(verdict, `the receiver answered ${status}${remedy}`, {
    maybeDone,
    limited: status === tooManyRequests,
    ...(verdict === "outage" && afterMs !== undefined && { afterMs }),
    answer: `${status} ${redactAnswer(text, event, secrets)}`.trim(),
  });
}

/**
 * What came within the limits; the rest is dropped with its connection. Never rejects: the status has
 * decided already, and a receiver that drips or floods its answer cannot hold the lane.
 */
async function readAnswer(
  body: Readable,
  { maxAnswerBytes = 65_536, maxAnswerMs = 1_000, signal }: HttpRequest,
): Promise<Pick<HttpAnswer, "text" | "end">> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let ended: AnswerEnd = "whole";
  const end = () => {
    ended = "late";
    body.destroy();
  };
  const timer = Number.isFinite(maxAnswerMs) ? setTimeout(end, maxAnswerMs) : undefined;
  signal.addEventListener("abort", end, { once: true });
  body.on("error", () => undefined);
  try {
    for await (const chunk of body) {
      const data = Buffer.from(chunk as Uint8Array);
      chunks.push(data.subarray(0, maxAnswerBytes - bytes));
      bytes += data.length;
      if (bytes <= maxAnswerBytes) continue;
      ended = "long";
      break;
    }
  } catch {
    // What came before is enough for who looks at the status.
    if (ended === "whole") ended = "broken";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    body.destroy();
  }
  return { text: Buffer.concat(chunks).toString("utf8"), end: ended };
}
