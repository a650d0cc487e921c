import type { Account, PhoneUpdate } from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import { username } from "./person.ts";
import { fields, id, shape, str, time, within } from "./pick.ts";

/** The number itself, as several values name it. */
export const number = shape<Account>({
  wabaId: () => undefined,
  businessId: () => undefined,
  phoneNumberId: id("phone_number_id"),
  displayPhoneNumber: str("display_phone_number"),
});

const phoneFields = fields<PhoneUpdate>({
  event: str("event"),
  decision: str("decision"),
  requestedVerifiedName: str("requested_verified_name"),
  rejectionReason: str("rejection_reason"),
  oldLimit: str("old_limit"),
  currentLimit: str("current_limit"),
  maxDailyConversationsPerBusiness: str("max_daily_conversations_per_business"),
  username,
  status: str("status"),
  requester: str("requester"),
  settingsType: (value) => str("type")(value)?.toLowerCase(),
  at: time("timestamp"),
  calling: within(
    "phone_number_settings",
    within(
      "calling",
      shape({
        status: str("status"),
        callIconVisibility: str("call_icon_visibility"),
        callbackPermissionStatus: str("callback_permission_status"),
      }),
    ),
  ),
});

/** A value about a business phone number. `name` ends its type. */
export function phoneEvent(name: string): Understand {
  return (value) => {
    const phoneUpdate = phoneFields(value);
    const account = within("phone_number_settings", number)(value) ?? number(value);
    return {
      type: `whatsapp.phone.${name}`,
      at: phoneUpdate.at,
      ...(account && { account }),
      data: { phoneUpdate },
    };
  };
}
