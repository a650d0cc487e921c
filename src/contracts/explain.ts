/** Why an event is delivered or not, for people. */

/** A destination that has no delivery of an event, by the routes as they are now. */
export interface NotDelivered {
  readonly destination: string;
  /** Of the routes to it the one that came closest: the most of its keys hold. Absent: none leads there. */
  readonly route?: string;
  /** Its first key that says no, with dots where it has parts (`text.contains`); `test` of test events. Absent: the route takes it. */
  readonly because?: string;
  /** All of it in a sentence. */
  readonly says: string;
}

/** What would become of an event, by the configuration and all that is known now. Nothing is sent, written or claimed. */
export interface RoutesTested {
  readonly event: { readonly id: string; readonly type: string };
  /** ISO 8601: as of when. */
  readonly asOf: string;
  readonly routes: readonly RouteTested[];
  readonly deliveries: readonly DeliveryTested[];
  readonly notDelivered: readonly NotDelivered[];
}

export interface RouteTested {
  readonly route: string;
  readonly to: readonly string[];
  readonly matches: boolean;
  /** As of `NotDelivered`, where it does not match; and in words. */
  readonly because?: string;
  readonly says?: string;
  /** Where it matches: each key that is asked at the turn. */
  readonly only?: readonly OnlyAnswer[];
  /** When a delivery of it would open; absent: at once. */
  readonly opensAt?: string;
  /** What `set` would change, with its templates rendered. */
  readonly sets?: readonly unknown[];
  /** What `emit` would publish. */
  readonly emits?: readonly { readonly type: string; readonly data: unknown }[];
  /** Why `set` or `emit` cannot be done. */
  readonly problem?: string;
}

export interface OnlyAnswer {
  readonly key: string;
  /** `unknown`: the store did not answer. */
  readonly holds: "yes" | "no" | "unknown";
  /** As it was when the event came (plus `after`), or as it is now. */
  readonly asOf: "event" | "now";
}

/** What one guard of a destination says of the event, as things stand. */
export interface GuardAnswer {
  readonly guard: string;
  readonly allows: boolean;
  /** Why not, or what it knows. */
  readonly says?: string;
}

export interface DeliveryTested {
  readonly destination: string;
  readonly kind: string;
  /** The first that holds; of several for `flows`, all of them with commas. */
  readonly route: string;
  readonly would: "send" | "skip" | "wait";
  readonly opensAt?: string;
  /** Why it would be skipped, each route with its key (also `once` and `maxAge`), or what it waits for. */
  readonly says?: string;
  /** What would be sent, with the options of the route. */
  readonly wouldSend?: unknown;
  /** Of a destination that has guards: in the order in which it asks them; the first that does not allow ends the delivery as skipped. */
  readonly guards?: readonly GuardAnswer[];
}
