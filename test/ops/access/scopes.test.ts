import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { scopes } from "../../../src/ops/access/viewer.ts";

/** Who asks only has to be known, or begins to be. */
const withoutScope = new Set(["beginSession", "getSession", "endSession"]);

type Operation = { operationId: string; security?: Record<string, string[]>[] };
const document = parse(await readFile("schemas/openapi.yaml", "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

describe("every operation of the API", () => {
  for (const { path, method, security, operationId } of operations) {
    if (!path.startsWith("/api/") || withoutScope.has(operationId)) continue;
    it(`names its scopes, alike for tokens and sessions: ${method} ${path}`, () => {
      const needed = security?.[0]?.["token"];
      assert.ok(needed !== undefined && needed.length > 0);
      assert.deepEqual(security, [{ token: needed }, { session: needed }]);
      for (const scope of needed) assert.ok(scopes.some((known) => known === scope));
    });
  }
});

describe("nobody has to say who they are", () => {
  it("to begin a session, and for nothing else", () => {
    const open = operations.filter(({ path, security }) => {
      return path.startsWith("/api/") && security?.length === 0;
    });
    assert.deepEqual(
      open.map(({ operationId }) => operationId),
      ["beginSession"],
    );
  });
});

describe("what acts", () => {
  it("needs more than reading", () => {
    const lax = operations.filter(
      ({ path, method, operationId, security }) =>
        path.startsWith("/api/") &&
        method !== "get" &&
        // They change nothing, or only how the console looks to who asks.
        !["testRoutes", "search", "saveView", "changeView", "removeView"].includes(operationId) &&
        !withoutScope.has(operationId) &&
        security?.[0]?.["token"]?.every((scope) => scope === "read"),
    );
    assert.deepEqual(lax, []);
  });
});
