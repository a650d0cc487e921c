import type { Accounts, Destination, QueuePublisher } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import type { Shared } from "./shared.ts";

/** What a destination needs from the program around it. */
export interface DestinationParts {
  readonly log: Log;
  /** Of waypost.yaml; absent: none. */
  readonly accounts?: Accounts;
  /** Absent without `RABBITMQ_URL`. */
  readonly queues?: QueuePublisher;
  /** Where people reach the ops port (OPS_URL), for links into the console. */
  readonly opsUrl?: string;
  /** Absent: it shares nothing with others. */
  readonly shared?: Shared;
  /** Its `rate`, for kinds that keep it themselves; absent: none. */
  readonly ratePerSecond?: number;
  /** Of its options, those that a route gives for what it brings. */
  readonly routeOptions?: readonly string[];
}

/** How destinations of one kind are described in waypost.yaml and made. `Options`: what its schema lets through. */
export interface DestinationKind<Options extends object = object> {
  readonly kind: string;
  /**
   * JSON Schema (2020-12) of the kind's own options; keys that it does not list are refused. An option that is a template where nobody
   * sets it says so in `default`: what that shows must be there before an event is delivered. The kind itself applies it.
   */
  readonly schema: object;
  /** `options` fit the schema. Throws OptionError for what a schema cannot say. Opens no connection. */
  create(name: string, options: Options, parts: DestinationParts): Destination;
}

/** An option that cannot be used, in words for the operator; never shows its value. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly destination: string;
  /** Dotted, below the destination; "" for the whole. */
  readonly option: string;
  readonly problem: string;
  readonly remedy: string;
  constructor(
    destination: string,
    option: string,
    words: { readonly problem: string; readonly remedy: string },
  ) {
    super(
      `destinations.${destination}${option && `.${option}`} ${words.problem}. ${words.remedy}.`,
    );
    this.destination = destination;
    this.option = option;
    this.problem = words.problem;
    this.remedy = words.remedy;
  }
}
