import type { Request } from "express";
import type { ApiDocument, Operation } from "../api-document.ts";

/** What the validator has found out of a request: none before it, and of an address that the document does not know. */
export interface Match {
  readonly openApiRoute: string;
  /** Express has them only for the handler of the address. */
  readonly pathParams: Readonly<Record<string, unknown>>;
}

export function matchOf(request: Request): Match {
  const { openApiRoute = "", pathParams = {} } =
    (request as { openapi?: Partial<Match> }).openapi ?? {};
  return { openApiRoute, pathParams };
}

/** As the document has it: a HEAD is a GET. */
export function methodOf({ method }: Request): string {
  return method === "HEAD" ? "get" : method.toLowerCase();
}

export function operationOf(api: ApiDocument, request: Request): Operation | undefined {
  return api.paths[matchOf(request).openApiRoute]?.[methodOf(request)];
}
