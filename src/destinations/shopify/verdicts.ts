import { DeliveryError } from "../../contracts.ts";
import type { ApiAnswer, Judgement } from "../http/api.ts";
import { spent, type ThrottleStatus } from "./budget.ts";

/** Statuses that mean something of their own (shopify.dev/docs/api/usage/response-codes). */
const statuses: Readonly<Record<number, Judgement>> = {
  402: { verdict: "config", words: "the shop is frozen: its owner must settle the bill" },
  403: { verdict: "config", words: "the app may not do this: check its access scopes" },
  404: { verdict: "config", words: "there is no such shop, or not this API version: check `shop`" },
  // Shopify takes the request for malicious; it is about the sender, not about one event.
  430: { verdict: "outage", words: "refused as suspicious" },
};

export function judge({ status }: ApiAnswer): Judgement | undefined {
  return statuses[status];
}

/** An entry of `errors` at the top of a GraphQL answer. */
interface GraphqlError {
  readonly message?: string;
  readonly extensions?: { readonly code?: string; readonly requiredAccess?: string };
}

interface Costs {
  readonly requestedQueryCost?: number;
  readonly throttleStatus?: ThrottleStatus;
}

/** What a GraphQL answer says of itself besides its data. */
export interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
  readonly extensions?: { readonly cost?: Costs };
}

/** A scope in Shopify's words for it: `write_orders`. */
const scopeWord = /\b(?:read|write)_[a-z_]{2,40}\b/;

/** The errors of an answer as a DeliveryError: what is not known is an outage, and may be done. */
export function graphqlFailure({ errors = [], extensions }: Answered, writes: boolean) {
  const codes = errors.map((error) => error.extensions?.code);
  if (codes.includes("THROTTLED")) return throttled(extensions?.cost ?? {});
  if (codes.includes("ACCESS_DENIED")) return denied(errors);
  if (codes.includes("SHOP_INACTIVE")) {
    return new DeliveryError("config", "Shopify: SHOP_INACTIVE: the shop is closed or frozen");
  }
  if (codes.includes("MAX_COST_EXCEEDED")) {
    return new DeliveryError("refused", "Shopify: MAX_COST_EXCEEDED");
  }
  if (codes.some((code) => invalidCodes.has(code ?? ""))) {
    const words = "Shopify does not know a field of the query: set `apiVersion` to one it serves";
    return new DeliveryError("config", words);
  }
  if (errors.length === 0) {
    return new DeliveryError("outage", "Shopify answered without data", { maybeDone: writes });
  }
  const known = codes.includes("INTERNAL_SERVER_ERROR") ? "INTERNAL_SERVER_ERROR" : "an error";
  return new DeliveryError("outage", `Shopify: ${known}`, { maybeDone: writes });
}

/** Of graphql-ruby's validation, with which Shopify answers. */
const invalidCodes = new Set([
  "undefinedField",
  "undefinedType",
  "argumentNotAccepted",
  "argumentLiteralsIncompatible",
  "missingRequiredArguments",
  "variableMismatch",
]);

function throttled({ requestedQueryCost = 50, throttleStatus }: Costs): DeliveryError {
  const { currentlyAvailable = 0, restoreRate = 50 } = throttleStatus ?? {};
  const lack = Math.max(1, requestedQueryCost - currentlyAvailable);
  return spent(Math.ceil((lack / Math.max(1, restoreRate)) * 1_000));
}

function denied(errors: readonly GraphqlError[]): DeliveryError {
  const texts = errors.map(({ message, extensions }) => `${extensions?.requiredAccess} ${message}`);
  const scope = scopeWord.exec(texts.join(" "))?.[0];
  const remedy =
    scope === undefined
      ? "give the app access to protected customer data in the Dev Dashboard"
      : `add the scope ${scope} to the app's version in the Dev Dashboard, release it and let the shop accept it`;
  return new DeliveryError("config", `Shopify: ACCESS_DENIED: ${remedy}`);
}

/** An entry of a mutation's `userErrors`. Codes are told by some mutations alone. */
export interface UserError {
  readonly field?: readonly string[] | null;
  readonly message: string;
  readonly code?: string | null;
}

/** What is written to has been deleted, or merged into another. */
const goneWords = "Shopify: what it was to be written to is gone";

const userErrorVerdicts: Readonly<Record<string, readonly [DeliveryError["verdict"], string]>> = {
  APP_NOT_AUTHORIZED: [
    "config",
    "the app may not write this metafield: use a namespace of its own",
  ],
  INVALID_TYPE: [
    "config",
    "a metafield has another type in the shop: give its `type` in `metafields`",
  ],
  UNSTRUCTURED_RESERVED_NAMESPACE: ["config", "this namespace is Shopify's own: use another"],
  STALE_OBJECT: ["outage", "somebody else changed it at the same moment"],
  INTERNAL_ERROR: ["outage", "an error of its own"],
};

/** `refused`: which of the options an error is about, by its path. */
export function userFailure(
  mutation: string,
  errors: readonly UserError[],
  refused: (path: readonly string[]) => string | undefined = () => undefined,
): DeliveryError {
  const gone = errors.some(({ message }) => /not (?:found|exist)|no longer exist/i.test(message));
  if (gone) return new DeliveryError("outage", goneWords);
  for (const { code } of errors) {
    const [verdict, words] = userErrorVerdicts[code ?? ""] ?? [];
    if (verdict !== undefined) return new DeliveryError(verdict, `Shopify: ${code}: ${words}`);
  }
  const code = errors.find((error) => /^[A-Z_]{3,40}$/.test(error.code ?? ""))?.code;
  const at = errors[0]?.field?.filter((part) => /^[A-Za-z]{1,30}$/.test(part)).join(".");
  const where = [mutation, code, at].filter(Boolean).join(" ");
  const fields = errors.flatMap(({ field }) => refused(field ?? []) ?? []);
  return new DeliveryError("refused", `Shopify refuses what is written: ${where}`, { fields });
}
