import { type Org, OrgError } from "./org.ts";

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Body = Record<string, unknown>;

/** A request to `/sobjects/…`. */
export function sobject(
  org: Org,
  method: string,
  path: string,
  body: Body,
  headers: Readonly<Record<string, string>>,
): Answer {
  const [, object = "", field, value] =
    /^\/sobjects\/(\w+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  const fields = org.fieldsOf(object);
  const allowSave = headers["Sforce-Duplicate-Rule-Header"] === "allowSave=true";
  if (method === "POST" && field === undefined) {
    const { Id: id } = org.insert(object, body, { allowSave });
    return { status: 201, body: { id, success: true, errors: [] } };
  }
  if (field !== undefined && value === undefined) {
    if (method === "PATCH") org.update(object, field, body);
    else if (method === "DELETE") org.delete(object, field);
    else throw notAllowed();
    return { status: 204 };
  }
  if (method !== "PATCH" || field === undefined || value === undefined) throw notAllowed();
  // What follows a dot is taken for a format.
  if (value.includes(".") || !fields[field]?.externalId) {
    throw new OrgError("NOT_FOUND", "The requested resource does not exist", { status: 404 });
  }
  if (Object.hasOwn(body, field)) {
    throw new OrgError("INVALID_FIELD", `The ${field} field should not be specified in the body`);
  }
  return upsert(org, object, { field, value: decodeURIComponent(value), body, allowSave });
}

function notAllowed(): OrgError {
  return new OrgError("METHOD_NOT_ALLOWED", "HTTP Method not allowed", { status: 405 });
}

function upsert(
  org: Org,
  object: string,
  {
    field,
    value,
    body,
    allowSave,
  }: { field: string; value: string; body: Body; allowSave: boolean },
): Answer {
  const same = org
    .all(object)
    .filter((record) => String(record[field] ?? "").toLowerCase() === value.toLowerCase());
  if (same.length > 1) {
    return { status: 300, body: same.map(({ Id }) => `/services/data/sobjects/${object}/${Id}`) };
  }
  const [found] = same;
  const told = { success: true, errors: [] };
  if (found !== undefined) {
    org.update(object, found.Id, body);
    return { status: 200, body: { id: found.Id, ...told, created: false } };
  }
  const { Id: id } = org.insert(object, { ...body, [field]: value }, { allowSave });
  return { status: 201, body: { id, ...told, created: true } };
}

interface CompositeBody {
  readonly allOrNone?: boolean;
  readonly collateSubrequests?: boolean;
  readonly compositeRequest?: readonly {
    readonly method: string;
    readonly url: string;
    readonly referenceId: string;
    readonly body?: Body;
    readonly httpHeaders?: Readonly<Record<string, string>>;
  }[];
}

class RolledBack extends Error {
  readonly responses: object[];
  constructor(responses: object[]) {
    super();
    this.responses = responses;
  }
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/requests_composite.htm; of it, what is all or none. */
export function runComposite(org: Org, composite: CompositeBody, root: string): object {
  const { compositeRequest: parts = [], ...rest } = composite;
  const unknown = Object.keys(rest).filter(
    (key) => key !== "allOrNone" && key !== "collateSubrequests",
  );
  if (unknown.length > 0 || rest.allOrNone !== true) {
    throw new OrgError("JSON_PARSER_ERROR", `Unrecognized field ${unknown.join()}`);
  }
  if (parts.length === 0 || parts.length > 25) {
    throw new OrgError("LIMIT_EXCEEDED", "The limit of subrequests is 25");
  }
  try {
    return { compositeResponse: org.atomically(() => runParts(org, parts, root)) };
  } catch (error) {
    if (error instanceof RolledBack) return { compositeResponse: error.responses };
    throw error;
  }
}

function runParts(org: Org, parts: NonNullable<CompositeBody["compositeRequest"]>, root: string) {
  const answers = new Map<string, Answer>();
  const responses: object[] = [];
  for (const { method, url, referenceId, body = {}, httpHeaders = {}, ...unknown } of parts) {
    if (Object.keys(unknown).length > 0) throw new OrgError("JSON_PARSER_ERROR", "unknown key");
    if (!/^[A-Za-z0-9_]+$/.test(referenceId) || answers.has(referenceId)) {
      throw new OrgError("JSON_PARSER_ERROR", "the referenceId is not one");
    }
    if (!url.startsWith(`${root}/sobjects/`)) throw new OrgError("NOT_FOUND", "not below sobjects");
    const answer = answerOf(() => {
      const path = resolve(url.slice(root.length), answers);
      const filled = JSON.parse(resolve(JSON.stringify(body), answers)) as Body;
      return sobject(org, method, path, filled, httpHeaders);
    });
    if (answer.status >= 300) throw new RolledBack(halted(parts, referenceId, answer));
    answers.set(referenceId, answer);
    responses.push(responseOf(referenceId, answer));
  }
  return responses;
}

function answerOf(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OrgError)) throw error;
    const { status, errorCode, message, fields } = error;
    return { status, body: [{ message, errorCode, fields }] };
  }
}

function responseOf(referenceId: string, { status, body = null }: Answer) {
  return { body, httpHeaders: {}, httpStatusCode: status, referenceId };
}

function halted(
  parts: NonNullable<CompositeBody["compositeRequest"]>,
  culprit: string,
  answer: Answer,
): object[] {
  const message =
    "The transaction was rolled back since another operation in the same transaction failed.";
  const body = [{ errorCode: "PROCESSING_HALTED", message }];
  return parts.map(({ referenceId }) =>
    responseOf(referenceId, referenceId === culprit ? answer : { status: 400, body }),
  );
}

function resolve(text: string, answers: ReadonlyMap<string, Answer>): string {
  return text.replace(/@\{(\w+)\.(\w+)\}/g, (_, referenceId: string, field: string) => {
    const body = answers.get(referenceId)?.body;
    const value = typeof body === "object" && body !== null ? Reflect.get(body, field) : undefined;
    if (typeof value === "string") return value;
    throw new OrgError("PROCESSING_HALTED", `Invalid reference specified: ${referenceId}`);
  });
}
