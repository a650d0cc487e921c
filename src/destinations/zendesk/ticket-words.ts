import { cleanLine } from "../clean-text.ts";
import { filled } from "../filled.ts";
import type { Work } from "./parts.ts";
import { inert } from "./turn.ts";

const priorities = new Set(["urgent", "high", "normal", "low"]);
const types = new Set(["problem", "incident", "question", "task"]);
const longestSubject = 150;

/** What a new ticket is besides its comment, requester and custom fields. Throws DeliveryError where a template cannot be rendered. */
export async function ticketWords({ options, item }: Work): Promise<object> {
  const { templates, ids } = options;
  const rendered = (what: keyof typeof templates) => templates[what].render(item.context);
  const subject = cleanLine(inert(String((await rendered("subject")) ?? "")), longestSubject);
  const [priority, type] = [await rendered("priority"), await rendered("type")];
  return {
    subject: /^(whatsapp:?)?$/i.test(subject) ? "WhatsApp conversation" : subject,
    ...(priorities.has(String(priority)) && { priority }),
    ...(types.has(String(type)) && { type }),
    ...(ids.group !== undefined && { group_id: ids.group }),
    ...(ids.brand !== undefined && { brand_id: ids.brand }),
    ...(ids.form !== undefined && { ticket_form_id: ids.form }),
  };
}

/** Of a new ticket, by id. Throws as `ticketWords` does. */
export async function customFields({ options, item }: Work): Promise<Record<string, unknown>> {
  const rendered = filled(await options.templates.fields.render(item.context));
  return Object.fromEntries(Object.entries(rendered).filter(isValue));
}

function isValue([, value]: readonly [string, unknown]): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** As Zendesk writes tags. */
export async function tagsFor({ options, item }: Work): Promise<string[]> {
  const rendered = (await options.templates.tags.render(item.context)) as readonly unknown[];
  const tags = rendered.map((tag) => cleanLine(String(tag ?? ""), 80).toLowerCase());
  return [...new Set(tags.map((tag) => tag.replace(/[\s,;]+/g, "_")))].filter((tag) => tag !== "");
}
