import {
  type CloudMessage,
  startCloudApi,
} from "../../../test/destinations/whatsapp-reply/cloud-api.ts";
import type { Given, StandIn } from "../stand-in.ts";

/** Meta's Cloud API, and the phones behind it. */
export async function whatsapp({ templates = [] }: Given): Promise<StandIn> {
  const cloud = await startCloudApi({ templates });
  return {
    options: () => ({ baseUrl: cloud.url, token: cloud.token }),
    tellTo: (webhook) => cloud.tellStatuses({ ...webhook, wabaId: "900100200300400" }),
    book: () => cloud.messages.map(inWords),
    close: () => cloud.close(),
  };
}

interface Parts {
  readonly template?: { readonly name: string; readonly components?: readonly Component[] };
  readonly interactive?: {
    readonly action?: { readonly buttons?: readonly { readonly reply: { title: string } }[] };
  };
}
interface Component {
  readonly type: string;
  readonly parameters?: readonly { readonly text?: string }[];
}

function inWords({ to, text, body }: CloudMessage): string {
  const { template, interactive } = body as Parts;
  const who = to.phone === undefined ? to.userId : `+${to.phone}`;
  if (template !== undefined) {
    const filled = template.components?.find(({ type }) => type === "body")?.parameters ?? [];
    const shown = filled.map((each) => each.text).join(", ");
    return `WhatsApp to ${who}: the template ${template.name}${shown && ` (${shown})`}`;
  }
  const buttons = (interactive?.action?.buttons ?? []).map(({ reply }) => ` [${reply.title}]`);
  return `WhatsApp to ${who}: "${text ?? ""}"${buttons.join("")}`;
}
