import type {
  Delivered,
  DeliveryContext,
  Destination,
  Erased,
  Erasing,
  WaypostEvent,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { createKeyedMutex, type KeyedMutex } from "../../support/keyed-mutex.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { tellingNotTaken, withWhatIsTaken } from "../not-taken.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import { recordEvent } from "../record-event.ts";
import { createShared } from "../shared.ts";
import { changeOf, renderWanted, toWanted, type Wanted } from "./change.ts";
import { checkShop } from "./check.ts";
import type { Target } from "./customers.ts";
import { eraseCustomer } from "./erase.ts";
import { createShopApi, type Shop, type ShopApi } from "./graphql.ts";
import { parseShopifyOptions, type RawOptions, type ShopifyOptions } from "./options.ts";
import { shopifySchema } from "./schema.ts";
import { numberOf } from "./search.ts";
import { findTarget } from "./target.ts";

/**
 * Tags, metafields and a note on a Shopify customer, found by phone, or on an order. A repeat changes nothing: tags and metafields are
 * sets, and the note bears the event's id.
 */
export const shopify: DestinationKind<RawOptions> = {
  kind: "shopify",
  schema: shopifySchema,
  create: (name, given, { shared }) => createShopify(name, given, systemClock, shared),
};

interface Parts {
  readonly api: ShopApi;
  readonly options: ShopifyOptions;
  readonly clock: Pick<Clock, "now">;
  /** A note is read and written whole: of one order by one delivery at a time. */
  readonly orders: KeyedMutex;
}

/** As the kind's `create`, with another clock. Throws OptionError. */
export function createShopify(
  name: string,
  given: RawOptions,
  clock: Clock = systemClock,
  shared = createShared(),
): Destination {
  const options = parseShopifyOptions(name, given);
  const { tags, note, metafields, order } = options;
  const api = createShopApi(options, clock, shared);
  const orders = shared.of("shopify orders", [options.baseUrl], createKeyedMutex);
  const parts: Parts = { api, options, clock, orders };
  const readsLog = [tags, note, metafields, order].some((each) => each.readsLog);
  return {
    kind: "shopify",
    idempotency: "native",
    serialize: "contact",
    shadows: true,
    ...(readsLog && { readsLog: true as const }),
    deliver: (event, context, signal) => deliver(parts, event, context, signal),
    preview: (event) => previewOf(options, event),
    check: (signal) => checkShop(api.plain(signal), options),
    erase: (person: Erasing, signal: AbortSignal): Promise<readonly Erased[]> =>
      eraseCustomer(api.plain(signal), options, person),
    close: api.close,
  };
}

async function deliver(
  parts: Parts,
  event: WaypostEvent,
  context: DeliveryContext,
  signal: AbortSignal,
): Promise<Delivered> {
  throwIfAborted(signal);
  const { api, options, orders } = parts;
  if (event.type.startsWith("business.record.")) {
    return nothingToWrite("it tells of a record", context);
  }
  const wanted = await renderWanted(options, context);
  if (isNothing(wanted)) return nothingToWrite("no tag, note or metafield", context);
  const shop = api.of(event, context, signal);
  const write = () => writeTo(parts, shop, wanted, event, context);
  const isShared = options.on === "order" && wanted.note !== "";
  return isShared ? orders.run(["note"], write) : write();
}

/** Search knows a new order only some seconds later: so long one that is not found is looked for again. */
const searchLagMs = 120_000;

async function writeTo(
  { options, clock }: Parts,
  shop: Shop,
  wanted: Wanted,
  event: WaypostEvent,
  context: DeliveryContext,
): Promise<Delivered> {
  const mayLag = clock.now() - Date.parse(event.data.receivedAt) < searchLagMs;
  const target = await findTarget(shop, options, context, mayLag);
  if (typeof target === "string") {
    return nothingToWrite(target, context, shop.session.summary());
  }
  const { object, id, made = false } = target;
  const { notTaken } = shop.session;
  const own = wanted.metafields.filter(({ path }) => options.fromEvents.has(path));
  const fields = Object.fromEntries(own.map(({ path, value }) => [path, value]));
  const changes = await withWhatIsTaken({ fields, object, kept: notTaken }, async (taken) => {
    const metafields = wanted.metafields.filter(
      ({ path }) => !Object.hasOwn(fields, path) || Object.hasOwn(taken, path),
    );
    const change = changeOf(target, { ...wanted, metafields }, effectId(event, context));
    if (change !== undefined) await shop.write(`change the ${object}`, change);
    return change !== undefined;
  });
  if (context.shadow) return { answer: shop.session.summary() };
  const record = { object, id: numberOf(id), url: urlOf(options, target), created: made };
  const delivered = {
    remoteId: numberOf(id),
    answer: changes ? "written" : "all of it is there",
    events: [recordEvent(event, context, record)],
  };
  return tellingNotTaken(delivered, notTaken);
}

function isNothing({ tags, note, metafields }: Wanted): boolean {
  return tags.length === 0 && note === "" && metafields.length === 0;
}

/** Where a person looks at it. */
export function urlOf({ store }: ShopifyOptions, { object, id }: Pick<Target, "object" | "id">) {
  return `https://admin.shopify.com/store/${store}/${object}s/${numberOf(id)}`;
}

function previewOf(options: ShopifyOptions, event: WaypostEvent): unknown {
  const { tags, note, metafields, order, on } = options;
  const [tagged, noted, fields, reference] = [tags, note, metafields, order].map((each) =>
    each.renderFrom(event),
  );
  const { phone } = { phone: event.data.contact?.waId };
  return {
    [on]: on === "order" && reference !== "" ? reference : { phone },
    ...toWanted(tagged, noted, fields),
  };
}
