/** A conversation as people read it. */
import type { PageRequest } from "./log.ts";

/** `phone`: in the WhatsApp Business app; `api`: your services, and campaigns; `unknown`: nobody told Waypost. */
export type ChatSide = "contact" | "human" | "bot" | "phone" | "api" | "unknown";

/** A message with all that became of it. */
export interface ChatMessage {
  /** The WhatsApp message id. */
  readonly id: string;
  readonly direction: "in" | "out";
  /** Payload time. */
  readonly at: string;
  readonly by: ChatSide;
  /** Of the person who wrote it. */
  readonly name?: string;
  /** As Meta calls it; `unknown` where only statuses are known. */
  readonly type: string;
  /** After an edit, what it says then. */
  readonly text?: string;
  readonly template?: string;
  readonly quotes?: { readonly id: string; readonly text?: string };
  readonly media?: ChatMedia;
  /** Of what was sent, the highest so far, and when it was first seen. */
  readonly status?: string;
  readonly statusAt?: string;
  readonly errors?: readonly { readonly code?: number; readonly title?: string }[];
  /** The last of each person. */
  readonly reactions?: readonly { readonly emoji: string; readonly by: ChatSide }[];
  /** When it was last edited. */
  readonly edited?: string;
  /** When its sender deleted it. */
  readonly deleted?: string;
  /** Ids of the events that it was made of, oldest first; of statuses only where nothing else is known. */
  readonly events: readonly string[];
}

export interface ChatMedia {
  readonly id?: string;
  readonly mimeType?: string;
  readonly fileName?: string;
  /** Absent: it was not fetched. */
  readonly bytes?: number;
}

/** `next` leads to what is older, `previous` to what is newer. */
export interface ChatPage {
  /** Oldest first. */
  readonly items: readonly ChatMessage[];
  readonly next: string | null;
  readonly previous: string | null;
}

export interface Chats {
  /**
   * The newest page without a cursor. Pages go by receipt, the messages of one by payload time. undefined: there is no such
   * conversation. QueryTooWideError like the lists.
   */
  chat(conversationId: string, page: PageRequest): Promise<ChatPage | undefined>;
}
