import type { ConnectedAccount, ConnectedNumber } from "../contracts.ts";
import { type GraphAccess, graphGet, graphList, isRecord } from "./graph.ts";

/** A WhatsApp Business Account: whether it sends to this app, and where. Throws GraphError. */
export async function readAccount(
  access: GraphAccess,
  id: string,
  appId: string | undefined,
): Promise<ConnectedAccount> {
  const path = encodeURIComponent(id);
  const { name } = await graphGet(access, path, { fields: "id,name" });
  const [apps, numbers] = await Promise.all([
    graphList(access, `${path}/subscribed_apps`),
    graphList(access, `${path}/phone_numbers`, {
      fields: "id,display_phone_number,verified_name,webhook_configuration",
    }),
  ]);
  const subscribed = apps.map(toSubscribed);
  const own = subscribed.find((app) => app.id === appId);
  return {
    id,
    ...text("name", name),
    subscribed: own !== undefined,
    ...text("override", own?.override),
    otherApps: subscribed
      .filter((app) => app !== own)
      .map(({ id: other, name: called }) => ({ id: other, ...text("name", called) })),
    numbers: numbers.map(toNumber),
  };
}

function toSubscribed(told: Record<string, unknown>) {
  const { whatsapp_business_api_data: data, override_callback_uri: override } = told;
  const { id, name } = isRecord(data) ? data : {};
  return { id: String(id ?? ""), name, override };
}

function toNumber(told: Record<string, unknown>): ConnectedNumber {
  const { id, display_phone_number: display, verified_name: name } = told;
  const { webhook_configuration: configuration } = told;
  const override = isRecord(configuration) ? configuration["phone_number"] : undefined;
  return {
    id: String(id),
    ...text("display", display),
    ...text("name", name),
    ...text("override", override),
  };
}

/** Nothing where it is no text or an empty one. */
function text<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  const found = typeof value === "string" && value !== "" ? { [key]: value } : {};
  return found as { readonly [P in K]?: string };
}
