/** What the series count of the log: by what events are found by, never by what they hold. */
import type { SentMessage } from "./report.ts";
import type { Span } from "./series.ts";

export interface EventCount {
  /** A phone number id, else a WABA id, else "". */
  readonly account: string;
  /** When it begins. ISO. */
  readonly minute: string;
  readonly type: string;
  readonly breakdown?: Breakdown;
  readonly count: number;
}

/** Of a failed status its code, of an outgoing message what was told of it. */
export interface Breakdown {
  readonly code?: number;
  readonly template?: string;
  readonly campaign?: string;
  readonly variant?: string;
}

/** One message in a conversation. */
export interface Turn {
  /** The same for all ids of the person's conversation, as far as the log knows. */
  readonly conversation: string;
  /** All of these ids. */
  readonly ids: readonly string[];
  /** Of its receipt. ISO. */
  readonly at: string;
  /** `stop`: they took back their consent. */
  readonly side: "in" | "out" | "stop";
}

/** Reads beside all else, and takes as long as it takes: for slices. Throws StoreError. */
export interface LogFigures {
  /** When the oldest event was received; undefined: there is none. */
  firstAt(): Promise<string | undefined>;
  counts(span: Span): Promise<EventCount[]>;
  /** Conversations of the account in which somebody wrote. */
  conversations(account: string, side: Turn["side"], span: Span): Promise<readonly string[]>;
  /** What was written in these conversations, by either side: by conversation, then time. */
  turns(conversations: readonly string[], span: Span): Promise<Turn[]>;
  /** Messages of our side, the oldest first: those behind `after` that are first known of in the span. */
  sent(
    span: Span,
    page: { readonly after?: Pick<SentMessage, "at" | "id">; readonly limit: number },
  ): Promise<SentMessage[]>;
}
