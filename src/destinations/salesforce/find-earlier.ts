import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { earliestOf } from "../later-time.ts";
import type { Org, SalesforceRecord } from "./client.ts";
import { findPerson } from "./find-person.ts";
import type { SalesforceOptions } from "./options.ts";
import { isIn } from "./soql.ts";
import { hasMarker } from "./texts.ts";

/** The Task that an earlier attempt has made or written to. All of an attempt is one transaction: where it is, all is. */
export async function findTask(
  org: Org,
  options: SalesforceOptions,
  { event, context, key }: { event: WaypostEvent; context: DeliveryContext; key: string },
): Promise<SalesforceRecord | undefined> {
  const query = { select: ["Id", "WhoId", "WhatId"], from: "Task", limit: 1 };
  const { eventId } = options;
  if (eventId !== undefined) {
    return (await org.query({ ...query, where: isIn(eventId, [key]) ?? "" }))[0];
  }
  // A Description cannot be searched in a query: those of the person since the event came are read.
  const who = await whoseTasks(org, options, event, context);
  if (who === undefined) return undefined;
  const task = options.log === "transcript" ? context.link?.["task"] : undefined;
  // In the transcript that is remembered, or in one that it has begun anew.
  const places = [task && isIn("Id", [task]), `${who} AND ${since(event)}`];
  for (const where of places) {
    if (!where) continue;
    const select = [...query.select, "Description"];
    const asked = { ...query, select, where, newestBy: "CreatedDate", limit: 200 } as const;
    const found = await org.query(asked);
    const own = found.find(({ Description }) => hasMarker(Description, key));
    if (own) return own;
  }
  return undefined;
}

async function whoseTasks(
  org: Org,
  options: SalesforceOptions,
  event: WaypostEvent,
  context: DeliveryContext,
): Promise<string | undefined> {
  const contact = await context.contact();
  if (contact === undefined) return "WhoId = null";
  const known = context.contactLink?.["id"];
  const converted = (record: SalesforceRecord | undefined) =>
    record?.["ConvertedContactId"] ?? record?.Id;
  const id = known ?? converted(await findPerson(org, options, { event, contact }));
  return typeof id === "string" ? isIn("WhoId", [id]) : undefined;
}

/** The Case that an event has opened, of a lead, whose Tasks cannot name it. */
export async function findCase(
  org: Org,
  eventId: string | undefined,
  event: WaypostEvent,
  key: string,
): Promise<string | undefined> {
  const found = await org.query({
    ...{ select: ["Id", "Description"], from: "Case", newestBy: "CreatedDate", limit: 200 },
    where: eventId === undefined ? since(event) : (isIn(eventId, [key]) ?? ""),
  });
  const own = found.find(({ Description }) => eventId !== undefined || hasMarker(Description, key));
  return own?.Id;
}

/** Whether a person was made about when the event came. */
export async function isNewPerson(org: Org, who: string, event: WaypostEvent): Promise<boolean> {
  const from = who.startsWith("00Q") ? "Lead" : "Contact";
  const where = `${isIn("Id", [who])} AND ${since(event)}`;
  return (await org.query({ select: ["Id"], from, where, limit: 1 })).length > 0;
}

function since(event: WaypostEvent): string {
  return `CreatedDate >= ${new Date(earliestOf(event)).toISOString()}`;
}
