import type {
  ErrorInfo,
  Media,
  Message,
  MessageContext,
  Order,
  Referral,
  System,
} from "../../event/generated.ts";
import { interactive } from "./interactive.ts";
import { phone } from "./person.ts";
import {
  bool,
  each,
  fields,
  id,
  int,
  num,
  own,
  type Parser,
  shape,
  str,
  time,
  wellFormed,
  within,
} from "./pick.ts";
import { sharedContact } from "./shared-contact.ts";

const detail = str("details");

/** `errors[]` in any of the places it can stand. */
export const errorsIn: Parser<ErrorInfo[]> = each(
  "errors",
  shape<ErrorInfo>({
    code: int("code"),
    title: str("title"),
    message: str("message"),
    details: (error) => within("error_data", detail)(error) ?? detail(error),
    href: str("href"),
  }),
);

export const media: Parser<Media> = shape<Media>({
  id: id("id"),
  mimeType: str("mime_type"),
  sha256: str("sha256"),
  caption: str("caption"),
  url: str("url"),
  link: str("link"),
  filename: str("filename"),
  voice: bool("voice"),
  animated: bool("animated"),
});

const context = shape<MessageContext>({
  from: str("from", "from_user_id"),
  id: str("id"),
  forwarded: bool("forwarded"),
  frequentlyForwarded: bool("frequently_forwarded"),
  referredProduct: within(
    "referred_product",
    shape({ catalogId: str("catalog_id"), productRetailerId: str("product_retailer_id") }),
  ),
});

const referral = shape<Referral>({
  sourceUrl: str("source_url"),
  sourceId: str("source_id"),
  sourceType: str("source_type"),
  headline: str("headline"),
  body: str("body"),
  mediaType: str("media_type"),
  imageUrl: str("image_url"),
  videoUrl: str("video_url"),
  thumbnailUrl: str("thumbnail_url"),
  ctwaClid: str("ctwa_clid"),
  welcomeMessage: within("welcome_message", str("text")),
  ref: str("ref"),
});

const order = shape<Order>({
  catalogId: id("catalog_id"),
  text: str("text"),
  productItems: each(
    "product_items",
    shape({
      productRetailerId: str("product_retailer_id"),
      quantity: num("quantity"),
      itemPrice: num("item_price"),
      currency: str("currency"),
    }),
  ),
});

const system = shape<System>({
  type: str("type"),
  body: str("body"),
  waId: phone("wa_id", "new_wa_id"),
  previousWaId: phone("customer", "previous_wa_id"),
  userId: id("user_id"),
  previousUserId: id("previous_user_id"),
  parentUserId: id("parent_user_id"),
  previousParentUserId: id("previous_parent_user_id"),
  identity: str("identity"),
});

/** What a message holds, whatever its type says: one parser for messages, echoes, history, standby and edits. */
export type Content = Omit<
  Message,
  "id" | "type" | "direction" | "sentAt" | "edit" | "voicemail" | "conversationContext"
>;

export const content = fields<Content>({
  context: within("context", context),
  referral: within("referral", referral),
  text: within("text", (text) => {
    const body = own(text, "body");
    return typeof body === "string" ? { body: wellFormed(body) } : undefined;
  }),
  image: within("image", media),
  video: within("video", media),
  // Some senders still call a voice note by its old type.
  audio: within(["audio", "voice"], media),
  document: within("document", media),
  sticker: within("sticker", media),
  location: within(
    "location",
    shape({
      latitude: num("latitude"),
      longitude: num("longitude"),
      name: str("name"),
      address: str("address"),
      url: str("url"),
    }),
  ),
  contacts: each("contacts", sharedContact),
  interactive: within("interactive", interactive),
  button: within("button", shape({ payload: str("payload"), text: str("text") })),
  order: within("order", order),
  reaction: within("reaction", (reaction) => {
    const emoji = str("emoji")(reaction);
    const messageId = id("message_id")(reaction);
    const target = messageId === undefined ? {} : { messageId };
    return emoji === undefined ? { ...target, removed: true } : { ...target, emoji };
  }),
  system: within("system", system),
  unsupported: within("unsupported", shape({ type: str("type") })),
  revoke: within("revoke", shape({ originalMessageId: id("original_message_id") })),
  template: within(
    "template",
    shape({
      name: str("name"),
      language: (template) =>
        within("language", str("code"))(template) ?? str("language")(template),
    }),
  ),
  identity: within(
    "identity",
    shape({
      acknowledged: bool("acknowledged"),
      createdAt: time("created_timestamp"),
      hash: str("hash"),
    }),
  ),
  fromLogicalId: str("from_logical_id"),
  bizOpaqueCallbackData: str("biz_opaque_callback_data"),
  errors: errorsIn,
});
