/**
 * Writes of a vendor's OpenAPI file what the tests use: some operations, what they refer to, without examples. Contradictions that no validator
 * can read are taken out. `node --import tsx scripts/prune-spec.ts IN.yaml OUT.json "GET /me" "POST /contacts" …`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

type Tree = Record<string, unknown>;
interface Spec extends Tree {
  paths: Record<string, Tree>;
  components: Record<string, Tree>;
}

const [input = "", output = "", ...wanted] = process.argv.slice(2);
const spec = parse(readFileSync(input, "utf8"), { maxAliasCount: -1 }) as Spec;
const paths: Spec["paths"] = {};
for (const each of wanted) {
  const [method = "", path = ""] = each.split(" ");
  const all = spec.paths[path];
  const operation = all?.[method.toLowerCase()] as Tree | undefined;
  if (all === undefined || operation === undefined) throw new Error(`${each} is not in ${input}`);
  const { responses: _, description: __, ...asked } = operation;
  const kept = all["parameters"] === undefined ? {} : { parameters: all["parameters"] };
  paths[path] ??= kept;
  paths[path][method.toLowerCase()] = { ...asked, responses: { default: { description: "any" } } };
}
const components: Spec["components"] = {
  securitySchemes: spec.components["securitySchemes"] ?? {},
};
const mended = mend(paths) as Spec["paths"];
collect(mended);
const { openapi, info, security } = spec;
const servers = [{ url: "/" }];
writeFileSync(
  output,
  `${JSON.stringify({ openapi: "3.0.3", info, servers, security, paths: mended, components })}\n`,
);
process.stdout.write(`${output}: ${wanted.length} operations of ${String(openapi)}\n`);

function mend(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== "object" || value === null) return value;
  const { example: _, examples: __, ...tree } = value as Tree;
  // A null of no type, and an id that cannot be as long as a UUID and shorter.
  if (tree["type"] === undefined) delete tree["nullable"];
  if (tree["format"] === "uuid" && Number(tree["maxLength"]) < 36) delete tree["format"];
  if (tree["type"] === "integer" && tree["format"] === "date-time") delete tree["format"];
  // Everywhere else a contact's id is a text of letters and digits.
  if (tree["name"] === "contact_id") tree["schema"] = { type: "string" };
  return Object.fromEntries(Object.entries(tree).map(([key, inner]) => [key, mend(inner)]));
}

/** What is referred to, and what that refers to. */
function collect(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(String(inner)) ?? [];
    if (key !== "$ref" || kind === undefined || name === undefined) {
      collect(inner);
      continue;
    }
    components[kind] ??= {};
    if (components[kind][name] !== undefined) continue;
    components[kind][name] = mend(spec.components[kind]?.[name]);
    collect(components[kind][name]);
  }
}
