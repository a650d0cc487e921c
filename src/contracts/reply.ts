/** What is written to a contact. Any text of it may be a template where waypost.yaml says it; a bot's answer is taken as it is. */

/** A file that Meta fetches, or one that was uploaded to the number. */
type ReplyFile =
  | { readonly link: string; readonly id?: never }
  | { readonly id: string; readonly link?: never };

/** Of a list, by id; the order counts. */
export type ReplyRows = Readonly<
  Record<string, string | { readonly title: string; readonly description?: string }>
>;

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

/** All optional, and at least one. */
export interface Reply {
  /** Is sent while the customer service window is open. */
  readonly text?: string;
  /** With `text`: title by id, three at most. One of `buttons`, `list` and `flow`. */
  readonly buttons?: Readonly<Record<string, string>>;
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
  };
  /** `consent`: the one confirmation of a stop, which reaches who said so. */
  readonly purpose: "bot" | "consent";
  /** As a route's, without templates: `flows` does it. */
  readonly set?: Readonly<Record<string, unknown>>;
}
