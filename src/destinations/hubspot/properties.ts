import type { DeliveryContext } from "../../contracts.ts";
import { cleanText, valueAsText } from "../clean-text.ts";
import type { PropertyTemplates } from "./options.ts";

/** Values by HubSpot's internal names. */
export type Properties = Readonly<Record<string, string>>;

/** The longest that HubSpot takes in one property. */
export const maxPropertyLength = 65_536;

/** What the templates say; what is empty is left out. */
export async function renderProperties(
  { templates }: PropertyTemplates,
  context: Pick<DeliveryContext, "scope">,
): Promise<Properties> {
  const rendered = await templates.render(context);
  const entries = Object.entries(rendered as object).map(
    ([name, value]) => [name, cleanText(valueAsText(value), maxPropertyLength).trim()] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}
