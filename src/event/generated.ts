/* Generated from schemas/event.schema.json by `npm run generate`. */

/**
 * The one-item envelope in Meta's own format, from which the same event can be made again. Meta: webhooks/overview.
 */
export type Raw = unknown;

/**
 * One thing that happened on WhatsApp, as a CloudEvents 1.0 object. Types: `whatsapp.message.text`, `whatsapp.status.read`, … New optional properties and types may come: ignore what you do not know.
 */
export interface WaypostEvent {
  /**
   * CloudEvents version.
   */
  specversion: "1.0";
  /**
   * The same for the same item, however often and in whatever batch it comes. Deduplicate on it.
   */
  id: string;
  /**
   * What happened: dotted, lower case.
   */
  type: string;
  /**
   * `/whatsapp/<WABA>/<phone number id>`; of what your services say without an account, what they gave, else `/business`.
   */
  source: string;
  /**
   * The conversation id, when there is one.
   */
  subject?: string;
  /**
   * When it happened by Meta's clock; when it was received if Meta does not say. ISO 8601, UTC.
   */
  time: string;
  /**
   * Always JSON.
   */
  datacontenttype: "application/json";
  /**
   * Major version of this schema.
   */
  dataschema: "urn:waypost:event:1";
  /**
   * The POST it came in, for tracing; `intake` on what came through intake, and of a derived event that of its source.
   */
  postid: string;
  /**
   * Version of the parser that made data. A higher one replaces a lower one with the same id.
   */
  dataversion: number;
  /**
   * Its POST was kept in the receiver's spool before the bus had it. Absent: the bus had it at once.
   */
  spooled?: true;
  /**
   * What happened.
   */
  data: EventData;
}
/**
 * The business's side: which WhatsApp Business Account and which of its numbers. Meta: webhooks/reference/messages.
 */
export interface Account {
  /**
   * WhatsApp Business Account id.
   */
  wabaId?: string;
  /**
   * Id of the business phone number; absent on events of a whole account.
   */
  phoneNumberId?: string;
  /**
   * The number as Meta shows it. For people; never route on it.
   */
  displayPhoneNumber?: string;
  /**
   * Business portfolio id, on the few events that Meta sends for a portfolio.
   */
  businessId?: string;
}
/**
 * The person on the other side. Every part is optional: users with a username may hide their phone. Meta: business-scoped-user-ids.
 */
export interface Contact {
  /**
   * Business-scoped user id (BSUID), e.g. `DE.7410258963`. Changes when the user changes the phone number.
   */
  userId?: string;
  /**
   * The BSUID of linked portfolios, e.g. `DE.ENT.…`.
   */
  parentUserId?: string;
  /**
   * Phone number, digits only, with country code.
   */
  waId?: string;
  /**
   * Profile name. Chosen by the user: any text.
   */
  name?: string;
  /**
   * Username without a leading @.
   */
  username?: string;
  /**
   * Hash of the identity key, when the number checks identity changes.
   */
  identityKeyHash?: string;
}
/**
 * An error as Meta reports it. Meta: webhooks/reference/messages/errors.
 */
export interface ErrorInfo {
  /**
   * Meta's error code, e.g. 131026.
   */
  code?: number;
  /**
   * Short text.
   */
  title?: string;
  /**
   * Often the same as the title.
   */
  message?: string;
  /**
   * What happened, in words.
   */
  details?: string;
  /**
   * Meta's page on it; may be relative.
   */
  href?: string;
}
/**
 * An amount of money: value / offset in the currency.
 */
export interface Amount {
  /**
   * In units of 1/offset of the currency.
   */
  value?: number;
  /**
   * By what to divide the value, e.g. 100.
   */
  offset?: number;
  /**
   * ISO 4217 code.
   */
  currency?: string;
}
/**
 * A media file. Download it soon: ids work for days, URLs for minutes, with the account's token. Meta: webhooks/reference/messages/image.
 */
export interface Media {
  /**
   * Media id, to ask Meta for a URL.
   */
  id?: string;
  /**
   * May carry parameters: `audio/ogg; codecs=opus`.
   */
  mimeType?: string;
  /**
   * Base64 (not hex) of the file's SHA-256.
   */
  sha256?: string;
  /**
   * Text under it.
   */
  caption?: string;
  /**
   * Direct link, short-lived, needs a bearer token.
   */
  url?: string;
  /**
   * Public link it was sent from (echoes).
   */
  link?: string;
  /**
   * Of a document. Chosen by the sender: sanitise it.
   */
  filename?: string;
  /**
   * Audio: recorded in the chat as a voice note.
   */
  voice?: boolean;
  /**
   * Sticker: is animated.
   */
  animated?: boolean;
}
/**
 * What the message refers to. Meta: webhooks/reference/messages.
 */
export interface MessageContext {
  /**
   * Who wrote the message replied to: a phone number or BSUID.
   */
  from?: string;
  /**
   * Id of the message (or call) replied to.
   */
  id?: string;
  /**
   * Forwarded one to five times.
   */
  forwarded?: boolean;
  /**
   * Forwarded more than five times.
   */
  frequentlyForwarded?: boolean;
  /**
   * The product from which the user tapped “Message business”.
   */
  referredProduct?: {
    /**
     * Catalogue id.
     */
    catalogId?: string;
    /**
     * The business's own product id (SKU).
     */
    productRetailerId?: string;
  };
}
/**
 * The ad or post that led to the message. Meta: webhooks/reference/messages/text.
 */
export interface Referral {
  /**
   * Link to the ad or post.
   */
  sourceUrl?: string;
  /**
   * Id of the ad or post.
   */
  sourceId?: string;
  /**
   * `ad` or `post`.
   */
  sourceType?: string;
  /**
   * Headline of the ad.
   */
  headline?: string;
  /**
   * Text of the ad.
   */
  body?: string;
  /**
   * `image` or `video`.
   */
  mediaType?: string;
  /**
   * Image of the ad.
   */
  imageUrl?: string;
  /**
   * Video of the ad.
   */
  videoUrl?: string;
  /**
   * Thumbnail of the video.
   */
  thumbnailUrl?: string;
  /**
   * Click id, for conversion events. Absent for ads in WhatsApp Status.
   */
  ctwaClid?: string;
  /**
   * Text of the ad's welcome message.
   */
  welcomeMessage?: string;
  /**
   * Reference of a welcome message sequence.
   */
  ref?: string;
}
/**
 * A contact card. Meta: webhooks/reference/messages/contacts.
 */
export interface SharedContact {
  /**
   * Name.
   */
  name?: {
    /**
     * Whole name.
     */
    formattedName?: string;
    /**
     * First name.
     */
    firstName?: string;
    /**
     * Last name.
     */
    lastName?: string;
    /**
     * Middle name.
     */
    middleName?: string;
    /**
     * Suffix.
     */
    suffix?: string;
    /**
     * Prefix.
     */
    prefix?: string;
  };
  /**
   * Phone numbers.
   *
   * Items: A phone.
   */
  phones?: {
    /**
     * As typed.
     */
    phone?: string;
    /**
     * WhatsApp number, digits.
     */
    waId?: string;
    /**
     * BSUID, when shared.
     */
    userId?: string;
    /**
     * E.g. `CELL`.
     */
    type?: string;
  }[];
  /**
   * E-mail addresses.
   *
   * Items: An e-mail address.
   */
  emails?: {
    /**
     * Address.
     */
    email?: string;
    /**
     * E.g. `WORK`.
     */
    type?: string;
  }[];
  /**
   * Postal addresses.
   *
   * Items: A postal address.
   */
  addresses?: {
    /**
     * Street.
     */
    street?: string;
    /**
     * City.
     */
    city?: string;
    /**
     * State.
     */
    state?: string;
    /**
     * Postal code.
     */
    zip?: string;
    /**
     * Country.
     */
    country?: string;
    /**
     * ISO 3166 code.
     */
    countryCode?: string;
    /**
     * E.g. `HOME`.
     */
    type?: string;
  }[];
  /**
   * Links.
   *
   * Items: A link.
   */
  urls?: {
    /**
     * Link.
     */
    url?: string;
    /**
     * E.g. `WORK`.
     */
    type?: string;
  }[];
  /**
   * Employer.
   */
  org?: {
    /**
     * Company.
     */
    company?: string;
    /**
     * Department.
     */
    department?: string;
    /**
     * Job title.
     */
    title?: string;
  };
  /**
   * `YYYY-MM-DD`.
   */
  birthday?: string;
  /**
   * `contact_request`: the answer to a request for the sender's own phone number; `other`: any card.
   */
  origin?: string;
  /**
   * The card as vCard text.
   */
  vcard?: string;
}
/**
 * An answer given by tapping, or (echoes) the message that offers the choice. Meta: webhooks/reference/messages/interactive.
 */
export interface Interactive {
  /**
   * E.g. `button_reply`, `list_reply`, `nfm_reply`, `call_permission_reply`. Open.
   */
  type?: string;
  /**
   * The reply button tapped.
   */
  buttonReply?: {
    /**
     * Id given by the business.
     */
    id?: string;
    /**
     * Its text.
     */
    title?: string;
  };
  /**
   * The list row chosen.
   */
  listReply?: {
    /**
     * Id given by the business.
     */
    id?: string;
    /**
     * Its text.
     */
    title?: string;
    /**
     * Its second line.
     */
    description?: string;
  };
  /**
   * A completed Flow or address form.
   */
  nfmReply?: {
    /**
     * `flow` or `address_message`.
     */
    name?: string;
    /**
     * Text shown in the chat.
     */
    body?: string;
    /**
     * The answers, as the JSON text that came.
     */
    responseJson?: string;
    /**
     * The token given when the Flow was sent.
     */
    flowToken?: string;
    /**
     * The answers, parsed; absent when the text is not a JSON object.
     */
    response?: {[key: string]: unknown};
  };
  /**
   * The answer to a call permission request.
   */
  callPermissionReply?: {
    /**
     * `accept` or `reject`.
     */
    response?: string;
    /**
     * Given for good.
     */
    isPermanent?: boolean;
    /**
     * When the permission ends. ISO 8601, UTC.
     */
    expiresAt?: string;
    /**
     * `user_action` or `automatic`.
     */
    responseSource?: string;
  };
  /**
   * One-click payment (Brazil). Meta: payments/payments-br/one-click-payments.
   */
  paymentMethod?: {
    /**
     * E.g. `offsite_card_pay`.
     */
    paymentMethod?: string;
    /**
     * When. ISO 8601, UTC.
     */
    paidAt?: string;
    /**
     * The business's own order reference.
     */
    referenceId?: string;
    /**
     * Of the card.
     */
    lastFourDigits?: string;
    /**
     * Of the stored card.
     */
    credentialId?: string;
  };
  /**
   * The product chosen.
   */
  product?: {
    /**
     * Catalogue id.
     */
    catalogId?: string;
    /**
     * The business's own product id (SKU).
     */
    productRetailerId?: string;
  };
  /**
   * Header text (echoes).
   */
  header?: string;
  /**
   * Body text (echoes).
   */
  body?: string;
  /**
   * Footer text (echoes).
   */
  footer?: string;
}
/**
 * A cart sent by the user. Meta: webhooks/reference/messages/order.
 */
export interface Order {
  /**
   * Catalogue id.
   */
  catalogId?: string;
  /**
   * Note of the user.
   */
  text?: string;
  /**
   * Lines.
   *
   * Items: A line of the order.
   */
  productItems?: {
    /**
     * The business's own product id (SKU).
     */
    productRetailerId?: string;
    /**
     * How many.
     */
    quantity?: number;
    /**
     * Price of one, in the currency.
     */
    itemPrice?: number;
    /**
     * ISO 4217 code.
     */
    currency?: string;
  }[];
}
/**
 * The user's number or id changed. Meta: webhooks/reference/messages/system.
 */
export interface System {
  /**
   * `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`, … Open.
   */
  type?: string;
  /**
   * Meta's text. Holds phone numbers.
   */
  body?: string;
  /**
   * The new phone number, digits.
   */
  waId?: string;
  /**
   * The old phone number, digits.
   */
  previousWaId?: string;
  /**
   * The new BSUID.
   */
  userId?: string;
  /**
   * The old BSUID.
   */
  previousUserId?: string;
  /**
   * The new parent BSUID.
   */
  parentUserId?: string;
  /**
   * The old parent BSUID.
   */
  previousParentUserId?: string;
  /**
   * Hash of the new identity key.
   */
  identity?: string;
}
/**
 * A message: received, sent from the business app (echo), from history, or told by your side. Meta: webhooks/reference/messages.
 */
export interface Message {
  /**
   * wamid; a voicemail has a call id (`wacid.…`). Always there on what Meta sends.
   */
  id?: string;
  /**
   * Meta's type as it came; `unknown` when it had none. Open.
   */
  type: string;
  /**
   * `in`: from the contact; `out`: from the business. Absent when it cannot be told.
   */
  direction?: "in" | "out";
  /**
   * When it was sent. ISO 8601, UTC.
   */
  sentAt?: string;
  /**
   * What it refers to.
   */
  context?: MessageContext;
  /**
   * The ad or post that led to it.
   */
  referral?: Referral;
  /**
   * A text. `message.referral` says which ad or post led to it. Meta: webhooks/reference/messages/text.
   */
  text?: {
    /**
     * The text, any Unicode.
     */
    body: string;
  };
  /**
   * A picture, with or without a caption.
   */
  image?: Media;
  /**
   * A video, with or without a caption.
   */
  video?: Media;
  /**
   * A sound file, a voice note (`voice`) or a voicemail (`message.voicemail`).
   */
  audio?: Media;
  /**
   * true: left after a call that nobody took; `id` is the call's. Absent otherwise.
   */
  voicemail?: boolean;
  /**
   * A file with its name.
   */
  document?: Media;
  /**
   * A sticker, still or animated.
   */
  sticker?: Media;
  /**
   * A place: where the person is, or one that they picked. Meta: webhooks/reference/messages/location.
   */
  location?: {
    /**
     * Degrees.
     */
    latitude?: number;
    /**
     * Degrees.
     */
    longitude?: number;
    /**
     * Name.
     */
    name?: string;
    /**
     * Address.
     */
    address?: string;
    /**
     * Link.
     */
    url?: string;
  };
  /**
   * Contact cards; also the answer when you asked for a phone number.
   *
   * Items: A card.
   */
  contacts?: SharedContact[];
  /**
   * A tap on what you offered: a button, a list row, a Flow's last screen, a call permission, a payment method, an address.
   */
  interactive?: Interactive;
  /**
   * A tap on a template's quick-reply button. Meta: webhooks/reference/messages/button.
   */
  button?: {
    /**
     * Payload given by the business.
     */
    payload?: string;
    /**
     * Its text.
     */
    text?: string;
  };
  /**
   * A cart was sent from your catalog.
   */
  order?: Order;
  /**
   * An emoji on a message, or `removed` when it was taken back. Meta: webhooks/reference/messages/reaction.
   */
  reaction?: {
    /**
     * The message reacted to.
     */
    messageId?: string;
    /**
     * The emoji; absent when it was removed.
     */
    emoji?: string;
    /**
     * The reaction was taken back.
     */
    removed?: true;
  };
  /**
   * The person's phone number, id or device key changed.
   */
  system?: System;
  /**
   * Something that WhatsApp does not hand on, such as a poll. `message.errors` says why. Meta: webhooks/reference/messages/unsupported.
   */
  unsupported?: {
    /**
     * What it was, e.g. `poll_creation`. Open.
     */
    type?: string;
  };
  /**
   * A message was changed. `message.edit` names the original and holds the new content. Meta: webhooks/reference/messages/edit.
   */
  edit?: {
    /**
     * The message edited.
     */
    originalMessageId?: string;
    /**
     * Its new content.
     */
    message?: Message;
  };
  /**
   * A message was deleted for everyone. `message.revoke` names it. Meta: webhooks/reference/messages/revoke.
   */
  revoke?: {
    /**
     * The message deleted.
     */
    originalMessageId?: string;
  };
  /**
   * The template sent (echoes, outgoing).
   */
  template?: {
    /**
     * Name.
     */
    name?: string;
    /**
     * Language code.
     */
    language?: string;
    /**
     * What fills its placeholders, as it was given to Meta.
     */
    components?: unknown[];
  };
  /**
   * Identity check of the sender.
   */
  identity?: {
    /**
     * The change was acknowledged.
     */
    acknowledged?: boolean;
    /**
     * When the key was made. ISO 8601, UTC.
     */
    createdAt?: string;
    /**
     * Hash of the key.
     */
    hash?: string;
  };
  /**
   * What the agent that had the thread before leaves behind. Meta: conversation-routing.
   */
  conversationContext?: {
    /**
     * `summary`. Open.
     */
    type?: string;
    /**
     * The summary's text.
     */
    summary?: string;
  };
  /**
   * Undocumented id of the sender.
   */
  fromLogicalId?: string;
  /**
   * What the business gave when sending (echoes, outgoing).
   */
  bizOpaqueCallbackData?: string;
  /**
   * Why content is missing.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * How it is billed. Comes on `sent` and one of delivered/read: its absence means nothing. Meta: webhooks/reference/messages/status.
 */
export interface Pricing {
  /**
   * Is charged.
   */
  billable?: boolean;
  /**
   * `PMP` (per message), `CBP` before July 2025.
   */
  model?: string;
  /**
   * `regular`, `free_customer_service`, `free_entry_point`. Open.
   */
  type?: string;
  /**
   * E.g. `marketing`, `utility`, `authentication_international` (always with underscores).
   */
  category?: string;
}
/**
 * What became of a message the business sent. Meta: webhooks/reference/messages/status.
 */
export interface Status {
  /**
   * wamid from the send response.
   */
  messageId: string;
  /**
   * `sent`, `delivered`, `read`, `played`, `failed`, … Open; `unknown` when it had none.
   */
  status: string;
  /**
   * When it happened. ISO 8601, UTC.
   */
  at?: string;
  /**
   * `group` when sent to a group; the contact is then the participant.
   */
  recipientType?: string;
  /**
   * recipient_id as it came: a phone number, a group id, or a BSUID.
   */
  recipientId?: string;
  /**
   * What the business gave when sending: a correlation id.
   */
  bizOpaqueCallbackData?: string;
  /**
   * Template (Direct Send).
   */
  templateId?: string;
  /**
   * Hash of the recipient's identity key, when the number checks it.
   */
  identityKeyHash?: string;
  /**
   * Billing conversation. Since Graph v24 only in free entry points; before, one per message.
   */
  conversation?: {
    /**
     * Its id.
     */
    id?: string;
    /**
     * E.g. `service`, `marketing`, `authentication_international`.
     */
    origin?: string;
    /**
     * When it ends; on `sent` only. ISO 8601, UTC.
     */
    expiresAt?: string;
  };
  /**
   * How it is billed.
   */
  pricing?: Pricing;
  /**
   * Why it failed.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * A refund.
 */
export interface Refund {
  /**
   * Refund id.
   */
  id?: string;
  /**
   * How much.
   */
  amount?: Amount;
  /**
   * `instant` or `normal`.
   */
  speedProcessed?: string;
  /**
   * `pending`, `success`, `failed`, `completed`.
   */
  status?: string;
  /**
   * When it was made. ISO 8601, UTC.
   */
  createdAt?: string;
  /**
   * When it changed. ISO 8601, UTC.
   */
  updatedAt?: string;
}
/**
 * A payment (or its refund) in a chat. Confirm it with Meta's API before you ship. Meta: payments/payments-in/orderdetailstemplate.
 */
export interface Payment {
  /**
   * Id of the message or webhook it belongs to.
   */
  messageId: string;
  /**
   * `captured`, `pending`, `failed`. A refund repeats `captured`. Open.
   */
  status: string;
  /**
   * When it happened. ISO 8601, UTC.
   */
  at?: string;
  /**
   * The business's own order reference.
   */
  referenceId?: string;
  /**
   * The total.
   */
  amount?: Amount;
  /**
   * The last transaction.
   */
  transaction?: {
    /**
     * Transaction id.
     */
    id?: string;
    /**
     * The gateway's id.
     */
    pgTransactionId?: string;
    /**
     * Gateway, e.g. `razorpay`.
     */
    type?: string;
    /**
     * `pending`, `success`, `failed`.
     */
    status?: string;
    /**
     * When it was made. ISO 8601, UTC.
     */
    createdAt?: string;
    /**
     * When it changed. ISO 8601, UTC.
     */
    updatedAt?: string;
    /**
     * E.g. `upi`, `card`.
     */
    method?: string;
    /**
     * Why it failed.
     */
    error?: {
      /**
       * Gateway's code.
       */
      code?: string;
      /**
       * In words.
       */
      reason?: string;
    };
  };
  /**
   * Refunds so far.
   *
   * Items: A refund.
   */
  refunds?: Refund[];
  /**
   * Receipt number.
   */
  receipt?: string;
  /**
   * Notes given with the order, by their names.
   */
  notes?: {
    [k: string]: string;
  };
  /**
   * udf1…, additional_info1…, extra1…, by Meta's names.
   */
  extras?: {
    [k: string]: string;
  };
  /**
   * What the business gave when sending.
   */
  bizOpaqueCallbackData?: string;
  /**
   * Errors.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * Where in the history sync a message stands, or how far the sync is. Never answer or notify on history. Meta: webhooks/reference/history.
 */
export interface History {
  /**
   * 0: last day; 1: to 90 days; 2: to 180 days.
   */
  phase?: number;
  /**
   * Place of the chunk; chunks come in any order.
   */
  chunkOrder?: number;
  /**
   * Percent, 0 to 100.
   */
  progress?: number;
  /**
   * The other side's number as the thread names it.
   */
  threadId?: string;
  /**
   * `READ`, `DELIVERED`, `SENT`, `PLAYED`, `PENDING`, `ERROR`.
   */
  status?: string;
}
/**
 * Someone tapped a link of a marketing message. Meta does not say who. Meta: marketing-messages/webhooks.
 */
export interface UserAction {
  /**
   * `marketing_messages_link_click`, `landing_page_view`. Open.
   */
  type?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * `cta` or `body`.
   */
  clickComponent?: string;
  /**
   * Product.
   */
  productId?: string;
  /**
   * Click id.
   */
  clickId?: string;
  /**
   * Token of the message.
   */
  trackingToken?: string;
  /**
   * Browser.
   */
  clientUserAgent?: string;
}
/**
 * Control of a thread passed from one app or agent to another. Meta: conversation-routing.
 */
export interface Handover {
  /**
   * `control_passed` or `control_taken`. Open.
   */
  type?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * App that had it.
   */
  previousOwnerAppId?: string;
  /**
   * E.g. `meta_business_agent`.
   */
  previousOwnerAppRole?: string;
  /**
   * Role that had it.
   */
  previousOwnerRole?: string;
  /**
   * App that has it now.
   */
  newOwnerAppId?: string;
  /**
   * Its kind.
   */
  newOwnerAppRole?: string;
  /**
   * E.g. `customer_service`, `ai_agent`, `escalation`.
   */
  newOwnerRole?: string;
  /**
   * Free text from the one who passed it, up to 2,000 characters.
   */
  metadata?: string;
  /**
   * Summary of the conversation so far.
   */
  conversationContext?: string;
}
/**
 * A step of a call. `connect` carries an offer that must be answered in seconds. Meta: calling/reference.
 */
export interface Call {
  /**
   * wacid.
   */
  id: string;
  /**
   * `connect`, `terminate`, `call_created`, `call_recording_available`, … Open.
   */
  event?: string;
  /**
   * `RINGING`, `ACCEPTED`, `REJECTED`; on terminate `COMPLETED`, `FAILED`. Upper case.
   */
  status?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * `BUSINESS_INITIATED` or `USER_INITIATED`.
   */
  direction?: string;
  /**
   * Caller: digits or BSUID.
   */
  from?: string;
  /**
   * Callee: digits or BSUID.
   */
  to?: string;
  /**
   * The media session.
   */
  session?: {
    /**
     * `offer` or `answer`.
     */
    sdpType?: string;
    /**
     * RFC 8866 text.
     */
    sdp?: string;
  };
  /**
   * Start of the talk. ISO 8601, UTC.
   */
  startedAt?: string;
  /**
   * End of the talk. ISO 8601, UTC.
   */
  endedAt?: string;
  /**
   * Length of the talk in seconds.
   */
  durationSeconds?: number;
  /**
   * What the business gave when calling.
   */
  bizOpaqueCallbackData?: string;
  /**
   * Payload of the call link.
   */
  deeplinkPayload?: string;
  /**
   * Payload of the call button.
   */
  ctaPayload?: string;
  /**
   * The recording. Its URL lives minutes, its id days.
   */
  recording?: Media;
  /**
   * The transcript, a JSON document.
   */
  transcript?: Media;
  /**
   * Why it failed.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * A participant of a group.
 */
export interface Participant {
  /**
   * Phone number, digits.
   */
  waId?: string;
  /**
   * BSUID.
   */
  userId?: string;
  /**
   * Parent BSUID.
   */
  parentUserId?: string;
  /**
   * Username without @.
   */
  username?: string;
  /**
   * What the business asked for.
   */
  input?: string;
  /**
   * Why it failed.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * A setting that was to change.
 */
export interface SettingChange {
  /**
   * New text.
   */
  text?: string;
  /**
   * Of a picture.
   */
  mimeType?: string;
  /**
   * Of a picture, base64.
   */
  sha256?: string;
  /**
   * It took effect.
   */
  successful?: boolean;
  /**
   * Why not.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * Something happened to a group. Meta: groups/webhooks.
 */
export interface Group {
  /**
   * Group id.
   */
  id?: string;
  /**
   * As it came, e.g. `group_create`. Open.
   */
  type?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * Id of the API request it answers.
   */
  requestId?: string;
  /**
   * Name of the group.
   */
  subject?: string;
  /**
   * Description.
   */
  description?: string;
  /**
   * Link to join.
   */
  inviteLink?: string;
  /**
   * `auto_approve` or `approval_required`.
   */
  joinApprovalMode?: string;
  /**
   * Why, e.g. `invite_link`.
   */
  reason?: string;
  /**
   * `business` or `participant`.
   */
  initiatedBy?: string;
  /**
   * Request to join.
   */
  joinRequestId?: string;
  /**
   * Who was added.
   *
   * Items: A participant.
   */
  addedParticipants?: Participant[];
  /**
   * Who was removed.
   *
   * Items: A participant.
   */
  removedParticipants?: Participant[];
  /**
   * Who could not be.
   *
   * Items: A participant.
   */
  failedParticipants?: Participant[];
  /**
   * Picture.
   */
  profilePicture?: SettingChange;
  /**
   * Name.
   */
  groupSubject?: SettingChange;
  /**
   * Description.
   */
  groupDescription?: SettingChange;
  /**
   * Errors.
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
}
/**
 * The user's consent changed. It matters legally. Meta: webhooks/reference/user_preferences.
 */
export interface Preference {
  /**
   * `marketing_messages`. Open.
   */
  category?: string;
  /**
   * `stop`, `resume`, `signup`. Open.
   */
  value?: string;
  /**
   * In words.
   */
  detail?: string;
  /**
   * Of a sign-up.
   */
  signupId?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
}
/**
 * The user's BSUID changed (withdrawn field; today a system message). Meta: business-scoped-user-ids.
 */
export interface IdChange {
  /**
   * New BSUID.
   */
  userId?: string;
  /**
   * Old BSUID.
   */
  previousUserId?: string;
  /**
   * New parent BSUID.
   */
  parentUserId?: string;
  /**
   * Old parent BSUID.
   */
  previousParentUserId?: string;
  /**
   * Phone number, digits.
   */
  waId?: string;
  /**
   * In words.
   */
  detail?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
}
/**
 * A contact in the business app's address book changed. Meta: webhooks/reference/smb_app_state_sync.
 */
export interface SyncedContact {
  /**
   * `contact`. Open.
   */
  type?: string;
  /**
   * `add` or `remove`. Open.
   */
  action?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * Whole name, as the business keeps it.
   */
  fullName?: string;
  /**
   * First name.
   */
  firstName?: string;
  /**
   * Phone number, as it came.
   */
  phoneNumber?: string;
  /**
   * BSUID.
   */
  userId?: string;
  /**
   * Parent BSUID.
   */
  parentUserId?: string;
  /**
   * Username without @.
   */
  username?: string;
}
/**
 * Meta recognized a conversion in a chat. Meta: webhooks/reference/automatic_events.
 */
export interface Conversion {
  /**
   * As it came: `LeadSubmitted`, `Purchase`. Open.
   */
  eventName?: string;
  /**
   * Message it was seen in.
   */
  messageId?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * Click id of the ad.
   */
  ctwaClid?: string;
  /**
   * Worth of the purchase.
   */
  amount?: Amount;
}
/**
 * Delivery tracking of a marketing message. Meta: marketing-messages/webhooks.
 */
export interface Tracking {
  /**
   * E.g. `sent`. Open.
   */
  eventName?: string;
  /**
   * When. ISO 8601, UTC.
   */
  at?: string;
  /**
   * Click id.
   */
  clickId?: string;
  /**
   * Token of the message.
   */
  trackingToken?: string;
}
/**
 * State or health of a Flow. Meta: flows/reference/flowswebhooks.
 */
export interface Flow {
  /**
   * `FLOW_STATUS_CHANGE`, `CLIENT_ERROR_RATE`, `ENDPOINT_ERROR_RATE`, `ENDPOINT_LATENCY`, `ENDPOINT_AVAILABILITY`, … Open.
   */
  event?: string;
  /**
   * Flow id.
   */
  flowId?: string;
  /**
   * In words.
   */
  message?: string;
  /**
   * E.g. `DRAFT`.
   */
  oldStatus?: string;
  /**
   * E.g. `PUBLISHED`.
   */
  newStatus?: string;
  /**
   * `ACTIVATED` or `DEACTIVATED`.
   */
  alertState?: string;
  /**
   * Limit that was crossed: percent, or milliseconds for latency.
   */
  threshold?: number;
  /**
   * Percent.
   */
  errorRate?: number;
  /**
   * Requests in the period.
   */
  requestsCount?: number;
  /**
   * Milliseconds.
   */
  p50Latency?: number;
  /**
   * Milliseconds.
   */
  p90Latency?: number;
  /**
   * Percent.
   */
  availability?: number;
  /**
   * Text of a warning.
   */
  warning?: string;
  /**
   * What failed how often.
   *
   * Items: An error kind.
   */
  errors?: {
    /**
     * Kind.
     */
    type?: string;
    /**
     * Percent.
     */
    rate?: number;
    /**
     * How many.
     */
    count?: number;
  }[];
}
/**
 * Something happened to a message template. Meta: also message_template_quality_update, _components_update, template_category_update. Meta: webhooks/reference/message_template_status_update.
 */
export interface Template {
  /**
   * Template id. Absent when it is too large for a JSON number; raw text has it.
   */
  id?: string;
  /**
   * Name.
   */
  name?: string;
  /**
   * Language with an underscore: `en_US`.
   */
  language?: string;
  /**
   * Status: `APPROVED`, `REJECTED`, `PAUSED`, … Open.
   */
  event?: string;
  /**
   * Why; absent for `NONE` or null.
   */
  reason?: string;
  /**
   * Current category: `MARKETING`, `UTILITY`, `AUTHENTICATION`.
   */
  category?: string;
  /**
   * When it is to be disabled, as it came.
   */
  disableDate?: string;
  /**
   * On pauses.
   */
  otherInfo?: {
    /**
     * E.g. `FIRST_PAUSE`.
     */
    title?: string;
    /**
     * In words.
     */
    description?: string;
  };
  /**
   * On rejections.
   */
  rejectionInfo?: {
    /**
     * In words.
     */
    reason?: string;
    /**
     * What to do.
     */
    recommendation?: string;
  };
  /**
   * `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
   */
  previousQuality?: string;
  /**
   * As previousQuality, now.
   */
  quality?: string;
  /**
   * Category before a completed change.
   */
  previousCategory?: string;
  /**
   * Category after a change.
   */
  newCategory?: string;
  /**
   * Category Meta is going to set, or finds right.
   */
  correctCategory?: string;
  /**
   * When an announced change takes effect. ISO 8601, UTC.
   */
  categoryChangesAt?: string;
  /**
   * Header text.
   */
  title?: string;
  /**
   * Body text.
   */
  element?: string;
  /**
   * Footer text.
   */
  footer?: string;
  /**
   * Buttons.
   *
   * Items: A button.
   */
  buttons?: {
    /**
     * E.g. `URL`, `QUICK_REPLY`.
     */
    type?: string;
    /**
     * Its text.
     */
    text?: string;
    /**
     * Its link.
     */
    url?: string;
    /**
     * Its number.
     */
    phoneNumber?: string;
  }[];
}
/**
 * Something happened to the account. Meta: also account_alerts, account_review_update, business_capability_update, business_status_update, partner_solutions, payment_configuration_update. Meta: webhooks/reference/account_update.
 */
export interface AccountUpdate {
  /**
   * As it came, e.g. `ACCOUNT_RESTRICTION`. Open.
   */
  event?: string;
  /**
   * Number concerned, as Meta shows it.
   */
  phoneNumber?: string;
  /**
   * Country code.
   */
  country?: string;
  /**
   * Review: `APPROVED`, `REJECTED`, `PENDING`, `DEFERRED`.
   */
  decision?: string;
  /**
   * Alert about: `BUSINESS`, `PHONE_NUMBER`, …
   */
  entityType?: string;
  /**
   * Id of what the alert is about.
   */
  entityId?: string;
  /**
   * `CRITICAL`, `WARNING`, `INFORMATIONAL`.
   */
  alertSeverity?: string;
  /**
   * `ACTIVE`, `NONE`.
   */
  alertStatus?: string;
  /**
   * E.g. `OBA_APPROVED`.
   */
  alertType?: string;
  /**
   * In words.
   */
  alertDescription?: string;
  /**
   * Restrictions in force.
   *
   * Items: A restriction.
   */
  restrictions?: {
    /**
     * E.g. `RESTRICTED_BIZ_INITIATED_MESSAGING`.
     */
    type?: string;
    /**
     * When it ends. ISO 8601, UTC.
     */
    expiresAt?: string;
    /**
     * What to do.
     */
    remediation?: string;
  }[];
  /**
   * A policy violation.
   */
  violation?: {
    /**
     * Kind.
     */
    type?: string;
    /**
     * What to do.
     */
    remediation?: string;
  };
  /**
   * A ban.
   */
  ban?: {
    /**
     * `DISABLE`, `REINSTATE`, `SCHEDULE_FOR_DISABLE`.
     */
    state?: string;
    /**
     * As Meta writes it: `April 17, 2025`.
     */
    date?: string;
  };
  /**
   * The account a partner event is about.
   */
  waba?: {
    /**
     * WABA id.
     */
    wabaId?: string;
    /**
     * Its owner.
     */
    ownerBusinessId?: string;
    /**
     * Linked ad account.
     */
    adAccountId?: string;
    /**
     * Partner's app.
     */
    partnerAppId?: string;
    /**
     * Solution.
     */
    solutionId?: string;
    /**
     * Partners in it.
     */
    solutionPartnerBusinessIds?: string[];
  };
  /**
   * Why a partner was removed.
   */
  disconnection?: {
    /**
     * E.g. `CHANGE_NUMBER`.
     */
    reason?: string;
    /**
     * `SYSTEM` or `USER`.
     */
    initiatedBy?: string;
  };
  /**
   * Authentication-international rates.
   */
  internationalRates?: {
    /**
     * From when. ISO 8601, UTC.
     */
    startsAt?: string;
    /**
     * Countries with another date.
     *
     * Items: A country.
     */
    exceptionCountries?: {
      /**
       * ISO 3166 code.
       */
      countryCode?: string;
      /**
       * From when. ISO 8601, UTC.
       */
      startsAt?: string;
    }[];
  };
  /**
   * Certification of a partner's client.
   */
  certification?: {
    /**
     * The client.
     */
    clientBusinessId?: string;
    /**
     * E.g. `APPROVED`.
     */
    status?: string;
    /**
     * Why not.
     */
    rejectionReasons?: string[];
  };
  /**
   * Volume pricing tier.
   */
  volumeTier?: {
    /**
     * When. ISO 8601, UTC.
     */
    updatedAt?: string;
    /**
     * E.g. `UTILITY`.
     */
    pricingCategory?: string;
    /**
     * `min:max` messages.
     */
    tier?: string;
    /**
     * `YYYY-MM`.
     */
    effectiveMonth?: string;
    /**
     * Market.
     */
    region?: string;
  };
  /**
   * Messaging limit in 24 h: a number, or `TIER_…`.
   */
  maxDailyConversationsPerBusiness?: string;
  /**
   * Older limit; -1 is unlimited.
   */
  maxDailyConversationPerPhone?: number;
  /**
   * Phone number limit.
   */
  maxPhoneNumbersPerBusiness?: number;
  /**
   * Phone number limit.
   */
  maxPhoneNumbersPerWaba?: number;
  /**
   * Multi-partner solution.
   */
  solutionId?: string;
  /**
   * E.g. `ACTIVE`, `INITIATED`.
   */
  solutionStatus?: string;
  /**
   * A payment gateway link.
   */
  paymentConfiguration?: {
    /**
     * Its name.
     */
    name?: string;
    /**
     * E.g. `razorpay`.
     */
    providerName?: string;
    /**
     * Merchant id.
     */
    providerMid?: string;
    /**
     * `Active`, `Needs Connecting`, …
     */
    status?: string;
    /**
     * When it was made. ISO 8601, UTC.
     */
    createdAt?: string;
    /**
     * When it changed. ISO 8601, UTC.
     */
    updatedAt?: string;
  };
}
/**
 * Something happened to a business phone number. Meta: also phone_number_name_update, security, account_settings_update, business_username_update. Meta: webhooks/reference/phone_number_quality_update.
 */
export interface PhoneUpdate {
  /**
   * As it came, e.g. `THROUGHPUT_UPGRADE`, `PIN_CHANGED`. Open.
   */
  event?: string;
  /**
   * On its name: `APPROVED`, `REJECTED`, …
   */
  decision?: string;
  /**
   * The name asked for.
   */
  requestedVerifiedName?: string;
  /**
   * Why not.
   */
  rejectionReason?: string;
  /**
   * Messaging limit before, `TIER_…`.
   */
  oldLimit?: string;
  /**
   * Messaging limit, `TIER_…`.
   */
  currentLimit?: string;
  /**
   * A number, or `TIER_…`.
   */
  maxDailyConversationsPerBusiness?: string;
  /**
   * Business username, without @.
   */
  username?: string;
  /**
   * Of the username: `approved`, `deleted`, `reserved`.
   */
  status?: string;
  /**
   * Who asked for the PIN change.
   */
  requester?: string;
  /**
   * E.g. `phone_number_settings`, lower case.
   */
  settingsType?: string;
  /**
   * When settings changed. ISO 8601, UTC.
   */
  at?: string;
  /**
   * Calling settings.
   */
  calling?: {
    /**
     * `ENABLED`, `DISABLED`.
     */
    status?: string;
    /**
     * E.g. `DEFAULT`.
     */
    callIconVisibility?: string;
    /**
     * `ENABLED`, `DISABLED`.
     */
    callbackPermissionStatus?: string;
  };
}
/**
 * What this version does not know; raw has it all.
 */
export interface Unrecognized {
  /**
   * Meta's field, as it came.
   */
  field?: string;
}
/**
 * Where an event that a route made comes from.
 */
export interface Derived {
  /**
   * The route's name.
   */
  route: string;
  /**
   * Id of the event that the route took.
   */
  from: string;
  /**
   * How many routes made events one of another until this one.
   */
  depth: number;
}
/**
 * What happened. Of the parts below `account`, exactly the ones of the event's type are there.
 */
export interface EventData {
  /**
   * Whose number or account.
   */
  account: Account;
  /**
   * Who is on the other side.
   */
  contact?: Contact;
  /**
   * Phone number × contact (or group). Absent when there is no person in it.
   */
  conversationId?: string;
  /**
   * Group the message or status belongs to. Meta: groups/webhooks.
   */
  groupId?: string;
  /**
   * When Waypost received it. ISO 8601, UTC.
   */
  receivedAt: string;
  /**
   * A better parser made these events of the same raw; this one stands for nothing any more.
   *
   * Items: An event id.
   */
  supersededBy?: string[];
  /**
   * Not as it came: what was kept has been read again, and only then was there this event, or one of this type. Nobody is answered by it.
   */
  renormalized?: true;
  /**
   * Sent by the Test button of Meta's dashboard. Meta: webhooks/create-webhook-endpoint.
   */
  test?: true;
  /**
   * whatsapp.message.*, .echo.*, .history.*, .standby.*, .outgoing.*
   */
  message?: Message;
  /**
   * whatsapp.status.*, .standby.*
   */
  status?: Status;
  /**
   * whatsapp.payment.*
   */
  payment?: Payment;
  /**
   * whatsapp.error, whatsapp.history.error
   *
   * Items: An error.
   */
  errors?: ErrorInfo[];
  /**
   * whatsapp.history.*
   */
  history?: History;
  /**
   * whatsapp.user.<action>
   */
  userAction?: UserAction;
  /**
   * whatsapp.user.preference
   */
  preference?: Preference;
  /**
   * whatsapp.user.id_changed
   */
  idChange?: IdChange;
  /**
   * whatsapp.handover.*
   */
  handover?: Handover;
  /**
   * whatsapp.call.*
   */
  call?: Call;
  /**
   * whatsapp.group.*
   */
  group?: Group;
  /**
   * whatsapp.contact.*
   */
  syncedContact?: SyncedContact;
  /**
   * whatsapp.conversion.*
   */
  conversion?: Conversion;
  /**
   * whatsapp.tracking.*
   */
  tracking?: Tracking;
  /**
   * whatsapp.flow.*
   */
  flow?: Flow;
  /**
   * whatsapp.template.*
   */
  template?: Template;
  /**
   * whatsapp.account.*
   */
  accountUpdate?: AccountUpdate;
  /**
   * whatsapp.phone.*
   */
  phoneUpdate?: PhoneUpdate;
  /**
   * whatsapp.unrecognized.*
   */
  unrecognized?: Unrecognized;
  /**
   * business.*: what your services say, or a route's `emit.data`. Free.
   */
  business?: {[key: string]: unknown};
  /**
   * Who wrote it, on your side. Told through intake.
   */
  sentBy?: "human" | "bot" | "campaign";
  /**
   * The campaign it belongs to. Told through intake.
   */
  campaign?: string;
  /**
   * Which variant of the campaign. Told through intake.
   */
  variant?: string;
  /**
   * What it is about in your systems: a text, or an object such as `{ "order": "1001" }`. Told through intake.
   */
  ref?: string | {[key: string]: unknown};
  /**
   * Of an event that a route made of another.
   */
  derived?: Derived;
  /**
   * Meta's envelope with just this item. Absent only on what your side publishes.
   */
  raw?: Raw;
}
