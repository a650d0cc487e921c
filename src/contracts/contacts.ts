/** Who writes to us, over all our numbers. It outlives the log. */
import type { WaypostEvent } from "../event/event.ts";
import type { Scalar } from "./routing.ts";

export interface Contact {
  /** `ctc_…`, random. Of two that turned out to be one person, the older. */
  readonly id: string;
  /** Of those that turned out to be the same person; absent: none. */
  readonly formerIds?: readonly string[];
  /** Every id the person is known by. */
  readonly userIds: readonly string[];
  /** As digits. */
  readonly phones: readonly string[];
  readonly name?: string;
  readonly username?: string;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, Scalar>>;
  /** Of a pool, by its member's name. */
  readonly owner?: { readonly pool: string; readonly name: string };
  readonly consent: {
    /** Said no to offers; absent: never said so, or took it back. */
    readonly marketing?: "revoked";
    /** Said stop: nothing at all is sent until they write again. */
    readonly stopped?: true;
    readonly at?: string;
  };
  /** The smallest (`receivedAt`, id) of an inbound message. */
  readonly first?: { readonly at: string; readonly eventId: string };
}

/** What changes of a contact. Repeatable: the same change again leaves the contact as it is. */
export interface ContactChange {
  /** Of the attempt that says so: it takes nothing back of what a larger one has said. Absent: it counts as said now. */
  readonly fence?: number;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** null takes a field away. */
  readonly fields?: Readonly<Record<string, Scalar>>;
  /** null takes the owner away. `unlessOwned`: who has one keeps it. */
  readonly owner?: {
    readonly pool: string;
    readonly name: string;
    readonly unlessOwned?: boolean;
  } | null;
  readonly consent?: {
    readonly marketing?: "revoked" | "granted";
    readonly stopped?: boolean;
    readonly at: string;
  };
}

export interface SetBy {
  readonly event: string;
  /** Of the attempt. */
  readonly fence: number;
}

/** What is remembered of people and their conversations. All methods throw StoreError (`outage`). */
export interface Contacts {
  /** The contact that the event is about, made when it is not there yet. undefined: it is about no single person. */
  of(event: WaypostEvent): Promise<Contact | undefined>;
  /** By `ctc_…`, BSUID, or phone in any writing. */
  find(text: string): Promise<Contact | undefined>;
  /** Answers with the contact as it is then. undefined: there is none. */
  change(id: string, change: ContactChange): Promise<Contact | undefined>;
  /**
   * What the conversation is about, joined through aliases; `asOf`: an event that ended a topic is told what it was then,
   * whatever was set since.
   */
  topic(conversationId: string, asOf?: string): Promise<string | undefined>;
  /** undefined ends it, by this event. Without effect where a larger `fence` has set or ended it. */
  setTopic(conversationId: string, topic: string | undefined, by: SetBy): Promise<void>;
}
