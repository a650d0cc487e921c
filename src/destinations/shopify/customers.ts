import type { DeliveryContact, DeliveryContext } from "../../contracts.ts";
import { cleanLine } from "../clean-text.ts";
import type { Shop } from "./graphql.ts";
import { anyOf } from "./search.ts";

/** What a tag or a note is put on. */
export interface Target {
  readonly object: "customer" | "order";
  /** `gid://shopify/Customer/123`. */
  readonly id: string;
  readonly note: string;
  readonly tags: readonly string[];
  readonly made?: true;
}

export interface Customer extends Target {
  readonly object: "customer";
  /** Where it was asked for and there is one. */
  readonly newestOrder?: Target;
}

interface Node {
  readonly id: string;
  readonly note?: string | null;
  readonly tags?: readonly string[];
  readonly defaultPhoneNumber?: { readonly phoneNumber?: string } | null;
  readonly defaultAddress?: { readonly phone?: string | null } | null;
  readonly orders?: { readonly nodes: readonly Omit<Node, "orders">[] };
}

/** Orders need a scope of their own, and are asked for only where they are written to. */
const fieldsOf = (withOrder: boolean) => `id note tags
      defaultPhoneNumber { phoneNumber }
      defaultAddress { phone }${
        withOrder
          ? `
      orders(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { id note tags } }`
          : ""
      }`;

/** The customer that is known of this contact, else the one whose phone it is. Throws DeliveryError. */
export async function findCustomer(
  shop: Shop,
  contact: DeliveryContact,
  link: DeliveryContext["contactLink"],
  withOrder: boolean,
): Promise<Customer | undefined> {
  const known = link?.["customer"];
  // Deleted or merged by a person: then it is looked for again.
  const linked = known === undefined ? undefined : await byId(shop, known, withOrder);
  return linked ?? byPhone(shop, contact.phoneCandidates, withOrder);
}

async function byId(shop: Shop, id: string, withOrder: boolean): Promise<Customer | undefined> {
  const { customer } = await shop.look({
    name: withOrder ? "WaypostCustomerWithOrder" : "WaypostCustomer",
    text: `query Waypost($id: ID!) {
    customer(id: $id) { ${fieldsOf(withOrder)} }
  }`,
    variables: { id },
  });
  return customer ? customerOf(customer as Node) : undefined;
}

async function byPhone(
  shop: Shop,
  candidates: readonly string[],
  withOrder: boolean,
): Promise<Customer | undefined> {
  if (candidates.length === 0) return undefined;
  const { customers } = await shop.look({
    name: withOrder ? "WaypostCustomersWithOrder" : "WaypostCustomers",
    text: `query Waypost($query: String!) {
    customers(first: 10, query: $query, sortKey: CREATED_AT) {
      nodes { ${fieldsOf(withOrder)} }
    }
  }`,
    variables: {
      query: anyOf(
        "phone",
        candidates.map((digits) => `+${digits}`),
      ),
    },
  });
  const { nodes } = customers as { readonly nodes: readonly Node[] };
  const matching = inOrder(nodes, candidates);
  if (matching.length > 1) shop.session.note(`${matching.length - 1} duplicate by phone`);
  return matching[0] && customerOf(matching[0]);
}

/** Search finds similar ones too: only the same digits count. Their own phone before that of an address, the first writing before others. */
function inOrder(nodes: readonly Node[], candidates: readonly string[]): Node[] {
  const own = (node: Node) => digitsOf(node.defaultPhoneNumber?.phoneNumber);
  const address = (node: Node) => digitsOf(node.defaultAddress?.phone);
  const found = [own, address].flatMap((phoneOf) =>
    candidates.flatMap((digits) => nodes.filter((node) => phoneOf(node) === digits)),
  );
  return [...new Set(found)];
}

function digitsOf(phone: string | null | undefined): string {
  return (phone ?? "").replace(/\D/g, "");
}

function customerOf(node: Node): Customer {
  const [order] = node.orders?.nodes ?? [];
  return {
    ...targetOf("customer", node),
    ...(order && { newestOrder: targetOf("order", order) }),
  };
}

export function targetOf<T extends Target["object"]>(object: T, { id, note, tags = [] }: Node) {
  return { object, id, note: note ?? "", tags };
}

/**
 * A customer of this phone and name, with nothing else. Phones are unique in a shop: where somebody was faster, or an earlier attempt had
 * no answer, it is that customer. undefined in shadow, or where Shopify takes none of the writings for a phone. Throws DeliveryError.
 */
export async function createCustomer(
  shop: Shop,
  { phoneCandidates, name }: DeliveryContact,
): Promise<Customer | undefined> {
  for (const digits of phoneCandidates) {
    const phone = `+${digits}`;
    const firstName = cleanLine(name ?? "", 255);
    const data = await shop.write("create a customer", {
      name: "WaypostCreate",
      text: `mutation Waypost($input: CustomerInput!) {
    customerCreate(input: $input) { customer { id note tags } userErrors { field message } }
  }`,
      variables: { input: { phone, ...(firstName !== "" && { firstName }) } },
      tolerates: /phone.*(?:taken|invalid)|(?:taken|invalid).*phone/i,
    });
    if (data === undefined) return undefined;
    const { customer } = data["customerCreate"] as { readonly customer?: Node | null };
    if (customer) return { ...targetOf("customer", customer), made: true };
    const holder = await holderOf(shop, phone);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** By the phone itself: search knows a new customer only some seconds later. */
async function holderOf(shop: Shop, phone: string): Promise<Customer | undefined> {
  const { customerByIdentifier } = await shop.look({
    name: "WaypostHolder",
    text: `query Waypost($phone: String!) {
    customerByIdentifier(identifier: { phoneNumber: $phone }) { id note tags }
  }`,
    variables: { phone },
  });
  return customerByIdentifier ? targetOf("customer", customerByIdentifier as Node) : undefined;
}
