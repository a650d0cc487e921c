import { OptionError } from "../destination-kind.ts";
import { filledByEvents } from "../not-taken.ts";
import { compileOption } from "../option-templates.ts";
import { parseAddress } from "../parse-option.ts";

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

/** Of one destination, frozen. */
export type ShopifyOptions = ReturnType<typeof parseShopifyOptions>;

/** Throws OptionError. */
export function parseShopifyOptions(name: string, raw: RawOptions) {
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
  const { baseUrl = `https://${store}.myshopify.com` } = raw;
  const order = on === "order" ? (raw.order ?? "{{ about.ref.order }}") : "";
  return Object.freeze({
    /** `acme`, of acme.myshopify.com. */
    store,
    ...{ clientId: raw.clientId, clientSecret: raw.clientSecret },
    tags: compileOption(name, "tag", [raw.tag ?? []].flat()),
    note: compileOption(name, "note", raw.note ?? ""),
    /** Of each: a template, or its type and value. */
    metafields: compileOption(name, "metafields", raw.metafields ?? {}),
    /** Of these, by path, the ones that an event fills. */
    fromEvents: filledByEvents(
      Object.fromEntries(
        Object.entries(raw.metafields ?? {}).map(([path, given]) => [path, valueIn(given)]),
      ),
    ),
    ...{ on, order: compileOption(name, "order", order) },
    create: raw.create ?? false,
    apiVersion: raw.apiVersion ?? "2026-10",
    baseUrl: parseAddress(name, baseUrl, "https://acme.myshopify.com"),
  });
}

function valueIn(given: unknown): unknown {
  return typeof given === "object" && given !== null && "value" in given ? given.value : given;
}
