import type { ConsoleProgram } from "./console-program.ts";

/** Of what the log has, one of each kind: what pages open. */
export interface Ids {
  readonly event: string;
}

export async function findIds({ ask }: ConsoleProgram): Promise<Ids> {
  const events = await ask<{ items: [{ id: string }] }>("/api/events?type=whatsapp.message.image");
  return { event: events.items[0].id };
}

/** Every page, and what is opened on it, by the name of its screenshot. */
export function pagesOf({ event }: Ids): readonly (readonly [name: string, fragment: string])[] {
  return [
    ["overview", "#/overview"],
    ["events", "#/events"],
    ["event", `#/events/${event}`],
    ["event-json", `#/events/${event}?tab=json`],
    ["event-raw", `#/events/${event}?tab=raw`],
  ];
}
