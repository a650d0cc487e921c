import type { WaypostEvent } from "./event.ts";

type From = "contact" | "business" | undefined;

/** Families of messages that one side alone writes; of the others each message says it. */
const writers: Readonly<Record<string, From>> = {
  message: "contact",
  echo: "business",
  outgoing: "business",
};

const directions: Readonly<Record<string, From>> = { in: "contact", out: "business" };

/** What is not a message, by type: who did it. */
const doers: Readonly<Record<string, From>> = {
  "whatsapp.user.marketing_messages_link_click": "contact",
  "whatsapp.user.landing_page_view": "contact",
  "whatsapp.user.preference": "contact",
  "whatsapp.user.id_changed": "contact",
  "whatsapp.user.profile": "contact",
  "whatsapp.call.accepted": "contact",
  "whatsapp.call.rejected": "contact",
  "whatsapp.group.join_request_created": "contact",
  "whatsapp.group.join_request_revoked": "contact",
  "whatsapp.group.create": "business",
  "whatsapp.group.delete": "business",
  "whatsapp.group.settings_update": "business",
  "whatsapp.contact.add": "business",
  "whatsapp.contact.remove": "business",
};

/**
 * Who wrote the message or did what the event tells. undefined: nobody on either side, or it cannot be told. So it is
 * of statuses and payments, which WhatsApp reports, of what Meta tells of an account, and of `business.*`.
 */
export function eventFrom({ type, data }: WaypostEvent): From {
  const [scheme, family = ""] = type.split(".");
  if (scheme !== "whatsapp") return undefined;
  if (data.message !== undefined) {
    const { direction } = data.message;
    return direction === undefined ? lookUp(writers, family) : lookUp(directions, direction);
  }
  // Only calls from the business are accepted or rejected by the contact; any other step is of the one who called.
  return lookUp(doers, type) ?? callerOf(data.call) ?? initiatorOf(data.group);
}

function callerOf(call: WaypostEvent["data"]["call"]): From {
  if (call?.direction === "USER_INITIATED") return "contact";
  return call?.direction === "BUSINESS_INITIATED" ? "business" : undefined;
}

/** Who joins by a link says `reason`, who leaves or is taken out `initiatedBy`. */
function initiatorOf(group: WaypostEvent["data"]["group"]): From {
  if (group?.initiatedBy === "business") return "business";
  const byThemselves = group?.initiatedBy === "participant" || group?.reason === "invite_link";
  return byThemselves ? "contact" : undefined;
}

function lookUp(table: Readonly<Record<string, From>>, key: string): From {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
