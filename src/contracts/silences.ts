/** Conversations by their last message, for who closes them. */
import type { WaypostEvent } from "../event/event.ts";

export interface SilentConversation {
  readonly id: string;
  readonly account: WaypostEvent["data"]["account"];
  readonly contact?: WaypostEvent["data"]["contact"];
  readonly groupId?: string;
  /** The newest message of either side, by receipt: ISO time and event id. */
  readonly lastMessage: { readonly at: string; readonly id: string };
  /**
   * Nothing is to be said: it was closed after its last message, the contact has written nothing since it was closed or ever, or it goes on
   * under another id of the same person.
   */
  readonly over: boolean;
  /** As it was read: for `settle`. */
  readonly openSince: string;
}

/**
 * Each message makes its conversation one of these, until it is settled. Tests, statuses and business events are no
 * messages; conversations whose last message was stored before this was known are none either. Methods throw StoreError (`outage`).
 */
export interface Silences {
  /** Those whose last message was received later than `after`, and not later than `to`, longest silent first. ISO times. Reads no others. */
  find(span: { readonly after: string; readonly to: string }, limit: number): FoundSilences;
  /** They are found no more until their next message; one that came meanwhile counts. */
  settle(silent: readonly Pick<SilentConversation, "id" | "openSince">[]): Promise<void>;
}

type FoundSilences = Promise<SilentConversation[]>;
