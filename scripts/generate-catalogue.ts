import { readFileSync } from "node:fs";
import type { Schema } from "./generate-field-rows.ts";
import { readGoldenEvents } from "./generate-golden-events.ts";

/** What people want to know of event types: the words of docs/events.md and schemas/asyncapi.yaml. */
const seen = new Set(readGoldenEvents().map(({ event }) => event.type));

export interface Family {
  /** In AsyncAPI the message's name. */
  readonly name: string;
  readonly title: string;
  /** The type pattern of all of it, as routes and bindings take it. */
  readonly pattern: string;
  /** When events of it come. */
  readonly comes: string;
  /** Property of `data` that holds its typed fields. */
  readonly parts: readonly string[];
  readonly types: Readonly<Record<string, EventType>>;
  /** What other types may come. */
  readonly open?: string;
}

/** `like` is the type whose example stands for one that cannot be named in advance. */
export type EventType = string | { readonly means: string; readonly like: string };

const unknownMessage =
  "Its content is kept in `raw`, and what is known of it (sender, time, context) is typed.";

const schemaUrl = new URL("../schemas/event.schema.json", import.meta.url);
const { $defs }: Schema = JSON.parse(readFileSync(schemaUrl, "utf8"));

/** Of a type of message that has a part of its own, the schema's description of the part. */
const toldBySchema = Object.fromEntries(
  Object.entries($defs["Message"]?.properties ?? {})
    .map(([part, { description }]) => [`whatsapp.message.${part}`, description] as const)
    .filter(([type]) => seen.has(type))
    .map(([type, description]) => [type, (description ?? "").replace(/ Meta: \S+$/, "")]),
);

export const families: readonly Family[] = [
  {
    name: "message",
    title: "Messages received",
    pattern: "whatsapp.message.*",
    comes: "A person wrote to one of your numbers, in a chat or in a group.",
    parts: ["message"],
    types: {
      ...toldBySchema,
      "whatsapp.message.voice":
        "A voice note, as an older interface names it. Its content is only in `raw`.",
      "whatsapp.message.request_welcome":
        "The chat was opened for the first time, and nothing written yet. Meta retired it on 27 March 2026.",
      "whatsapp.message.media_placeholder": "A medium that was not sent along.",
      "whatsapp.message.unknown": `A message without a type, or with one that is no type. ${unknownMessage}`,
      "whatsapp.message.<new>": {
        means: `A type that did not exist when this version was made. ${unknownMessage}`,
        like: "whatsapp.message.hologram",
      },
    },
  },
  {
    name: "status",
    title: "Statuses of messages sent",
    pattern: "whatsapp.status.*",
    comes:
      "Something became of a message that your side sent. They may come in any order, more than once, and before you know the message. In a group each participant has their own.",
    parts: ["status"],
    types: {
      "whatsapp.status.sent": "WhatsApp has the message.",
      "whatsapp.status.delivered": "It is on the person's device.",
      "whatsapp.status.read": "It was read. Comes only from people who allow read receipts.",
      "whatsapp.status.played": "The voice message was played.",
      "whatsapp.status.failed": "It could not be sent or delivered. `status.errors` says why.",
      "whatsapp.status.deleted": "It was deleted. No longer sent by Meta.",
      "whatsapp.status.warning":
        "It names a product that is not in the catalog. No longer sent by Meta.",
      "whatsapp.status.unknown":
        "A status whose name is no name; it is in `status.status` as it came.",
      "whatsapp.status.<new>": {
        means: "A status that did not exist when this version was made.",
        like: "whatsapp.status.in_orbit",
      },
    },
  },
  {
    name: "payment",
    title: "Payments in chats",
    pattern: "whatsapp.payment.*",
    comes:
      "A payment for an order that you sent moved on, or its refund. A refund comes with the status of its payment.",
    parts: ["payment"],
    types: {
      "whatsapp.payment.pending": "The person started to pay, or the transaction waits.",
      "whatsapp.payment.captured":
        "The payment went through; with `refunds`, a refund of it moved on.",
      "whatsapp.payment.failed": "The payment failed. `payment.transaction.error` says why.",
    },
    open: "Further statuses pass through as Meta names them.",
  },
  {
    name: "error",
    title: "Errors without a message",
    pattern: "whatsapp.error",
    comes: "Meta reports an error that belongs to no message and no status.",
    parts: ["errors"],
    types: { "whatsapp.error": "What Meta could not do, with its code." },
  },
  {
    name: "echo",
    title: "Messages that your business sent elsewhere",
    pattern: "whatsapp.echo.*",
    comes:
      "Someone on your side wrote in the WhatsApp Business app, or another app of yours sent a message. Nobody must answer these.",
    parts: ["message"],
    types: {
      "whatsapp.echo.text": "A text from the Business app.",
      "whatsapp.echo.image": "A picture from the Business app.",
      "whatsapp.echo.template": "A template message that another app sent.",
      "whatsapp.echo.revoke": "A message sent from the Business app was deleted for everyone.",
    },
    open: "Every type of `whatsapp.message.*` can come as an echo.",
  },
  {
    name: "history",
    title: "Messages from before",
    pattern: "whatsapp.history.*",
    comes:
      "A number of the Business app was connected, and its chats of up to six months are handed over. Never answer or notify on these.",
    parts: ["message", "errors", "history"],
    types: {
      "whatsapp.history.text": "A text of then, in either direction.",
      "whatsapp.history.media_placeholder":
        "A medium of then. The file follows in an event of its own type, with the same message id.",
      "whatsapp.history.image": "The file that belongs to an earlier placeholder.",
      "whatsapp.history.video": "The file that belongs to an earlier placeholder.",
      "whatsapp.history.progress": "How far the hand-over is, from a chunk that holds no chats.",
      "whatsapp.history.error":
        "There is no history: the business declined to share it, or the sync failed.",
    },
    open: "Every type of `whatsapp.message.*` can come as history.",
  },
  {
    name: "standby",
    title: "Copies while another agent answers",
    pattern: "whatsapp.standby.*",
    comes:
      "Another app or agent has the thread, and yours is only told. Sending a message then takes the thread over, so nothing may answer these by itself.",
    parts: ["message", "status", "payment", "call"],
    types: {
      "whatsapp.standby.text": "The person wrote a text to the other agent.",
      "whatsapp.standby.template": "The other agent sent a template message.",
      "whatsapp.standby.delivered": "A message of the other agent was delivered.",
      "whatsapp.standby.unknown":
        "A copy with nothing in it, as the Test button of Meta's dashboard sends it.",
    },
    open: "Every type of `whatsapp.message.*`, `whatsapp.echo.*` and `whatsapp.status.*` can come as a copy.",
  },
  {
    name: "handover",
    title: "Who answers the thread",
    pattern: "whatsapp.handover.*",
    comes: "Control of a thread went from one app or agent to another.",
    parts: ["handover"],
    types: {
      "whatsapp.handover.control_passed": "Its owner gave it to another.",
      "whatsapp.handover.control_taken": "Another took it.",
    },
  },
  {
    name: "call",
    title: "Calls",
    pattern: "whatsapp.call.*",
    comes: "A voice call with a person moved on.",
    parts: ["call"],
    types: {
      "whatsapp.call.connect":
        "Someone calls, or your call is being set up. Its offer must be answered within seconds.",
      "whatsapp.call.ringing": "Your call rings at the person's device.",
      "whatsapp.call.accepted": "The person took your call.",
      "whatsapp.call.rejected": "The person declined your call.",
      "whatsapp.call.terminate":
        "The call is over, or failed: see `call.status`, `durationSeconds` and `errors`.",
      "whatsapp.call.call_created":
        "A call began over SIP; its end comes as `terminate`, as that of any other.",
      "whatsapp.call.call_recording_available": "The recording can be fetched.",
      "whatsapp.call.call_transcription_available": "The transcript can be fetched.",
    },
  },
  {
    name: "group",
    title: "Groups",
    pattern: "whatsapp.group.*",
    comes:
      "Something happened to a group of one of your numbers, or a request about one was carried out or failed (`group.errors`).",
    parts: ["group"],
    types: {
      "whatsapp.group.create": "A group was created.",
      "whatsapp.group.delete": "A group was deleted.",
      "whatsapp.group.participants_add": "People came in.",
      "whatsapp.group.participants_remove": "People left or were removed.",
      "whatsapp.group.join_request_created": "Someone asks to come in.",
      "whatsapp.group.join_request_revoked": "Someone no longer asks to come in.",
      "whatsapp.group.settings_update":
        "Picture, subject or description changed, each with its outcome.",
      "whatsapp.group.suspend": "WhatsApp suspended the group.",
      "whatsapp.group.suspend_cleared": "The suspension is over.",
    },
  },
  {
    name: "user",
    title: "People and what they do",
    pattern: "whatsapp.user.*",
    comes: "A person did something other than write, or something about them changed.",
    parts: ["userAction", "preference", "idChange"],
    types: {
      "whatsapp.user.marketing_messages_link_click":
        "Someone tapped a link in a marketing message. Meta does not say who.",
      "whatsapp.user.landing_page_view":
        "Someone saw the page behind a link. Meta does not say who.",
      "whatsapp.user.preference":
        "Consent to marketing messages was given, stopped or taken up again. Obey it.",
      "whatsapp.user.id_changed":
        "The person's BSUID changed. Today a `whatsapp.message.system` says so.",
      "whatsapp.user.profile":
        "Something about the person's profile; Meta documents no content, see `raw`.",
    },
    open: "Further actions pass through as Meta names them.",
  },
  {
    name: "contact",
    title: "The Business app's address book",
    pattern: "whatsapp.contact.*",
    comes:
      "A number of the Business app is connected, and its address book is handed over or changed.",
    parts: ["syncedContact"],
    types: {
      "whatsapp.contact.add": "A contact was added or changed.",
      "whatsapp.contact.remove": "A contact was removed.",
    },
  },
  {
    name: "conversion",
    title: "Conversions that Meta noticed",
    pattern: "whatsapp.conversion.*",
    comes: "Meta's own reading of a chat that began with an ad. Amounts are estimates.",
    parts: ["conversion"],
    types: {
      "whatsapp.conversion.lead_submitted": "A lead was given.",
      "whatsapp.conversion.purchase": "Something was bought.",
    },
    open: "Further names pass through in snake_case.",
  },
  {
    name: "tracking",
    title: "Delivery tracking of marketing messages",
    pattern: "whatsapp.tracking.*",
    comes: "A marketing message with a tracking token moved on.",
    parts: ["tracking"],
    types: { "whatsapp.tracking.sent": "It was sent." },
    open: "Further names pass through as Meta gives them.",
  },
  {
    name: "flow",
    title: "Flows",
    pattern: "whatsapp.flow.*",
    comes: "The state of a Flow changed, or a measure of its health crossed a threshold.",
    parts: ["flow"],
    types: {
      "whatsapp.flow.flow_status_change": "It was published, throttled, blocked or deprecated.",
      "whatsapp.flow.client_error_rate": "People's devices report errors.",
      "whatsapp.flow.endpoint_error_rate": "Your endpoint answers with errors.",
      "whatsapp.flow.endpoint_latency": "Your endpoint is slow.",
      "whatsapp.flow.endpoint_availability": "Your endpoint is not reachable.",
    },
    open: "Further events pass through in lower case.",
  },
  {
    name: "template",
    title: "Message templates",
    pattern: "whatsapp.template.*",
    comes: "Meta reviewed, rated or changed a message template of the account.",
    parts: ["template"],
    types: {
      "whatsapp.template.status":
        "It was approved, rejected, paused, disabled, deleted …: see `template.event`.",
      "whatsapp.template.quality": "Its quality rating changed.",
      "whatsapp.template.components": "Its text or buttons were changed.",
      "whatsapp.template.category":
        "Its category changed, or will: see `correctCategory` and `categoryChangesAt`.",
      "whatsapp.template.category_detected": "Meta holds another category to be right.",
    },
  },
  {
    name: "account",
    title: "Accounts",
    pattern: "whatsapp.account.*",
    comes:
      "Something happened to the WhatsApp Business Account. Bans and restrictions deserve an alert.",
    parts: ["accountUpdate"],
    types: {
      "whatsapp.account.account_restriction":
        "What the account may do was restricted, and until when.",
      "whatsapp.account.account_violation": "The account broke a policy.",
      "whatsapp.account.disabled_update": "The account was disabled, will be, or was reinstated.",
      "whatsapp.account.account_deleted": "The account was deleted.",
      "whatsapp.account.verified_account": "The account was verified.",
      "whatsapp.account.review": "Meta's review of the account ended.",
      "whatsapp.account.alert": "Meta raises an alert, with its severity.",
      "whatsapp.account.status": "The business's status changed.",
      "whatsapp.account.capability":
        "Limits changed: how many people may be written to, how many numbers there may be.",
      "whatsapp.account.account_offboarded": "A number of the Business app was disconnected.",
      "whatsapp.account.account_reconnected": "It was connected again.",
      "whatsapp.account.ad_account_linked": "An ad account was linked.",
      "whatsapp.account.mm_lite_terms_signed": "The terms of marketing messages were signed.",
      "whatsapp.account.auth_intl_price_eligibility_update":
        "International rates for authentication messages will apply, and from when.",
      "whatsapp.account.business_primary_location_country_update":
        "The business's main country was set.",
      "whatsapp.account.volume_based_pricing_tier_update": "A volume discount was reached.",
      "whatsapp.account.partner_added": "A partner got access to the account.",
      "whatsapp.account.partner_removed": "A partner lost access to the account.",
      "whatsapp.account.partner_app_installed": "A partner's app was installed on the account.",
      "whatsapp.account.partner_app_uninstalled": "A partner's app was removed from the account.",
      "whatsapp.account.partner_client_certification_needed":
        "A partner's client must be certified.",
      "whatsapp.account.partner_client_certification_status_update":
        "A client's certification moved on.",
      "whatsapp.account.partner_solution": "A multi-partner solution was made or changed.",
      "whatsapp.account.payment_configuration": "A payment configuration changed.",
    },
    open: "Further events of `account_update` pass through in lower case.",
  },
  {
    name: "phone",
    title: "Your phone numbers",
    pattern: "whatsapp.phone.*",
    comes: "Something happened to one of the business's phone numbers.",
    parts: ["phoneUpdate"],
    types: {
      "whatsapp.phone.name": "A display name was approved or rejected.",
      "whatsapp.phone.quality": "Its quality rating or messaging limit changed.",
      "whatsapp.phone.username": "Its username was approved, reserved or deleted.",
      "whatsapp.phone.settings": "Its settings changed, such as those of calls.",
      "whatsapp.phone.security": "Its two-step PIN was changed or asked to be reset.",
    },
  },
  {
    name: "unrecognized",
    title: "What this version does not know",
    pattern: "whatsapp.unrecognized.*",
    comes:
      "Meta sent a field, or something in a known field, that this version has no name for. Nothing is lost: `raw` has it all, and `waypost renormalize` makes better events of it after an upgrade.",
    parts: ["unrecognized"],
    types: {
      "whatsapp.unrecognized.<field>": {
        means: "A field that did not exist when this version was made.",
        like: "whatsapp.unrecognized.holographic_projections",
      },
      "whatsapp.unrecognized.messages":
        "Something in a known field that has no known place, such as a contact of nobody.",
    },
    open: "The last segment is Meta's name of the field.",
  },
  {
    name: "outgoing",
    title: "Messages that your side sent",
    pattern: "whatsapp.outgoing.*",
    comes:
      "Your services told Waypost of a message that they sent, so that the log has both sides; `sentBy`, `campaign`, `variant` and `ref` say more of it. Without `raw`.",
    parts: ["message"],
    types: {},
    open: "The last segment is the message's type.",
  },
  {
    name: "business",
    title: "What your services say",
    pattern: "business.#",
    comes:
      "A service of yours published it, or a route derived it (`data.derived`). `data.business` is yours to fill. Without `raw`.",
    parts: ["business"],
    types: {},
    open: "Any type that begins with `business.`.",
  },
];
