import { Ajv2020, type ErrorObject, type Options, type SchemaObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Where a value breaks its schema, in words. `path` is dotted (`routes[0].when.type`), "" for the whole. */
export interface SchemaProblem {
  readonly path: string;
  readonly reason: string;
}

/** Answers with every problem, none when the value fits. Compile once, at start-up: it costs milliseconds. */
export type Check = (value: unknown) => SchemaProblem[];

const words = [
  "tsType",
  "tsEnumNames",
  "x-secret",
  "x-secret-with",
  "x-ask",
  "x-example",
  "x-meta",
  "x-group",
  "x-list",
  "x-mask",
  "x-omit",
  "x-safe",
  "x-says",
];

/**
 * Draft 2020-12. `formats` are checked; unknown keywords are refused except our own `x-` ones and `tsType`. `options`
 * are Ajv's.
 */
export function compileSchema(
  schema: SchemaObject,
  others: readonly SchemaObject[] = [],
  options: Options = {},
): Check {
  const find = compile(schema, others, options);
  return (value) => find(value).map(toProblem);
}

/** Where a value breaks its schema, for programs. */
export interface PointedProblem {
  /** JSON pointer; of an unknown or a missing key, the key's own. */
  readonly pointer: string;
  /** Of JSON Schema, which it breaks. */
  readonly keyword: string;
  readonly reason: string;
}

/** As `compileSchema`. */
export function compilePointed(
  schema: SchemaObject,
  others: readonly SchemaObject[],
): (value: unknown) => PointedProblem[] {
  const find = compile(schema, others, {});
  return (value) =>
    find(value).map((error) => ({
      pointer: pointerOf(error),
      keyword: error.keyword,
      reason: reasonOf(error),
    }));
}

function pointerOf({ instancePath, params }: ErrorObject): string {
  const { additionalProperty, missingProperty } = params as Record<string, unknown>;
  const key = additionalProperty ?? missingProperty;
  if (typeof key !== "string") return instancePath;
  return `${instancePath}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function compile(schema: SchemaObject, others: readonly SchemaObject[], options: Options) {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    // The schemas are our own, and a test holds them against theirs. To compile that would take longer than all the rest.
    validateSchema: false,
    // What that saves at run time is less than what it costs.
    code: { optimize: false },
    ...options,
  });
  addFormats.default(ajv);
  ajv.addVocabulary(words);
  for (const other of others) ajv.addSchema(other);
  const validate = ajv.compile(schema);
  return (value: unknown): ErrorObject[] => (validate(value) ? [] : (validate.errors ?? []));
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
