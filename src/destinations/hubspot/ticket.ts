import {
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../contracts.ts";
import { pathOf } from "../http/api.ts";
import { laterTime } from "../later-time.ts";
import type { TicketOptions } from "./options.ts";
import { renderProperties } from "./properties.ts";
import {
  type Association,
  type Hub,
  type HubspotRecord,
  makeOnce,
  readRecord,
  updateRecord,
} from "./records.ts";

/** HubSpot's numbers for these associations. */
const toContact = 16;
const toTicket = 452;

export interface TicketOutcome {
  readonly id: string;
  /** What became of it for this event. */
  readonly is: "made" | "reopened" | "open";
  /** As the conversation's link is to keep it. */
  readonly link: Link;
  readonly url?: string;
}

export interface TicketAsking {
  readonly hub: Hub;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly ticket: TicketOptions;
  /** HubSpot's id of the contact. */
  readonly contact: string;
}

/** The conversation's ticket that messages belong to now; none after a silence of `newAfter`. */
export function currentTicket(
  link: Link | undefined,
  event: WaypostEvent,
  ticket: TicketOptions | undefined,
): string | undefined {
  const { ticket: id, at } = link ?? {};
  if (id === undefined || ticket === undefined) return undefined;
  const silenceMs = Date.parse(event.time) - Date.parse(at ?? event.time);
  return silenceMs > ticket.newAfterMs ? undefined : id;
}

/** The conversation's link, without a ticket that a silence has ended: what is said from then on is not put on it, and the next one follows it. */
export function linkAfterSilence(
  link: Link | undefined,
  event: WaypostEvent,
  ticket: TicketOptions | undefined,
): Link | undefined {
  const { ticket: over, made: _, ...rest } = link ?? {};
  const isOver = over !== undefined && currentTicket(link, event, ticket) === undefined;
  return isOver && ticket !== undefined ? { ...rest, over } : link;
}

/**
 * The ticket of a conversation whose event asks for one: the one that is open; one closed within `reopenWithin`, opened again; else a new one,
 * which follows the one before. One that people deleted is replaced. undefined in shadow, where it would be made.
 */
export async function ticketFor(asking: TicketAsking): Promise<TicketOutcome | undefined> {
  const { hub, event, context, ticket } = asking;
  const link = context.link ?? {};
  const { ticket: before, over, made } = link;
  if (before === undefined) return makeTicket(asking, await idOfOver(hub, over));
  if (made === context.idempotencyKey) return { id: before, is: "made", link };
  const properties = ["hs_pipeline", "hs_pipeline_stage", "closed_date"];
  const record = await readRecord(hub, { type: "tickets", by: before, properties });
  if (record === undefined) return makeTicket(asking);
  if (currentTicket(link, event, ticket) === undefined) return makeTicket(asking, record.id);
  const kept = { ...link, ticket: record.id };
  const place = record.url === undefined ? {} : { url: record.url };
  if (!(await isClosed(hub, record))) return { id: record.id, is: "open", link: kept, ...place };
  const closed = record.properties["closed_date"] ?? link["at"] ?? event.time;
  const newest = laterTime(event.time, link["at"]);
  if (Date.parse(newest) - Date.parse(closed) > ticket.reopenMs) {
    return makeTicket(asking, record.id);
  }
  const isThere = await updateRecord(
    hub,
    { type: "tickets", id: record.id },
    {
      would: `reopen ticket ${record.id}`,
      properties: { hs_pipeline_stage: ticket.stage, hs_pipeline: ticket.pipeline },
    },
  );
  if (!isThere) return makeTicket(asking);
  return { id: record.id, is: "reopened", link: kept, ...place };
}

/** undefined: there was none, or it was deleted since. */
async function idOfOver(hub: Hub, over: string | undefined): Promise<string | undefined> {
  return over === undefined
    ? undefined
    : (await readRecord(hub, { type: "tickets", by: over }))?.id;
}

async function makeTicket(
  asking: TicketAsking,
  follows?: string,
): Promise<TicketOutcome | undefined> {
  const { hub, event, context } = asking;
  const record = await makeRecord(asking, follows).catch(async (error: unknown) => {
    const isRefused = error instanceof DeliveryError && error.verdict === "refused";
    if (!isRefused || (await idOfOver(hub, follows)) === follows) throw error;
    // The one before was deleted since it was looked at.
    return makeRecord(asking);
  });
  if (record === undefined) return undefined;
  const { over, ticket: before = over, before: earlier = "", at } = context.link ?? {};
  const link = {
    ticket: record.id,
    at: laterTime(event.time, at),
    made: context.idempotencyKey,
    // Erasing a person reaches them too.
    ...(before !== undefined && {
      before: [...earlier.split(" "), before].slice(-20).join(" ").trim(),
    }),
  };
  await context.remember(link);
  const { url } = record;
  return { id: record.id, is: "made", link, ...(url !== undefined && { url }) };
}

async function makeRecord(
  { hub, context, ticket, contact }: TicketAsking,
  follows?: string,
): Promise<HubspotRecord | undefined> {
  const associations: Association[] = [{ to: contact, typeId: toContact }];
  if (follows !== undefined) associations.push({ to: follows, typeId: toTicket });
  return makeOnce(hub, {
    type: "tickets",
    would: follows === undefined ? "create a ticket" : `create a ticket that follows ${follows}`,
    unique: [hub.options.eventProperty, context.idempotencyKey],
    properties: { hs_pipeline: ticket.pipeline, hs_pipeline_stage: ticket.stage },
    spare: await renderProperties(ticket.content, context),
    associations,
  });
}

/** Which stages are closed ones is said by the pipeline. */
async function isClosed({ session, options }: Hub, { properties }: HubspotRecord) {
  const { hs_pipeline: pipeline, hs_pipeline_stage: stage } = properties;
  const answer = await session.look({
    path: pathOf`/crm/pipelines/${options.apiVersion}/tickets/${pipeline ?? ""}`,
    ...{ accept: [404], holds: "stages" },
  });
  const { stages } = (answer.json ?? {}) as { stages?: unknown };
  const all = Array.isArray(stages) ? (stages as PipelineStage[]) : [];
  return all.find(({ id }) => id === stage)?.metadata?.ticketState === "CLOSED";
}

interface PipelineStage {
  readonly id: string;
  readonly metadata?: { readonly ticketState?: string };
}
