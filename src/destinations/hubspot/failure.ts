import type { ApiAnswer, Judgement } from "../http/api.ts";
import { type Fields, fieldsOf, listOf } from "../json.ts";

/** What is said of a part of a request: by a code of HubSpot's, about a property. */
interface Detail {
  readonly code: string;
  readonly property: string;
}

/** Scopes that the calls made here may need. */
const scopes = new Set([
  "crm.objects.contacts.read",
  "crm.objects.contacts.write",
  "crm.schemas.contacts.read",
  "crm.schemas.contacts.write",
  "crm.objects.deals.read",
  "crm.objects.deals.write",
  "crm.schemas.deals.write",
  "tickets",
  "files",
]);

const places = new Set(["hs_pipeline", "hs_pipeline_stage", "pipeline", "dealstage"]);

/** Of what kind a limit is, by the `policyName` of a 429. */
const policies: ReadonlyMap<string, { readonly afterMs: number; readonly words: string }> = new Map(
  [
    ["TEN_SECONDLY_ROLLING", { afterMs: 10_000, words: "too many calls in ten seconds" }],
    ["SECONDLY", { afterMs: 1_000, words: "too many calls in a second" }],
    // The day ends at midnight of the account: asked again now and then.
    ["DAILY", { afterMs: 900_000, words: "the account's calls of this day are used up" }],
  ],
);

interface Configured {
  /** The internal names that the configuration uses, which alone may be repeated. */
  readonly properties: ReadonlySet<string>;
  /** Of these the ones whose values may be left out. */
  readonly fromEvents: ReadonlySet<string>;
}

export function createJudge(configured: Configured) {
  return (answer: ApiAnswer): Judgement | undefined => {
    const body = fieldsOf(answer.json);
    if (answer.status === 429) return tooMany(policyOf(answer), answer);
    if (answer.status === 403) return forbidden(body);
    if (answer.status === 400) return invalid(body, configured);
    const gone = answer.status === 404 && body["category"] === "OBJECT_NOT_FOUND";
    return gone ? { verdict: "refused", code: "OBJECT_NOT_FOUND" } : statuses.get(answer.status);
  };
}

const statuses: ReadonlyMap<number, Judgement> = new Map([
  [401, { verdict: "config", words: "the token is not valid (any more): set a service key" }],
  [477, { verdict: "outage", words: "the account is being moved" }],
]);

/** The policy whose limit was reached, where it is a known one. */
export function policyOf({ json }: ApiAnswer): string | undefined {
  const { policyName } = fieldsOf(json);
  return typeof policyName === "string" && policies.has(policyName) ? policyName : undefined;
}

function tooMany(policy: string | undefined, answer: ApiAnswer): Judgement {
  const known = policies.get(policy ?? "");
  if (policy === undefined || known === undefined) return { verdict: "outage" };
  const afterMs = Math.max(known.afterMs, answer.afterMs ?? 0);
  return { verdict: "outage", code: policy, words: known.words, afterMs };
}

function forbidden(body: Fields): Judgement {
  if (body["category"] !== "MISSING_SCOPES") {
    return { verdict: "config", words: "HubSpot does not let the token do this: check its scopes" };
  }
  const contexts = [body, ...listOf(body["errors"])].map(({ context }) => fieldsOf(context));
  const named = contexts.flatMap((context) => Object.values(context).flat());
  const missing = [...new Set(named)].filter((each) => scopes.has(String(each)));
  const words = `add the scope ${missing.join(", ") || "that it needs"} to the service key`;
  return { verdict: "config", code: "MISSING_SCOPES", words };
}

function invalid(body: Fields, configured: Configured): Judgement | undefined {
  const judged = detailsOf(body).flatMap((detail) => judgeDetail(detail, configured) ?? []);
  const mistake = judged.find(({ verdict }) => verdict === "config");
  const fields = judged.flatMap((each) => each.fields ?? []);
  return mistake ?? (fields.length === 0 ? undefined : { verdict: "refused", fields });
}

/** undefined: it says nothing of what the options name. */
function judgeDetail(
  { code, property }: Detail,
  { properties, fromEvents }: Configured,
): Judgement | undefined {
  const isValue = code.startsWith("INVALID_");
  if (isValue && places.has(property)) {
    const words = `HubSpot does not know this ${property}: check pipeline and stage`;
    return { verdict: "config", words };
  }
  if (!properties.has(property)) return undefined;
  const words = codes.get(code)?.(property);
  if (words !== undefined) return { verdict: "config", code, words };
  if (!isValue) return undefined;
  if (fromEvents.has(property)) return { verdict: "refused", fields: [property] };
  const mistake = `HubSpot does not take what the options say for ${property}: correct it there`;
  return { verdict: "config", words: mistake };
}

/** Of a property, whatever its value. */
const codes: ReadonlyMap<string, (property: string) => string> = new Map([
  [
    "PROPERTY_DOESNT_EXIST",
    (property) =>
      `HubSpot has no property ${property}: create it, or let waypost add hubspot do so`,
  ],
  [
    "READ_ONLY_VALUE",
    (property) => `HubSpot lets nobody write ${property}: take it out of the options`,
  ],
]);

/** HubSpot says them in two ways: as `errors`, or as JSON within its message. */
function detailsOf(body: Fields): Detail[] {
  const listed = listOf(body["errors"]).map(({ code, context }) => {
    const [property] = [fieldsOf(context)["propertyName"]].flat();
    return { code: String(code), property: String(property) };
  });
  return [...listed, ...withinMessage(String(body["message"]))];
}

function withinMessage(message: string): Detail[] {
  const [, list] = /^Property values were not valid: (\[.*\])$/s.exec(message) ?? [];
  if (list === undefined) return [];
  try {
    return listOf(JSON.parse(list)).map(({ error, name }) => ({
      code: String(error),
      property: String(name),
    }));
  } catch {
    return [];
  }
}
