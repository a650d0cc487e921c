import type { WaypostEvent } from "../event/event.ts";
import type { Holder } from "./routing.ts";

/** What is written to a contact. Any text of it may be a template where waypost.yaml says it; a bot's answer is taken as it is. */

/** A file that Meta fetches, or one that was uploaded to the number. */
type ReplyFile =
  | { readonly link: string; readonly id?: never }
  | { readonly id: string; readonly link?: never };

/** Of a list, by id, or as a list of their own. The order counts: an object puts ids that are whole numbers first, by their size. */
export type ReplyRows =
  | Readonly<Record<string, string | { readonly title: string; readonly description?: string }>>
  | readonly { readonly id: string; readonly title: string; readonly description?: string }[];

/** As rows, without descriptions. */
type ReplyButtons =
  | Readonly<Record<string, string>>
  | readonly { readonly id: string; readonly title: string }[];

export interface ReplyTemplate {
  readonly name: string;
  /** `de`, `en_US`. */
  readonly language: string;
  /** Text, or a file where the template has one. */
  readonly header?:
    | string
    | {
        readonly image?: ReplyFile;
        readonly video?: ReplyFile;
        readonly document?: ReplyFile & { readonly filename?: string };
      };
  /** In the template's order, or by name where it names its parameters. */
  readonly body?: readonly string[] | Readonly<Record<string, string>>;
  /** In the template's order; {} for one that takes nothing. */
  readonly buttons?: readonly {
    /** Of a quick reply. */
    readonly payload?: string;
    /** What ends the address. */
    readonly url?: string;
    /** Of a coupon or a password. */
    readonly code?: string;
    /** Of a button that opens a flow: its token, and what its first screen shows. */
    readonly flow?: {
      readonly token?: string;
      readonly data?: Readonly<Record<string, unknown>>;
    };
  }[];
}

/** What a message is about, beside what it says. */
export type ReplyMarks = Pick<WaypostEvent["data"], "ref" | "campaign" | "variant">;

/** All optional, and at least one. */
export interface Reply {
  /** Is sent while the customer service window is open. */
  readonly text?: string;
  /** With `text`: three at most. One of `buttons`, `list` and `flow`. */
  readonly buttons?: ReplyButtons;
  /** With `text`: ten rows at most. */
  readonly list?: {
    /** What opens it. */
    readonly button: string;
    readonly rows?: ReplyRows;
    readonly sections?: readonly { readonly title: string; readonly rows: ReplyRows }[];
  };
  /** With `text`. */
  readonly flow?: {
    readonly id: string;
    /** What its button says. */
    readonly cta: string;
    readonly token?: string;
    readonly screen?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
  /** Is sent when the window is closed, or when there is neither text nor a file. */
  readonly template?: ReplyTemplate;
  /** Instead of `text`: a file, in the open window. */
  readonly media?: ReplyFile & {
    readonly type: "image" | "document" | "audio" | "video" | "sticker";
    readonly caption?: string;
    /** Of a document. */
    readonly filename?: string;
  };
  /** What it is about in your systems, as `about.ref` shows it afterwards; that of what it answers unless told. */
  readonly ref?: ReplyMarks["ref"];
  /** What the report counts it by. */
  readonly campaign?: string;
  readonly variant?: string;
  /** Shows the message that is answered above the reply. */
  readonly quote?: boolean;
  /** Marks that message as read. */
  readonly read?: boolean;
  /** Shows that somebody is typing, until the reply is there, and marks as read. */
  readonly typing?: boolean;
}

export { replyRequestedType } from "../event/own-types.ts";

/** `data.business` of `business.reply.requested`. */
export interface ReplyRequest {
  /** The destination that sends it. */
  readonly via: string;
  readonly reply: Reply;
  /** The event that is answered: every guard is judged about it. */
  readonly answers: {
    readonly id: string;
    readonly type: string;
    readonly receivedAt: string;
    /** What a reply quotes and marks as read. */
    readonly messageId?: string;
    /** Later than that nothing is sent; an hour after `receivedAt` unless told. */
    readonly until?: string;
  };
  /** `consent`: the one confirmation of a stop, which reaches who said so. */
  readonly purpose: "bot" | "consent";
  /** As a route's, without templates: `flows` does it. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** What a reply depends on beside its event, as it stands now. */
export interface Standing {
  /** The event that is answered; undefined: the log does not have it. */
  readonly answered: WaypostEvent | undefined;
  /** What that one was derived from in the first place: itself, where no route made it. */
  readonly origin: WaypostEvent | undefined;
  /** Until when the customer service window is open, in ms; undefined: they never wrote. */
  readonly windowUntil: number | undefined;
  /** Somebody else has the conversation. */
  readonly heldBy: Holder | undefined;
  /** They said stop, be it a moment ago. */
  readonly stopped: boolean;
}

/** For destinations that write to contacts. */
export interface Replying {
  /** Until when something may be written, in ms: as the route says, else an hour. Infinity: a replay sends it, however old. */
  readonly until?: number;
  /** `answers`: the id of the event that is answered, where it is not the delivery's own. Rejects as `DeliveryContext.contact` does. */
  standing(answers?: string): Promise<Standing>;
  /** As `SentMessages`. Rejects as `DeliveryContext.contact` does. */
  sentWith(callback: string): Promise<string | undefined>;
  /**
   * What a reply bears of what it answers: its own `ref`, `campaign` and `variant`, or those of what it was derived from; else the `ref` of
   * the message that it concerns. Rejects as `standing` does.
   */
  marks(answers?: string): Promise<ReplyMarks>;
  /** Before a call that may have a second effect: resolves when it is counted. */
  repeats(): Promise<void>;
}

/** What the log knows of what was sent. Throws StoreError. */
export interface SentMessages {
  /** The wamid of what was sent with this `biz_opaque_callback_data`, once one of its statuses is stored. */
  sentWith(callback: string): Promise<string | undefined>;
}
