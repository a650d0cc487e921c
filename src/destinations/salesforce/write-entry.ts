import type { Delivered, DeliveryContext } from "../../contracts.ts";
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
import type { SalesforceOptions } from "./options.ts";
import { type Person, personFor } from "./person.ts";
import { settle } from "./settle.ts";
import { messageTask, transcriptTask } from "./task.ts";

/** There is no effect to be had: of shadow it is said in its words. */
export function nothing({ shadow }: Pick<DeliveryContext, "shadow">, why: string): Delivered {
  return { answer: shadow ? `would do nothing; ${why}` : why };
}

/** When what is remembered proves to be gone, everything is looked up and written once more. */
export async function writeEntry(parts: Parts, org: Org, entry: Entry): Promise<Delivered> {
  for (const anew of [false, true]) {
    const plan = await planOf(parts, org, entry, anew);
    if (plan === undefined) {
      return nothing(entry.context, "nobody in Salesforce has this phone or id");
    }
    const outcome = await carryOut(org, plan);
    if (outcome === undefined) return { answer: org.session.summary() };
    if ("done" in outcome) return settle(parts, entry, plan, outcome.done);
    if (anew || !outcome.failed.isStale) throw outcome.failed.error;
    parts.openCases.clear();
  }
  throw new Error("unreachable");
}

/**
 * What the account refuses of changes to a person who is there (a validation rule, an approval that locks them) is left out: what was said
 * arrives in any case.
 */
async function carryOut(org: Org, { would, parts, person }: Plan) {
  const outcome = await org.composite(would, parts);
  if (outcome === undefined || "done" in outcome || person === undefined) return outcome;
  const { error, isStale, part } = outcome.failed;
  const isOfPerson = part === "person" && !person.isNew && !isStale && error.verdict === "refused";
  if (!isOfPerson) return outcome;
  const others = parts.filter((each) => each !== person.part);
  return org.composite(would, others);
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
