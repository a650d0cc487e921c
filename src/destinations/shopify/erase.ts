import { DeliveryError, type Erased, type Erasing } from "../../contracts.ts";
import type { Shop } from "./graphql.ts";
import type { ShopifyOptions } from "./options.ts";
import { numberOf } from "./search.ts";

/**
 * A customer that Waypost made and that never ordered is deleted; any other is the shop's own, with orders that it must keep: a person
 * erases it there. Throws DeliveryError.
 */
export async function eraseCustomer(
  shop: Shop,
  { store }: ShopifyOptions,
  { contactLink }: Erasing,
): Promise<readonly Erased[]> {
  const id = contactLink?.["customer"];
  if (id === undefined) return [];
  const record = { object: "customer", id: numberOf(id) };
  const { customer } = await shop.look({
    name: "WaypostErasable",
    text: "query Waypost($id: ID!) { customer(id: $id) { id canDelete } }",
    variables: { id },
  });
  if (!customer) return [{ ...record, result: "absent" }];
  const { canDelete } = customer as { readonly canDelete: boolean };
  if (contactLink?.["made"] && canDelete && (await wasDeleted(shop, id))) {
    return [{ ...record, result: "deleted" }];
  }
  const url = `https://admin.shopify.com/store/${store}/customers/${numberOf(id)}`;
  return [{ ...record, result: "by hand", url }];
}

/** False where it has ordered meanwhile. */
async function wasDeleted(shop: Shop, id: string): Promise<boolean> {
  try {
    await shop.write("delete the customer", {
      name: "WaypostDelete",
      text: `mutation Waypost($input: CustomerDeleteInput!) {
    customerDelete(input: $input) { userErrors { field message } }
  }`,
      variables: { input: { id } },
    });
    return true;
  } catch (error) {
    if (error instanceof DeliveryError && error.verdict === "refused") return false;
    throw error;
  }
}
