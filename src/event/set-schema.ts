import { readFileSync } from "node:fs";
import { compilePointed, type PointedProblem } from "../support/schema.ts";

const file = new URL("../../schemas/waypost.schema.json", import.meta.url);

let schema: object | undefined;
let find: ((value: unknown) => PointedProblem[]) | undefined;

/** Of a route's `set`, as waypost.yaml has it. */
export function setSchema(): object {
  schema ??= JSON.parse(readFileSync(file, "utf8")).$defs.route.properties.set as object;
  return schema;
}

/** Where a value is no `set`. */
export function misfitsOfSet(value: unknown): PointedProblem[] {
  find ??= compilePointed(setSchema(), []);
  return find(value);
}
