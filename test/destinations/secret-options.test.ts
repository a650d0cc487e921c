import assert from "node:assert/strict";
import { it } from "node:test";
import { destinationKinds } from "../../src/destinations/kinds.ts";

/** Where options are secret, as paths of the schema. */
function secretsIn(schema: unknown, at: readonly string[] = []): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key.startsWith("x-secret")) return [at.join(".")];
    return secretsIn(value, key === "properties" ? at : [...at, key]);
  });
}

it("secret options of each kind are those: masked where options are shown, and kept in .env", () => {
  const secrets = Object.entries(destinationKinds).map(([kind, { schema }]) => [
    kind,
    secretsIn(schema).sort(),
  ]);
  assert.deepEqual(Object.fromEntries(secrets), {
    email: ["oauth.clientSecret", "smtp", "tls.key"],
    freshdesk: ["apiKey"],
    "google-sheets": ["credentials", "credentials.anyOf.0", "credentials.anyOf.1.private_key"],
    hubspot: ["token"],
    intercom: ["token"],
    queue: [],
    salesforce: ["clientId", "clientSecret", "privateKey"],
    shopify: ["clientId", "clientSecret"],
    slack: ["token"],
    webhook: [
      "appSecret",
      "basic.password",
      "bearer",
      "headers.additionalProperties",
      "secret.anyOf.0",
      "secret.anyOf.1.items",
      "tls.key",
      "url",
    ],
    "whatsapp-reply": ["token"],
    zendesk: ["clientSecret"],
  });
});
