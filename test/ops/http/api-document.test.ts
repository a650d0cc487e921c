import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { OpenApiSpecLoader } from "express-openapi-validator/dist/framework/openapi.spec.loader.js";
import { parse } from "yaml";
import { readApiDocument } from "../../../src/ops/api-document.ts";
import { requestsOf } from "../../../src/ops/http/requests-of.ts";
import { routesOf } from "../../../src/ops/http/validator.ts";

/** What a start does not do again at each start. */
describe("schemas/openapi.yaml", () => {
  it("is what the copy in JSON says", async () => {
    const text = await readFile("schemas/openapi.yaml", "utf8");
    assert.deepEqual(readApiDocument(), parse(text), "run npm run generate");
  });

  it("is OpenAPI, with the routes that the validator's own loader finds", async () => {
    const document = readApiDocument() as never;
    const loader = new OpenApiSpecLoader({
      apiDoc: document,
      validateApiSpec: true,
      $refParser: { mode: "bundle" },
    } as never);
    const { routes, basePaths } = await loader.load();
    assert.deepEqual(routesOf(readApiDocument().paths), routes);
    // The loader writes the server `/` so; a route begins with a slash of its own.
    assert.deepEqual(
      basePaths.map((path) => path.replace(/\/$/, "")),
      [""],
    );
  });

  it("without its answers refers to nothing that is not there, and asks for no less", () => {
    const whole = readApiDocument();
    const asked = requestsOf(whole);
    for (const [path, methods] of Object.entries(whole.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const { responses: _, ...expected } = operation ?? {};
        const { responses, ...others } = asked.paths[path]?.[method] ?? {};
        assert.deepEqual(others, expected, `${method} ${path}`);
        if (operation?.responses) assert.deepEqual(responses, {});
      }
    }
    const schemas = asked.components?.["schemas"] ?? {};
    const refs = JSON.stringify(asked).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name = ""] of refs) assert.ok(name in schemas, name);
    assert.ok(
      Object.keys(schemas).length < Object.keys(whole.components?.["schemas"] ?? {}).length,
    );
  });
});
