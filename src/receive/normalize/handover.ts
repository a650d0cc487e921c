import type { Contact, Handover } from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import { personOf } from "./person.ts";
import { number } from "./phone.ts";
import { isRecord, type Json, own, segment, shape, str, time, within } from "./pick.ts";

const ownership = shape<Omit<Handover, "type" | "at">>({
  previousOwnerAppId: str("previous_owner_app_id"),
  previousOwnerAppRole: str("previous_owner_app_role"),
  previousOwnerRole: str("previous_owner_role"),
  newOwnerAppId: str("new_owner_app_id"),
  newOwnerAppRole: str("new_owner_app_role"),
  newOwnerRole: str("new_owner_role"),
  metadata: str("metadata"),
  conversationContext: (source) =>
    within("conversation_context", within("summary", str("text")))(source) ??
    within("conversation_context", str("summary"))(source) ??
    str("conversation_context")(source),
});

/** `messaging_handovers`: another agent has the thread now. */
export const handoverEvent: Understand = (value) => {
  const kind = handoverType(value);
  const at = time("timestamp")(value);
  const details =
    (kind && within(kind, ownership)(value)) ??
    within(["control_passed", "control_taken"], ownership)(value);
  const account = within("recipient", number)(value);
  return {
    type: `whatsapp.handover.${segment(kind)}`,
    at,
    person: handoverPerson(value),
    ...(account && { account }),
    data: { handover: { ...(kind && { type: kind }), ...(at && { at }), ...details } },
  };
};

/** The dashboard's sample has no type, only the object of that name. */
function handoverType(value: Json): string | undefined {
  const named = ["control_passed", "control_taken"].find((key) => isRecord(own(value, key)));
  return str("type")(value) ?? named;
}

function handoverPerson(value: Json): Contact {
  const sender = own(value, "sender");
  if (!isRecord(sender)) return {};
  return personOf({
    userId: own(sender, "user_id"),
    parentUserId: own(sender, "parent_user_id"),
    phone: own(sender, "phone_number") ?? own(sender, "wa_id"),
  });
}
