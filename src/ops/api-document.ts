import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Schema } from "./masking/schema.ts";
import { schemasDir } from "./schemas.ts";

/** Of `schemas/openapi.yaml`, as far as we read it ourselves. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly "x-mask"?: string;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** The caller's own. From the copy in JSON that `npm run generate` makes: to read the YAML takes a quarter of a second. */
export function readApiDocument(): ApiDocument {
  return JSON.parse(readFileSync(join(schemasDir, "openapi.json"), "utf8")) as ApiDocument;
}
