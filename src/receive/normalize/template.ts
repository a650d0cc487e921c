import type { Template } from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import { each, fields, shape, str, time, within } from "./pick.ts";

const templateFields = fields<Template>({
  id: str("message_template_id"),
  name: str("message_template_name"),
  // en-US on one page, en_US on the others.
  language: (value) => str("message_template_language")(value)?.replaceAll("-", "_"),
  event: str("event"),
  reason: (value) => {
    const reason = str("reason")(value);
    return reason === "NONE" ? undefined : reason;
  },
  category: str("message_template_category", "category"),
  disableDate: within("disable_info", str("disable_date")),
  otherInfo: within("other_info", shape({ title: str("title"), description: str("description") })),
  rejectionInfo: within(
    "rejection_info",
    shape({ reason: str("reason"), recommendation: str("recommendation") }),
  ),
  previousQuality: str("previous_quality_score"),
  quality: str("new_quality_score"),
  previousCategory: str("previous_category"),
  newCategory: str("new_category"),
  correctCategory: str("correct_category"),
  categoryChangesAt: time("category_update_timestamp"),
  title: str("message_template_title"),
  element: str("message_template_element"),
  footer: str("message_template_footer"),
  buttons: each(
    "message_template_buttons",
    shape({
      type: str("message_template_button_type"),
      text: str("message_template_button_text"),
      url: str("message_template_button_url"),
      phoneNumber: str("message_template_button_phone_number"),
    }),
  ),
});

/** A value about a message template. `name` ends its type. */
export function templateEvent(name: string): Understand {
  return (value) => {
    const template = templateFields(value);
    // A change that is only announced names the present category "new".
    const announced = template.correctCategory !== undefined && template.newCategory !== undefined;
    if (announced && template.category === undefined) {
      const { newCategory: category, ...rest } = template;
      return {
        type: `whatsapp.template.${name}`,
        data: { template: { ...rest, ...(category && { category }) } },
      };
    }
    return { type: `whatsapp.template.${name}`, data: { template } };
  };
}
