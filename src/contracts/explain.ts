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
