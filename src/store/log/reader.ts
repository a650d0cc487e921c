import type { StoreStats, WaypostEvent } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import type { Position } from "../table/cursor.ts";
import type { CheckedPage } from "./selection.ts";
import type { ConversationRow, MessageRow } from "./views.ts";

/** A filter with all its joins done: every part that is there must hold. */
export interface Selection {
  /** An event's own. */
  readonly id?: string;
  /** Patterns; any of them. */
  readonly types?: readonly string[];
  readonly conversationIds?: readonly string[];
  /** In one of these conversations, or about one of these people. */
  readonly contact?: {
    readonly conversationIds: readonly string[];
    readonly keys: readonly string[];
  };
  /** About any of these messages. */
  readonly messageIds?: readonly string[];
  readonly post?: string;
  readonly account?: string;
  /** Phone number ids: any of them; never empty. */
  readonly accounts?: readonly string[];
  /** All of them; never empty. */
  readonly words?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

/** A time of conversations, by which an index has them. */
export type ConversationTime =
  | "lastReceivedAt"
  | "lastInboundAt"
  | "waitingSince"
  | "openSince"
  | "closedAt";

export interface ConversationSelection {
  readonly by: ConversationTime;
  readonly account?: string;
  readonly accounts?: readonly string[];
  readonly ids?: readonly string[];
  /** Of that time, in milliseconds: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

/**
 * What a store must be able to look up. Lists are newest first unless told, ids break ties, and start behind `after`;
 * one that takes longer than the time limit throws QueryTooWideError.
 */
export interface Reader {
  events(selection: Selection, page: CheckedPage): Promise<WaypostEvent[]>;
  /** Where these stand in that list, by an index alone: an event is several KB. */
  places(selection: Selection, page: CheckedPage): Promise<Position[]>;
  storedAt(id: string): Promise<Date | undefined>;
  /** Of those events that are stored. */
  eventsById(ids: readonly string[]): Promise<Map<string, WaypostEvent>>;
  /** In any order. */
  messages(ids: readonly string[]): Promise<MessageRow[]>;
  /** Newest first by the time that is told, unless told; those that have none are left out. */
  conversations(selection: ConversationSelection, page: CheckedPage): Promise<ListedConversation[]>;
  /** In any order. */
  conversationsById(ids: readonly string[]): Promise<ConversationRow[]>;
  /** They are found by `waitingSince` no more, where it still is as it was read. */
  clearWaiting(rows: readonly Waiting[]): Promise<void>;
  /** Edges that touch one of the ids. */
  aliases(ids: readonly string[]): Promise<AliasEdge[]>;
  stats(): Promise<Omit<StoreStats, "lastEventAt">>;
}

export interface ListedConversation {
  readonly row: ConversationRow;
  /** Where it stands in the list, in milliseconds. */
  readonly at: number;
}

/** A conversation's mark beside its row: see `waitingSince`. */
export interface Waiting {
  readonly id: string;
  readonly waitingSince: string;
}

/** With what is kept in tables. */
export interface Sources extends Reader {
  /** Phone numbers and WABAs that ever had an event. */
  accounts(): Promise<readonly string[]>;
  /** The BSUIDs and phones of a contact, by its `ctc_…`. */
  contactKeys(id: string): Promise<readonly string[]>;
}
