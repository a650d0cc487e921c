import { QUARANTINE_TYPE } from "../event/event.ts";
import type { Metrics } from "../support/metrics.ts";
import type { ParsedPost } from "./parse-post.ts";
import type { Unverified } from "./verified-body.ts";

type Step = "read" | "verify" | "split" | "publish";

/** What is measured of the ack path. */
export interface AckMetrics {
  /** Starts the clock of one POST. */
  start(): AckClock;
  answered(code: number): void;
  unauthorized(reason: Unverified): void;
  /** The POST is durable. */
  durable(post: ParsedPost): void;
}
interface AckClock {
  /** A step ends here, and the next begins. */
  lap(step: Step): void;
  /** The answer is 200. */
  stop(): void;
}

export function createAckMetrics(metrics: Metrics): AckMetrics {
  return {
    start() {
      const startedAt = performance.now();
      let lapAt = startedAt;
      return {
        lap(step) {
          const now = performance.now();
          metrics.ackStep.observe({ step }, (now - lapAt) / 1_000);
          lapAt = now;
        },
        stop: () => metrics.ack.observe((performance.now() - startedAt) / 1_000),
      };
    },
    answered: (code) => metrics.posts.inc({ code: String(code) }),
    unauthorized(reason) {
      metrics.unauthorized.inc({ reason });
      metrics.lastUnauthorized.setToCurrentTime();
    },
    durable({ events, accounts }) {
      for (const account of accounts) metrics.lastWebhook.setToCurrentTime({ account });
      for (const { type, routingKey } of events) {
        if (type === QUARANTINE_TYPE) metrics.quarantined.inc();
        else {
          metrics.received.inc({ family: familyOf(type) });
          const account = routingKey.slice(type.length + 1);
          metrics.accountEvents.inc({ account, outcome: "received" });
        }
      }
    },
  };
}

/** Those of a source: it is asked neither for its steps nor when its account last had a webhook, which are Meta's. */
export function createSourceMetrics(metrics: Metrics, source: string): AckMetrics {
  return {
    start() {
      const startedAt = performance.now();
      return {
        lap: () => undefined,
        stop: () => metrics.sourceAck.observe({ source }, (performance.now() - startedAt) / 1_000),
      };
    },
    answered: (code) => metrics.sourcePosts.inc({ source, code: String(code) }),
    unauthorized: (reason) => metrics.sourceUnauthorized.inc({ source, reason }),
    durable({ events }) {
      const kept = events.filter(({ type }) => type === QUARANTINE_TYPE).length;
      if (kept > 0) metrics.quarantined.inc(kept);
      metrics.sourceEvents.inc({ source }, events.length - kept);
    },
  };
}

/** `whatsapp.message.text` is of the family `message`. */
function familyOf(type: string): string {
  const from = type.indexOf(".") + 1;
  const to = type.indexOf(".", from);
  return to === -1 ? type.slice(from) : type.slice(from, to);
}
