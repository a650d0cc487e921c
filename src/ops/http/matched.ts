import type { Request } from "express";
import type { ApiDocument, Operation } from "../api-document.ts";

/** What the validator has found out of a request: none before it, and of an address that the document does not know. */
export interface Match {
  readonly openApiRoute: string;
  readonly schema?: {
    readonly operationId?: string;
    /** It shows and does nothing of accounts that who asks does not see. What does not say so, does not. */
    readonly "x-accounts"?: boolean;
    /** `content`: a read that shows what people wrote or who they are; `act`; `none`. Unless told, a GET is the first, all else the second. */
    readonly "x-audit"?: "content" | "act" | "none";
  };
  /** Express has them only for the handler of the address. */
  readonly pathParams: Readonly<Record<string, unknown>>;
}

export function matchOf(request: Request): Match {
  const { openapi } = request as { openapi?: Partial<Match> };
  return { openApiRoute: "", pathParams: {}, ...openapi };
}

/** As the document has it: a HEAD is a GET. */
export function methodOf({ method }: Request): string {
  return method === "HEAD" ? "get" : method.toLowerCase();
}

export function operationOf(api: ApiDocument, request: Request): Operation | undefined {
  return api.paths[matchOf(request).openApiRoute]?.[methodOf(request)];
}
