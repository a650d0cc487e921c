import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { cleanLine } from "../clean-text.ts";
import { type Said, saidAsText } from "../said.ts";
import type { Org, Part } from "./client.ts";
import type { SalesforceOptions } from "./options.ts";
import { type Person, rendered } from "./person.ts";
import { isIn } from "./soql.ts";
import { withMarker, withoutMarker } from "./texts.ts";

/** Salesforce keeps 32,000 characters of a Description. */
const mostText = 31_900;

export interface TaskContent {
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly said: Said;
  readonly key: string;
  readonly person: Person | undefined;
  /** Its id, or a reference to the part that makes it. */
  readonly caseId: string | undefined;
}

/** A Task for this message. Its reference is `task`. */
export async function messageTask(options: SalesforceOptions, content: TaskContent): Promise<Part> {
  const text = saidAsText(content.said, mostText - 200);
  return makingPart(options, content, subjectOf(content.said), text);
}

/**
 * The conversation's Task with one more line, or a new one: where there is none yet, where it is full, was deleted, or `newAfter` has passed. Its
 * Description is read before, as people write into it too.
 */
export async function transcriptTask(
  org: Org,
  options: SalesforceOptions,
  content: TaskContent,
): Promise<Part> {
  const { said, key, context, event, person, caseId } = content;
  const line = `${said.at.slice(0, 16).replace("T", " ")} ${saidAsText(said, mostText - 1_000)}`;
  const before = await currentTranscript(org, options, { context, event });
  const text = before === undefined ? line : `${before.text}\n${line}`;
  if (before === undefined || text.length > mostText - 200) {
    const whom = person?.name ?? said.who;
    return makingPart(options, content, `WhatsApp conversation with ${whom}`, line);
  }
  const isLinked = person?.object === "Contact" && caseId !== undefined;
  return {
    ...{ method: "PATCH", path: `/sobjects/Task/${before.id}`, referenceId: "task" },
    body: {
      Description: options.eventId === undefined ? withMarker(text, key) : text,
      ...(options.eventId !== undefined && { [options.eventId]: key }),
      ...(isLinked && { WhatId: caseId }),
    },
  };
}

async function currentTranscript(
  org: Org,
  { newAfterMs }: SalesforceOptions,
  { context, event }: Pick<TaskContent, "context" | "event">,
) {
  const { task, at = "" } = context.link ?? {};
  if (task === undefined || Date.parse(event.time) - Date.parse(at) > newAfterMs) return undefined;
  const where = isIn("Id", [task]) ?? "";
  const [record] = await org.query({
    ...{ select: ["Id", "Description"], from: "Task", where, limit: 1 },
  });
  if (record === undefined) return undefined;
  return { id: record.Id, text: withoutMarker(String(record["Description"] ?? "")) };
}

async function makingPart(
  options: SalesforceOptions,
  { context, event, key, person, caseId }: TaskContent,
  subject: string,
  text: string,
): Promise<Part> {
  const fields = await rendered(options.taskFields, context);
  const body = {
    Subject: cleanLine(subject, 255),
    ...fields,
    ...(typeof fields["Subject"] === "string" && { Subject: cleanLine(fields["Subject"], 255) }),
    Description: options.eventId === undefined ? withMarker(text, key) : text,
    Status: options.taskStatus,
    ActivityDate: event.time.slice(0, 10),
    ...(person !== undefined && { WhoId: person.id }),
    // A Task about a lead can be about nothing else.
    ...(person?.object !== "Lead" && caseId !== undefined && { WhatId: caseId }),
  };
  if (options.eventId === undefined) {
    return { method: "POST", path: "/sobjects/Task", referenceId: "task", body };
  }
  const path = `/sobjects/Task/${options.eventId}/${key}`;
  return { method: "PATCH", path, referenceId: "task", body };
}

function subjectOf({ who, text, direction, failed, note }: Said): string {
  if (note) return `WhatsApp: ${text}`;
  if (failed) return `WhatsApp not delivered: ${text}`;
  return `WhatsApp ${direction === "in" ? "from" : "by"} ${who}: ${text}`;
}
