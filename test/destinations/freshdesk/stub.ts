import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { type Asked, type Held, invalid, missing, problem } from "./asked.ts";
import { createDesk, type Desk } from "./desk.ts";
import { routeOf } from "./routes.ts";
import { loadSpecification } from "./specification.ts";

export const freshdeskKey = "invented-key-0001";

export interface FreshdeskStub {
  readonly stub: Stub;
  readonly desk: Desk;
  /** Tests change it. */
  readonly held: Held;
  /** Answers that were 429. */
  refusedByLimit(): number;
  /** Requests that have had their effect. */
  served(): number;
}

/** What is said to somebody: only these are disturbed by faults and counted. */
export const says = ({ method, path }: Pick<StubRequest, "method" | "path">): boolean =>
  method === "POST" && /^\/api\/v2\/tickets(\/\d+\/notes)?$/.test(path);

const check = loadSpecification();
/** Documented by Freshdesk, and not in the file that others wrote. */
const unknown = /^\/(agents\/me|contacts\/\d+\/hard_delete|admin\/ticket_fields)/;

/** Freshdesk with a state, which refuses what its (unofficial) specification does, where that is there, and what it does besides. */
export async function startFreshdeskStub(
  options: {
    readonly now?: () => number;
    readonly limit?: number;
    readonly acts?: (request: StubRequest) => boolean;
  } = {},
): Promise<FreshdeskStub> {
  const { now = Date.now, limit = 700, acts = says } = options;
  const desk = createDesk();
  const held: Held = {
    ...{ key: freshdeskKey, forbidden: false, takesFiles: true, wanted: undefined },
    ...{ searchLagMs: 0, searchFindsDeleted: false, uniquePhones: false, choices: {} },
  };
  let window = { endsAt: 0, used: 0 };
  let refused = 0;
  let served = 0;
  const act = async (request: StubRequest): Promise<StubAnswer> => {
    if (now() >= window.endsAt) window = { endsAt: now() + 60_000, used: 0 };
    // Details cost more.
    window.used += /include=stats/.test(request.path) ? 2 : 1;
    const headers = {
      "content-type": "application/json",
      "x-ratelimit-total": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - window.used)),
    };
    if (window.used > limit) {
      refused += 1;
      const after = String(Math.ceil((window.endsAt - now()) / 1_000));
      return { status: 429, headers: { ...headers, "retry-after": after }, body: "" };
    }
    const answer = await serve(request, { desk, held, now: now() });
    served += 1;
    return { ...answer, headers };
  };
  return {
    stub: await startStub(act, acts),
    desk,
    held,
    refusedByLimit: () => refused,
    served: () => served,
  };
}

async function serve(
  request: StubRequest,
  state: Pick<Asked, "desk" | "held" | "now">,
): Promise<StubAnswer> {
  const basic = Buffer.from(`${state.held.key}:X`).toString("base64");
  if (request.headers.authorization !== `Basic ${basic}`) {
    return problem(401, "invalid_credentials", "You have to be logged in");
  }
  const url = new URL(request.path.replace(/^\/api\/v2/, ""), "http://stub");
  const route = routeOf(request.method, url.pathname);
  if (route === undefined) return missing;
  const { body, files } = read(request);
  const path = `${url.pathname}${url.search}`;
  const headers = { ...request.headers, "content-type": "application/json" };
  const wrong = unknown.test(path)
    ? undefined
    : await check?.({ method: request.method, path, headers }, body);
  if (wrong !== undefined) return invalid(400, { field: "request", code: wrong });
  if (state.held.forbidden && request.method !== "GET") {
    return problem(403, "access_denied", "You are not authorized");
  }
  return route.act({ ...state, body, files, ids: route.ids, query: url.searchParams });
}

function read({ headers, body }: StubRequest) {
  const [, boundary] =
    /^multipart\/form-data; boundary=(.+)$/.exec(headers["content-type"] ?? "") ?? [];
  if (boundary === undefined) {
    return { body: (body === "" ? {} : JSON.parse(body)) as Asked["body"], files: [] };
  }
  const fields: Record<string, unknown> = {};
  const files: string[] = [];
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const [, name = "", file] = /name="([^"]*)"(?:; filename="([^"]*)")?/.exec(part) ?? [];
    const value = part.slice(part.indexOf("\r\n\r\n") + 4, -2);
    if (file !== undefined) files.push(`${file}:${value}`);
    else setField(fields, name, value);
  }
  return { body: fields, files };
}

/** A form has texts alone: what they are follows from the field. */
function setField(fields: Record<string, unknown>, name: string, value: string): void {
  const [, list] = /^(\w+)\[\]$/.exec(name) ?? [];
  const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
  if (list !== undefined) fields[list] = [...((fields[list] ?? []) as string[]), value];
  else if (outer !== undefined && inner !== undefined) {
    fields[outer] = { ...((fields[outer] ?? {}) as object), [inner]: value };
  } else if (value === "true" || value === "false") fields[name] = value === "true";
  else fields[name] = /^(status|priority|source|\w+_id)$/.test(name) ? Number(value) : value;
}
