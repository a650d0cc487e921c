import { readFileSync } from "node:fs";
import path from "node:path";
import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  parse,
  validate,
} from "graphql";
import type { RawOptions } from "../../../src/destinations/shopify/options.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { createWorld, resolversOf, type World } from "./world.ts";

const schema = buildSchema(
  readFileSync(path.join(import.meta.dirname, "admin-api.graphql"), "utf8"),
);
export const clientId = "invented-client-id-0815";
export const clientSecret = "shpss_invented-secret-4711";

export interface ShopifyStub {
  readonly stub: Stub;
  readonly options: RawOptions;
  readonly world: World;
  /** Root fields of each request, in order. */
  readonly operations: string[];
  /** Requests that were answered with THROTTLED. */
  readonly throttled: () => number;
  readonly bucket: { maximumAvailable: number; restoreRate: number };
  readonly tokens: { issued: number; refuse?: StubAnswer };
  /** Takes none of the tokens issued so far. */
  revoke(): void;
  close(): Promise<void>;
}

/**
 * Shopify's token endpoint and GraphQL Admin API: every query is parsed and validated against the schema, and costs points. Faults hit
 * mutations alone unless told.
 */
export async function startShopifyStub(
  now: () => number = Date.now,
  acts: (request: StubRequest) => boolean = ({ body }) => body.includes("mutation"),
): Promise<ShopifyStub> {
  const world = createWorld();
  const resolvers = resolversOf(world);
  const operations: string[] = [];
  const tokens: ShopifyStub["tokens"] = { issued: 0 };
  const bucket = { maximumAvailable: 1_000, restoreRate: 50 };
  const points = createPoints(bucket, now);
  let revoked = 0;
  let throttled = 0;
  const answer = (request: StubRequest): StubAnswer => {
    if (request.path === "/admin/oauth/access_token") return issue(tokens, request);
    if (request.path !== "/admin/api/2026-10/graphql.json")
      return json(404, { errors: "Not Found" });
    const token = /^shpat_invented-(\d+)$/.exec(String(request.headers["x-shopify-access-token"]));
    if (!(Number(token?.[1]) > revoked)) {
      const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
      return json(401, { errors });
    }
    const { query, variables, ...unknown } = JSON.parse(request.body);
    if (Object.keys(unknown).length > 0) return json(400, { errors: "Bad Request" });
    const { document, problems } = checked(query);
    if (problems.length > 0) return json(200, { errors: problems.map(withCode("undefinedField")) });
    const fields = rootFields(document);
    const cost = points.spend(costOf(fields));
    if (cost.denied) {
      throttled += 1;
      const errors = [{ message: "Throttled", extensions: { code: "THROTTLED" } }];
      return json(200, { errors, extensions: { cost: cost.told } });
    }
    operations.push(fields.join(" "));
    const result = execute({ schema, document, rootValue: resolvers, variableValues: variables });
    if (result instanceof Promise) throw new Error("all of the stub is at once");
    const errors = result.errors?.map((error) => withCode(codeOf(error))(error));
    const data = errors === undefined ? { data: result.data } : { errors, data: null };
    return json(200, { ...data, extensions: { cost: cost.told } });
  };
  const stub = await startStub(answer, acts);
  return {
    ...{ stub, world, operations, bucket, tokens },
    throttled: () => throttled,
    options: { shop: "acme.myshopify.com", clientId, clientSecret, baseUrl: stub.url },
    revoke: () => {
      revoked = tokens.issued;
    },
    close: () => stub.close(),
  };
}

const known = new Map<string, { document: DocumentNode; problems: readonly GraphQLError[] }>();

/** The same text needs no second look. */
function checked(query: string) {
  const document = known.get(query)?.document ?? parse(query);
  const problems = known.get(query)?.problems ?? validate(schema, document);
  known.set(query, { document, problems });
  return { document, problems };
}

function issue(tokens: ShopifyStub["tokens"], { headers, body }: StubRequest): StubAnswer {
  const form = new URLSearchParams(body);
  const isForm = headers["content-type"] === "application/x-www-form-urlencoded";
  const fits =
    form.get("grant_type") === "client_credentials" &&
    form.get("client_id") === clientId &&
    form.get("client_secret") === clientSecret;
  if (tokens.refuse) return tokens.refuse;
  if (!isForm || !fits) return json(400, { error: "invalid_client" });
  tokens.issued += 1;
  const access_token = `shpat_invented-${tokens.issued}`;
  return json(200, { access_token, scope: "write_customers,write_orders", expires_in: 86_399 });
}

export function json(status: number, body: object): StubAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: JSON.stringify(body) };
}

function rootFields(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === "OperationDefinition"
      ? definition.selectionSet.selections.flatMap((field) =>
          field.kind === "Field" ? [field.name.value] : [],
        )
      : [],
  );
}

/** A mutation costs 10 points, a list what it may hold, an object one. */
function costOf(fields: readonly string[]): number {
  const lists = new Set(["customers", "orders"]);
  const isMutation = (field: string) => /(?:Create|Update|Delete|Add|Set)$/.test(field);
  return fields.reduce(
    (sum, field) => sum + (isMutation(field) ? 10 : lists.has(field) ? 12 : 1),
    0,
  );
}

/** A leaky bucket, as shopify.dev/docs/api/usage/limits describes it. */
function createPoints(bucket: ShopifyStub["bucket"], now: () => number) {
  let left = Number.POSITIVE_INFINITY;
  let at = now();
  return {
    spend(requestedQueryCost: number) {
      const refilled = left + ((now() - at) / 1_000) * bucket.restoreRate;
      left = Math.min(bucket.maximumAvailable, refilled);
      at = now();
      const denied = left < requestedQueryCost;
      if (!denied) left -= requestedQueryCost;
      const throttleStatus = { ...bucket, currentlyAvailable: Math.floor(left) };
      const actualQueryCost = denied ? null : requestedQueryCost;
      return { denied, told: { requestedQueryCost, actualQueryCost, throttleStatus } };
    },
  };
}

function withCode(code: string) {
  return ({ message, path: at }: GraphQLError) => ({ message, path: at, extensions: { code } });
}

function codeOf({ originalError }: GraphQLError): string {
  const { extensions } = (originalError ?? {}) as {
    readonly extensions?: { readonly code?: string };
  };
  if (extensions?.code !== undefined) return extensions.code;
  throw originalError ?? new Error("an error without a code");
}
