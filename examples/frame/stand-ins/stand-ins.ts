import type { Given, StandIn } from "../stand-in.ts";

/** By the kind of destination. Each is loaded when an example has one. */
const starts: Readonly<Record<string, (given: Given) => Promise<StandIn>>> = {
  email: async () => (await import("./email.ts")).email(),
  "google-sheets": async () => (await import("./google-sheets.ts")).googleSheets(),
  hubspot: async () => (await import("./hubspot.ts")).hubspot(),
  shopify: async (given) => (await import("./shopify.ts")).shopify(given),
  slack: async () => (await import("./slack.ts")).slack(),
  webhook: async (given) => (await import("./receiver.ts")).receiver(given),
  "whatsapp-reply": async (given) => (await import("./whatsapp.ts")).whatsapp(given),
  zendesk: async () => (await import("./zendesk.ts")).zendesk(),
};

/** One for each kind. */
export async function startStandIns(
  kinds: Iterable<string>,
  given: Given,
): Promise<ReadonlyMap<string, StandIn>> {
  const started = [...new Set(kinds)].map(async (kind) => {
    const start = starts[kind];
    if (start === undefined) throw new Error(`There is no stand-in for the kind ${kind}.`);
    return [kind, await start(given)] as const;
  });
  return new Map(await Promise.all(started));
}
