import type { ConsoleProgram } from "./console-program.ts";
import { adas } from "./history.ts";

/** Of what the log has, one of each kind: what pages open. */
export interface Ids {
  readonly event: string;
  readonly conversation: string;
  readonly delivery: string;
  readonly unreadable: string;
}

export async function findIds({ ask }: ConsoleProgram): Promise<Ids> {
  const first = async (path: string) => {
    const { items } = await ask<{ items: [{ id: string }] }>(path);
    return items[0].id;
  };
  return {
    event: await first("/api/events?account=700700700700700&type=whatsapp.message.text"),
    conversation: adas,
    delivery: await first("/api/deliveries?state=dead"),
    unreadable: await first("/api/quarantine"),
  };
}

/** Every page, and what is opened on it, by the name of its screenshot. */
export const pages: Readonly<Record<string, (ids: Ids) => string>> = {
  overview: () => "#/overview?range=day",
  events: () => "#/events?type=whatsapp.message.%23",
  event: ({ event }) => `#/events/${event}?type=whatsapp.message.%23`,
  "event-json": ({ event }) => `#/events/${event}?tab=json`,
  "event-raw": ({ event }) => `#/events/${event}?tab=raw`,
  conversations: () => "#/conversations",
  conversation: ({ conversation }) => `#/conversations/${conversation}`,
  person: ({ conversation }) => `#/conversations/${conversation}?tab=person`,
  deliveries: () => "#/deliveries",
  replays: () => "#/deliveries?show=replays",
  delivery: ({ delivery }) => `#/deliveries/${encodeURIComponent(delivery)}`,
  destinations: () => "#/destinations",
  destination: () => "#/destinations/crm",
  unreadable: () => "#/unreadable",
  setup: () => "#/setup",
  settings: () => "#/settings",
  "settings-audit": () => "#/settings?tab=audit",
  "settings-configuration": () => "#/settings?tab=configuration",
  "unreadable-one": ({ unreadable }) => `#/unreadable/${unreadable}`,
};
