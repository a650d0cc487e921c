import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; finest around Meta's bar of 250 ms median and 1 s for 99 %. */
const ackBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

/** Seconds; from a local receiver's milliseconds to an outage's days. */
const effectBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 21_600, 86_400, 259_200,
];

/**
 * Every metric Waypost exposes, by owner. Labels hold no personal data and are bounded: reasons, steps,
 * names of queues and sources, account ids (the business's own), event families.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers });
  const seconds = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({ name, help, labelNames, buckets: ackBuckets, registers });
  return {
    registry,
    /* receive */
    ack: seconds(
      "waypost_ack_seconds",
      "From the request's first byte to its answer, for POSTs answered 200.",
    ),
    ackStep: seconds("waypost_ack_step_seconds", "The ack path by step.", "step"),
    posts: counter("waypost_posts_total", "POSTs to the webhook by answer.", "code"),
    unauthorized: counter("waypost_unauthorized_total", "POSTs answered 401, by reason.", "reason"),
    lastUnauthorized: gauge(
      "waypost_last_unauthorized_timestamp_seconds",
      "When a POST was last answered 401.",
    ),
    lastWebhook: gauge(
      "waypost_last_webhook_timestamp_seconds",
      "When an account last had a webhook.",
      "account",
    ),
    accountEvents: counter(
      "waypost_account_events_total",
      "Events by their number: received (made durable), repeated (the log had them already).",
      "account",
      "outcome",
    ),
    received: counter("waypost_events_received_total", "Events made durable, by family.", "family"),
    quarantined: counter(
      "waypost_quarantined_total",
      "POSTs sent to quarantine, whole or in part.",
    ),
    /* intake */
    intake: counter(
      "waypost_intake_events_total",
      "What services told, by way in (api, amqp) and outcome (taken, refused).",
      "via",
      "outcome",
    ),
    sourcePosts: counter(
      "waypost_source_posts_total",
      "POSTs to a source's address by answer.",
      "source",
      "code",
    ),
    sourceUnauthorized: counter(
      "waypost_source_unauthorized_total",
      "POSTs to a source's address answered 401, by reason.",
      "source",
      "reason",
    ),
    sourceEvents: counter(
      "waypost_source_events_total",
      "Events made durable that a source's POSTs made.",
      "source",
    ),
    sourceAck: seconds(
      "waypost_source_ack_seconds",
      "From the request's first byte to its answer, for a source's POSTs answered 200.",
      "source",
    ),
    /* durable */
    spoolPosts: gauge("waypost_spool_posts", "POSTs that wait in the spool."),
    spoolBytes: gauge("waypost_spool_bytes", "Bytes that wait in the spool."),
    spoolAge: gauge("waypost_spool_oldest_age_seconds", "Age of the oldest POST in the spool."),
    spooled: counter("waypost_spooled_total", "POSTs that went through the spool."),
    busReady: gauge("waypost_bus_ready", "1 when the bus takes publishes."),
    returned: counter(
      "waypost_returned_total",
      "Messages RabbitMQ could not route: damaged topology.",
    ),
    /* store */
    stored: counter(
      "waypost_store_events_total",
      "Events handled by the store consumer.",
      "outcome",
    ),
    storeLag: seconds("waypost_store_lag_seconds", "From receipt to durable in the log."),
    storeBatch: seconds("waypost_store_batch_seconds", "One batch of the store consumer."),
    storeFailures: counter(
      "waypost_store_failures_total",
      "Batches that failed, by verdict.",
      "verdict",
    ),
    queueReady: gauge("waypost_queue_ready", "Messages that wait in a queue.", "queue"),
    queueDead: gauge("waypost_queue_dead", "Messages of a queue that are no events.", "queue"),
    /* deliver */
    deliveryAttempts: counter(
      "waypost_delivery_attempts_total",
      "Attempts to deliver by what became of them: delivered, found, outage, refused, config.",
      "destination",
      "outcome",
    ),
    deliverySeconds: new Histogram({
      name: "waypost_delivery_seconds",
      help: "From the receipt of an event to its effect at a destination.",
      labelNames: ["destination"],
      buckets: effectBuckets,
      registers,
    }),
    deliveryOpen: gauge(
      "waypost_delivery_open",
      "Deliveries that wait or are being tried; told by the process that holds the destination.",
      "destination",
    ),
    deliveryOldestAge: gauge(
      "waypost_delivery_oldest_age_seconds",
      "Age of the oldest open delivery; told by the process that holds the destination.",
      "destination",
    ),
    deliveryDead: counter("waypost_delivery_dead_total", "Deliveries that gave up.", "destination"),
    fieldsNotTaken: counter(
      "waypost_delivery_fields_not_taken_total",
      "Fields that options fill and whose values a destination did not take: all else was written.",
      "destination",
    ),
    breakerOpen: gauge(
      "waypost_destination_breaker_open",
      "1 while a destination counts as out; told by the process that holds it.",
      "destination",
    ),
    alerts: counter("waypost_alerts_total", "Alerts by whether they could be sent.", "outcome"),
    /* ops */
    apiRequests: counter(
      "waypost_api_requests_total",
      "Requests to the ops API by answer.",
      "code",
    ),
    auditLost: counter("waypost_audit_lost_total", "Entries of the audit that were not written."),
    tails: gauge("waypost_api_tails", "Open live tails."),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
