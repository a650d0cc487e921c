import type { Delivered, DeliveryContext } from "../../contracts.ts";
import { type NotTaken, notTakenLines, shortened } from "../not-taken.ts";
import type { Said } from "../said.ts";
import { filePart } from "./attachments.ts";
import {
  type CaseStep,
  caseStep,
  commentPart,
  creatingPart,
  openStatus,
  reopeningPart,
} from "./case.ts";
import type { Org, Part } from "./client.ts";
import type { Entry, Parts, Plan } from "./entry.ts";
import type { Failure } from "./failures.ts";
import type { SalesforceOptions } from "./options.ts";
import { type Person, personFor } from "./person.ts";
import { settle } from "./settle.ts";
import { messageTask, transcriptTask } from "./task.ts";

/** There is no effect to be had: of shadow it is said in its words. */
export function nothing({ shadow }: Pick<DeliveryContext, "shadow">, why: string): Delivered {
  return { answer: shadow ? `would do nothing; ${why}` : why };
}

/** When what is remembered proves to be gone, everything is looked up and written once more. */
export async function writeEntry(
  parts: Parts,
  org: Org,
  entry: Entry,
  anew = false,
): Promise<Delivered> {
  const written = await writeTaken(parts, org, entry, anew);
  if (!("isStale" in written)) return written;
  if (anew || !written.isStale) throw written.error;
  parts.openCases.clear();
  return writeEntry(parts, org, entry, true);
}

/** Without what an event gave for fields and the account does not take; the Task says so. Each round leaves out more. */
async function writeTaken(
  parts: Parts,
  org: Org,
  entry: Entry,
  anew: boolean,
): Promise<Delivered | Failure> {
  const { notTaken } = org.session;
  const lacks = notTakenLines("Salesforce", notTaken);
  const plan = await planOf(parts, org, { ...entry, said: { ...entry.said, lacks } }, anew);
  if (plan === undefined)
    return nothing(entry.context, "nobody in Salesforce has this phone or id");
  const taken = { ...plan, parts: plan.parts.map((part) => without(part, notTaken)) };
  const outcome = await carryOut(org, taken, parts.options);
  if (outcome === undefined) return { answer: org.session.summary() };
  if ("done" in outcome) return settle(parts, entry, plan, outcome.done);
  const refused = notTakenOf(outcome.failed, taken, parts.options);
  for (const [field, value] of refused) notTaken.set(field, value);
  return refused.size > 0 ? writeTaken(parts, org, entry, anew) : outcome.failed;
}

function without({ body, ...part }: Part, notTaken: NotTaken): Part {
  if (body === undefined || notTaken.size === 0) return { ...part, ...(body && { body }) };
  const entries = Object.entries(body).filter(
    ([name]) => !notTaken.has(`${part.referenceId}.${name}`),
  );
  return { ...part, body: Object.fromEntries(entries) };
}

/** What of the part at fault is to be left out: fields that an event filled; where Salesforce names none, all of them. */
function notTakenOf(
  { part: at, isOfValues, fields }: Failure,
  { parts }: Pick<Plan, "parts">,
  { fromEvents }: SalesforceOptions,
): NotTaken {
  const body = isOfValues ? parts.find(({ referenceId }) => referenceId === at)?.body : undefined;
  const given = Object.entries(body ?? {}).filter(
    ([name]) => fromEvents[at]?.has(name) && (fields.length === 0 || fields.includes(name)),
  );
  return new Map(given.map(([name, value]) => [`${at}.${name}`, shortened(value)]));
}

/**
 * What the account refuses of changes to a person who is there (a validation rule, an approval that locks them) is left out: what was said
 * arrives in any case.
 */
async function carryOut(org: Org, plan: Plan, options: SalesforceOptions) {
  const { would, parts, person } = plan;
  const outcome = await org.composite(would, parts);
  if (outcome === undefined || "done" in outcome || person === undefined) return outcome;
  const { error, isStale, part } = outcome.failed;
  const isOfPerson = part === "person" && !person.isNew && !isStale && error.verdict === "refused";
  if (!isOfPerson || notTakenOf(outcome.failed, plan, options).size > 0) return outcome;
  return org.composite(
    would,
    parts.filter(({ referenceId }) => referenceId !== "person"),
  );
}

async function planOf(
  { options, openCases, clock }: Parts,
  org: Org,
  entry: Entry,
  anew: boolean,
): Promise<Plan | undefined> {
  const { event, context, contact, said, key, opens } = entry;
  const person = contact && (await personFor(org, options, { event, context, contact, anew }));
  if (contact !== undefined && person === undefined) return undefined;
  const asking = { event, link: context.link, opens, anew, openCases, now: clock.monotonic() };
  const step: CaseStep = options.case ? await caseStep(org, options, asking) : { is: "none" };
  const caseParts = await partsOfCase(org, options, entry, { step, person });
  const content = { event, context, said, key, person, caseId: caseIdOf(step) };
  const task =
    options.log === "transcript"
      ? await transcriptTask(org, options, content)
      : await messageTask(options, content);
  const taskId = /^\/sobjects\/Task\/([A-Za-z0-9]{15,18})$/.exec(task.path)?.[1] ?? "@{task.id}";
  const files = context.shadow ? [] : await fileParts(said, taskId);
  const own = person?.part ? [person.part] : [];
  const parts = [...own, ...caseParts.before, task, ...caseParts.after, ...files];
  return { person, step, parts, would: wouldDo(person, step, options) };
}

function caseIdOf(step: CaseStep): string | undefined {
  if (step.is === "create") return "@{case.id}";
  return step.is === "comment" ? step.id : undefined;
}

async function partsOfCase(
  org: Org,
  options: SalesforceOptions,
  { context, contact, said, key }: Entry,
  { step, person }: { readonly step: CaseStep; readonly person: Person | undefined },
): Promise<{ readonly before: readonly Part[]; readonly after: readonly Part[] }> {
  if (options.case === undefined || step.is === "none") return { before: [], after: [] };
  if (step.is === "create") {
    const making = { context, person, phone: contact?.phones[0], key };
    return { before: [await creatingPart(options.case, step.parent, making)], after: [] };
  }
  const status = step.reopen ? (options.case.reopenStatus ?? (await openStatus(org))) : undefined;
  const before = status === undefined ? [] : [reopeningPart(step.id, status)];
  return { before, after: [commentPart(step.id, said, options.case)] };
}

async function fileParts({ files }: Said, taskId: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const file of files) {
    if (!("absent" in file)) parts.push(await filePart(file, parts.length, taskId));
  }
  // A composite request has 25 parts at most; a message has a file, two at most.
  return parts.slice(0, 10);
}

function wouldDo(person: Person | undefined, step: CaseStep, { log }: SalesforceOptions): string {
  const object = person?.object.toLowerCase();
  const made = person?.part && (person.isNew ? "create" : "update");
  return [
    made && `${made} a ${object}`,
    step.is === "create" ? "create a case" : undefined,
    step.is === "comment" ? `${step.reopen ? "reopen and " : ""}comment on a case` : undefined,
    log === "task" ? "create a task" : "write to the transcript",
  ]
    .filter((each) => each !== undefined)
    .join(", ");
}
