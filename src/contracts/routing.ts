/** What waypost.yaml says of routing, as the configuration reads it and the delivery obeys it. */

interface Account {
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
}

/** By name. */
export type Accounts = Readonly<Record<string, Account>>;

/** A rule: which events go to which destinations. */
export interface Route {
  readonly name: string;
  readonly when: When;
  /** Names of destinations. */
  readonly to: readonly string[];
  /** Also takes events of the dashboard's Test button. */
  readonly test: boolean;
}

/** What an event must be: all keys given must hold, any value of a key's list is enough. */
export interface When {
  /** Type patterns. Absent: every type. */
  readonly type?: readonly string[];
  /** Names of accounts. */
  readonly account?: readonly string[];
  /** BSUIDs, wa_ids, or phone numbers in any writing, of anybody the event is about. */
  readonly contact?: readonly string[];
  /** Conversation ids. */
  readonly conversation?: readonly string[];
  /** Meta's message types. */
  readonly messageType?: readonly string[];
  readonly text?: TextWhen;
  /** Ids of the button or list row that was chosen. */
  readonly replyId?: readonly string[];
  /** Meta's error codes, wherever the event carries errors. */
  readonly errorCode?: readonly number[];
  /** Must not hold as a whole. */
  readonly not?: When;
}

/** On any text of the message: body, caption, title of what was chosen. */
export interface TextWhen {
  /** RE2 expressions: linear time, found anywhere, case counts unless they begin with `(?i)`. */
  readonly matches?: readonly string[];
  /** Letter case and compatibility forms do not count; nor below. */
  readonly contains?: readonly string[];
  /** The whole text, less white space around it. */
  readonly equals?: readonly string[];
}

/** How a destination of whatever kind is delivered to. */
export interface DeliveryRules {
  readonly retry: {
    /** Before the second attempt, the third, …: one attempt more than delays, and the delivery is dead. */
    readonly delaysMs: readonly number[];
  };
  /** Attempts a second; a burst of one second's. Without it, as fast as it goes. */
  readonly ratePerSecond?: number;
  /** Attempts at once, each in a conversation of its own; 16 unless told. */
  readonly concurrency?: number;
  /** For one attempt; 10 s unless told, and never longer than the lease. */
  readonly timeoutMs?: number;
}
