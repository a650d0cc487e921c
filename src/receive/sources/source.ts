import type { SourceConfig } from "../../contracts/sources.ts";
import type { Accounts } from "../../contracts.ts";
import type { Unverified, VerifiedBody } from "../verified-body.ts";
import { SourceError } from "./compile-emit.ts";
import { type CompiledSource, compileSource } from "./compile-source.ts";
import { credentialsOf, verifyCredentials } from "./credentials.ts";
import { verifyShopify } from "./shopify.ts";
import { keyOf, verifyStandardWebhooks } from "./standard-webhooks.ts";
import { verifyStripe } from "./stripe.ts";
import type { Headers, Verify } from "./verify.ts";
import { verifyZendesk } from "./zendesk.ts";

/** Somebody other than Meta who may POST, ready to be asked. */
export interface Source extends CompiledSource {
  verify(bytes: Buffer, headers: Headers, nowMs: number): VerifiedBody | Unverified;
}

/** By name. */
export type Sources = ReadonlyMap<string, Source>;

const schemes: Readonly<Record<SourceConfig["kind"], Verify>> = {
  stripe: verifyStripe,
  shopify: verifyShopify,
  zendesk: verifyZendesk,
  hook: verifyStandardWebhooks,
};

/** Throws a SourceError with the path within the source. */
export function createSource(config: SourceConfig, accounts: Accounts): Source {
  const { name, kind, emit } = config;
  const account = Object.hasOwn(accounts, config.account) ? accounts[config.account] : undefined;
  if (account === undefined) throw new SourceError("account", "there is no such account");
  const { phoneNumberId, wabaId } = account;
  const rules = {
    name,
    kind,
    emit,
    account: {
      name: config.account,
      ...(phoneNumberId !== undefined && { phoneNumberId }),
      ...(wabaId !== undefined && { wabaId }),
    },
  };
  return { ...compileSource(rules), verify: verifierOf(config) };
}

function verifierOf({ kind, secrets, auth }: SourceConfig): Source["verify"] {
  const all = auth === undefined ? secrets : credentialsOf(auth);
  if (all.length === 0 || all.includes("")) throw new SourceError("secret", "an empty one is none");
  if (auth !== undefined) return (bytes, headers) => verifyCredentials(bytes, headers, auth);
  if (kind === "hook") checkKeys(secrets);
  const verify = schemes[kind];
  return (bytes, headers, nowMs) => verify(bytes, headers, secrets, nowMs);
}

function checkKeys(secrets: readonly string[]): void {
  for (const secret of secrets) {
    try {
      keyOf(secret);
    } catch (error) {
      throw new SourceError("secret", (error as Error).message);
    }
  }
}
