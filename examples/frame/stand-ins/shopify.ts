import { startShopifyStub } from "../../../test/destinations/shopify/stub.ts";
import { addCustomer, addOrder } from "../../../test/destinations/shopify/world.ts";
import type { Given, StandIn } from "../stand-in.ts";

export async function shopify({ orders = [] }: Given): Promise<StandIn> {
  const { options, world, close } = await startShopifyStub();
  for (const { name, customer, phone } of orders) {
    addOrder(world, name, addCustomer(world, { firstName: customer, phone }));
  }
  const inWords = (
    what: string,
    { note, tags }: { note: string | null; tags: readonly string[] },
  ) => [
    ...tags.map((tag) => `Shopify: ${what} is tagged ${tag}`),
    // Behind each line stands the id of its event.
    ...(note ?? "").split("\n").flatMap((line) => {
      const text = line.replace(/ *\[[^\]]*\]$/, "").trim();
      return text === "" ? [] : [`Shopify: on ${what}: ${text}`];
    }),
  ];
  return {
    options: () => ({ ...options }),
    book: () => [
      ...world.customers.flatMap((each) => inWords(`customer ${each.firstName ?? "?"}`, each)),
      ...world.orders.flatMap((each) => inWords(`order ${each.name}`, each)),
    ],
    close,
  };
}
