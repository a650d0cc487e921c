import { OptionError } from "../destination-kind.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";

export interface ShopifyOptions {
  /** `acme`, of acme.myshopify.com. */
  readonly store: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tags: OptionTemplates;
  readonly note: OptionTemplates;
  /** Of each: a template, or its type and value. */
  readonly metafields: OptionTemplates;
  readonly on: "customer" | "order";
  readonly order: OptionTemplates;
  readonly create: boolean;
  readonly apiVersion: string;
  readonly baseUrl: URL;
}

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly shop: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tag?: string | readonly string[];
  readonly note?: string;
  readonly metafields?: Readonly<Record<string, unknown>>;
  readonly on?: "customer" | "order";
  readonly order?: string;
  readonly create?: boolean;
  readonly apiVersion?: string;
  readonly baseUrl?: string;
}

/** Throws OptionError. */
export function parseShopifyOptions(name: string, raw: RawOptions): ShopifyOptions {
  const store = raw.shop
    .toLowerCase()
    .replace(/^https:\/\//, "")
    .replace(/(\.myshopify\.com)?\/?$/, "");
  const { on = raw.order === undefined ? "customer" : "order" } = raw;
  if (on === "customer" && raw.order !== undefined) {
    throw new OptionError(name, "order", {
      problem: "names an order, but the customer is written to",
      remedy: "Remove it, or on: customer",
    });
  }
  const order = on === "order" ? (raw.order ?? "{{ about.ref.order }}") : "";
  return Object.freeze({
    store,
    ...{ clientId: raw.clientId, clientSecret: raw.clientSecret },
    tags: compileOption(name, "tag", [raw.tag ?? []].flat()),
    note: compileOption(name, "note", raw.note ?? ""),
    metafields: compileOption(name, "metafields", raw.metafields ?? {}),
    ...{ on, order: compileOption(name, "order", order) },
    create: raw.create ?? false,
    apiVersion: raw.apiVersion ?? "2026-10",
    baseUrl: urlOf(name, raw.baseUrl ?? `https://${store}.myshopify.com`),
  });
}

function urlOf(name: string, text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  const words = { problem: "is not an address", remedy: "Write e.g. https://acme.myshopify.com" };
  throw new OptionError(name, "baseUrl", words);
}
