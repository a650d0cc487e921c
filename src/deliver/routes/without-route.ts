import type { Accounts, FlowRules, Replies, ReplyRequest, WaypostEvent } from "../../contracts.ts";
import { mediaOf } from "../../event/media-of.ts";
import { replyRequestedType } from "../../event/own-types.ts";
import { compilePattern } from "../../event/pattern.ts";

/** Stands in the place of a route's name; no configured one has a dot in its name. */
export const askedRoute: string = replyRequestedType;

/** The way without a route: who is asked for a reply gets the event, and nobody else who could send it. */
export interface AskedReplies {
  /** Who sends what this event asks for. undefined: it asks for nothing, or for somebody who is not there. */
  senderOf(event: WaypostEvent): string | undefined;
  /** Whether routes may lead this event there. */
  isFree(destination: string, event: WaypostEvent): boolean;
  /** The types that this destination gets without a route. */
  patternsFor(destination: string): readonly string[];
  /** Why a destination does not get an event, as far as this decides it. */
  whyNot(destination: string, event: WaypostEvent): string | undefined;
}

export function askedReplies(
  { senders }: Pick<Replies, "senders"> = { senders: [] },
): AskedReplies {
  const isSender = (destination: string) => senders.includes(destination);
  const senderOf = ({ type, data }: WaypostEvent) => {
    if (type !== replyRequestedType) return undefined;
    const { via } = (data.business ?? {}) as Partial<ReplyRequest>;
    return via !== undefined && isSender(via) ? via : undefined;
  };
  const isFree = (destination: string, { type }: WaypostEvent) =>
    type !== replyRequestedType || !isSender(destination);
  return {
    senderOf,
    isFree,
    patternsFor: (destination) => (isSender(destination) ? [replyRequestedType] : []),
    whyNot(destination, event) {
      if (isFree(destination, event)) return undefined;
      const sender = senderOf(event);
      if (sender === destination) {
        return "it sends such replies now: this one came before it did, or is on its way";
      }
      return sender === undefined
        ? "the reply is asked of a destination that is not there, or cannot write to contacts"
        : `the reply is asked of ${sender}, which alone sends it`;
    },
  };
}

/** Their answers may `set` something. */
export function hasBots(rules: Pick<FlowRules, "replies"> | undefined): boolean {
  return (rules?.replies?.bots.length ?? 0) > 0;
}

/** Types of events that carry files of inbound messages and echoes: what `media` is bound to. */
export const mediaPatterns: readonly string[] = ["message", "echo"].flatMap((side) =>
  ["image", "video", "audio", "document", "sticker", "edit"].map(
    (type) => `whatsapp.${side}.${type}`,
  ),
);

/** Whether the files of an event are fetched: not those of tests, nor of accounts with `media: off`. */
export function takesMedia(accounts: Accounts): (event: WaypostEvent) => boolean {
  const why = whyNoMedia(accounts);
  return (event) => why(event) === undefined;
}

/** Why the files of an event are not fetched; undefined: they are. */
export function whyNoMedia(accounts: Accounts): (event: WaypostEvent) => string | undefined {
  const tests = mediaPatterns.map(compilePattern);
  const off = Object.values(accounts).filter(({ media }) => media === "off");
  const isOff = ({ account }: WaypostEvent["data"]) =>
    off.some(({ phoneNumberId, wabaId }) =>
      phoneNumberId === undefined
        ? wabaId === account.wabaId
        : phoneNumberId === account.phoneNumberId,
    );
  return (event) => {
    const { type, data } = event;
    if (!tests.some((test) => test(type)) || mediaOf(event).length === 0) {
      return "it has no file of a message to fetch";
    }
    if (data.test) return "files of test events are not fetched";
    return isOff(data) ? "files of its account are not fetched (`media: off`)" : undefined;
  };
}
