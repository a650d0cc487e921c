import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { readUseCases } from "./use-cases.ts";

describe("the file of use cases", () => {
  it("has a test of the whole program for each of its routes, by the route's name", () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.startsWith("usecases-"))
      .map((file) => readFileSync(`${import.meta.dirname}/${file}`, "utf8"))
      .flatMap((text) => [...text.matchAll(/\bit\("([^"]+): /g)])
      .flatMap(([, names = ""]) => names.split(", "));
    const untold = readUseCases()
      .routes.map(({ name }) => name)
      .filter((name) => !tests.includes(name));
    assert.deepEqual(untold, []);
  });
});
