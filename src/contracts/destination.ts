/** What a destination is told and answers with. What it throws but DeliveryError counts as an outage that may be done. */

export interface DeliveryContext {
  /** The destination's name. */
  readonly destination: string;
  /** The same for every attempt of this delivery: `<event id>:<destination>`. */
  readonly idempotencyKey: string;
  /** 1 for the first; of a long outage the last 20 count. */
  readonly attempt: number;
  /** What this destination remembers about the event's conversation (a Slack thread, a ticket); its order is the lane's. */
  readonly link: Readonly<Record<string, string>> | undefined;
}

export interface Delivered {
  /** The vendor's id of what was made. */
  readonly remoteId?: string;
  /** The vendor's answer in short: status and what helps an on-call engineer. No secret; at most 500 characters are kept. */
  readonly answer?: string;
  /** Replaces the conversation's link, written durably before the delivery counts as delivered. */
  readonly link?: Readonly<Record<string, string>>;
}

export interface DestinationCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, and when not ok what to do. */
  readonly detail: string;
}

export interface DestinationTraits {
  readonly kind: string;
  /** What rules out a second effect after an unknown outcome: the idempotency key | asking `find` first | nothing. */
  readonly idempotency: "native" | "lookup" | "none";
  /** false: it neither reads `context.link` nor answers with one, so none is looked up. */
  readonly links?: false;
}
