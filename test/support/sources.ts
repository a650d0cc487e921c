import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { loadRouting } from "../../src/config/load-routing.ts";
import type { SourceConfig } from "../../src/contracts/sources.ts";
import type { Accounts } from "../../src/contracts.ts";
import { createSource, type Source } from "../../src/receive/sources/source.ts";

/** What fixtures/sources/waypost.yaml takes from its environment. */
export const sourceSecrets = {
  STRIPE_WHSEC: "whsec_an_invented_endpoint_secret",
  SHOPIFY_SECRET: "an invented client secret",
  ZENDESK_HOOK_SECRET: "an-invented-signing-secret==",
  FORM_KEY: "an-invented-form-key",
  BOOKINGS_WHSEC: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};

export const sourcesYaml = fileURLToPath(
  new URL("../../fixtures/sources/waypost.yaml", import.meta.url),
);

/** Those of fixtures/sources/waypost.yaml. */
export async function loadFixtureSources(): Promise<Record<string, SourceConfig>> {
  const routing = await loadRouting({ WAYPOST_CONFIG: sourcesYaml, ...sourceSecrets }, {});
  return { ...routing.sources };
}

export const accounts: Accounts = {
  berlin: { phoneNumberId: "700700700700700", wabaId: "900100200300400" },
};

export function makeSource(config: Partial<SourceConfig>): Source {
  const all: SourceConfig = {
    name: "shop",
    kind: "hook",
    secrets: [],
    account: "berlin",
    emit: [{ type: "business.thing.happened" }],
    ...config,
  };
  const auth = all.secrets.length > 0 ? undefined : { bearer: ["an-invented-token"] };
  return createSource({ ...(auth && { auth }), ...all }, accounts);
}

/** `stripe/payment-intent-succeeded.json` */
export function fixtureBody(path: string): Buffer {
  return readFileSync(new URL(`../../fixtures/sources/${path}`, import.meta.url));
}

const stripe = new Stripe("sk_test_invented");
const base64 = (secret: string, ...parts: (string | Uint8Array)[]) => {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest("base64");
};

/** The headers with which each source of the fixtures is sent a body; `at` is in milliseconds. */
export const signedBy: Record<string, (body: Buffer, at?: number) => Record<string, string>> = {
  stripe: (body, at = Date.now()) => ({
    "content-type": "application/json; charset=utf-8",
    "stripe-signature": stripe.webhooks.generateTestHeaderString({
      payload: body.toString("utf8"),
      secret: sourceSecrets.STRIPE_WHSEC,
      timestamp: Math.floor(at / 1_000),
    }),
  }),
  shopify: (body) => ({
    "content-type": "application/json",
    "x-shopify-topic": "orders/create",
    "x-shopify-hmac-sha256": base64(sourceSecrets.SHOPIFY_SECRET, body),
  }),
  zendesk: (body, at = Date.now()) => {
    const time = new Date(at).toISOString();
    return {
      "content-type": "application/json; charset=utf-8",
      "x-zendesk-webhook-signature-timestamp": time,
      "x-zendesk-webhook-signature": base64(sourceSecrets.ZENDESK_HOOK_SECRET, time, body),
    };
  },
  form: () => ({
    "content-type": "application/x-www-form-urlencoded",
    "x-form-key": sourceSecrets.FORM_KEY,
  }),
  bookings: (body, at = Date.now()) => ({
    "content-type": "application/json",
    "webhook-id": "msg_invented",
    "webhook-timestamp": String(Math.floor(at / 1_000)),
    "webhook-signature": new Webhook(sourceSecrets.BOOKINGS_WHSEC).sign(
      "msg_invented",
      new Date(at),
      body.toString("utf8"),
    ),
  }),
};
