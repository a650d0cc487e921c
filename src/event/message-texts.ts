import type { Message } from "./generated.ts";

/**
 * What a message says to a reader, in reading order: body, caption, note, text of what was chosen, an edit's new
 * content. `all`: also the words around it, which its sender did not write for this message: header and footer, the
 * second line of a chosen row, Meta's sentence in a system message.
 */
export function messageTexts(message: Message | undefined, { all = false } = {}): string[] {
  if (message === undefined) return [];
  const { interactive, button, order, system, edit } = message;
  const texts: unknown[] = [
    message.text?.body,
    message.image?.caption,
    message.video?.caption,
    message.audio?.caption,
    message.document?.caption,
    message.sticker?.caption,
    interactive?.buttonReply?.title,
    interactive?.listReply?.title,
    all && interactive?.listReply?.description,
    interactive?.nfmReply?.body,
    all && interactive?.header,
    interactive?.body,
    all && interactive?.footer,
    button?.text,
    order?.text,
    all && system?.body,
  ];
  // Not all of this is looked at when an event is read: another program may have published something else.
  const own = texts.filter((text): text is string => typeof text === "string" && text !== "");
  return [...own, ...messageTexts(edit?.message, { all })];
}
