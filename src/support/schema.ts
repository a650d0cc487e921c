import { Ajv2020, type ErrorObject, type SchemaObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Where a value breaks its schema, in words. `path` is dotted (`routes[0].when.type`), "" for the whole. */
export interface SchemaProblem {
  readonly path: string;
  readonly reason: string;
}

/** Answers with every problem, none when the value fits. Compile once, at start-up: it costs milliseconds. */
export type Check = (value: unknown) => SchemaProblem[];

/** Draft 2020-12. `formats` are checked; unknown keywords are refused except our own `x-` ones and `tsType`. */
export function compileSchema(schema: SchemaObject, others: readonly SchemaObject[] = []): Check {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
  });
  addFormats.default(ajv);
  ajv.addVocabulary(["tsType", "tsEnumNames", "x-secret", "x-example", "x-meta"]);
  for (const other of others) ajv.addSchema(other);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(toProblem));
}

function toProblem(error: ErrorObject): SchemaProblem {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (all, part) =>
        /^\d+$/.test(part) ? `${all}[${part}]` : all === "" ? part : `${all}.${part}`,
      "",
    );
  return { path, reason: reasonOf(error) };
}

function reasonOf(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === "additionalProperties")
    return `unknown key "${String(params["additionalProperty"])}"`;
  if (error.keyword === "enum")
    return `must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
  if (error.keyword === "required") return `"${String(params["missingProperty"])}" is missing`;
  return error.message ?? error.keyword;
}
