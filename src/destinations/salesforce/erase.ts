import type { Erased, Erasing } from "../../contracts.ts";
import type { Org, SalesforceRecord } from "./client.ts";
import type { Parts } from "./entry.ts";
import type { CaseOptions } from "./options.ts";
import { isIn } from "./soql.ts";
import { isMarked } from "./texts.ts";

/** What one request deletes. */
const mostAtOnce = 25;

/**
 * Deletes the Tasks and Cases that Waypost made about a person, and the person where Waypost made them. One whom the users have made is theirs:
 * only our external id is taken away, and the rest is for people. What is deleted lies in Salesforce's recycle bin for 15 days.
 */
export async function erasePerson(
  { options, client }: Pick<Parts, "options" | "client">,
  org: Org,
  { contactLink, links }: Erasing,
): Promise<readonly Erased[]> {
  const person = contactLink?.["id"];
  const object = contactLink?.["as"] ?? options.object;
  const { eventId } = options;
  const task = { object: "Task", by: "WhoId", person, eventId } as const;
  const tasks = await ownOf(org, idsIn(links, "task"), task);
  const cases = options.case ? await ownCases(org, links, person, options.case) : [];
  const erased = [...(await deleted(org, "Task", tasks)), ...(await deleted(org, "Case", cases))];
  if (person === undefined) return erased;
  const record = { object: object.toLowerCase(), id: person };
  const [there] = await org.query({
    ...{ select: ["Id"], from: object, where: isIn("Id", [person]) ?? "", limit: 1 },
  });
  if (there === undefined) return [...erased, { ...record, result: "absent" }];
  if (contactLink?.["made"] === "yes") {
    return [...erased, ...(await deleted(org, object, [person]))];
  }
  if (object === options.object) {
    const body = { [options.externalId]: null };
    const path = `/sobjects/${object}/${person}`;
    const outcome = await org.composite("take the external id away", [
      { method: "PATCH", path, referenceId: "person", body },
    ]);
    if (outcome && "failed" in outcome) throw outcome.failed.error;
  }
  const url = client.urlOf(object, person);
  return [...erased, { ...record, result: "by hand", ...(url !== undefined && { url }) }];
}

type Links = Erasing["links"];

function idsIn(links: Links, name: string): string[] {
  return links.flatMap((link) => link[name] ?? []);
}

/** A lead has none. */
async function ownCases(
  org: Org,
  links: Links,
  person: string | undefined,
  { eventId }: CaseOptions,
): Promise<string[]> {
  const ids = [...idsIn(links, "case"), ...idsIn(links, "closed")];
  const contact = person?.startsWith("00Q") ? undefined : person;
  return ownOf(org, ids, { object: "Case", by: "ContactId", person: contact, eventId });
}

interface Own {
  readonly object: "Task" | "Case";
  /** The field that names the person. */
  readonly by: "WhoId" | "ContactId";
  readonly person: string | undefined;
  /** The field that holds the event's id; undefined: the description ends with our mark. */
  readonly eventId: string | undefined;
}

/** What links remember, and what of the person's Waypost has made. */
async function ownOf(
  org: Org,
  ids: readonly string[],
  { object, by, person, eventId }: Own,
): Promise<string[]> {
  const linked = await existing(org, object, ids);
  if (person === undefined) return linked;
  const found = await allOf(org, {
    ...{ select: ["Id", "Description", ...(eventId === undefined ? [] : [eventId])], from: object },
    where: isIn(by, [person]) ?? "",
  });
  const own = found.filter((record) =>
    eventId === undefined ? isMarked(record["Description"]) : (record[eventId] ?? "") !== "",
  );
  return [...new Set([...linked, ...own.map(({ Id }) => Id)])];
}

async function existing(org: Org, from: string, ids: readonly string[]): Promise<string[]> {
  const where = isIn("Id", ids);
  if (where === undefined) return [];
  return (await org.query({ select: ["Id"], from, where, limit: 200 })).map(({ Id }) => Id);
}

/** Page by page, by the id. */
async function allOf(
  org: Org,
  query: { readonly select: readonly string[]; readonly from: string; readonly where: string },
): Promise<SalesforceRecord[]> {
  const all: SalesforceRecord[] = [];
  for (let last = ""; ; ) {
    const where = last === "" ? query.where : `${query.where} AND Id > '${last}'`;
    const page = await org.query({ ...query, where, order: "Id", limit: 200 });
    all.push(...page);
    const end = page.at(-1)?.Id;
    if (page.length < 200 || end === undefined) return all;
    last = end;
  }
}

async function deleted(org: Org, object: string, ids: readonly string[]): Promise<Erased[]> {
  const result: Erased[] = [];
  for (let at = 0; at < ids.length; at += mostAtOnce) {
    const some = ids.slice(at, at + mostAtOnce);
    const parts = some.map((id, i) => ({
      ...({ method: "DELETE", path: `/sobjects/${object}/${id}` } as const),
      referenceId: `gone${i}`,
    }));
    const outcome = await org.composite(`delete ${some.length} of ${object}`, parts);
    if (outcome && "failed" in outcome) throw outcome.failed.error;
    const record = { object: object.toLowerCase(), result: "deleted" } as const;
    result.push(...some.map((id) => ({ ...record, id })));
  }
  return result;
}
