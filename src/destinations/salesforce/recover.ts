import type { Delivered } from "../../contracts.ts";
import type { VendorRecord } from "../record-event.ts";
import { recordEvent } from "../record-event.ts";
import type { Org, SalesforceRecord } from "./client.ts";
import type { Entry, Parts } from "./entry.ts";
import { findCase, findTask, isNewPerson } from "./find-earlier.ts";
import { recalled } from "./person.ts";
import { conversationLink, recordOf, rememberPerson } from "./settle.ts";

/** After an unknown outcome: what the attempt has made, and what follows from it. undefined: nothing of it was done. */
export async function recover(
  parts: Parts,
  org: Org,
  entry: Entry,
): Promise<Delivered | undefined> {
  const { options, client } = parts;
  const { event, context, opens } = entry;
  const task = await findTask(org, options, entry);
  if (task === undefined) return undefined;
  const people = await recoverPerson(parts, org, entry, task);
  const before = context.link?.["case"];
  const caseId = (await caseOf(parts, org, entry, task)) ?? before;
  const isNewCase = opens && caseId !== undefined && caseId !== before;
  const cases = isNewCase ? [recordOf(client, "Case", caseId, true)] : [];
  return {
    ...{ remoteId: task.Id, answer: "found" },
    ...conversationLink(options, { event, context, taskId: task.Id, caseId, closed: undefined }),
    events: [...people, ...cases].map((record) => recordEvent(event, context, record)),
  };
}

async function recoverPerson(
  { options, client }: Parts,
  org: Org,
  { event, context, contact }: Entry,
  { WhoId: who }: SalesforceRecord,
): Promise<VendorRecord[]> {
  if (contact === undefined || typeof who !== "string") return [];
  if (context.contactLink !== undefined) return [];
  const isNew = await isNewPerson(org, who, event);
  await rememberPerson(context, options, recalled(options, contact, who, isNew));
  const object = who.startsWith("00Q") ? "Lead" : "Contact";
  return isNew ? [recordOf(client, object, who, true)] : [];
}

/** The Task names it, but where it is about a lead. */
async function caseOf(
  { options }: Parts,
  org: Org,
  { event, key, opens }: Entry,
  { WhatId: what }: SalesforceRecord,
): Promise<string | undefined> {
  if (typeof what === "string" && what.startsWith("500")) return what;
  if (!opens) return undefined;
  return findCase(org, options.case?.eventId, event, key);
}
