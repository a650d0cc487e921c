/** What waypost.yaml says of routing, as the configuration reads it and the delivery obeys it. */
import type { Scalar, ValueWhen } from "../support/value-when.ts";

export type { Scalar } from "../support/value-when.ts";

interface Account {
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
  /** Whether files of its messages are fetched: `on` unless told. */
  readonly media?: "on" | "off";
  /** How long what is kept of it is kept, as written (`7d`), instead of what `retention` says for all. */
  readonly retention?: { readonly media?: string };
}

/** By name. */
export type Accounts = Readonly<Record<string, Account>>;

/** A rule: which events go to which destinations, and what else follows from them. */
export interface Route {
  readonly name: string;
  /** Decided at intake, from the event alone. */
  readonly when: When;
  /** Decided when the delivery's turn comes; with `defaults` in it, unless the route does without. */
  readonly only?: Only;
  readonly after?: After;
  readonly once?: Once;
  /** Later than the event's receipt plus `after` plus this, and it is skipped. */
  readonly maxAgeMs?: number;
  /** Names of destinations; none where it only emits or sets. */
  readonly to: readonly string[];
  /** By destination: options of the kind for this route, which replace those of the destination. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** By destination: how many messages `transcript` has for this route. */
  readonly transcripts?: Readonly<Record<string, number>>;
  readonly templatesRead?: TemplateReads;
  readonly emit?: Emit;
  readonly set?: Change;
  /** Also takes events of the dashboard's Test button. */
  readonly test: boolean;
}

/**
 * By destination: what its templates show for this route. `log`: what the log must have (`about`, `transcript`). `memory`: what `set` and
 * consent change (tags, fields, consent, owner, topic).
 */
export type TemplateReads = Readonly<Record<string, readonly ("log" | "memory")[]>>;

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
  readonly replyId?: readonly string[] | Matching;
  /** Of reactions; one that is taken back has none. */
  readonly reaction?: readonly string[];
  /** Names of templates, of a message that our side sent. */
  readonly template?: readonly string[];
  /** Of a flow's answer: its `flow_token` is one of these, or begins with one and a colon. */
  readonly flow?: readonly string[];
  /** Came through an ad: true or false, or which. */
  readonly referral?:
    | boolean
    | { readonly sourceId?: readonly string[]; readonly ctwaClid?: readonly string[] };
  /** ISO 3166-1 alpha-2, of the contact's phone number; never of an id that is no number. */
  readonly country?: readonly string[];
  /** Who wrote or did it. */
  readonly from?: "contact" | "business";
  /** By dotted path into the event's business data. */
  readonly data?: Readonly<Record<string, DataWhen>>;
  /** Meta's error codes, wherever the event carries errors. */
  readonly errorCode?: readonly number[];
  /** Must not hold as a whole. */
  readonly not?: When;
}

/** RE2 expressions: linear time, found anywhere, case counts unless they begin with `(?i)`. Named groups are `match.<name>` in templates. */
export interface Matching {
  readonly matches: readonly string[];
}

/** On any text of the message: body, caption, title of what was chosen. */
export interface TextWhen extends Partial<Matching> {
  /** Letter case and compatibility forms do not count; nor below. */
  readonly contains?: readonly string[];
  /** The whole text, less white space around it. */
  readonly equals?: readonly string[];
}

/** A list: any of these values. Numbers compare as numbers, also where one side is written as text. */
export type DataWhen = ValueWhen;

/** Who answered. */
export type Party = "human" | "bot" | "campaign" | "other";
/** Who can have the conversation. */
export type Holder = "human" | "other";

/** What must hold at the delivery's turn: all keys given, any value of a list. */
export interface Only {
  // As of the event: by its `receivedAt` (plus `after`).
  /** Names of `hours`. */
  readonly hours?: readonly string[];
  /** It is the contact's first, by (`receivedAt`, id), for ever. */
  readonly first?: boolean;
  /** It is the first inbound after `conversations.closeAfter` of silence. */
  readonly opens?: boolean;
  readonly about?: AboutWhen;
  // As it stands at the turn.
  readonly tag?: readonly string[];
  readonly field?: Readonly<Record<string, readonly Scalar[]>>;
  /** Names of `lists`. */
  readonly list?: readonly string[];
  readonly topic?: readonly string[];
  /** Names of owners; true: somebody; false: nobody. */
  readonly owner?: readonly string[] | boolean;
  readonly held?: { readonly by: readonly Holder[] };
  readonly window?: "open" | "closed";
  /** Of the message that the event concerns: its highest status so far. */
  readonly status?: readonly string[];
  readonly answered?: { readonly by: readonly Party[] };
  /** Type patterns: such an event came later on this conversation. */
  readonly followedBy?: readonly string[];
  /** true: the contact may be sent offers; false: said stop. */
  readonly consent?: boolean;
  /** Must not hold as a whole. */
  readonly not?: Only;
  /** Each must hold too: `defaults`, beside a route's own. Not written in waypost.yaml. */
  readonly all?: readonly Only[];
}

/** Our message that the event concerns. Lists may end in `*`. */
export interface AboutWhen {
  readonly template?: readonly string[];
  readonly campaign?: readonly string[];
  readonly withinMs?: number;
}

export interface After {
  readonly delayMs: number;
  /** Name of `hours`: only those count. */
  readonly hours?: string;
}

export interface Once {
  readonly per: "contact" | "conversation";
  /** Milliseconds, or what ends it. */
  readonly for: number | "untilClosed" | "untilAnswered";
}

/** A template in any of its texts is rendered; a text that is one `{{ }}` keeps its type. */
export type Templated = unknown;

export interface Emit {
  /** `business.…`. */
  readonly type: string;
  readonly data?: Templated;
}

export interface Change {
  readonly tag?: { readonly add: readonly string[]; readonly remove: readonly string[] };
  /** null takes a field away. */
  readonly field?: Readonly<Record<string, Templated>>;
  /** Of the conversation, until it closes. */
  readonly topic?: string;
  /** Of this pool, by the contact's hash among those on duty; who has an owner keeps them. */
  readonly owner?: { readonly pool: string };
}

/** Spans of local time on the days of a week, less exceptions. */
export interface Hours {
  /** IANA. */
  readonly timeZone: string;
  /** By ISO weekday, 1 is Monday: spans in minutes of the day, ascending. */
  readonly days: Readonly<Record<number, readonly (readonly [from: number, to: number])[]>>;
  /** Local dates (`2026-12-24`) on which nothing is open. */
  readonly except: readonly string[];
}

export interface PoolMember {
  readonly name: string;
  /** Name of `hours`; absent: always on duty. */
  readonly hours?: string;
  /** Ids per destination. */
  readonly ids: Readonly<Record<string, string>>;
}

/** What routes refer to by name, and how conversations and consent are kept. */
export interface FlowRules {
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly hours: Readonly<Record<string, Hours>>;
  readonly pools: Readonly<Record<string, readonly PoolMember[]>>;
  readonly conversations: {
    /** 20 h unless told. */
    readonly closeAfterMs: number;
    /** In milliseconds: 30 min after a human wrote, and until it is closed after a handoff, unless told. */
    readonly hold: { readonly humanMs: number; readonly handoff: number | "untilClosed" };
  };
  readonly consent?: {
    /** Words by account; `*`: of every account that has none of its own. */
    readonly stop: Readonly<Record<string, readonly string[]>>;
    readonly start: Readonly<Record<string, readonly string[]>>;
    /** A template; sent once after a stop. */
    readonly confirm?: string;
    /** A destination of kind `whatsapp-reply`: there is one wherever there is `confirm`. */
    readonly via?: string;
  };
  /** Absent: nobody can write to contacts. */
  readonly replies?: Replies;
}

/** Who sends what `business.reply.requested` asks for, and who asks. */
export interface Replies {
  /** Destinations of kind `whatsapp-reply`. */
  readonly senders: readonly string[];
  /** Destinations whose answers are carried out. */
  readonly bots: readonly string[];
}
