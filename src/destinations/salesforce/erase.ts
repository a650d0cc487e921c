import type { Erased, Erasing } from "../../contracts.ts";
import type { Org, SalesforceRecord } from "./client.ts";
import type { Parts } from "./entry.ts";
import type { SalesforceOptions } from "./options.ts";
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
  const tasks = await ownTasks(org, options, person, links);
  const cases = await ownCases(org, options, person, links);
  const erased = [...(await deleted(org, "Task", tasks)), ...(await deleted(org, "Case", cases))];
  if (person === undefined) return erased;
  const told = { object: object.toLowerCase(), id: person };
  const [there] = await org.query({
    ...{ select: ["Id"], from: object, where: isIn("Id", [person]) ?? "", limit: 1 },
  });
  if (there === undefined) return [...erased, { ...told, result: "absent" }];
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
  return [...erased, { ...told, result: "by hand", ...(url !== undefined && { url }) }];
}

type Links = Erasing["links"];

function idsIn(links: Links, name: string): string[] {
  return links.flatMap((link) => link[name] ?? []);
}

async function ownTasks(
  org: Org,
  { eventId }: SalesforceOptions,
  person: string | undefined,
  links: Links,
): Promise<string[]> {
  const linked = await existing(org, "Task", idsIn(links, "task"));
  if (person === undefined) return linked;
  const found = await allOf(org, {
    ...{ select: ["Id", "Description", ...(eventId === undefined ? [] : [eventId])], from: "Task" },
    where: isIn("WhoId", [person]) ?? "",
  });
  const own = found.filter((task) =>
    eventId === undefined ? isMarked(task["Description"]) : (task[eventId] ?? "") !== "",
  );
  return [...new Set([...linked, ...own.map(({ Id }) => Id)])];
}

async function ownCases(
  org: Org,
  options: SalesforceOptions,
  person: string | undefined,
  links: Links,
): Promise<string[]> {
  if (options.case === undefined) return [];
  const { eventId } = options.case;
  const ids = [...idsIn(links, "case"), ...idsIn(links, "closed")];
  const linked = await existing(org, "Case", ids);
  if (person === undefined || person.startsWith("00Q")) return linked;
  const found = await allOf(org, {
    ...{ select: ["Id", "Description", ...(eventId === undefined ? [] : [eventId])], from: "Case" },
    where: isIn("ContactId", [person]) ?? "",
  });
  const own = found.filter((one) =>
    eventId === undefined ? isMarked(one["Description"]) : (one[eventId] ?? "") !== "",
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
    const told = { object: object.toLowerCase(), result: "deleted" } as const;
    result.push(...some.map((id) => ({ ...told, id })));
  }
  return result;
}
