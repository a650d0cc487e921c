import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { envExample } from "../../scripts/generate-env-example.ts";
import { envKeys } from "../../src/config/env.ts";

const file = new URL("../../.env.example", import.meta.url);

describe(".env.example", () => {
  it("is what the schema generates", async () => {
    assert.equal(await readFile(file, "utf8"), envExample(envKeys));
  });

  it("lists exactly the schema's keys, once each", async () => {
    const listed = [...(await readFile(file, "utf8")).matchAll(/^#?([A-Z0-9_]+)=/gm)].map(
      (m) => m[1],
    );
    assert.deepEqual(listed.sort(), Object.keys(envKeys).sort());
  });

  it("changes when a key changes", () => {
    const [first = ""] = Object.keys(envKeys);
    const { [first]: _, ...others } = envKeys;
    assert.notEqual(envExample(others), envExample(envKeys));
  });
});
