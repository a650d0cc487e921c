import { DeliveryError, type Reply, type ReplyMarks, type WaypostEvent } from "../../contracts.ts";
import { beyondMeta } from "../reply-misfits.ts";
import { interactiveOf } from "./interactive.ts";
import { templateOf } from "./template.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

/** One message, in Meta's words and in ours. */
export interface Outgoing {
  /** Meta's: `text`, `interactive`, `template`, `image`. */
  readonly type: string;
  /** As Meta takes it, without who it goes to. */
  readonly body: Readonly<Record<string, unknown>>;
  /** As the log has it. */
  readonly message: Partial<Message>;
  /** What the log has beside it. */
  readonly marks?: ReplyMarks;
}

/** Written while the window is open. */
export type Choice = "free" | "template";

/** Which of both is sent; undefined: none can be. */
export function choose({ text, media, template }: Reply, windowOpen: boolean): Choice | undefined {
  if (windowOpen && (text !== undefined || media !== undefined)) return "free";
  return template === undefined ? undefined : "template";
}

/** It says nothing, but marks as read. */
export function saysNothing({ text, media, template }: Reply): boolean {
  return text === undefined && media === undefined && template === undefined;
}

/** Throws DeliveryError (`refused`) for what is more than Meta takes. */
export function outgoingOf(reply: Reply, choice: Choice, quoted: string | undefined): Outgoing {
  const [wrong] = choice === "free" ? beyondMeta(reply) : [];
  if (wrong !== undefined) {
    throw new DeliveryError("refused", `it cannot be sent: ${wrong.part} ${wrong.problem}`);
  }
  const made = choice === "template" ? templateMessage(reply) : freeMessage(reply);
  if (quoted === undefined || choice === "template") return made;
  return {
    ...made,
    body: { ...made.body, context: { message_id: quoted } },
    message: { ...made.message, context: { id: quoted } },
  };
}

function templateMessage({ template }: Reply): Outgoing {
  if (template === undefined) throw new DeliveryError("refused", "there is no template");
  const { name, language } = template;
  const body = templateOf(template);
  const { components } = body;
  return {
    type: "template",
    body: { type: "template", template: body },
    message: { template: { name, language, ...(components && { components }) } },
  };
}

function freeMessage(reply: Reply): Outgoing {
  const { text = "", media } = reply;
  if (media !== undefined) return mediaMessage(media);
  const interactive = interactiveOf(reply, text);
  if (interactive !== undefined) {
    return {
      type: "interactive",
      body: { type: "interactive", interactive },
      message: { interactive: { type: interactive.type, body: text } },
    };
  }
  return {
    type: "text",
    // Links show what they lead to, as in what a person writes.
    body: { type: "text", text: { body: text, preview_url: true } },
    message: { text: { body: text } },
  };
}

const captioned = new Set(["image", "document", "video"]);

function mediaMessage(media: NonNullable<Reply["media"]>): Outgoing {
  const { type, link, id, caption, filename } = media;
  const file = { ...(id === undefined ? { link } : { id }) };
  const content = {
    ...file,
    ...(caption !== undefined && captioned.has(type) && { caption }),
    ...(filename !== undefined && type === "document" && { filename }),
  };
  return { type, body: { type, [type]: content }, message: { [type]: content } };
}
