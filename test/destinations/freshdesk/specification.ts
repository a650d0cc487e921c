import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { type CheckRequest, checkerOf } from "../check-request.ts";

/**
 * There is no official specification; the one that others wrote has no licence for a copy. It is used where it lies beside the project, or
 * where VENDOR_SPECS says.
 */
const file = resolve(
  process.env["VENDOR_SPECS"] ?? "../shared/specs",
  "freshdesk-unofficial-api-evangelist.yml",
);

export const hasSpecification = existsSync(file);

type Tree = Record<string, unknown>;
interface Spec {
  paths: Record<string, Record<string, { parameters?: unknown[]; responses?: unknown }>>;
  components: { schemas: Record<string, { properties: Tree; additionalProperties?: boolean }> };
}

let loaded: CheckRequest | undefined;

/** undefined: it is not there. */
export function loadSpecification(): CheckRequest | undefined {
  if (!hasSpecification) return undefined;
  loaded ??= checkerOf(patched());
  return loaded;
}

/** With what Freshdesk documents and the file does not know; whatever else it does not know is a mistake. */
function patched(): object {
  const spec = parse(readFileSync(file, "utf8"), { maxAliasCount: -1 }) as Spec;
  const { schemas } = spec.components;
  for (const name of ["TicketCreate", "TicketUpdate", "ContactCreate", "NoteCreate"]) {
    const schema = schemas[name];
    if (schema) schema.additionalProperties = false;
  }
  Object.assign(schemas["ContactCreate"]?.properties ?? {}, {
    unique_external_id: { type: "string" },
  });
  Object.assign(schemas["NoteCreate"]?.properties ?? {}, { user_id: { type: "integer" } });
  spec.paths["/contacts"]?.["get"]?.parameters?.push({
    ...{ name: "unique_external_id", in: "query", schema: { type: "string" } },
  });
  // It is encoded; the validator looks at it decoded.
  for (const parameter of spec.paths["/search/contacts"]?.["get"]?.parameters ?? []) {
    Object.assign(parameter as object, { allowReserved: true });
  }
  for (const operations of Object.values(spec.paths)) {
    for (const operation of Object.values(operations)) {
      operation.responses = { default: { description: "any" } };
    }
  }
  return { ...spec, openapi: "3.0.3", servers: [{ url: "/" }] };
}
