import { QUARANTINE_TYPE } from "../event/event.ts";
import type { Metrics } from "../support/metrics.ts";
import type { ReadPost } from "./read.ts";
import type { Unverified } from "./verified-body.ts";

export type Step = "read" | "verify" | "split" | "publish";

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
  const byStep = remembered((step: Step) => metrics.ackStep.labels({ step }));
  const byCode = remembered((code: number) => metrics.posts.labels({ code: String(code) }));
  const byFamily = remembered((family: string) => metrics.received.labels({ family }));
  const byAccount = remembered((account: string) => metrics.lastWebhook.labels({ account }));
  return {
    start() {
      const startedAt = performance.now();
      let lapAt = startedAt;
      return {
        lap(step) {
          const now = performance.now();
          byStep(step).observe((now - lapAt) / 1_000);
          lapAt = now;
        },
        stop: () => metrics.ack.observe((performance.now() - startedAt) / 1_000),
      };
    },
    answered: (code) => byCode(code).inc(),
    unauthorized(reason) {
      metrics.unauthorized.inc({ reason });
      metrics.lastUnauthorized.setToCurrentTime();
    },
    durable({ parcels, accounts }) {
      for (const account of accounts) byAccount(account).setToCurrentTime();
      for (const { type } of parcels) {
        if (type === QUARANTINE_TYPE) metrics.quarantined.inc();
        else byFamily(familyOf(type)).inc();
      }
    },
  };
}

/** `whatsapp.message.text` is of the family `message`. */
function familyOf(type: string): string {
  const from = type.indexOf(".") + 1;
  const to = type.indexOf(".", from);
  return to === -1 ? type.slice(from) : type.slice(from, to);
}

/** Looked up once: by its labels each would cost more than the signature. */
function remembered<Key, Child>(make: (key: Key) => Child): (key: Key) => Child {
  const made = new Map<Key, Child>();
  return (key) => {
    let child = made.get(key);
    if (child === undefined) {
      child = make(key);
      made.set(key, child);
    }
    return child;
  };
}
