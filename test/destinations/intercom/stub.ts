import { readFileSync } from "node:fs";
import { checkerOf } from "../check-request.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { type Asked, type Held, problem } from "./asked.ts";
import { routeOf } from "./routes.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export const intercomToken = "dG9rOmludmVudGVkXzAwMDE=";

export interface IntercomStub {
  readonly stub: Stub;
  readonly workspace: Workspace;
  /** Tests change it. */
  readonly held: Held;
  /** Answers that were 429. */
  refusedByLimit(): number;
  /** Requests that have had their effect. */
  served(): number;
}

const check = checkerOf(
  JSON.parse(readFileSync(new URL("intercom-2.14.json", import.meta.url), "utf8")),
);

/** What is said to somebody: only these are disturbed by faults and counted. */
export const says = ({ method, path }: Pick<StubRequest, "method" | "path">): boolean =>
  method === "POST" &&
  /^\/(conversations|conversations\/\d+\/reply|contacts\/\w+\/notes)$/.test(path);

/** Intercom with a state, which refuses what Intercom's own specification does, and what it does besides. */
export async function startIntercomStub(
  options: {
    readonly now?: () => number;
    readonly limit?: number;
    /** What faults may hit. */
    readonly acts?: (request: StubRequest) => boolean;
  } = {},
): Promise<IntercomStub> {
  const { now = Date.now, limit = 1_666, acts = says } = options;
  const workspace = createWorkspace();
  const held: Held = {
    ...{ token: intercomToken, forbidden: false, takesAttachments: true, searchLagMs: 0 },
    ghost: undefined,
  };
  let window = { endsAt: 0, used: 0 };
  let refused = 0;
  let served = 0;
  const act = async (request: StubRequest): Promise<StubAnswer> => {
    if (now() >= window.endsAt) window = { endsAt: now() + 10_000, used: 0 };
    window.used += 1;
    const headers = {
      "content-type": "application/json",
      date: new Date(now()).toUTCString(),
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - window.used)),
      "x-ratelimit-reset": String(Math.ceil(window.endsAt / 1_000)),
    };
    if (window.used > limit) refused += 1;
    const answer =
      window.used > limit
        ? problem(429, "rate_limit_exceeded", "Exceeded rate limit")
        : await serve(request, { workspace, held, now: now() });
    served += 1;
    return { ...answer, headers };
  };
  return {
    stub: await startStub(act, acts),
    workspace,
    held,
    refusedByLimit: () => refused,
    served: () => served,
  };
}

async function serve(
  request: StubRequest,
  state: Pick<Asked, "workspace" | "held" | "now">,
): Promise<StubAnswer> {
  const { authorization, "intercom-version": version } = request.headers;
  if (authorization !== `Bearer ${state.held.token}`) {
    return problem(401, "unauthorized", "Access Token Invalid");
  }
  if (version !== "2.14") return problem(400, "intercom_version_invalid", "no such version");
  const route = routeOf(request);
  if (route === undefined) return problem(404, "not_found", "Resource Not Found");
  const body = request.body === "" ? {} : JSON.parse(request.body);
  const wrong = await check(request, body);
  if (wrong !== undefined) return problem(422, "parameter_invalid", wrong);
  const unknown = Object.keys(body).find((key) => !route.keys.includes(key));
  if (unknown !== undefined) return problem(400, "parameter_invalid", `unknown key ${unknown}`);
  if (state.held.forbidden && request.path !== "/me") {
    return problem(403, "action_forbidden", "The action is not authorized");
  }
  return route.act({ ...state, body, ids: route.ids });
}
