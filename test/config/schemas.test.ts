import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { compileSchema } from "../../src/support/schema.ts";

const folder = new URL("../../schemas/", import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".schema.json"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8"))] as const);
const kinds = Object.entries(destinationKinds).map(([kind, { schema }]) => [kind, schema] as const);
const draft = "https://json-schema.org/draft/2020-12/schema";
const withDraft = (schema: object) => ({ ...schema, $schema: draft });
const events = files.filter(([name]) => name === "event.schema.json").map(([, schema]) => schema);
const compile = (schema: object) => {
  const others = events.filter((other) => other !== schema).map(withDraft);
  return compileSchema(withDraft(schema), others, { validateSchema: true });
};

// A start does not check its own schemas: it would take longer than all the rest of it.
describe("every schema", () => {
  for (const [name, schema] of [...files, ...kinds]) {
    it(`is one by JSON Schema: ${name}`, () => {
      compile(schema);
    });
  }

  it("would be refused if it were none", () => {
    const schema = { type: "object", title: 1 };
    compileSchema(schema);
    assert.throws(() => compile(schema), /title must be string/);
  });
});
