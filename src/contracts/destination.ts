/** What a destination is told and answers with. What it throws but DeliveryError counts as an outage that may be done. */
import type { WaypostEvent } from "../event/event.ts";
import type { Contact } from "./contacts.ts";
import type { DeliveryError } from "./errors.ts";
import type { GuardAnswer } from "./explain.ts";
import type { EventFile } from "./files.ts";
import type { Replying } from "./reply.ts";
import type { TemplateName } from "./template-names.ts";

export type Link = Readonly<Record<string, string>>;

export interface DeliveryContext {
  /** The destination's name. */
  readonly destination: string;
  /** The same for every attempt of this delivery: `<event id>:<destination>`, with `after` also `:<route>`, with `again` also `:<replay>`. */
  readonly idempotencyKey: string;
  /**
   * The route with `after` that brings it here, maybe beside another delivery of the same event: whoever makes an id of the
   * event's own tells the two apart.
   */
  readonly after?: string;
  /** The replay that has the event take effect once more: whoever makes an id of the event's own tells the two apart. */
  readonly again?: string;
  /** 1 for the first; of a long outage the last 20 count. */
  readonly attempt: number;
  /** Larger with each attempt at this destination, whoever holds it: what an earlier attempt writes late can be told by it. */
  readonly fence: number;
  /** The routes that brought it here and held at its turn. */
  readonly routes: readonly string[];
  /**
   * What this destination remembers about the event's conversation (a Slack thread, a ticket), or about the event itself where
   * it has none; its order is the lane's.
   */
  readonly link: Link | undefined;
  /**
   * What it remembers about the event's contact, over all our numbers, or about the event itself where it is about no single
   * person. Looked up for destinations with `serialize: "contact"` alone.
   */
  readonly contactLink: Link | undefined;
  /**
   * Who the event is about, as known now; undefined: no single person. Asked once, at the first call. Rejects with a DeliveryError that
   * says nothing was done, so it is to be asked before anything is.
   */
  contact(): Promise<DeliveryContact | undefined>;
  /**
   * Of what templates may name, these, as plain JSON: for the templates of a destination's own options. Rejects as `contact` does.
   */
  scope(names: ReadonlySet<TemplateName>): Promise<Readonly<Record<string, unknown>>>;
  /** How many messages the configuration wants a `transcript` to have; undefined: it does not say. */
  readonly transcript?: number;
  /**
   * The message that the event quotes, reacts to, edits, deletes, or whose status it is, as the log has it. undefined: there is none,
   * or the log has it no more. Rejects as `contact` does.
   */
  concerned(): Promise<WaypostEvent | undefined>;
  /**
   * The event's files, in the message's order; each is there, or says why it cannot be had. Only a destination with `files`
   * is called after they were waited for. Rejects as `contact` does.
   */
  files(): Promise<readonly EventFile[]>;
  /** What a reply depends on: for destinations that write to contacts alone. */
  readonly replying?: Replying;
  /**
   * `shadow: true`: it looks up as always and writes nothing, and answers (`Delivered.answer`) with what it would have done: "would create
   * a contact; 1 duplicate by phone". Nothing it answers with or remembers is kept. Destinations without `shadows` are not called then.
   */
  readonly shadow: boolean;
  /**
   * Replaces the link before the delivery is done: durable when it resolves. For a destination that makes two things in one
   * delivery, between the calls: a later attempt finds in `link` what the first has made. Rejects when another
   * process delivers by now; the attempt is over then.
   */
  remember(link: Link, options?: RememberOptions): Promise<void>;
}

export interface RememberOptions {
  /** `conversation` unless told: of which of the two. */
  readonly scope?: "conversation" | "contact";
  /** Kept so long at least, from now on; without it as long as events of the two are, and some days. */
  readonly keepMs?: number;
}

export interface DeliveryContact extends Contact {
  /** As digits: each phone, then how else it may be written (`phoneCandidates`). */
  readonly phoneCandidates: readonly string[];
}

export interface Delivered {
  /** It was not wanted, and nothing was done: the delivery ends as skipped, for this reason, in our words. The rest does not count then. */
  readonly skipped?: string;
  /** The vendor's id of what was made. */
  readonly remoteId?: string;
  /** The vendor's answer in short: status and what helps an on-call engineer. No secret; at most 500 characters are kept. */
  readonly answer?: string;
  /** Fields that options fill and whose values the vendor did not take, by name: `ticket.cf_size`. All else was written. */
  readonly notTaken?: readonly string[];
  /** Replaces the link, written durably before the delivery counts as delivered. */
  readonly link?: Link;
  /**
   * What it made or sent is an event too. They are kept with the delivery, then published before it counts as delivered. Their
   * ids follow from the delivery, so that whatever is said twice is said once.
   */
  readonly events?: readonly WaypostEvent[];
}

/** One attempt, until the signal aborts. */
export type Deliver = (
  event: WaypostEvent,
  context: DeliveryContext,
  signal: AbortSignal,
) => Promise<Delivered>;

/** In the order in which they are asked. */
export type Guards = (
  event: WaypostEvent,
  context: DeliveryContext,
) => Promise<readonly GuardAnswer[]>;

/** undefined: there was no earlier effect. */
export type Find = (...asked: Parameters<Deliver>) => Promise<Delivered | undefined>;

/** One delivery of several in a call. Rows of one lane stand in its order; each `link` is as of the batch's start. */
export interface BatchItem {
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
}

/** What became of one of them. A DeliveryError that is not `maybeDone` says: nothing happened, its turn may come again. */
export type BatchOutcome = Delivered | DeliveryError;

/**
 * An outcome for each, in the order of the items. A throw counts for all, but that a call `refused` as a whole kills none of them: each
 * is tried alone then. With another number of outcomes than items, all of them are unknown.
 */
export type DeliverBatch = (
  items: readonly BatchItem[],
  signal: AbortSignal,
) => Promise<readonly BatchOutcome[]>;

/** What one call of `deliverBatch` takes. It is one attempt for the rate, the concurrency, the time limit and the breaker. */
export interface BatchRules {
  /**
   * Rows of one lane, from its head on. Only where the other side takes all or none, or stops at the first that fails: what takes
   * effect behind one that did not is out of order, and cannot be called back.
   */
  readonly along: boolean;
  /** Heads of several lanes; with `along` also what stands behind them. */
  readonly across: boolean;
  /** How long the first waits for more, from its row's making; 0: takes what is there. A full batch does not wait. */
  readonly waitMs: number;
  /** 2 or more. */
  readonly most: number;
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
  /** false: it neither reads `context.link` nor answers with one, nor remembers one, so none is looked up. */
  readonly links?: false;
  /** With `deliverBatch`: what goes into one call. What may have been done already, or failed alone, goes through `deliver`. */
  readonly batch?: BatchRules;
  /**
   * One attempt at a time for each contact, whatever their lanes (one person on two of our numbers has two): for what is found or made
   * per contact. A batch along a lane takes its turn as one; with `batch.across` nothing goes into one call.
   */
  readonly serialize?: "contact";
  /** Instead of the conversation's: what its rows share with others of their lane. */
  laneKeys?(event: WaypostEvent): readonly string[];
  /** Takes files (`context.files`): a delivery waits for them, for 60 s from its making at most. */
  readonly files?: true;
  /** It asks the log (`context.concerned`, a `scope` with `about` or `transcript`): not tried before the log has the event. */
  readonly readsLog?: boolean | ((event: WaypostEvent) => boolean);
  /** Keeps its `rate` itself: it counts for less than the whole destination (one channel), and so the engine leaves it alone. */
  readonly keepsRate?: true;
  /** Knows `context.shadow`. */
  readonly shadows?: true;
  /** Not to be tried before then: for what comes together (a few texts in a row). What stands behind it in its lane waits too. Asked again each day. */
  notBefore?(event: WaypostEvent, createdAt: Date): Date | undefined;
}

/** What the vendor must have before the first delivery: a property, a field, a header row. */
export interface Requirement {
  /** For people: `the property "whatsapp_id" of contacts`. */
  readonly what: string;
  readonly there: boolean;
  /** Absent: only a person can, as `remedy` says. Throws DeliveryError. */
  create?(signal: AbortSignal): Promise<void>;
  readonly remedy?: string;
}

/** The person who is to be erased, and all that a destination remembers of them. */
export interface Erasing {
  /** undefined: the store has them no more, and only the links are left. */
  readonly contact: DeliveryContact | undefined;
  readonly contactLink: Link | undefined;
  /** Of each of their conversations. */
  readonly links: readonly Link[];
}

/** What became of one thing that the vendor had. */
export interface Erased {
  /** In the vendor's word: `contact`, `ticket`. */
  readonly object: string;
  readonly id: string;
  readonly result: "deleted" | "anonymised" | "absent" | "by hand";
  /** Where a person does it, of `by hand`. */
  readonly url?: string;
}
