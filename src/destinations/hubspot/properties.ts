import type { DeliveryContext } from "../../contracts.ts";
import { cleanText } from "../clean-text.ts";
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
    ([name, value]) => [name, propertyValue(value)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

function propertyValue(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return cleanText(text, maxPropertyLength).trim();
}
