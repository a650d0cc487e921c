import type { Delivered, DeliveryContext, Link, WaypostEvent } from "../../contracts.ts";
import { laterTime } from "../later-time.ts";
import { recordEvent, type VendorRecord } from "../record-event.ts";
import { noteOpen } from "./case.ts";
import { idIn, isCreated, type SalesforceClient } from "./client.ts";
import type { Entry, Parts, Plan } from "./entry.ts";
import type { PartAnswer } from "./failures.ts";
import type { SalesforceOptions } from "./options.ts";

type Done = ReadonlyMap<string, PartAnswer>;

/** Remembers what was made and tells of it. */
export async function settle(
  parts: Parts,
  { event, context }: Entry,
  plan: Plan,
  done: Done,
): Promise<Delivered> {
  const { options, openCases, clock } = parts;
  const { person, step } = plan;
  const taskId = idIn(done, "task") || context.link?.["task"];
  const personId = person?.isNew ? idIn(done, "person") : person?.id;
  const caseId = caseOf(plan, done);
  const isOpen = step.is === "create" || (step.is === "comment" && step.reopen);
  if (caseId !== undefined && isOpen) noteOpen(openCases, caseId, clock.monotonic());
  if (person?.link !== undefined && personId !== undefined) {
    await rememberPerson(context, options, { ...person.link, id: personId });
  }
  const records = recordsOf(parts, plan, done, { personId, caseId, taskId });
  const closed = step.is === "none" ? step.was : undefined;
  return {
    ...(taskId !== undefined && { remoteId: taskId }),
    answer: `200 ${[...done.keys()].join(" ")}`,
    ...conversationLink(options, { event, context, taskId, caseId, closed }),
    events: records.map((record) => recordEvent(event, context, record)),
  };
}

function caseOf({ step }: Plan, done: Done): string | undefined {
  if (step.is === "create") return idIn(done, "case");
  return step.is === "comment" ? step.id : undefined;
}

interface Ids {
  readonly personId: string | undefined;
  readonly caseId: string | undefined;
  readonly taskId: string | undefined;
}

/** Of Tasks only a transcript is told: one for each message would double what everybody gets. */
function recordsOf(
  { client, options }: Parts,
  { person, step }: Plan,
  done: Done,
  { personId, caseId, taskId }: Ids,
): VendorRecord[] {
  const isNewPerson = person?.isNew === true && isCreated(done, "person");
  const isReopened = step.is === "comment" && step.reopen;
  const isNewTask = options.log === "transcript" && isCreated(done, "task");
  const records: [boolean, string, string | undefined, boolean][] = [
    [isNewPerson, person?.object ?? "", personId, true],
    [step.is === "create", "Case", caseId, true],
    [isReopened, "Case", caseId, false],
    [isNewTask, "Task", taskId, true],
  ];
  return records.flatMap(([is, object, id, created]) =>
    is && id !== undefined ? [recordOf(client, object, id, created)] : [],
  );
}

export function recordOf(
  client: SalesforceClient,
  object: string,
  id: string,
  created: boolean,
): VendorRecord {
  const url = client.urlOf(object, id);
  return { object: object.toLowerCase(), id, created, ...(url !== undefined && { url }) };
}

export function rememberPerson(
  context: DeliveryContext,
  options: SalesforceOptions,
  link: Link,
): Promise<void> {
  return context.remember(link, { scope: "contact", keepMs: options.newAfterMs });
}

/** Of the conversation: its Case, its transcript, and when something was last said. */
export function conversationLink(
  { log, case: cases }: SalesforceOptions,
  entry: {
    readonly event: WaypostEvent;
    readonly context: Pick<DeliveryContext, "link">;
    readonly taskId: string | undefined;
    readonly caseId: string | undefined;
    readonly closed: string | undefined;
  },
): { readonly link?: Link } {
  if (log === "task" && cases === undefined) return {};
  const { event, context, taskId, caseId, closed } = entry;
  return {
    link: {
      at: laterTime(event.time, context.link?.["at"]),
      ...(caseId !== undefined && { case: caseId }),
      ...(closed !== undefined && { closed }),
      ...(log === "transcript" && taskId !== undefined && { task: taskId }),
    },
  };
}
