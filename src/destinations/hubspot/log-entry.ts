import type { DeliveryContext, EventFile, WaypostEvent } from "../../contracts.ts";
import { said, saidAsHtml } from "../said.ts";
import type { HubspotOptions } from "./options.ts";
import { maxPropertyLength, type Properties } from "./properties.ts";
import { type Association, type Hub, makeOnce } from "./records.ts";

/** HubSpot's numbers for what an entry of the timeline is associated with. */
const associationTypes = {
  communications: { contact: 81, ticket: 83 },
  notes: { contact: 202, ticket: 228 },
} as const;

/** What is written of entries with this configuration. */
export function entryTypes({ log }: Pick<HubspotOptions, "log">): readonly LogEntry["type"][] {
  if (log === undefined) return [];
  return log === "notes" ? [log] : [log, "notes"];
}

/** What an event says, as an entry of the timeline. */
export interface LogEntry {
  readonly type: "communications" | "notes";
  readonly properties: Properties;
}

/**
 * A message as the configuration says; what nobody wrote (a lead, a payment, that a message failed) is a note. undefined: it says nothing in a
 * conversation, or nothing is logged. HubSpot shows both kinds as HTML, so what people wrote is escaped.
 */
export function logEntry(
  { log }: Pick<HubspotOptions, "log">,
  event: WaypostEvent,
  about: {
    readonly concerned?: WaypostEvent | undefined;
    readonly files?: readonly EventFile[];
    /** Instead of what the event says. */
    readonly text?: string;
    readonly lacks?: readonly string[];
  } = {},
): LogEntry | undefined {
  if (log === undefined) return undefined;
  const words = said(event, about.concerned, about.files);
  if (words === undefined) return undefined;
  const { text, lacks = [] } = about;
  const { quote, ...rest } = words;
  const shown = { ...(text === undefined ? words : { ...rest, text }), lacks };
  const body = saidAsHtml(shown, maxPropertyLength);
  const properties = { hs_timestamp: words.at };
  if (log === "notes" || words.note || words.failed) {
    return { type: "notes", properties: { ...properties, hs_note_body: body } };
  }
  return {
    type: log,
    properties: {
      ...properties,
      hs_communication_channel_type: "WHATS_APP",
      hs_communication_logged_from: "CRM",
      hs_communication_body: body,
    },
  };
}

/** Puts it on the timelines of contact and ticket, once. undefined in shadow. */
export async function writeEntry(
  hub: Hub,
  { type, properties }: LogEntry,
  on: {
    readonly context: Pick<DeliveryContext, "idempotencyKey">;
    readonly contact: string;
    readonly ticket: string | undefined;
  },
): Promise<string | undefined> {
  const types = associationTypes[type];
  const associations: Association[] = [{ to: on.contact, typeId: types.contact }];
  if (on.ticket !== undefined) associations.push({ to: on.ticket, typeId: types.ticket });
  const record = await makeOnce(hub, {
    type,
    would: type === "notes" ? "write a note" : "log a WhatsApp message",
    unique: [hub.options.eventProperty, on.context.idempotencyKey],
    properties,
    associations,
  });
  return record?.id;
}
