import type { IncomingMessage } from "node:http";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { type AckMetrics, createAckMetrics } from "./ack-metrics.ts";
import type { ParsedPost, PostStamp } from "./parse-post.ts";
import type { PostParser } from "./post-parser.ts";
import { createRareWarning } from "./rare-warning.ts";
import { type Unverified, type VerifiedBody, verifySignature } from "./verified-body.ts";

/** Who POSTs: how their bodies are believed, read and counted. All else is the same for all. */
export interface Sender {
  readonly metrics: AckMetrics;
  verify(bytes: Buffer, request: IncomingMessage): VerifiedBody | Unverified;
  /** Never rejects: what cannot be read is kept whole. */
  parse(
    body: VerifiedBody,
    stamp: PostStamp,
    request: IncomingMessage,
  ): ParsedPost | Promise<ParsedPost>;
  /** A POST of theirs is answered 401. */
  warnUnauthorized(reason: Unverified): void;
}

export interface MetaOptions {
  /** App secrets; any of them may have signed. */
  readonly secrets: readonly string[];
  readonly secretUsed?: (place: number) => void;
  readonly parser: PostParser;
  readonly metrics: Metrics;
  readonly log: Log;
}

export function createMeta({ secrets, secretUsed, parser, metrics, log }: MetaOptions): Sender {
  return {
    metrics: createAckMetrics(metrics),
    verify: (bytes, request) => verifySignature(bytes, signatureOf(request), secrets, secretUsed),
    parse: (body, stamp) => parser.parse(body, stamp),
    warnUnauthorized: createRareWarning(log, "a POST without a valid signature was refused"),
  };
}

function signatureOf(request: IncomingMessage): string | undefined {
  const header = request.headers["x-hub-signature-256"];
  return Array.isArray(header) ? header.join(", ") : header;
}
