/**
 * Makes test/destinations/zendesk/support-api.json of Zendesk's OpenAPI file: `node --import tsx scripts/prune-zendesk-spec.ts FILE`,
 * then `npx biome check --write` on it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

type Json = Record<string, unknown>;

const target = "test/destinations/zendesk/support-api.json";
/** What src/destinations/zendesk asks for. */
const used: Readonly<Record<string, readonly string[]>> = {
  "/api/v2/users/me": ["get"],
  "/api/v2/users/search": ["get"],
  "/api/v2/users/create_or_update": ["post"],
  "/api/v2/users/{user_id}": ["get", "put", "delete"],
  "/api/v2/users/{user_id}/identities": ["get"],
  "/api/v2/deleted_users/{deleted_user_id}": ["delete"],
  "/api/v2/tickets": ["get", "post"],
  "/api/v2/tickets/{ticket_id}": ["get", "put", "delete"],
  "/api/v2/tickets/{ticket_id}/audits": ["get"],
  "/api/v2/tickets/{ticket_id}/metrics": ["get"],
  "/api/v2/deleted_tickets/{ticket_id}": ["delete"],
  "/api/v2/uploads": ["post"],
  "/api/v2/groups/{group_id}": ["get"],
  "/api/v2/brands/{brand_id}": ["get"],
  "/api/v2/ticket_forms/{ticket_form_id}": ["get"],
  "/api/v2/ticket_fields/{ticket_field_id}": ["get"],
};

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("which file?");
const whole = parse(readFileSync(file, "utf8")) as Json;

/** Prose and examples are left out, and what only answers say. */
function bare(value: unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((each) => bare(each));
  if (typeof value !== "object" || value === null) return value;
  const prose = new Set(["description", "example", "examples", "summary", "tags", "title"]);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => isNamed || !(prose.has(key) && isProse(inner)))
      .map(([key, inner]) => [key, bare(inner, key === "properties")]),
  );
}

/** `description` is also the name of a property. */
function isProse(value: unknown): boolean {
  return typeof value !== "object" || value === null || !("type" in value);
}

function operation(value: Json): Json {
  return { ...(bare(value) as Json), responses: { default: { description: "any" } } };
}

const paths: Json = {};
for (const [path, methods] of Object.entries(used)) {
  const item = (whole["paths"] as Record<string, Json>)[path];
  if (item === undefined) throw new Error(`${path} is not in the file`);
  const operations = methods.map((method) => [method, operation(item[method] as Json)]);
  const shared = item["parameters"] === undefined ? {} : { parameters: bare(item["parameters"]) };
  paths[path] = { ...shared, ...Object.fromEntries(operations) };
}

const components: Record<string, Json> = {};
function keep(value: unknown): void {
  const text = JSON.stringify(value);
  for (const [, kind = "", name = ""] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
    components[kind] ??= {};
    if (name in components[kind]) continue;
    const found = (whole["components"] as Record<string, Json>)[kind]?.[name];
    components[kind][name] = bare(found);
    keep(components[kind][name]);
  }
}
keep(paths);

const pruned = {
  openapi: whole["openapi"],
  info: { title: "Support API", version: "2.0.0" },
  servers: [{ url: "/" }],
  paths,
  components: {
    ...components,
    securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
  },
  security: [{ bearer: [] }],
};
writeFileSync(target, `${JSON.stringify(pruned, null, 2)}\n`);
