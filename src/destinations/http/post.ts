import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { redactAnswer } from "../redact-answer.ts";
import {
  remedyFor,
  retryAfterMs,
  statusVerdict,
  throwIfAborted,
  transportError,
} from "./verdicts.ts";

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of its Retry-After. */
  readonly afterMs: number | undefined;
  readonly text: string;
}

/** POSTs, following no redirect. Throws DeliveryError when there is no answer. */
export async function post(dispatcher: Dispatcher, asked: HttpRequest): Promise<HttpAnswer> {
  const { url, headers, body, signal } = asked;
  throwIfAborted(signal);
  const sent = request(url, { dispatcher, method: "POST", headers, body, signal });
  const response = await sent.catch((error: unknown) => {
    throw transportError(error, signal);
  });
  return {
    status: response.statusCode,
    afterMs: retryAfterMs(response.headers["retry-after"]),
    text: await readAnswer(response.body),
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
    ...(verdict === "outage" && afterMs !== undefined && { afterMs }),
    answer: `${status} ${redactAnswer(text, event, secrets)}`.trim(),
  });
}

const maxAnswerBytes = 65_536;
const maxAnswerMs = 1000;

/**
 * What came within 64 KB and a second; the rest is dropped with its connection. Never rejects: the status has
 * decided already, and a receiver that drips or floods its answer cannot hold the lane.
 */
async function readAnswer(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), maxAnswerMs);
  body.on("error", () => undefined);
  try {
    for await (const chunk of body) {
      const data = Buffer.from(chunk as Uint8Array);
      chunks.push(data.subarray(0, maxAnswerBytes - bytes));
      bytes += data.length;
      if (bytes >= maxAnswerBytes) break;
    }
  } catch {
    // What came before is enough.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}
