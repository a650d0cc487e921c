import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { createLimits, type LimitOptions } from "./limits.ts";
import {
  answer,
  changeObject,
  createObject,
  problem,
  readBatch,
  readObject,
  searchObjects,
} from "./objects.ts";
import { createPortal, objectTypes, type Portal, type StubType } from "./portal.ts";
import { type CheckRequest, loadSpecification } from "./specification.ts";

export const hubspotToken = "pat-eu1-0000-secret-1111";

export interface HubspotStub {
  readonly stub: Stub;
  readonly portal: Portal;
  /** While false, every call is answered 401. */
  tokenIsValid: boolean;
  /** Calls that need one of these are answered 403. */
  readonly missingScopes: Set<string>;
  /** What people do a moment before a request is served. */
  before: (request: StubRequest) => void;
  /** Answers that were 429. */
  refusedByLimit(): number;
  /** `POST /…/contacts`, one for each acting request. */
  writes(): string[];
}

interface StubOptions extends LimitOptions {
  /** Without the properties that Waypost needs. */
  readonly bare?: boolean;
  /** false: requests are not held against the vendor's specification, which takes a second to load. */
  readonly specification?: false;
  /** Which requests faults hit: writes unless told. */
  readonly disturbed?: "all";
}

const version = "2026-03";
/** Only what changes something is disturbed by faults. */
export const acts = ({ method, path }: Pick<StubRequest, "method" | "path">): boolean =>
  method !== "GET" && !/\/(search|batch\/read)$/.test(path);

/** HubSpot with a state: it refuses what HubSpot refuses, and what the vendor's specification does, where that is there. */
export async function startHubspotStub(options: StubOptions = {}): Promise<HubspotStub> {
  const portal = createPortal(options);
  const limits = createLimits(options);
  const check = options.specification === false ? undefined : await loadSpecification();
  const held = {
    ...{ tokenIsValid: true, missingScopes: new Set<string>() },
    before: (_: StubRequest): void => undefined,
  };
  const act = (request: StubRequest) => {
    held.before(request);
    return serve({ portal, limits, check, held }, request);
  };
  const stub = await startStub(act, options.disturbed === "all" ? () => true : acts);
  const hubspot = Object.assign(held, {
    stub,
    portal,
    refusedByLimit: limits.refused,
    writes: () => stub.requests.filter(acts).map(({ method, path }) => `${method} ${path}`),
  });
  return hubspot;
}

interface Server {
  readonly portal: Portal;
  readonly limits: ReturnType<typeof createLimits>;
  readonly check: CheckRequest | undefined;
  readonly held: { readonly tokenIsValid: boolean; readonly missingScopes: ReadonlySet<string> };
}

async function serve(server: Server, request: StubRequest): Promise<StubAnswer> {
  const { portal, limits, check, held } = server;
  const limited = limits.take(request.path.endsWith("/search"));
  if (limited) return limited;
  if (!held.tokenIsValid || request.headers.authorization !== `Bearer ${hubspotToken}`) {
    return problem(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
  }
  const url = new URL(request.path, "http://stub");
  const json = isJson(request) ? (JSON.parse(request.body) as Record<string, unknown>) : {};
  const wrong = await check?.(request, json);
  if (wrong !== undefined) return problem(400, "VALIDATION_ERROR", wrong);
  const scope = scopeOf(url.pathname, request.method);
  if (held.missingScopes.has(scope)) {
    const context = { requiredGranularScopes: [scope] };
    const errors = [{ message: "One or more of the following scopes are required.", context }];
    return problem(403, "MISSING_SCOPES", "…", { errors });
  }
  const served = route(portal, { method: request.method, url, json, body: request.body });
  return { ...served, headers: { ...served.headers, ...limits.headers() } };
}

function isJson({ headers }: StubRequest): boolean {
  return headers["content-type"]?.startsWith("application/json") ?? false;
}

function scopeOf(path: string, method: string): string {
  if (path.startsWith("/files/")) return "files";
  if (path.includes("/tickets")) return "tickets";
  const object = path.includes("/0-3") ? "deals" : "contacts";
  const part = path.startsWith("/crm/properties/") ? "schemas" : "objects";
  const reads = method === "GET" || /(search|read)$/.test(path);
  return `crm.${part}.${object}.${reads ? "read" : "write"}`;
}

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly json: Record<string, unknown>;
  readonly body: string;
}

function route(portal: Portal, call: Call): StubAnswer {
  const { pathname } = call.url;
  const [, area, ...rest] = pathname.split("/");
  if (rest[0] === version && area === "account-info") {
    return answer(200, { portalId: 4711, uiDomain: "app-eu1.hubspot.com" });
  }
  if (rest[0] === version && area === "files") return upload(portal, call);
  if (area !== "crm" || rest[1] !== version) return unknownPath(call);
  const [what, , type, ...more] = rest;
  if (what === "pipelines") return pipelines(type ?? "", more[0]);
  const name = type === "deals" ? "0-3" : (type as StubType);
  if (!objectTypes.includes(name)) return unknownPath(call);
  if (what === "properties") return propertyCalls(portal, name, { call, rest: more });
  return what === "objects" ? objectCalls(portal, name, { call, rest: more }) : unknownPath(call);
}

const unknownPath = ({ method, url }: Call) => {
  throw new Error(`the stub knows no ${method} ${url.pathname}`);
};

interface Below {
  readonly call: Call;
  readonly rest: readonly string[];
}

function objectCalls(portal: Portal, type: StubType, { call, rest }: Below): StubAnswer {
  const { method, json, url } = call;
  const key = `${method} ${rest.join("/")}`;
  const objects = { type, id: decodeURIComponent(rest[0] ?? "") };
  if (key === "POST ") return createObject(portal, type, json);
  if (key === "GET ") return answer(200, { results: [] });
  if (key === "POST search") return searchObjects(portal, type, json);
  if (key === "POST batch/read") return readBatch(portal, type, json);
  if (key === "POST batch/archive") {
    for (const { id } of json["inputs"] as { id: string }[]) portal.objects.delete(id);
    return answer(204, undefined);
  }
  if (key === "POST gdpr-delete") return purge(portal, String(json["objectId"]));
  if (method === "PATCH") return changeObject(portal, objects, json);
  if (method === "GET") {
    return readObject(portal, type, objects.id, url.searchParams.get("idProperty") ?? undefined);
  }
  if (method !== "DELETE") return unknownPath(call);
  portal.objects.delete(objects.id);
  return answer(204, undefined);
}

function purge(portal: Portal, id: string): StubAnswer {
  portal.objects.delete(id);
  for (const { id: other, associations, type } of portal.objects.values()) {
    const entry = type === "communications" || type === "notes";
    if (entry && associations.has(id)) portal.objects.delete(other);
  }
  return answer(204, undefined);
}

function propertyCalls(portal: Portal, type: StubType, { call, rest }: Below): StubAnswer {
  const known = portal.properties.get(type) ?? new Map();
  const { method, json } = call;
  if (method === "GET") {
    const property = known.get(rest[0] ?? "");
    return property
      ? answer(200, { name: rest[0], ...property })
      : problem(404, "OBJECT_NOT_FOUND", "…");
  }
  const name = String(json["name"]);
  if (rest[0] === "groups") {
    if (portal.groups.has(`${type}:${name}`)) return problem(409, "CONFLICT", "…");
    portal.groups.add(`${type}:${name}`);
    return answer(201, json);
  }
  if (!portal.groups.has(`${type}:${json["groupName"]}`))
    return problem(400, "VALIDATION_ERROR", "…");
  if (known.has(name)) return problem(409, "CONFLICT", "…");
  known.set(name, { hasUniqueValue: json["hasUniqueValue"] === true });
  return answer(201, json);
}

function pipelines(type: string, id: string | undefined): StubAnswer {
  const stages =
    type === "tickets"
      ? [
          { id: "1", label: "New", metadata: { ticketState: "OPEN" } },
          { id: "2", label: "Waiting", metadata: { ticketState: "OPEN" } },
          { id: "4", label: "Closed", metadata: { ticketState: "CLOSED" } },
        ]
      : [{ id: "appointmentscheduled", label: "Appointment scheduled", metadata: {} }];
  const pipeline = { id: type === "tickets" ? "0" : "default", label: "First", stages };
  if (id === undefined) return answer(200, { results: [pipeline] });
  return id === pipeline.id ? answer(200, pipeline) : problem(404, "OBJECT_NOT_FOUND", "…");
}

function upload(portal: Portal, { body }: Call): StubAnswer {
  const [, name] = /filename="([^"]*)"/.exec(body) ?? [];
  if (name === undefined || !body.includes('"access":"PRIVATE"')) {
    return problem(400, "VALIDATION_ERROR", "no file, or no access");
  }
  const id = portal.nextId();
  portal.files.set(id, { name, bytes: body.length });
  return answer(201, { id, name });
}
