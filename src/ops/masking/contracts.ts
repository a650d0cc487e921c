import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiDocument } from "../api-document.ts";
import { schemasDir } from "../schemas.ts";
import { MaskCompiler } from "./compile.ts";
import type { Mask, Schema } from "./schema.ts";

/** Masks by the contracts: each is compiled once, when it is first asked for. */
export interface Masks {
  /** Of an operation's JSON answer; undefined: the contract has none. */
  ofAnswer(asked: {
    /** In lower case. */
    readonly method: string;
    readonly route: string;
    readonly status: number;
  }): Mask | undefined;
  /** Of a schema of `components`, by its name. */
  ofSchema(name: string): Mask;
}

export function readEventSchema(): Schema {
  return JSON.parse(readFileSync(join(schemasDir, "event.schema.json"), "utf8")) as Schema;
}

export function createMasks(api: ApiDocument, event: Schema): Masks {
  const ofEvents = new MaskCompiler({
    find: (ref) => resolve<Schema>(event, ref),
    other: unknownSchema,
    // Whoever may publish on the bus may have said something else than the schema.
    foreign: true,
  });
  const compiler = new MaskCompiler({
    find: (ref) => resolve<Schema>(api, ref),
    other: (name) =>
      name === "event.schema.json" ? { schema: event, compiler: ofEvents } : unknownSchema(name),
    foreign: false,
  });
  const answers = new Map<string, Mask | undefined>();
  const answerOf = (method: string, route: string, status: number): Mask | undefined => {
    const { responses = {} } = api.paths[route]?.[method] ?? {};
    const content = responses[status]?.content ?? {};
    const schema = content["application/json"]?.schema;
    return schema && compiler.compile(schema);
  };
  return {
    ofAnswer({ method, route, status }) {
      const name = `${method} ${route} ${status}`;
      if (!answers.has(name)) answers.set(name, answerOf(method, route, status));
      return answers.get(name);
    },
    ofSchema: (name) => compiler.compile({ $ref: `#/components/schemas/${name}` }),
  };
}

/** What a `#/…` points to. */
export function resolve<T>(document: unknown, ref: string): T {
  const found = ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
  if (found === undefined) throw new TypeError(`there is no ${ref} in the document`);
  return found as T;
}

function unknownSchema(name: string): never {
  throw new TypeError(`x-schema names no known document: ${name}`);
}
