import type { Json } from "../item.ts";
import type { Random } from "../random.ts";
import { type Phrase, phrases } from "../scenario/phrases.ts";
import type { Account, Person } from "../scenario/world.ts";

/** What a payload can be made of. */
export interface Cast {
  readonly random: Random;
  readonly account: Account;
  readonly person: Person;
  /** The wamid of a message that was sent to the person earlier. */
  readonly answered: string;
  readonly at: number;
}

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

function reply(c: Cast, interactive: Json): MessageBody {
  return {
    context: { from: c.account.displayPhoneNumber, id: c.answered },
    type: "interactive",
    interactive,
  };
}

const error = (code: number, title: string, details: string): Json => ({
  code,
  title,
  message: title,
  error_data: { details },
});

const adReferral = (c: Cast): Json => ({
  source_url: "https://fb.me/2AutumnSale",
  source_id: `12${c.random.digits(13)}`,
  source_type: "ad",
  headline: "Autumn sale",
  body: "Chat with us",
  media_type: "image",
  image_url: "https://scontent.example/a.jpg",
  ctwa_clid: `AR${c.random.base64(20).replaceAll(/[+/]/g, "x")}`,
});

const plain = {
  text: (c) => textBody(say(c.person, "stock")),
  text_reply: (c) => ({
    ...textBody(say(c.person, "thanks")),
    context: { from: c.account.displayPhoneNumber, id: c.answered },
  }),
  text_from_ad: (c) => ({ ...textBody(say(c.person, "price")), referral: adReferral(c) }),
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
  contacts: (c) => ({
    type: "contacts",
    contacts: [
      {
        name: { formatted_name: c.person.name, first_name: c.person.name },
        phones: [{ phone: "+1 555 555 0123", wa_id: "15555550123", type: "CELL" }],
        origin: "contact_request",
      },
    ],
  }),
  order: (c) => ({
    type: "order",
    order: {
      catalog_id: "300300300",
      text: "gift wrap please",
      product_items: [
        { product_retailer_id: "SKU-9", quantity: 2, item_price: 7.95, currency: "EUR" },
        { product_retailer_id: "SKU-12", quantity: 1, item_price: 59, currency: "EUR" },
      ].slice(0, c.random.between(1, 2)),
    },
  }),
  reaction: (c) => ({ type: "reaction", reaction: { message_id: c.answered, emoji: "👍" } }),
  reaction_removed: (c) => ({ type: "reaction", reaction: { message_id: c.answered } }),
} satisfies Record<string, (c: Cast) => MessageBody>;

const replies = {
  button: (c) => ({
    type: "button",
    context: { from: c.account.displayPhoneNumber, id: c.answered },
    button: { payload: "CONFIRM", text: "Confirm" },
  }),
  button_reply: (c) =>
    reply(c, { type: "button_reply", button_reply: { id: "yes", title: "Yes, please" } }),
  list_reply: (c) =>
    reply(c, {
      type: "list_reply",
      list_reply: { id: "slot_3", title: "Friday", description: "10:00" },
    }),
  nfm_reply: (c) =>
    reply(c, {
      type: "nfm_reply",
      nfm_reply: {
        name: "flow",
        body: "Sent",
        response_json: JSON.stringify({ flow_token: c.random.digits(8), day: "friday", rating: 5 }),
      },
    }),
  call_permission_reply: (c) =>
    reply(c, {
      type: "call_permission_reply",
      call_permission_reply: {
        response: "accept",
        is_permanent: false,
        expiration_timestamp: c.at + 604_800,
        response_source: "user_action",
      },
    }),
  interactive_empty: () => ({ type: "interactive" }),
} satisfies Record<string, (c: Cast) => MessageBody>;

const changes = {
  system_number: (c) => ({
    type: "system",
    system: {
      body: `User ${c.person.name} changed number`,
      wa_id: `1555${c.random.digits(7)}`,
      user_id: `DE.${c.random.digits(16)}`,
      ...(c.person.userId !== undefined && { previous_user_id: c.person.userId }),
      type: "user_changed_number",
    },
  }),
  system_user_id: (c) => ({
    type: "system",
    system: {
      body: "User changed user id",
      user_id: `DE.${c.random.digits(16)}`,
      ...(c.person.userId !== undefined && { previous_user_id: c.person.userId }),
      type: "user_changed_user_id",
    },
  }),
  unsupported: () => ({
    type: "unsupported",
    errors: [error(131_051, "Message type unknown", "Message type is currently not supported.")],
    unsupported: { type: "poll_creation" },
  }),
  request_welcome: () => ({ type: "request_welcome" }),
  edit: (c) => ({
    type: "edit",
    edit: {
      original_message_id: c.answered,
      message: { context: { id: "M0" }, ...textBody(say(c.person, "price")) },
    },
  }),
  revoke: (c) => ({ type: "revoke", revoke: { original_message_id: c.answered } }),
  hologram: () => ({ type: "hologram", hologram: { note: "a type nobody knows yet" } }),
} satisfies Record<string, (c: Cast) => MessageBody>;

/** Every kind of incoming message, by the name that `--type` takes. */
export const messageBodies = {
  ...plain,
  ...replies,
  ...changes,
} satisfies Record<string, (c: Cast) => MessageBody>;
