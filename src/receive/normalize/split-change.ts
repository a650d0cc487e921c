import { type Claim, createContacts } from "./contacts.ts";
import { emptyStandby, ruleOf, unrecognized } from "./fields.ts";
import type { Understand } from "./found.ts";
import { type Job, rest } from "./job.ts";
import { valueError } from "./message.ts";
import { isRecord, type Json, own } from "./pick.ts";
import { type Place, sharedOf } from "./place.ts";
import { splitHistory } from "./split-history.ts";
import type { Output } from "./to-event.ts";

type Lists = Readonly<Record<string, Understand>>;

/** Lists whose only item owns the `errors` beside it. */
const errorTakers = new Set(["messages", "statuses", "message_echoes", "calls"]);

/** Takes a change apart: every item becomes an event or a problem, and so does what is in no known place. */
export function splitChange(place: Place, value: unknown, path: string, out: Output): void {
  if (!isRecord(value)) {
    out.problem(path, "is not an object");
    return;
  }
  const rule = ruleOf(place.field);
  if ("whole" in rule) takeWhole(place, value, rule.whole, path, out);
  else takeLists(place, value, rule.lists, path, out);
}

function takeLists(place: Place, value: Json, lists: Lists, path: string, out: Output): void {
  const before = out.events.length + out.problems.length;
  const { shared, whole } = sharedOf(value);
  const container = { place, path, out, wrap: (part: Json) => ({ ...shared, ...part }) };
  const nested = place.field === "standby" ? own(value, "standby") : undefined;
  const known = new Set(isRecord(nested) ? [...whole, "standby"] : whole);
  splitLists(value, lists, known, container);
  if (isRecord(nested)) {
    const wrap = (part: Json) => ({ ...shared, standby: part });
    splitLists(nested, lists, new Set(), { ...container, path: `${path}.standby`, wrap });
  }
  if (out.events.length + out.problems.length === before) {
    const empty = place.field === "standby" ? emptyStandby : unrecognized;
    takeWhole(place, value, empty, path, out);
  }
}

function takeWhole(
  place: Place,
  value: Json,
  understand: Understand,
  path: string,
  out: Output,
): void {
  out.expect(1);
  const found = understand(value, place);
  if (typeof found === "string") {
    out.problem(path, found);
    return;
  }
  const person = found.person ?? {};
  const contacts = own(value, "contacts");
  const named = Array.isArray(contacts) ? contacts.filter(isRecord) : [];
  const contact = found.person ? createContacts(named).claim(person, true).contact : person;
  out.event(place, found, contact, value, () => value);
}

interface Container {
  readonly place: Place;
  readonly path: string;
  readonly out: Output;
  readonly wrap: (part: Json) => Json;
}

function splitLists(value: Json, lists: Lists, known: Set<string>, container: Container): void {
  const { path, out } = container;
  const problemsBefore = out.problems.length;
  const jobs = listJobs(value, lists, known, container);
  const people = records(value, "contacts", known, path, out).map(([contact]) => contact);
  const contacts = createContacts(people);
  const beside = takeJobs(jobs, value, contacts, container);

  if (beside.usedContext) known.add("conversation_context");
  if (beside.usedErrors) known.add("errors");
  const errors = beside.usedErrors ? [] : records(value, "errors", known, path, out);
  const impersonal = jobs.length > 0 || errors.length > 1;
  const blameless: Job[] = errors.map(([item, itemPath]) => {
    const part = { errors: [item] };
    return { item, path: itemPath, understand: valueError, part, impersonal };
  });
  takeJobs(blameless, {}, contacts, container);

  // A contact that nobody claims may be that of an item in quarantine, which keeps it too.
  const unclaimed = out.problems.length > problemsBefore ? [] : contacts.unclaimed();
  const unknown: Job[] = unclaimed.map((contact) => aside({ contacts: [contact] }, path));
  const others = rest(value, known);
  if (others !== undefined) unknown.push(aside(others, path));
  takeJobs(unknown, {}, contacts, container);
}

function aside(part: Json, path: string): Job {
  return { item: part, path, understand: unrecognized, part, impersonal: true };
}

/** Every element of every list the field has. */
function listJobs(
  value: Json,
  lists: Lists,
  known: Set<string>,
  { place, path, out }: Container,
): Job[] {
  const jobs: Job[] = [];
  if (place.field === "history") {
    for (const [chunk, chunkPath] of records(value, "history", known, path, out)) {
      for (const job of splitHistory(chunk, chunkPath, out.problem)) jobs.push(job);
    }
  }
  for (const [key, understand] of Object.entries(lists)) {
    const takesErrors = errorTakers.has(key);
    const takesContext = key === "messages";
    for (const [item, itemPath] of records(value, key, known, path, out)) {
      const part = { [key]: [item] };
      jobs.push({ item, path: itemPath, understand, part, takesErrors, takesContext });
    }
  }
  return jobs;
}

/** The objects of a list, each with its path; what else is in it is a problem. */
function records(
  value: Json,
  key: string,
  known: Set<string>,
  path: string,
  out: Output,
): [Json, string][] {
  const list = own(value, key);
  if (!Array.isArray(list)) return [];
  known.add(key);
  const found: [Json, string][] = [];
  for (const [i, item] of list.entries()) {
    const itemPath = `${path}.${key}[${i}]`;
    if (isRecord(item)) found.push([item, itemPath]);
    else out.problem(itemPath, "is not an object");
  }
  return found;
}

type Contacts = ReturnType<typeof createContacts>;

/** Understands each job and hands it on, with its contact and what stands beside it. */
function takeJobs(jobs: readonly Job[], value: Json, contacts: Contacts, container: Container) {
  const { place, out, wrap } = container;
  out.expect(jobs.length);
  const alone = jobs.length === 1;
  const used = { usedErrors: false, usedContext: false };
  for (const job of jobs) {
    const beside = besideOf(job, value, alone, used.usedContext);
    const found = job.understand(job.item, beside === undefined ? place : { ...place, beside });
    if (typeof found === "string") {
      out.problem(job.path, found);
      continue;
    }
    used.usedErrors ||= beside?.errors !== undefined;
    used.usedContext ||= beside?.conversation_context !== undefined;
    const person = found.person ?? {};
    const claim: Claim = job.impersonal ? { contact: person } : contacts.claim(person, alone);
    const inRaw = () =>
      wrap({ ...(claim.raw && { contacts: [claim.raw] }), ...job.part, ...beside });
    out.event(place, found, claim.contact, job.item, inRaw);
  }
  return used;
}

interface Beside extends Json {
  readonly errors?: readonly Json[];
  readonly conversation_context?: Json;
}

/** The errors of the only item; the summary for the first message. */
function besideOf(job: Job, value: Json, alone: boolean, contextUsed: boolean): Beside | undefined {
  const errors = own(value, "errors");
  const context = own(value, "conversation_context");
  const hasErrors = alone && job.takesErrors && isListOfRecords(errors);
  const hasContext = job.takesContext && !contextUsed && isRecord(context);
  if (!hasErrors && !hasContext) return undefined;
  return { ...(hasErrors && { errors }), ...(hasContext && { conversation_context: context }) };
}

function isListOfRecords(value: unknown): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}
