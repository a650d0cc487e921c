import type { Dispatcher } from "undici";
import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiAnswer, type ApiRequest, createApi, pathOf, type Session } from "../http/api.ts";
import { clientCredentials, jwtBearer } from "../http/grants.ts";
import { createTokenSource, type FetchToken } from "../http/token-source.ts";
import type { Shared } from "../shared.ts";
import { type Failure, failureOf, isDailyLimit, judge, type PartAnswer } from "./failures.ts";
import type { SalesforceOptions } from "./options.ts";
import { phoneSearch, type Query, soql } from "./soql.ts";
import { withoutReference } from "./texts.ts";
import { createUsage } from "./usage.ts";

export type SalesforceRecord = Readonly<Record<string, unknown>> & { readonly Id: string };

/** A request within a composite one. */
export interface Part {
  readonly method: "POST" | "PATCH" | "DELETE";
  /** Below `/services/data/<version>`. */
  readonly path: string;
  readonly referenceId: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly httpHeaders?: Readonly<Record<string, string>>;
}

/** What became of a composite request: all of it, or nothing. */
type CompositeOutcome =
  | { readonly done: ReadonlyMap<string, PartAnswer> }
  | { readonly failed: Failure };

/** The account, for one delivery or check. Throws DeliveryError. */
export interface Org {
  readonly session: Session;
  /** `deleted`: also of the recycle bin. */
  query(query: Query, deleted?: boolean): Promise<readonly SalesforceRecord[]>;
  searchPhones(
    terms: readonly string[],
    query: Pick<Query, "select" | "from" | "limit">,
  ): Promise<readonly SalesforceRecord[]>;
  /** undefined: in shadow. */
  composite(would: string, parts: readonly Part[]): Promise<CompositeOutcome | undefined>;
  look(request: Pick<ApiRequest, "path" | "query" | "accept">): Promise<ApiAnswer>;
}

export interface SalesforceClient {
  /** Rejects with DeliveryError while the day's share of requests is used up. */
  org(
    event: WaypostEvent,
    context: Pick<DeliveryContext, "shadow">,
    signal: AbortSignal,
  ): Promise<Org>;
  /** Of no delivery. */
  plain(signal: AbortSignal): Org;
  /** Where a person looks at a record; undefined before the first token. */
  urlOf(object: string, id: string): string | undefined;
  close(): Promise<void>;
}

export function createClient(
  options: SalesforceOptions,
  clock: Pick<Clock, "monotonic" | "now">,
  shared: Shared,
): SalesforceClient {
  const { baseUrl, loginUrl, clientId, secrets, reserve } = options;
  const account = [baseUrl, loginUrl, clientId, ...secrets];
  const usage = shared.of("salesforce requests", [...account, reserve], () =>
    createUsage(reserve, clock),
  );
  let access: ReturnType<typeof createAccess> | undefined;
  const api = createApi({
    ...{ vendor: "Salesforce", secrets, judge },
    baseUrl: () => access?.instance() ?? loginUrl,
    credentials: {
      token: (connections) => {
        access = shared.of("salesforce token", account, () =>
          createAccess(options, connections, clock),
        );
        return access.token;
      },
    },
    learn(answer) {
      if (isDailyLimit(answer)) usage.exhausted();
      else usage.learn(answer.headers["sforce-limit-info"]);
    },
  });
  return {
    async org(event, context, signal) {
      const org = orgOf(api.session(event, context, signal), event, options);
      // The list of resources: any user may read it, and its header says how many requests are used.
      await usage.admit(() => org.look({ path: "/" }));
      return org;
    },
    plain: (signal) => orgOf(api.plain(signal), undefined, options),
    urlOf(object, id) {
      const instance = access?.instance();
      return instance && new URL(pathOf`/lightning/r/${object}/${id}/view`, instance).href;
    },
    close: api.close,
  };
}

/** A token, and where the API is that it is good for. */
function createAccess(
  options: SalesforceOptions,
  connections: Dispatcher,
  clock: Pick<Clock, "monotonic" | "now">,
) {
  let instance = options.baseUrl;
  const grant = grantOf(options, connections, clock);
  const fetchToken: FetchToken = async (signal) => {
    const fetched = await grant(signal);
    instance = options.baseUrl ?? instanceOf(fetched.apiUrl, options.loginUrl);
    return fetched;
  };
  return { token: createTokenSource({ fetchToken, clock }), instance: () => instance };
}

function grantOf(
  { grant, loginUrl, baseUrl, clientId }: SalesforceOptions,
  dispatcher: Dispatcher,
  clock: Pick<Clock, "now">,
): FetchToken {
  const url = new URL("/services/oauth2/token", baseUrl ?? loginUrl);
  if (grant.by === "client credentials") {
    const { clientSecret } = grant;
    return clientCredentials({ dispatcher, url, clientId, clientSecret });
  }
  const { key, username: subject, audience } = grant;
  return jwtBearer({ dispatcher, url, issuer: clientId, subject, audience, key, clock });
}

/** Tokens go where the token endpoint says, and never without TLS where that has it. */
function instanceOf(given: string | undefined, loginUrl: URL): URL {
  if (given === undefined) return loginUrl;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && (url.protocol === "https:" || url.protocol === loginUrl.protocol)) {
    return url;
  }
  const words = "the token endpoint names an address for the API that cannot be used";
  throw new DeliveryError("config", `${words}: check loginUrl`);
}

function orgOf(session: Session, event: WaypostEvent | undefined, options: SalesforceOptions): Org {
  const root = `/services/data/${options.apiVersion}`;
  return {
    session,
    look: (request) => session.look({ ...request, path: root + request.path }),
    async query(query, deleted = false) {
      const path = `${root}/${deleted ? "queryAll" : "query"}`;
      const answer = await session.look({ path, query: { q: soql(query) } });
      return recordsIn(answer.json, "records");
    },
    async searchPhones(terms, query) {
      const q = phoneSearch(terms, query);
      const answer = await session.look({ path: `${root}/search`, query: { q } });
      return recordsIn(answer.json, "searchRecords");
    },
    async composite(would, parts) {
      const compositeRequest = parts.map(({ path, body, ...part }) => ({
        ...{ ...part, url: root + path },
        ...(body && { body: withoutReferences(body) }),
      }));
      // Collated, later parts might run before those that they do not name.
      const json = { allOrNone: true, collateSubrequests: false, compositeRequest };
      const answer = await session.write(would, {
        method: "POST",
        path: `${root}/composite`,
        json,
      });
      return answer && outcomeOf(answer.json, parts.length, event, options.secrets);
    },
  };
}

/** These alone name another part; all others hold what somebody wrote. */
const references = new Set(["WhoId", "WhatId", "ContactId", "FirstPublishLocationId"]);

function withoutReferences(body: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(body).map(([name, value]) =>
    typeof value === "string" && !references.has(name)
      ? [name, withoutReference(value)]
      : [name, value],
  );
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

function recordsIn(json: unknown, key: string): readonly SalesforceRecord[] {
  const list = typeof json === "object" && json !== null ? Reflect.get(json, key) : undefined;
  if (Array.isArray(list)) return list as SalesforceRecord[];
  throw new DeliveryError("outage", "Salesforce answered a look-up without records");
}

function outcomeOf(
  json: unknown,
  count: number,
  event: WaypostEvent | undefined,
  secrets: readonly string[],
): CompositeOutcome {
  const list = (json as { compositeResponse?: unknown } | undefined)?.compositeResponse;
  if (!Array.isArray(list) || list.length !== count) {
    const words = "Salesforce answered a composite request without its parts";
    throw new DeliveryError("outage", words, { maybeDone: true });
  }
  const parts = list as readonly PartAnswer[];
  const failed = failureOf(parts, event, secrets);
  if (failed !== undefined) return { failed };
  return { done: new Map(parts.map((part) => [part.referenceId, part])) };
}

/** The id of what a part has made or changed. */
export function idIn(done: ReadonlyMap<string, PartAnswer>, referenceId: string): string {
  const body = done.get(referenceId)?.body;
  const id = typeof body === "object" && body !== null ? Reflect.get(body, "id") : undefined;
  return typeof id === "string" ? id : "";
}

/** Whether an upsert has made a new record. */
export function isCreated(done: ReadonlyMap<string, PartAnswer>, referenceId: string): boolean {
  return done.get(referenceId)?.httpStatusCode === 201;
}
