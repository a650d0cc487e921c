import type { Parcel } from "../contracts.ts";
import { QUARANTINE_TYPE } from "../event/event.ts";
import type { Metrics } from "../support/metrics.ts";
import type { ReadPost } from "./read.ts";
import type { Unverified } from "./verified-body.ts";

const steps = ["read", "verify", "split", "publish"] as const;
export type Step = (typeof steps)[number];

/** What is measured of the ack path. */
export interface AckMetrics {
  /** Starts the clock of one POST. */
  start(): AckClock;
  answered(code: number): void;
  unauthorized(reason: Unverified): void;
  /** The POST is durable. */
  durable(post: ReadPost): void;
}
export interface AckClock {
  /** A step ends here, and the next begins. */
  lap(step: Step): void;
  /** The answer is 200. */
  stop(): void;
}

export function createAckMetrics(metrics: Metrics): AckMetrics {
  // Looked up once: by name they would cost more than the signature.
  const ofStep = new Map(steps.map((step) => [step, metrics.ackStep.labels({ step })]));
  return {
    start() {
      const startedAt = performance.now();
      let lapAt = startedAt;
      return {
        lap(step) {
          const now = performance.now();
          ofStep.get(step)?.observe((now - lapAt) / 1_000);
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
    durable({ parcels, accounts }) {
      for (const account of accounts) metrics.lastWebhook.setToCurrentTime({ account });
      for (const [family, count] of countFamilies(parcels)) {
        if (family === undefined) metrics.quarantined.inc(count);
        else metrics.received.inc({ family }, count);
      }
    },
  };
}

/** `whatsapp.message.text` is of the family `message`; a quarantined POST has none. */
function countFamilies(parcels: readonly Parcel[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const { type } of parcels) {
    const family = type === QUARANTINE_TYPE ? undefined : type.split(".", 2)[1];
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return counts;
}
