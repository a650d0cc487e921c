/** What the bus carries and answers with. */
import type { BusMessage, EncodedEvent } from "../event/event.ts";

/** A queue as data. Declared by every role, so that no event slips through before its consumer starts. */
export interface QueueSpec {
  /** E.g. `waypost.store`, `waypost.deliver.slack-support`. */
  readonly name: string;
  /** Type patterns (`whatsapp.message.*`, `whatsapp.#`); `#` is everything. */
  readonly patterns: readonly string[];
  /**
   * Also takes quarantined POSTs (only the store does), and as one of those what is no event. Of every other queue that
   * lies in its dead queue.
   */
  readonly quarantine: boolean;
  /** Given for destinations' queues: takes as a quarantined POST what has an event's id without being an event. */
  readonly misshapen?: true;
  /** Takes what services publish to the exchange `waypost.intake`, and no events: `patterns` is empty. Only on RabbitMQ. */
  readonly intake?: true;
  /** `x-single-active-consumer`: one process holds the queue at a time. */
  readonly single: boolean;
  /**
   * Given for the queue that may be split by phone number (the store's): over so many queues on RabbitMQ, each in order. The embedded
   * bus has one. A change moves what waits, in order.
   */
  readonly shards?: number;
}

/**
 * One batch at a time, in queue order. Resolving acks all of it, once those that the answer names lie in the dead
 * queue; throwing acks none: the same batch comes again after a backoff. `signal` aborts when the consumer closes.
 */
export type HandleBatch = (
  batch: readonly BusMessage[],
  signal: AbortSignal,
) => Promise<readonly Unfit[]> | Promise<void>;

/** Of a batch, what can never be handled. */
export interface Unfit {
  readonly item: BusMessage;
  /** In our words, without content. */
  readonly reason: string;
}

/** What a service published to the exchange `waypost.intake`. */
export interface ToldMessage {
  readonly bytes: Uint8Array;
  /** AMQP's. */
  readonly messageId?: string;
  /** AMQP's. */
  readonly contentEncoding?: string;
}

/** Of a batch, what cannot be taken. */
export interface RefusedIntake {
  /** Its place in the batch. */
  readonly at: number;
  /** In our words, without content. */
  readonly reason: string;
}

/** As HandleBatch: resolving acks all of it, once those that the answer names lie in the dead queue. */
export type HandleIntake = (
  batch: readonly ToldMessage[],
  signal: AbortSignal,
) => Promise<readonly RefusedIntake[]>;

/** Of a bus on which others may publish. */
export interface IntakeExchange {
  /** The queue has `intake`, and is declared. */
  consumeIntake?(queue: QueueSpec, handle: HandleIntake): Promise<Consumer>;
}

/** A running subscription. All three are idempotent. */
export interface Consumer {
  /** Resolves when no handler runs and nothing is held unacked. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits for the running batch and its ack. */
  close(): Promise<void>;
}

export interface BusHealth {
  readonly kind: "rabbitmq" | "embedded";
  /** Can take a publish now. */
  readonly ready: boolean;
  /** In words, when not ready: "connecting to RabbitMQ", "RabbitMQ blocks publishers: low on disk". No secrets. */
  readonly reason?: string;
}

export interface QueueState {
  readonly name: string;
  readonly ready: number;
  readonly unacked?: number;
  readonly consumers?: number;
  readonly dead: number;
}

/** A team's own queue, declared as a quorum queue when it is missing, or an exchange that the team has. */
export type QueueTarget =
  | { readonly queue: string; readonly maxLength?: number }
  /** Without a routing key the event's own is used. */
  | { readonly exchange: string; readonly routingKey?: string };

/** Puts events into queues of other teams; the kind `queue` uses it. Both throw DeliveryError. */
export interface QueuePublisher {
  /** Resolves when RabbitMQ has confirmed it. A repeat carries the same `message_id`. */
  publish(target: QueueTarget, event: EncodedEvent, signal: AbortSignal): Promise<void>;
  /** Declares or finds the target; what it found, in words. */
  check(target: QueueTarget, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** Deletes the dead queue too. Events that come meanwhile are lost to that queue. */
export interface RemoveOptions {
  /** Also when messages wait. */
  readonly force?: boolean;
}
