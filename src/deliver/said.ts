import type { WaypostEvent } from "../contracts.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

/** What a message says to a reader: body, caption, note, text of what was chosen, an edit's new content. */
export function messageTexts({ data }: WaypostEvent): string[] {
  return data.message ? textsOf(data.message) : [];
}

function textsOf(message: Message): string[] {
  const { text, image, video, document, button, interactive, order, edit } = message;
  const edited = edit?.message ? textsOf(edit.message) : [];
  return [
    text?.body,
    image?.caption,
    video?.caption,
    document?.caption,
    button?.text,
    interactive?.buttonReply?.title,
    interactive?.listReply?.title,
    interactive?.nfmReply?.body,
    interactive?.body,
    order?.text,
    ...edited,
  ].filter((each): each is string => typeof each === "string");
}

/** The ids that the business gave to the button or list row that was chosen. */
export function replyIds({ data }: WaypostEvent): string[] {
  const { button, interactive } = data.message ?? {};
  return [button?.payload, interactive?.buttonReply?.id, interactive?.listReply?.id].filter(
    (each): each is string => typeof each === "string",
  );
}
