import type { DestinationCheck } from "../../contracts.ts";
import { tried } from "../tried.ts";
import type { Org } from "./client.ts";
import { type DescribedField, describe } from "./described.ts";
import type { SalesforceOptions } from "./options.ts";
import { remedyOf, type WantedField, wantedFields } from "./requirements.ts";

/** Credentials, objects, fields and the day's requests, by calls that change nothing. */
export async function checkSalesforce(
  options: SalesforceOptions,
  org: Org,
): Promise<DestinationCheck[]> {
  const requests = await tried("daily requests", () => dailyRequests(org, options));
  if (!requests.ok) return [{ ...requests, name: "connection" }];
  const objects = ["Task", options.object, ...(options.case ? ["Case", "CaseComment"] : [])];
  const checks = [requests];
  for (const object of objects) {
    const look = async () => {
      const detail = await problemWith(org, options, object);
      return detail === undefined ? "it is there, with its fields" : { ok: false, detail };
    };
    checks.push(await tried(object, look));
  }
  return checks;
}

async function dailyRequests(org: Org, { reserve }: SalesforceOptions) {
  const { json } = await org.look({ path: "/limits" });
  const { DailyApiRequests: daily } = (json ?? {}) as Record<string, unknown>;
  const { Max: most, Remaining: left } = (daily ?? {}) as Record<string, unknown>;
  if (typeof most !== "number" || typeof left !== "number") return "it answers";
  const words = `${left} of ${most} API requests of the last 24 hours are left`;
  if (left > most * reserve) return words;
  return { ok: false, detail: `${words}: deliveries wait; find who uses them, or buy more` };
}

/** undefined: nothing is wrong with it. */
async function problemWith(
  org: Org,
  options: SalesforceOptions,
  object: string,
): Promise<string | undefined> {
  const described = await describe(org, object);
  const access = `give the app's user a permission set with access to ${object}`;
  if (described === undefined) return `the user does not see it: ${access}`;
  if (!described.createable) return `the user may not create one: ${access}`;
  const wanted = wantedFields(options).filter((each) => each.object === object);
  const [problem] = wanted.flatMap((each) => problemOf(each, described.fields) ?? []);
  if (problem !== undefined) return problem;
  const missing = namesOf(options, object).filter((name) => !described.fields.has(name));
  return missing.length === 0 ? undefined : `no field ${missing.join(", ")}: ${access}`;
}

function problemOf(
  wanted: WantedField,
  fields: ReadonlyMap<string, DescribedField>,
): string | undefined {
  const { object, name } = wanted;
  const field = fields.get(name);
  if (field === undefined) return `no field ${name}: ${remedyOf(wanted)}`;
  if (!field.externalId) return `${name} is no external id: ${remedyOf(wanted)}`;
  if (!field.createable) return `the user may not write ${name}: give access in a permission set`;
  if (field.unique || object === "Task") return undefined;
  return `${name} is not unique, so that one person may become two: make it unique`;
}

/** What is written or read of an object besides the external ids. */
function namesOf({ match, phoneField, fieldNames, ...options }: SalesforceOptions, object: string) {
  if (object === options.object) return [phoneField, ...match, ...fieldNames];
  return object === "Task" ? ["Subject", "Description", "WhoId"] : [];
}
