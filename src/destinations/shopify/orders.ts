import { type Target, targetOf } from "./customers.ts";
import type { Shop } from "./graphql.ts";
import { numberOf, quoted } from "./search.ts";

interface Node {
  readonly id: string;
  readonly name: string;
  readonly note?: string | null;
  readonly tags: readonly string[];
}

/** The order of this name (`#1001`, `1001`) or id, as a number or as Shopify writes it. Throws DeliveryError. */
export async function findOrder(shop: Shop, reference: string): Promise<Target | undefined> {
  const wanted = numberOf(reference.trim());
  const name = wanted.replace(/^#/, "");
  const queries = [`name:${quoted(name)}`, `name:${quoted(`#${name}`)}`];
  if (/^\d{1,19}$/.test(wanted)) queries.push(`id:${wanted}`);
  const { orders } = await shop.look({
    name: "WaypostOrders",
    text: `query Waypost($query: String!) {
    orders(first: 10, query: $query) { nodes { id name note tags } }
  }`,
    variables: { query: queries.join(" OR ") },
  });
  const { nodes } = orders as { readonly nodes: readonly Node[] };
  // Search finds similar names too. An id is longer than any name, and is meant where one is given.
  const order =
    nodes.find(({ id }) => numberOf(id) === wanted) ??
    nodes.find((node) => node.name.replace(/^#/, "").toLowerCase() === name.toLowerCase());
  return order && targetOf("order", order);
}
