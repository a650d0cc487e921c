import type { RequestHandler } from "express";
import {
  type RouteMetadata,
  type Spec,
  sortRoutes,
} from "express-openapi-validator/dist/framework/openapi.spec.loader.js";
import { OpenApiValidator } from "express-openapi-validator/dist/openapi.validator.js";
import { requireScopes } from "../access/require-scopes.ts";
import { readApiDocument } from "../api-document.ts";
import { requestsOf } from "./requests-of.ts";

/**
 * The general validator of `schemas/openapi.yaml`. It is given the document as it would load it: its loader also compiles the
 * schema of OpenAPI itself, against which a test holds our document.
 */
export function createValidator(validateResponses: boolean): RequestHandler[] {
  const whole = readApiDocument();
  const apiDoc = (validateResponses ? whole : requestsOf(whole)) as Spec["apiDoc"];
  const validator = new OpenApiValidator({
    apiSpec: apiDoc,
    validateRequests: true,
    validateResponses,
    validateSecurity: { handlers: { token: requireScopes, session: requireScopes } },
    fileUploader: false,
  });
  const spec = { apiDoc, basePaths: [""], routes: routesOf(whole.paths), serial: 1 };
  return validator.installMiddleware(Promise.resolve(spec));
}

const methods = new Set(["get", "put", "post", "delete", "patch"]);

/** As the loader of the validator finds them. */
export function routesOf(paths: Readonly<Record<string, object>>): RouteMetadata[] {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => methods.has(method))
      .map((method) => ({
        basePath: "",
        expressRoute: path.replaceAll(/\{([^/}]+)\}/g, ":$1"),
        openApiRoute: path,
        method: method.toUpperCase(),
        pathParams: [...path.matchAll(/\{([^/}]+)\}/g)].map(([, name = ""]) => name),
      })),
  );
  return routes.sort(sortRoutes);
}
