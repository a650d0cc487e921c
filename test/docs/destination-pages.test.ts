import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { destinationKinds } from "../../src/destinations/kinds.ts";

const page = (kind: string) =>
  readFileSync(new URL(`../../docs/destinations/${kind}.md`, import.meta.url), "utf8");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Options by their names, those within options too. */
function optionsOf({ properties = {} }: Schema): string[] {
  return Object.entries(properties).flatMap(([name, inner]) => [name, ...optionsOf(inner)]);
}

describe("a kind's page", () => {
  for (const [kind, { schema }] of Object.entries(destinationKinds)) {
    it(`names every option of the kind: ${kind}`, () => {
      const fenced = page(kind).match(/```[\s\S]*?```/g) ?? [];
      const inline =
        page(kind)
          .replace(/```[\s\S]*?```/g, "")
          .match(/`[^`]+`/g) ?? [];
      const told = new Set([...inline, ...fenced].flatMap((code) => code.match(/\w+/g) ?? []));
      const untold = optionsOf(schema as Schema).filter((name) => !told.has(name));
      assert.deepEqual(untold, []);
    });
  }
});
