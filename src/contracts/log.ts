/** What the log is asked and answers with. Ids break ties of `receivedAt`; what is being stored waits for no list. */
import type { WaypostEvent } from "../event/event.ts";

export interface Appended {
  /** Ids that were new. */
  readonly stored: readonly string[];
  /** How many were there already. */
  readonly duplicates: number;
  /** How many existing events a higher `dataversion` replaced. */
  readonly replaced: number;
}

export interface PageRequest {
  /** 1…200. */
  readonly limit: number;
  /** Opaque, from the page before. An unreadable one throws InvalidCursorError. */
  readonly cursor?: string;
}

export interface OrderedPageRequest extends PageRequest {
  /** Newest first unless told. A cursor goes on in the order of its page. */
  readonly order?: "oldest";
}

export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export interface EventFilter {
  /** Any of these patterns (a route's: `whatsapp.message.*`, `whatsapp.#`). */
  readonly types?: readonly string[];
  /** A conversation id; joins through aliases. */
  readonly conversation?: string;
  /** A BSUID, wa_id or phone in any writing; joins through aliases. */
  readonly contact?: string;
  readonly messageId?: string;
  /** That it came in: `pst_…`. */
  readonly post?: string;
  /** A phone number id or a WABA id. */
  readonly account?: string;
  /** Of any of these phone number ids. */
  readonly accounts?: readonly string[];
  /** Every word must occur. */
  readonly text?: string;
  /** ISO times on `receivedAt`: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
}

export interface ConversationFilter {
  readonly account?: string;
  /** With any of these phone number ids. */
  readonly accounts?: readonly string[];
  readonly contact?: string;
  readonly state?: ConversationState;
  /** `closing`: within 4 h of the end of the 24-hour window. */
  readonly window?: "closing";
}

/**
 * `unanswered`: the contact said the last word, and nobody has answered since; `closed`: by a `business.conversation.closed` after
 * its last message; else `open`.
 */
export type ConversationState = "unanswered" | "open" | "closed";

export interface QuarantineFilter {
  readonly from?: string;
  readonly to?: string;
}

/** A message's projection and every event about it, oldest payload time first. */
export interface MessageView {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly type?: string;
  /** Name of the template; below: what your side told of a message that it sent. */
  readonly template?: string;
  readonly sentBy?: string;
  readonly campaign?: string;
  readonly variant?: string;
  readonly ref?: WaypostEvent["data"]["ref"];
  readonly conversationId?: string;
  readonly account: { readonly wabaId?: string; readonly phoneNumberId?: string };
  /** The highest status so far: sent < failed < delivered < read < played. Absent for messages received. */
  readonly status?: string;
  /** When each status was first seen, by payload time. */
  readonly statusAt: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly code?: number; readonly title?: string }[];
  readonly pricing?: Readonly<Record<string, unknown>>;
  readonly events: readonly WaypostEvent[];
}

export interface ConversationView {
  readonly id: string;
  /** Ids of the same person's conversation under other identities. */
  readonly aliases: readonly string[];
  readonly account: { readonly wabaId?: string; readonly phoneNumberId?: string };
  readonly contact: {
    readonly userId?: string;
    readonly waId?: string;
    readonly name?: string;
    readonly username?: string;
  };
  readonly groupId?: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastInboundAt?: string;
  /** The 24-hour customer service window, computed when read. */
  readonly windowOpenUntil?: string;
  readonly state: ConversationState;
  /** When the contact said the last thing that nobody has answered. */
  readonly unansweredSince?: string;
  /** Of either side, by payload time; reactions, edits and deletions are none. */
  readonly last?: {
    readonly direction: "in" | "out";
    readonly type: string;
    readonly text?: string;
    readonly at: string;
  };
}

export interface QuarantineEntry {
  readonly id: string;
  readonly receivedAt: string;
  readonly postId: string;
  /** `/hooks/<name>` of a source's POST; absent of Meta's. */
  readonly source?: string;
  readonly bytes: number;
  /** Where and why; at most 100 are kept. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  readonly dataBase64: string;
}

export interface StoreStats {
  readonly kind: "mongodb" | "embedded";
  readonly events: number;
  readonly messages: number;
  readonly conversations: number;
  readonly quarantine: number;
  /** Events per type in the last 24 h, give or take ten minutes. */
  readonly last24h: Readonly<Record<string, number>>;
  /** The newest `receivedAt` per account (phone number id, else WABA id). */
  readonly lastEventAt: Readonly<Record<string, string>>;
}

export type Conversations = Promise<Page<ConversationView>>;
export type QuarantineEntries = Promise<Page<QuarantineEntry>>;
