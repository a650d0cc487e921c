import { secret, word } from "../option-schemas.ts";

const template = { type: "string", minLength: 1, maxLength: 65_536 };

/** Options of a Shopify shop in waypost.yaml. */
export const shopifySchema = {
  type: "object",
  additionalProperties: false,
  required: ["shop", "clientId", "clientSecret"],
  // None is needed, for a route may give them; without any nothing is written.
  "x-ask": [["tag"], ["note"], ["metafields"]],
  properties: {
    shop: {
      description: "The shop's own address, e.g. acme.myshopify.com.",
      type: "string",
      pattern: "^(https://)?[A-Za-z0-9][A-Za-z0-9-]*(\\.myshopify\\.com)?/?$",
    },
    clientId: { ...secret, description: "Of the app in the Dev Dashboard." },
    clientSecret: { ...secret, description: "Of the same app." },
    tag: {
      description: "Tags that are added, each a template. Tags that are there stay.",
      anyOf: [template, { type: "array", minItems: 1, maxItems: 50, items: template }],
    },
    note: {
      description: "A template: what is appended to the note, once for each event.",
      ...template,
    },
    metafields: {
      description:
        "Metafields that are set: namespace.key, and a template, or its type and value. Without a type they are multi_line_text_field.",
      type: "object",
      minProperties: 1,
      maxProperties: 25,
      propertyNames: { pattern: "^[A-Za-z0-9_-]{3,255}\\.[A-Za-z0-9_-]{2,64}$" },
      additionalProperties: {
        anyOf: [
          template,
          {
            type: "object",
            additionalProperties: false,
            required: ["type", "value"],
            properties: {
              type: { type: "string", pattern: "^[a-z_.]{3,60}$" },
              value: template,
            },
          },
        ],
      },
    },
    on: {
      description:
        "What is written to: the customer or the order. Default: the order where there is `order`, else the customer.",
      enum: ["customer", "order"],
    },
    order: {
      description:
        "A template: the order's name (#1001) or id. Where it gives nothing, the customer's newest order. Default, with `on: order`: {{ about.ref.order }}.",
      ...template,
    },
    create: {
      description: "Make a customer of a phone that no customer has. Default: false.",
      type: "boolean",
    },
    apiVersion: {
      description: "Version of the GraphQL Admin API. Default: 2026-10.",
      type: "string",
      pattern: "^20\\d\\d-(01|04|07|10)$",
    },
    baseUrl: {
      description: "Instead of https://<shop>.",
      ...word,
    },
  },
} as const;
