import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { createSourceMetrics } from "../ack-metrics.ts";
import type { PostParser } from "../post-parser.ts";
import { createRareWarning } from "../rare-warning.ts";
import type { Sender } from "../sender.ts";
import type { Source } from "./source.ts";

export interface SourceSenderOptions {
  readonly parser: Pick<PostParser, "parseOf">;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A source at the endpoint, `/hooks/<name>`. */
export function createSourceSender(
  source: Source,
  { parser, metrics, log }: SourceSenderOptions,
): Sender {
  const address = addressOf(source.rules.name);
  return {
    metrics: createSourceMetrics(metrics, source.rules.name),
    verify: (bytes, request) => source.verify(bytes, request.headersDistinct, Date.now()),
    parse: (body, stamp, request) =>
      parser.parseOf(source, body, { ...stamp, source: address }, request.headers["content-type"]),
    warnUnauthorized: createRareWarning(log, `a POST to ${address} was not believed`),
  };
}

/** As it stands in the address, and in quarantine. */
function addressOf(name: string): string {
  return `/hooks/${name}`;
}
