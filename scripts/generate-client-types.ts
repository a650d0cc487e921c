import { compile, type JSONSchema } from "json-schema-to-typescript";

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: "query" | "path" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Json;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Json[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Json } | undefined>>;

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly schemas: Readonly<Record<string, Json>>;
  };
}

const banner = `/* Generated from schemas/openapi.yaml by \`npm run generate\`. */
import type { WaypostEvent } from "../event/event.ts";

`;
const methods = ["get", "post", "put", "patch", "delete"];

/** The text of src/client/generated.ts: the schemas of the API by name, and what each operation takes and answers. */
export async function clientTypes(openApi: OpenApi): Promise<string> {
  const operations = Object.entries(openApi.paths).flatMap(([address, item]) =>
    methods.flatMap((method): [string, Json][] => {
      const operation = item[method];
      const name = `${method.toUpperCase()} ${address}`;
      return operation === undefined ? [] : [[name, operationType(operation, openApi)]];
    }),
  );
  // Events have types of their own, made from a schema that says more.
  const { Event: _, ...schemas } = openApi.components.schemas;
  const names = operations.map(([name]) => name);
  const whole = { ...closed(Object.fromEntries(operations), names), definitions: schemas };
  const source = await compile(named(whole) as JSONSchema, "Operations", {
    bannerComment: "",
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
  return banner + source.replace(definitionNote, "").replace(emptyComment, "").trimStart();
}

const definitionNote =
  /(?: \*\n)? \* This interface was referenced by `Operations`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g;
const emptyComment = /^\/\*\*\n \*\/\n/gm;

function operationType(operation: Operation, { components }: OpenApi): Json {
  const parameters = (operation.parameters ?? []).map((parameter) => {
    const { $ref } = parameter;
    if (typeof $ref !== "string") return parameter as unknown as Parameter;
    const shared = components.parameters[$ref.replace("#/components/parameters/", "")];
    if (shared === undefined) throw new Error(`schemas/openapi.yaml: there is no ${$ref}`);
    return shared;
  });
  const [query, inPath] = [fields(parameters, "query"), fields(parameters, "path")];
  const body = operation.requestBody?.content["application/json"]?.schema;
  const required = ["answer"];
  if (inPath !== undefined) required.push("path");
  if (query !== undefined && hasRequired(query)) required.push("query");
  if (operation.requestBody?.required) required.push("body");
  const properties = {
    ...(inPath && { path: inPath }),
    ...(query && { query }),
    ...(body && { body }),
    answer: answerType(operation),
  };
  return { ...closed(properties, required), description: operation.summary };
}

/** The JSON of any 2xx; nothing where there is none, as of streams and files. */
function answerType({ responses }: Operation): Json {
  const answers = Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.["application/json"]?.schema;
    return /^2/.test(status) && schema !== undefined ? [schema] : [];
  });
  if (answers.length === 0) return { tsType: "undefined" };
  return answers.length === 1 ? (answers[0] as Json) : { anyOf: answers };
}

function fields(parameters: readonly Parameter[], place: Parameter["in"]): Json | undefined {
  const here = parameters.filter((parameter) => parameter.in === place);
  if (here.length === 0) return undefined;
  const properties = here.map(({ name, description, schema }) => [
    name,
    { ...schema, description },
  ]);
  return closed(
    Object.fromEntries(properties),
    here.filter(({ required }) => required).map(({ name }) => name),
  );
}

const hasRequired = (schema: Json) => (schema["required"] as string[]).length > 0;

function closed(properties: Json, required: readonly string[]): Json {
  return { type: "object", additionalProperties: false, properties, required };
}

/**
 * Names a schema where it is used: a description beside `$ref` would make a copy of it each time. An object
 * that says nothing of its properties may have any, and a value of which only a description is given may be any.
 */
function named(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(named);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, description, maxItems: _, ...rest } = schema as Json;
  const words = typeof description === "string" ? { description: description.trim() } : {};
  if (typeof $ref === "string") return { ...words, tsType: typeName($ref) };
  const entries = Object.entries(rest);
  if (entries.every(([key]) => key === "examples")) return { ...words, tsType: "unknown" };
  const all = Object.fromEntries(entries.map(([key, value]) => [key, named(value)]));
  const saysNothing = all["type"] === "object" && !("properties" in all);
  return { ...(saysNothing && { additionalProperties: true }), ...words, ...all };
}

function typeName($ref: string): string {
  const name = $ref.replace("#/components/schemas/", "");
  return name === "Event" ? "WaypostEvent" : name;
}
