/** What the shop has. */
export interface World {
  readonly customers: StubCustomer[];
  readonly orders: StubOrder[];
  /** `<owner> <namespace>.<key>` → type and value. */
  readonly metafields: Map<string, string>;
  /** Types that metafields are defined with, by `namespace.key`. */
  readonly definitions: Map<string, string>;
  readonly scopes: Set<string>;
  /** Search knows what was made only after `index()`. */
  index(): void;
}

export interface StubCustomer {
  readonly id: string;
  phone?: string;
  addressPhone?: string;
  firstName?: string;
  note: string | null;
  tags: string[];
  indexed: boolean;
}

export interface StubOrder {
  readonly id: string;
  readonly name: string;
  readonly customer: string;
  readonly createdAt: string;
  note: string | null;
  tags: string[];
}

type Errors = { readonly field: string[] | null; readonly message: string; code?: string }[];

export function createWorld(): World {
  const customers: StubCustomer[] = [];
  return {
    customers,
    orders: [],
    metafields: new Map(),
    definitions: new Map(),
    scopes: new Set(["write_customers", "write_orders"]),
    index: () => {
      for (const customer of customers) customer.indexed = true;
    },
  };
}

let count = 5_550_001_112_000;

/** As staff make one. */
export function addCustomer(world: World, parts: Partial<StubCustomer> = {}): StubCustomer {
  count += 1;
  const id = `gid://shopify/Customer/${count}`;
  const customer = { id, note: null, tags: [], indexed: true, ...parts };
  world.customers.push(customer);
  return customer;
}

export function addOrder(world: World, name: string, customer: StubCustomer): StubOrder {
  count += 1;
  const createdAt = new Date(count).toISOString();
  const id = `gid://shopify/Order/${count}`;
  const order = { id, name, customer: customer.id, createdAt, note: null, tags: [] };
  world.orders.push(order);
  return order;
}

interface Input {
  readonly id?: string;
  readonly phone?: string;
  readonly firstName?: string;
  readonly note?: string;
}
interface MetafieldInput {
  readonly ownerId: string;
  readonly namespace?: string;
  readonly key: string;
  readonly type?: string;
  readonly value: string;
}

/** The root fields of the schema, over the world. */
export function resolversOf(world: World) {
  const { customers, orders } = world;
  const customerById = (id: string) => customers.find((each) => each.id === id);
  const need = (scope: string) => {
    const writes = scope.replace(/^read_/, "write_");
    if (world.scopes.has(scope) || world.scopes.has(writes)) return;
    const message = `Access denied for this field. Required access: \`${scope}\` access scope.`;
    throw Object.assign(new Error(message), { extensions: { code: "ACCESS_DENIED" } });
  };
  const shown = (customer: StubCustomer | undefined) =>
    customer && {
      ...customer,
      displayName: customer.firstName ?? "",
      canDelete: !orders.some((order) => order.customer === customer.id),
      defaultPhoneNumber: customer.phone ? { phoneNumber: customer.phone } : null,
      defaultAddress: customer.addressPhone ? { phone: customer.addressPhone } : null,
      orders: ({ first, reverse }: { first: number; reverse: boolean }) => {
        need("read_orders");
        const own = orders.filter((order) => order.customer === customer.id);
        return { nodes: (reverse ? own.toReversed() : own).slice(0, first) };
      },
    };
  const ownerOf = (id: string) => customerById(id) ?? orders.find((each) => each.id === id);
  const noted = (owner: { note: string | null } | undefined, { note }: Input, what: string) => {
    if (owner === undefined) return { userErrors: failed(["id"], `${what} does not exist`) };
    if ((note ?? "").length > 5_000) {
      return { userErrors: failed(["note"], "Note is too long (maximum is 5000 characters)") };
    }
    if (note !== undefined) owner.note = note;
    return { userErrors: [] };
  };
  return {
    customer: ({ id }: { id: string }) => {
      need("read_customers");
      return shown(customerById(id));
    },
    customers: ({ query = "", first }: { query?: string; first: number }) => {
      need("read_customers");
      const found = customers.filter((each) => each.indexed && matches(query, phonesOf(each)));
      return { nodes: found.slice(0, first).map(shown) };
    },
    customerByIdentifier: ({ identifier }: { identifier: { phoneNumber?: string } }) =>
      shown(customers.find(({ phone }) => phone === identifier.phoneNumber)),
    orders: ({ query = "", first }: { query?: string; first: number }) => {
      need("read_orders");
      const found = orders.filter(({ id, name }) =>
        matches(query, { name, id: id.slice(id.lastIndexOf("/") + 1) }),
      );
      return { nodes: found.slice(0, first) };
    },
    shop: { name: "Acme" },
    currentAppInstallation: () => ({
      accessScopes: [...world.scopes].map((handle) => ({ handle })),
    }),
    customerCreate: ({ input }: { input: Input }) => {
      need("write_customers");
      const { phone = "", firstName } = input;
      if (!/^\+[1-9]\d{7,14}$/.test(phone) || /^\+521\d{10}$/.test(phone)) {
        return { userErrors: failed(["phone"], "Phone is invalid") };
      }
      if (customers.some((each) => each.phone === phone)) {
        return { userErrors: failed(["phone"], "Phone has already been taken") };
      }
      const parts = { phone, indexed: false, ...(firstName !== undefined && { firstName }) };
      return { customer: shown(addCustomer(world, parts)), userErrors: [] };
    },
    customerUpdate: ({ input }: { input: Input }) => {
      need("write_customers");
      return noted(customerById(input.id ?? ""), input, "Customer");
    },
    customerDelete: ({ input: { id } }: { input: { id: string } }) => {
      if (orders.some((order) => order.customer === id)) {
        return { userErrors: failed(["id"], "Customer can’t be deleted because it has orders") };
      }
      customers.splice(
        customers.findIndex((each) => each.id === id),
        1,
      );
      return { deletedCustomerId: id, userErrors: [] };
    },
    orderUpdate: ({ input }: { input: Input }) => {
      need("write_orders");
      return noted(
        orders.find((each) => each.id === input.id),
        input,
        "Order",
      );
    },
    tagsAdd: ({ id, tags }: { id: string; tags: string[] }) => {
      const owner = ownerOf(id);
      if (owner === undefined) return { userErrors: failed(["id"], "Object does not exist") };
      const added = tags.flatMap((tag) => tag.split(",")).map((tag) => tag.trim());
      owner.tags = [...new Set([...owner.tags, ...added])];
      return { userErrors: [] };
    },
    metafieldsSet: ({ metafields }: { metafields: MetafieldInput[] }) => {
      const userErrors = metafields.flatMap((field, at) =>
        metafieldErrors(world, field, String(at)),
      );
      for (const { ownerId, namespace, key, type, value } of userErrors.length ? [] : metafields) {
        world.metafields.set(`${ownerId} ${namespace}.${key}`, `${type} ${value}`);
      }
      return { userErrors };
    },
  };
}

function failed(field: string[] | null, message: string, code?: string): Errors {
  return [{ field, message, ...(code !== undefined && { code }) }];
}

function metafieldErrors(
  world: World,
  { namespace, key, type, value }: MetafieldInput,
  at: string,
): Errors {
  const defined = world.definitions.get(`${namespace}.${key}`);
  if (defined !== undefined && type !== defined) {
    return failed(["metafields", at, "type"], "Type must match the definition", "INVALID_TYPE");
  }
  if (value.trim() === "") return failed(["metafields", at, "value"], "can't be blank", "BLANK");
  if (type === "single_line_text_field" && value.includes("\n")) {
    return failed(["metafields", at, "value"], "must be a single line", "INVALID_VALUE");
  }
  return [];
}

function phonesOf({ phone = "", addressPhone = "" }: StubCustomer) {
  return { phone: `${phone} ${addressPhone}` };
}

/** `field:"value"` and `field:word`, joined by OR; as search does, what is similar is found too. Anything else is refused. */
function matches(query: string, fields: Readonly<Record<string, string>>): boolean {
  const term = /(\w+):(?:"((?:[^"\\]|\\.)*)"|([\w#-]+))(?: OR |$)/gy;
  const terms = [...query.matchAll(term)].map(([, field = "", value = "", word]) => {
    return { field, value: word ?? value.replace(/\\(.)/g, "$1") };
  });
  if (query.replaceAll(term, "") !== "") throw new Error(`not the search syntax: ${query}`);
  return terms.some(({ field, value }) => {
    const digits = value.replace(/\D/g, "");
    const similar = field === "phone" ? digits.slice(-8) : value.replace(/^#/, "");
    return (fields[field] ?? "")
      .replace(field === "phone" ? /[^\d ]/g : /^#/, "")
      .includes(similar);
  });
}
