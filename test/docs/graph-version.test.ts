import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { graphVersion } from "../../src/support/graph-version.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the version of Graph", () => {
  it("is one, wherever it is said", () => {
    for (const path of [
      "schemas/env.schema.json",
      ".env.example",
      "docs/configuration.md",
      "docs/connect.md",
      "docs/destinations/whatsapp-reply.md",
    ]) {
      const said = [...read(path).matchAll(/\bv\d{2}\.0\b/g)].map(([version]) => version);
      assert.deepEqual([...new Set(said)], [graphVersion], path);
    }
  });
});
