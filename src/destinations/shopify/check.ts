import { DeliveryError, type DestinationCheck } from "../../contracts.ts";
import { fieldsOf, listOf } from "../json.ts";
import type { Shop } from "./graphql.ts";
import type { ShopifyOptions } from "./options.ts";

const needed = {
  customer: ["read_customers", "write_customers"],
  order: ["read_customers", "read_orders", "write_orders"],
};

/** Credentials, shop and scopes, by a query that changes nothing. */
export async function checkShop(
  shop: Shop,
  { on, apiVersion }: ShopifyOptions,
): Promise<DestinationCheck[]> {
  try {
    const data = await shop.look({
      name: "WaypostCheck",
      text: `query Waypost {
    shop { name }
    currentAppInstallation { accessScopes { handle } }
  }`,
      variables: {},
    });
    const { name } = fieldsOf(data["shop"]);
    if (name === undefined) {
      return [{ name: "shop", ok: false, detail: "Shopify answered without the shop" }];
    }
    const detail = `the app is installed in "${name}"; API version ${apiVersion}`;
    return [{ name: "shop", ok: true, detail }, scopes(data["currentAppInstallation"], on)];
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return [{ name: "shop", ok: false, detail: error.message }];
  }
}

function scopes(installation: unknown, on: ShopifyOptions["on"]): DestinationCheck {
  const given = new Set(listOf(fieldsOf(installation)["accessScopes"]).map(({ handle }) => handle));
  // Shopify lists a write scope alone where it holds the reading one.
  const has = (scope: string) => given.has(scope) || given.has(scope.replace(/^read_/, "write_"));
  const missing = needed[on].filter((scope) => !has(scope));
  const detail =
    missing.length === 0
      ? needed[on].join(", ")
      : `${missing.join(", ")} missing: add to the app's version in the Dev Dashboard, release it, and let the shop accept it`;
  return { name: "scopes", ok: missing.length === 0, detail };
}
