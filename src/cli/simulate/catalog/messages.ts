import type { Cast, Json } from "../item.ts";
import type { Random } from "../random.ts";
import { type Phrase, phrases } from "../scenario/phrases.ts";
import type { Person } from "../scenario/world.ts";
import { fixtureOf } from "./golden.ts";

export type MessageBody = Json & { readonly type?: string };

export function newWamid(random: Random): string {
  return `wamid.HBgL${random.base64(26)}${random.chance(0.3) ? "A=" : "AA"}`;
}

/** A sentence in the person's language. */
export function say(person: Person, phrase: Phrase): string {
  return phrases[person.language][phrase];
}

export function textBody(body: string): MessageBody & { readonly type: "text" } {
  return { type: "text", text: { body } };
}

function media(c: Cast, mime: string, extra: Json = {}): Json {
  const id = `81${c.random.digits(13)}`;
  return {
    id,
    mime_type: mime,
    sha256: `${c.random.base64(43)}=`,
    url: `https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=${id}`,
    ...extra,
  };
}

/** As a fixture of the package has it. */
const golden = (name: string): ((c: Cast) => MessageBody) =>
  fixtureOf("messages", `message-${name}`);

/** Every kind of incoming message, by the name that `--type` takes. */
export const messageBodies = {
  text: (c) => textBody(say(c.person, "stock")),
  text_reply: (c) => ({
    ...textBody(say(c.person, "thanks")),
    context: { from: c.account.displayPhoneNumber, id: c.answered },
  }),
  text_from_ad: (c) => ({ ...golden("text-from-ad")(c), ...textBody(say(c.person, "price")) }),
  text_about_product: (c) => ({
    ...textBody(say(c.person, "price")),
    context: { referred_product: { catalog_id: "300300300", product_retailer_id: "SKU-9" } },
  }),
  text_forwarded: (c) => ({
    ...textBody(say(c.person, "stock")),
    context: { frequently_forwarded: true },
  }),
  text_in_group: (c) => ({
    ...textBody(say(c.person, "hello")),
    group_id: "Y2FwaV9ncm91cDpFWEFNUExF",
  }),
  image: (c) => ({ type: "image", image: media(c, "image/jpeg", { caption: "this one" }) }),
  video: (c) => ({ type: "video", video: media(c, "video/mp4") }),
  audio: (c) => ({ type: "audio", audio: media(c, "audio/mpeg", { voice: false }) }),
  voice: (c) => ({ type: "audio", audio: media(c, "audio/ogg; codecs=opus", { voice: true }) }),
  document: (c) => ({
    type: "document",
    document: media(c, "application/pdf", { filename: "Überweisung März.pdf" }),
  }),
  sticker: (c) => ({ type: "sticker", sticker: media(c, "image/webp", { animated: false }) }),
  location: (c) => ({
    type: "location",
    location: {
      latitude: 52.5 + c.random.below(1000) / 10_000,
      longitude: 13.4 + c.random.below(1000) / 10_000,
      ...(c.random.chance(0.5) && { name: "Café Mitte", address: "Weinmeisterstraße 1, Berlin" }),
    },
  }),
  contacts: golden("contacts-answer-to-phone-request"),
  order: golden("order"),
  reaction: (c) => ({ type: "reaction", reaction: { message_id: c.answered, emoji: "👍" } }),
  reaction_removed: (c) => ({ type: "reaction", reaction: { message_id: c.answered } }),
  button: golden("button-of-template"),
  button_reply: golden("interactive-button-reply"),
  list_reply: golden("interactive-list-reply"),
  nfm_reply: golden("interactive-flow-reply"),
  call_permission_reply: golden("interactive-call-permission-granted"),
  interactive_empty: () => ({ type: "interactive" }),
  system_number: golden("system-number-changed"),
  system_user_id: golden("system-user-id-changed"),
  unsupported: golden("unsupported-poll"),
  request_welcome: () => ({ type: "request_welcome" }),
  edit: (c) => ({
    type: "edit",
    edit: {
      original_message_id: c.answered,
      message: { context: { id: "M0" }, ...textBody(say(c.person, "price")) },
    },
  }),
  revoke: (c) => ({ type: "revoke", revoke: { original_message_id: c.answered } }),
  hologram: golden("of-a-type-not-yet-known"),
} satisfies Record<string, (c: Cast) => MessageBody>;
