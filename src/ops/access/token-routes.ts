import { Router } from "express";
import type { ApiToken, Scope, Tokens } from "../../contracts.ts";
import { badParameter, notFound, Problem } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";
import type { IntakeParts } from "../intake-routes.ts";
import { newSecret, sha256Of } from "./secrets.ts";
import { viewerOf } from "./viewer.ts";

export interface TokenParts {
  readonly access: { readonly tokens: Tokens };
  readonly intake: Pick<IntakeParts, "accounts">;
}

/** The body of a POST, as `schemas/openapi.yaml` lays it down. */
interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly accounts?: readonly string[];
  readonly expiresAt?: string;
}

/** `/api/tokens`: who may ask, by name. A secret is shown once. */
export function createTokenRoutes({
  access: { tokens },
  intake: { accounts },
}: TokenParts): Router {
  const router = Router();
  router.use(requireValidated);
  router.get("/tokens", async (_request, response) => {
    response.json({ items: (await tokens.list()).map(shown) });
  });
  router.post("/tokens", async ({ body }, response) => {
    const { name, ...asked } = body as TokenRequest;
    const maker = viewerOf(response);
    const beyond = asked.scopes.find((scope) => !maker.scopes.has(scope));
    if (beyond !== undefined) {
      throw badParameter("scopes", `may hold only what your own token has; it lacks ${beyond}`);
    }
    const secret = newSecret("wpt_");
    const token: ApiToken = {
      ...{ name, sha256: sha256Of(secret), scopes: [...new Set(asked.scopes)] },
      ...(asked.accounts && { accounts: toIds(asked.accounts, accounts()) }),
      ...(asked.expiresAt !== undefined && { expiresAt: toFuture(asked.expiresAt) }),
      ...{ createdAt: new Date().toISOString(), createdBy: maker.name },
    };
    if (!(await tokens.create(token))) {
      throw new Problem(409, "name-taken", "There is a token of this name.", {
        detail: "Revoke it first, or choose another name.",
      });
    }
    response.status(201).json({ ...shown(token), secret });
  });
  router.delete("/tokens/:name", async ({ params }, response) => {
    if (!(await tokens.revoke(params.name))) throw notFound("token");
    response.json({ revoked: params.name });
  });
  return router;
}

function shown({ sha256: _, ...token }: ApiToken): Omit<ApiToken, "sha256"> {
  return token;
}

/** Names of waypost.yaml, or phone number ids. */
function toIds(
  given: readonly string[],
  configured: ReturnType<TokenParts["intake"]["accounts"]>,
): readonly string[] {
  const ids = given.map((account) => {
    if (/^\d{1,32}$/.test(account)) return account;
    const id = Object.hasOwn(configured, account) ? configured[account]?.phoneNumberId : undefined;
    if (id !== undefined) return id;
    const names = Object.keys(configured).filter((name) => configured[name]?.phoneNumberId);
    throw badParameter(
      "accounts",
      `holds what is neither a phone number id nor an account of waypost.yaml with one; there are ${names.join(", ") || "none"}`,
    );
  });
  return [...new Set(ids)];
}

function toFuture(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) {
    throw badParameter("expiresAt", "must be an RFC 3339 time to come");
  }
  return at.toISOString();
}
