import type { Contact, Pricing, Status } from "../../event/generated.ts";
import { contentHash } from "./canonical.ts";
import { errorsIn } from "./content.ts";
import { NO_ID, type Understand, type Whereabouts } from "./found.ts";
import { personOf } from "./person.ts";
import {
  bool,
  fields,
  id,
  idOf,
  type Json,
  own,
  segment,
  shape,
  str,
  textOf,
  time,
  within,
} from "./pick.ts";

const pricing = shape<Pricing>({
  billable: bool("billable"),
  model: str("pricing_model"),
  type: str("type"),
  // Meta writes authentication-international here and authentication_international elsewhere.
  category: (source) => str("category")(source)?.replaceAll("-", "_"),
});

const statusFields = fields<Omit<Status, "messageId" | "status">>({
  at: time("timestamp"),
  recipientType: str("recipient_type"),
  recipientId: str("recipient_id"),
  bizOpaqueCallbackData: str("biz_opaque_callback_data"),
  templateId: str("template_id"),
  identityKeyHash: str("recipient_identity_key_hash"),
  conversation: within(
    "conversation",
    shape({
      id: str("id"),
      origin: (source) => within("origin", str("type"))(source)?.replaceAll("-", "_"),
      expiresAt: time("expiration_timestamp"),
    }),
  ),
  // Some group examples nest it.
  pricing: (status) =>
    within("pricing", pricing)(status) ??
    within("conversation", within("pricing", pricing))(status),
  errors: errorsIn,
});

const participantId = str("recipient_participant_id", "participant_recipient_id");
const participantUserId = str("recipient_participant_user_id", "participant_recipient_user_id");
const recipientId = str("recipient_id");
const recipientUserId = str("recipient_user_id");
export const statusText = str("status");

/** `statuses[]` of a message. */
export const messageStatus: Understand = (item, where) => {
  const messageId = idOf(own(item, "id"));
  if (messageId === undefined) return NO_ID;
  const status: Status = {
    messageId,
    status: statusText(item) ?? "unknown",
    ...statusFields(item),
  };
  const errors = where.beside === undefined ? undefined : errorsIn(where.beside);
  if (errors !== undefined) status.errors = [...(status.errors ?? []), ...errors];
  return {
    type: `whatsapp.status.${segment(own(item, "status"))}`,
    // Without a status nothing but its content tells it from another of the same second.
    key: [
      ...statusKey(item, where, messageId),
      ...(statusText(item) === undefined ? [contentHash(item)] : []),
    ],
    at: status.at,
    ...receiver(item),
    data: { status },
  };
};

/** One message has one status per participant and time. */
export function statusKey(item: Json, where: Whereabouts, messageId: string): (string | null)[] {
  const to =
    participantId(item) ?? participantUserId(item) ?? recipientId(item) ?? recipientUserId(item);
  return [
    "s",
    where.phoneNumberId ?? null,
    messageId,
    to ?? null,
    statusText(item) ?? null,
    textOf(own(item, "timestamp")) ?? null,
  ];
}

/** Who got it: in a group, the participant. */
export function receiver(item: Json): { person: Contact; groupId?: string } {
  const participant = participantId(item);
  const participantUser = participantUserId(item);
  const inGroup =
    own(item, "recipient_type") === "group" ||
    participant !== undefined ||
    participantUser !== undefined;
  const groupId = id("group_id")(item) ?? (inGroup ? id("recipient_id")(item) : undefined);
  if (groupId !== undefined) {
    const parentUserId = own(item, "recipient_participant_parent_user_id");
    const person = personOf({ userId: participantUser, parentUserId, phone: participant });
    return { person, groupId };
  }
  const parentUserId = str("recipient_parent_user_id", "parent_recipient_user_id")(item);
  return {
    person: personOf({ userId: recipientUserId(item), parentUserId, phone: recipientId(item) }),
  };
}
