import { secret, word } from "../option-schemas.ts";
import { tlsSchema } from "../pem.ts";

/** Options of a webhook in waypost.yaml. */
export const webhookSchema = {
  type: "object",
  additionalProperties: false,
  required: ["url"],
  properties: {
    url: {
      description: "Where each event is POSTed to.",
      ...word,
      "x-secret-with": "preset",
    },
    preset: {
      description:
        "For Zapier, Make and n8n: flat JSON with keys that stay, their limits, and their answers understood. The address is kept secret.",
      enum: ["zapier", "make", "n8n"],
    },
    format: {
      description:
        "event: the event as a CloudEvent. meta: the item in Meta's own webhook format, for systems that expect Meta.",
      enum: ["event", "meta"],
    },
    secret: {
      description:
        "Standard Webhooks secret (whsec_ and base64), or several while one replaces another.",
      anyOf: [secret, { type: "array", minItems: 1, maxItems: 10, items: secret }],
    },
    appSecret: { ...secret, description: "Signs X-Hub-Signature-256 of format meta." },
    bearer: { ...secret, description: "Sent as Authorization: Bearer." },
    basic: {
      description: "Sent as Authorization: Basic.",
      type: "object",
      additionalProperties: false,
      required: ["username", "password"],
      properties: { username: { type: "string" }, password: { ...secret, minLength: 0 } },
    },
    headers: {
      description: "Sent as they are.",
      type: "object",
      maxProperties: 50,
      propertyNames: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" },
      additionalProperties: { type: "string", pattern: "^[\\t\\x20-\\x7e]*$", "x-secret": true },
    },
    tls: tlsSchema,
    reply: {
      description:
        "true: a bot. Its answer `{ reply, set, emit }` is carried out; maxAge of its routes is 1h unless told.",
      type: "boolean",
    },
    via: {
      description:
        "Destination of kind whatsapp-reply that sends the replies of a bot; not needed where there is one only.",
      ...word,
    },
    allowPrivateAddresses: {
      description: "For targets inside: allows private addresses, http, and any port.",
      type: "boolean",
    },
  },
} as const;
