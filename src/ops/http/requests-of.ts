import type { ApiDocument } from "../api-document.ts";

/**
 * The document without its answers and what only they refer to. The validator compiles all schemas that a document refers to, and
 * who looks at requests alone would wait for that.
 */
export function requestsOf(document: ApiDocument): ApiDocument {
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [path, withoutAnswers(methods)]),
  );
  const { schemas = {}, responses: _, ...others } = document.components ?? {};
  const used = new Set<string>();
  collect([paths, others], schemas, used);
  const asked = Object.entries(schemas).filter(([name]) => used.has(name));
  return { ...document, paths, components: { ...others, schemas: Object.fromEntries(asked) } };
}

function withoutAnswers(methods: ApiDocument["paths"][string]): ApiDocument["paths"][string] {
  return Object.fromEntries(
    Object.entries(methods).map(([method, operation]) => [
      method,
      operation?.responses ? { ...operation, responses: {} } : operation,
    ]),
  );
}

const ofSchema = "#/components/schemas/";

/** Also what a schema refers to that is referred to. */
function collect(value: unknown, schemas: Readonly<Record<string, unknown>>, used: Set<string>) {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key !== "$ref" || typeof each !== "string" || !each.startsWith(ofSchema)) {
      collect(each, schemas, used);
      continue;
    }
    const name = each.slice(ofSchema.length);
    if (used.has(name)) continue;
    used.add(name);
    collect(schemas[name], schemas, used);
  }
}
