import { createVerify, type KeyObject } from "node:crypto";
import { type Fault, type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { Org, OrgError } from "./org.ts";
import { runQuery, runSearch } from "./org-query.ts";
import { runComposite, sobject } from "./org-requests.ts";

export const clientId = "3MVG9.invented-consumer-key";
export const clientSecret = "invented-consumer-secret";
const apiVersion = "v68.0";

export interface SalesforceStub {
  readonly stub: Stub;
  readonly org: Org;
  /** Requests to the API, without those for tokens. */
  readonly calls: readonly StubRequest[];
  /** Tokens that were given out are good no more. */
  revoke(): void;
  tokens(): number;
  /** API requests of 24 hours. */
  limit: number;
  /** Answers with REQUEST_LIMIT_EXCEEDED. */
  refused(): number;
  /** Where the API is; other addresses answer for tokens alone. */
  instanceUrl: string | undefined;
  /** Takes a JWT signed with this key. */
  publicKey: KeyObject | undefined;
  grants: boolean;
  /** Asked at each request with its number, tokens too: the connection may end instead of it, or instead of its answer. */
  onRequest: ((count: number) => "go on" | "drop" | "lose the answer") | undefined;
}

const dayMs = 86_400_000;
const json = (status: number, body: unknown, headers = {}): StubAnswer => ({
  status,
  headers: { "content-type": "application/json;charset=UTF-8", ...headers },
  ...(body !== undefined && { body: JSON.stringify(body) }),
});
const error = (status: number, errorCode: string, message: string, fields?: readonly string[]) =>
  json(status, [{ message, errorCode, ...(fields?.length && { fields }) }]);

/** An account at Salesforce, as its REST API documents it. Composite requests are what faults hit. */
export async function startSalesforceStub(now: () => number = Date.now): Promise<SalesforceStub> {
  const org = new Org(now);
  const calls: StubRequest[] = [];
  const times: number[] = [];
  let [issued, revoked, refused] = [0, 0, 0];
  const api = (request: StubRequest): StubAnswer => {
    calls.push(request);
    const token = Number(/^Bearer 00D_(\d+)$/.exec(request.headers.authorization ?? "")?.[1]);
    if (!(token > revoked && token <= issued)) {
      return error(401, "INVALID_SESSION_ID", "Session expired or invalid");
    }
    while ((times[0] ?? Number.POSITIVE_INFINITY) <= now() - dayMs) times.shift();
    if (times.length >= under.limit) {
      refused += 1;
      return error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    }
    times.push(now());
    const usage = { "sforce-limit-info": `api-usage=${times.length}/${under.limit}` };
    const { headers, ...answer } = answerOf(org, request, () => under.limit - times.length);
    return { ...answer, headers: { ...headers, ...usage } };
  };
  const act = (request: StubRequest): StubAnswer => {
    if (request.path !== "/services/oauth2/token") return api(request);
    const problem = under.grants ? problemOf(request, under.publicKey) : "invalid_client";
    if (problem !== undefined) return json(400, { error: problem, error_description: "no" });
    issued += 1;
    const instance_url = under.instanceUrl ?? stub.url;
    return json(200, { access_token: `00D_${issued}`, instance_url, token_type: "Bearer" });
  };
  const hit = ({ path }: StubRequest) => {
    const fate = under.onRequest?.(stub.requests.length) ?? "go on";
    if (fate === "go on") return path.endsWith("/composite");
    stub.fail(fate === "drop" ? "reset" : "lost");
    return true;
  };
  const stub = await startStub(act, hit);
  const under: SalesforceStub = {
    ...{ stub, org, calls, limit: 15_000, instanceUrl: undefined, publicKey: undefined },
    ...{ grants: true, onRequest: undefined },
    revoke: () => {
      revoked = issued;
    },
    tokens: () => issued,
    refused: () => refused,
  };
  return under;
}

/** As the conformance suites want it: only what acts is counted, and a 401 is one that a new token does not mend. */
export function actingStub({ stub }: SalesforceStub): Stub {
  const isUnauthorized = (fault: Fault) => typeof fault === "object" && fault.status === 401;
  return {
    ...stub,
    get requests() {
      return stub.requests.filter(({ path }) => path.endsWith("/composite"));
    },
    fail: (...faults) =>
      stub.fail(...faults.flatMap((fault) => (isUnauthorized(fault) ? [fault, fault] : [fault]))),
  };
}

function problemOf({ method, body }: StubRequest, key: KeyObject | undefined): string | undefined {
  const form = new URLSearchParams(body);
  const grant = form.get("grant_type");
  if (method !== "POST") return "invalid_request";
  if (grant === "client_credentials") {
    const isKnown =
      form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
    return isKnown ? undefined : "invalid_client";
  }
  if (grant !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "unsupported_grant_type";
  const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const told = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
  const isSigned =
    key !== undefined &&
    createVerify("sha256").update(`${head}.${claims}`).verify(key, signature, "base64url");
  const isMeant = told["iss"] === clientId && told["aud"] === "https://login.salesforce.com";
  const isTimely = Number(told["exp"]) * 1_000 > Date.now();
  return isSigned && isMeant && isTimely && told["sub"] === "robot@acme.example"
    ? undefined
    : "invalid_grant";
}

function answerOf(org: Org, request: StubRequest, left: () => number): StubAnswer {
  const url = new URL(request.path, "http://stub");
  const root = `/services/data/${apiVersion}`;
  if (request.path.length > 16_384) return { status: 414 };
  if (!url.pathname.startsWith(`${root}/`)) return error(404, "NOT_FOUND", "no such resource");
  const path = url.pathname.slice(root.length);
  const query = url.searchParams.get("q") ?? "";
  try {
    if (path === "/composite" && request.method === "POST") {
      return json(200, runComposite(org, JSON.parse(request.body), root));
    }
    if (request.method === "GET") {
      if (path === "/query" || path === "/queryAll") {
        const records = runQuery(org, query, path === "/queryAll");
        return json(200, { totalSize: records.length, done: true, records });
      }
      if (path === "/") return json(200, { sobjects: `${root}/sobjects`, query: `${root}/query` });
      if (path === "/search") return json(200, { searchRecords: runSearch(org, query) });
      if (path === "/limits") return json(200, limitsOf(left()));
      const object = /^\/sobjects\/(\w+)\/describe$/.exec(path)?.[1];
      if (object !== undefined) return json(200, describeOf(org, object));
    }
    if (path === "/tooling/sobjects/CustomField" && request.method === "POST") {
      return json(201, addField(org, JSON.parse(request.body)));
    }
    const { status, body } = sobject(org, request.method, path, parsed(request.body), {});
    return json(status, body);
  } catch (thrown) {
    if (!(thrown instanceof OrgError)) throw thrown;
    return error(thrown.status, thrown.errorCode, thrown.message, thrown.fields);
  }
}

function parsed(body: string): Record<string, unknown> {
  return body === "" ? {} : (JSON.parse(body) as Record<string, unknown>);
}

function limitsOf(left: number) {
  return {
    DailyApiRequests: { Max: 15_000, Remaining: left },
    DataStorageMB: { Max: 5, Remaining: 4 },
  };
}

function describeOf(org: Org, object: string) {
  const fields = Object.entries(org.fieldsOf(object)).map(([name, facts]) => ({
    name,
    externalId: facts.externalId === true,
    unique: facts.unique === true,
    createable: facts.readOnly !== true,
    updateable: facts.readOnly !== true,
  }));
  return { name: object, createable: true, fields };
}

function addField(org: Org, body: { FullName: string; Metadata: Record<string, unknown> }) {
  const [place = "", name = ""] = body.FullName.split(".");
  const { type, externalId, unique, label } = body.Metadata;
  if (type !== "Text" || externalId !== true || typeof label !== "string") {
    throw new OrgError("FIELD_INTEGRITY_EXCEPTION", "the metadata is not that of an external id");
  }
  const fields = org.fieldsOf(place === "Activity" ? "Task" : place);
  fields[name] = {
    length: 255,
    externalId: true,
    ...(unique === true && { unique: true as const }),
  };
  return { id: "00N000000000001", success: true };
}
