import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { problemKinds, runbookFile, runbookPath } from "../../src/contracts.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, "docs/runbooks");
const pages = readdirSync(folder).filter((name) => name !== "README.md");
const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

describe("the runbooks", () => {
  it("are one for each problem and alert, and none is left over", () => {
    const wanted = problemKinds.map((kind) => path.basename(runbookFile(kind)));
    assert.deepEqual(pages.toSorted(), wanted.toSorted());
    for (const kind of problemKinds) assert.match(runbookPath(kind), /^\/runbooks\/[a-z-]+$/);
  });

  it("go by the names that the API knows", () => {
    const document = readFileSync(path.join(root, "schemas/openapi.yaml"), "utf8");
    const { components } = parse(document) as {
      components: { schemas: { ProblemKind: { enum: string[] } } };
    };
    assert.deepEqual(components.schemas.ProblemKind.enum, [...problemKinds]);
  });

  it("say what it means, how to see it, what to do and when to worry, on one screen", () => {
    for (const name of pages) {
      const text = read(name);
      const parts = [...text.matchAll(/^\*\*(.*?)\*\*/gm)].map(([, part]) => part);
      const wanted = ["What it means.", "How to see it.", "What to do", "When to worry."];
      assert.deepEqual(parts, wanted, name);
      assert.ok(text.split("\n").length <= 30, name);
      assert.ok(text.length <= 2_500, name);
    }
  });

  it("are all in the index, by their titles, and link to pages that are there", () => {
    const index = read("README.md");
    for (const name of pages) {
      const title = read(name).split("\n")[0]?.slice(2);
      assert.ok(index.includes(`[${title}](${name})`), name);
    }
    for (const name of [...pages, "README.md"]) {
      const links = [...read(name).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? "");
      for (const target of links) assert.ok(pages.includes(target), `${name}: ${target}`);
    }
  });

  it("name keys of the environment and metrics that there are", () => {
    const env = readFileSync(path.join(root, "schemas/env.schema.json"), "utf8");
    const metrics = readFileSync(path.join(root, "src/support/metrics.ts"), "utf8");
    const known = Object.keys((parse(env) as { properties: object }).properties);
    for (const name of pages) {
      const text = read(name);
      const keys = [...text.matchAll(/`([A-Z][A-Z_]{3,})(?:=[^`]*)?`/g)].map(
        ([, key]) => key ?? "",
      );
      for (const key of keys) assert.ok(known.includes(key), `${name}: ${key}`);
      const names = [...text.matchAll(/`(waypost_[a-z_]+)`/g)].map(([, metric]) => metric ?? "");
      for (const metric of names) assert.ok(metrics.includes(`"${metric}"`), `${name}: ${metric}`);
    }
  });
});
