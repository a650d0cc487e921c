import { type DeliveryContact, type DeliveryContext, DeliveryError } from "../../contracts.ts";
import { type Customer, createCustomer, findCustomer, type Target } from "./customers.ts";
import type { Shop } from "./graphql.ts";
import type { ShopifyOptions } from "./options.ts";
import { findOrder } from "./orders.ts";

/**
 * What is to be written to, or in words why there is nothing. `mayLag`: the event is so new that search may not know its order yet. Throws
 * DeliveryError.
 */
export async function findTarget(
  shop: Shop,
  options: ShopifyOptions,
  context: DeliveryContext,
  mayLag: boolean,
): Promise<Target | string> {
  const reference = String((await options.order.render(context)) ?? "").trim();
  if (options.on === "order" && reference !== "") return namedOrder(shop, reference, mayLag);
  const contact = await context.contact();
  if (contact === undefined) return "it is about no single person";
  const customer = await customerOf(shop, options, contact, context);
  if (typeof customer === "string" || options.on === "customer") return customer;
  return customer.newestOrder ?? "this customer has no order";
}

async function namedOrder(shop: Shop, reference: string, mayLag: boolean): Promise<Target> {
  const order = await findOrder(shop, reference);
  if (order !== undefined) return order;
  if (mayLag) {
    const words = "Shopify's search does not know this order yet";
    throw new DeliveryError("outage", words, { laneOnly: true, afterMs: 15_000 });
  }
  throw new DeliveryError(
    "refused",
    "Shopify has no order of this name or id (older than 60 days: the app needs the scope read_all_orders)",
  );
}

async function customerOf(
  shop: Shop,
  { create, on }: ShopifyOptions,
  contact: DeliveryContact,
  context: DeliveryContext,
): Promise<Customer | string> {
  const found = await findCustomer(shop, contact, context.contactLink, on === "order");
  if (found !== undefined) return linked(found, context);
  if (contact.phoneCandidates.length === 0) return "no phone is known of this contact";
  if (!create || on === "order") return "no customer has this phone";
  const made = await createCustomer(shop, contact);
  if (made !== undefined) return linked(made, context);
  if (context.shadow) return "the customer does not exist yet";
  throw new DeliveryError("refused", "Shopify does not take the number for a phone");
}

/** Kept before anything else is written: a later attempt finds the same customer, also before search does. */
async function linked(customer: Customer, context: DeliveryContext): Promise<Customer> {
  const { contactLink, shadow, idempotencyKey } = context;
  if (contactLink?.["customer"] === customer.id) {
    // An earlier attempt of this delivery made it, and could not tell.
    return contactLink["made"] === idempotencyKey ? { ...customer, made: true } : customer;
  }
  if (shadow) return customer;
  const link = { customer: customer.id, ...(customer.made && { made: idempotencyKey }) };
  await context.remember(link, { scope: "contact" });
  return customer;
}
