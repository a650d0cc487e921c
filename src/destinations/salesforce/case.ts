import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { isInboundMessage } from "../../event/direction.ts";
import { cleanText } from "../clean-text.ts";
import { laterTime } from "../later-time.ts";
import type { Said } from "../said.ts";
import { saidAsText } from "../said.ts";
import { isFromHistory } from "../ticket-rule.ts";
import type { Org, Part } from "./client.ts";
import type { CaseOptions, SalesforceOptions } from "./options.ts";
import { type Person, rendered } from "./person.ts";
import { isIn } from "./soql.ts";
import { cutBytes, withMarker, withoutReference } from "./texts.ts";

/** What is to become of the conversation's Case with this event. */
export type CaseStep =
  /** `was`: the one that is over. */
  | { readonly is: "none"; readonly was?: string | undefined }
  | { readonly is: "create"; readonly parent: string | undefined }
  | { readonly is: "comment"; readonly id: string; readonly reopen: boolean };

/** Open Cases are not read again for so long, so that a lively conversation costs no call more per message. */
const freshMs = 60_000;
const mostKept = 1_000;

/** Ids of Cases that were open a moment ago, with the moment. */
export type OpenCases = Map<string, number>;

interface Asking {
  readonly event: WaypostEvent;
  readonly link: DeliveryContext["link"];
  readonly opens: boolean;
  readonly anew: boolean;
  readonly openCases: OpenCases;
  readonly now: number;
}

/**
 * A Case that is open is commented on. One that was closed within `reopenWithin` is opened again by the contact, and by what opens
 * Cases; after that, or after `newAfter` of silence, the latter makes another one, as a child of the old. One that somebody has deleted is replaced.
 */
export async function caseStep(
  org: Org,
  options: SalesforceOptions,
  asking: Asking,
): Promise<CaseStep> {
  const { event, link, opens, anew, openCases, now } = asking;
  const id = link?.["case"];
  const was = link?.["closed"];
  if (id === undefined) return opens ? { is: "create", parent: was } : { is: "none", was };
  const silentMs = Date.parse(event.time) - Date.parse(link?.["at"] ?? "");
  const isOver = silentMs > options.newAfterMs;
  if (isOver && !opens) return { is: "none", was: id };
  const seenAt = openCases.get(id);
  const isFresh = seenAt !== undefined && now - seenAt < freshMs;
  if (isFresh && !opens && !anew) return { is: "comment", id, reopen: false };
  return stepOfRead(await readCase(org, id), options, asking, isOver);
}

function stepOfRead(
  found: FoundCase | undefined,
  options: SalesforceOptions,
  asking: Asking,
  isOver: boolean,
): CaseStep {
  if (found === undefined) return { is: "create", parent: undefined };
  if (isOver) return { is: "create", parent: found.id };
  if (found.isClosed) {
    asking.openCases.delete(found.id);
    return stepOfClosed(found, options, asking);
  }
  noteOpen(asking.openCases, found.id, asking.now);
  return { is: "comment", id: found.id, reopen: false };
}

export function noteOpen(openCases: OpenCases, id: string, now: number): void {
  if (openCases.size >= mostKept) openCases.clear();
  openCases.set(id, now);
}

function stepOfClosed(
  { id, closedAt }: FoundCase,
  { reopenWithinMs }: SalesforceOptions,
  { event, link, opens }: Asking,
): CaseStep {
  const newest = laterTime(event.time, link?.["at"]);
  const isLate = Date.parse(newest) - closedAt > reopenWithinMs;
  if (isLate) return opens ? { is: "create", parent: id } : { is: "none", was: id };
  return { is: "comment", id, reopen: opens || (isInboundMessage(event) && !isFromHistory(event)) };
}

interface FoundCase {
  readonly id: string;
  readonly isClosed: boolean;
  readonly closedAt: number;
}

/** undefined: it was deleted. The one that it was merged into counts for it. */
async function readCase(org: Org, id: string): Promise<FoundCase | undefined> {
  const query = (at: string) => ({
    ...{ select: ["Id", "IsClosed", "ClosedDate"], from: "Case", limit: 1 },
    where: isIn("Id", [at]) ?? "",
  });
  const [record] = await org.query(query(id));
  const [found] = record ? [record] : await mergedInto(org, id, query);
  if (found === undefined) return undefined;
  const { Id, IsClosed, ClosedDate } = found;
  return { id: Id, isClosed: IsClosed === true, closedAt: Date.parse(String(ClosedDate)) };
}

async function mergedInto(
  org: Org,
  id: string,
  query: (at: string) => Parameters<Org["query"]>[0],
) {
  const select = ["Id", "MasterRecordId"];
  // Accounts without merging of Cases may not have the field.
  const [gone] = await org.query({ ...query(id), select }, true).catch((error: unknown) => {
    if (error instanceof DeliveryError && error.verdict !== "outage") return [];
    throw error;
  });
  const master = gone?.["MasterRecordId"];
  return typeof master === "string" ? org.query(query(master)) : [];
}

interface Making {
  readonly context: DeliveryContext;
  readonly person: Person | undefined;
  readonly phone: string | undefined;
  readonly key: string;
}

/** Its reference is `case`. A Case has no lead: the name and phone are written down there. */
export async function creatingPart(
  options: CaseOptions,
  parent: string | undefined,
  { context, person, phone, key }: Making,
): Promise<Part> {
  const { Subject, Description, ...fields } = await rendered(options.fields, context);
  const description = cleanText(String(Description ?? ""), 31_000);
  const body = {
    ...(person?.object === "Contact" && { ContactId: person.id }),
    ...(person?.object === "Lead" && { SuppliedName: cleanText(person.name, 80) }),
    ...(person?.object === "Lead" && phone !== undefined && { SuppliedPhone: `+${phone}` }),
    ...(parent !== undefined && { ParentId: parent }),
    ...fields,
    Subject: cleanText(String(Subject ?? "WhatsApp"), 255),
    Description: options.eventId === undefined ? withMarker(description, key) : description,
  };
  if (options.eventId === undefined) {
    return { method: "POST", path: "/sobjects/Case", referenceId: "case", body };
  }
  const path = `/sobjects/Case/${options.eventId}/${key}`;
  return { method: "PATCH", path, referenceId: "case", body };
}

export function reopeningPart(id: string, status: string): Part {
  return {
    ...{ method: "PATCH", path: `/sobjects/Case/${id}`, referenceId: "case" },
    body: { Status: status },
  };
}

/** Salesforce keeps 4,000 bytes of a comment; the Task has the whole text. */
export function commentPart(id: string, said: Said, { publicComments }: CaseOptions): Part {
  return {
    ...{ method: "POST", path: "/sobjects/CaseComment", referenceId: "comment" },
    body: {
      ParentId: id,
      CommentBody: cutBytes(withoutReference(saidAsText(said)), 4_000),
      IsPublished: publicComments,
    },
  };
}

/** The Status that new Cases get in this account. */
export async function openStatus(org: Org): Promise<string> {
  const statuses = await org.query({
    ...{ select: ["ApiName", "IsDefault"], from: "CaseStatus", where: "IsClosed = false" },
    limit: 50,
  });
  const chosen = statuses.find(({ IsDefault }) => IsDefault === true) ?? statuses[0];
  return String(chosen?.["ApiName"] ?? "New");
}
