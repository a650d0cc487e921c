import type { SharedContact } from "../../event/generated.ts";
import { phone } from "./person.ts";
import { each, id, shape, str, within } from "./pick.ts";

/** A contact card. */
export const sharedContact = shape<SharedContact>({
  name: within(
    "name",
    shape({
      formattedName: str("formatted_name"),
      firstName: str("first_name"),
      lastName: str("last_name"),
      middleName: str("middle_name"),
      suffix: str("suffix"),
      prefix: str("prefix"),
    }),
  ),
  phones: each(
    "phones",
    shape({ phone: str("phone"), waId: phone("wa_id"), userId: id("user_id"), type: str("type") }),
  ),
  emails: each("emails", shape({ email: str("email"), type: str("type") })),
  addresses: each(
    "addresses",
    shape({
      street: str("street"),
      city: str("city"),
      state: str("state"),
      zip: str("zip"),
      country: str("country"),
      countryCode: str("country_code"),
      type: str("type"),
    }),
  ),
  urls: each("urls", shape({ url: str("url"), type: str("type") })),
  org: within(
    "org",
    shape({ company: str("company"), department: str("department"), title: str("title") }),
  ),
  birthday: str("birthday"),
  origin: str("origin"),
  vcard: str("vcard"),
});
