import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type Destination } from "../../../src/contracts.ts";
import { createShopify } from "../../../src/destinations/shopify/shopify.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { json, type ShopifyStub, startShopifyStub } from "./stub.ts";
import { addCustomer, addOrder, type StubOrder } from "./world.ts";

let shop: ShopifyStub;
let destination: Destination;
let order: StubOrder;
const create = (options: object) => createShopify("shop", { ...shop.options, ...options });

beforeEach(async () => {
  shop = await startShopifyStub();
  order = addOrder(shop.world, "#1001", addCustomer(shop.world));
  destination = create({ order: "#1001", note: "{{ message | text }}" });
});
afterEach(async () => {
  await destination.close();
  await shop.close();
});

async function failure(): Promise<DeliveryError> {
  const outcome = await attempt(destination, makeText("x", {}));
  assert.ok(outcome instanceof DeliveryError, "delivered");
  return outcome;
}
async function works(): Promise<void> {
  const outcome = await attempt(destination, makeText("now", {}));
  assert.ok(!(outcome instanceof DeliveryError), String(outcome));
}
async function fails(verdict: string, words: RegExp, maybeDone = false): Promise<void> {
  const error = await failure();
  assert.deepEqual([error.verdict, error.maybeDone], [verdict, maybeDone], error.message);
  assert.match(error.message, words);
}
const withCode = (code: string, message = "No") =>
  json(200, { errors: [{ message, extensions: { code } }] });
const withUserError = (error: object) =>
  json(200, { data: { orderUpdate: { userErrors: [{ field: ["note"], ...error }] } } });

describe("what Shopify says, and what follows", () => {
  it("in the codes of GraphQL", async () => {
    shop.stub.fail(withCode("SHOP_INACTIVE"));
    await fails("config", /SHOP_INACTIVE/);
    shop.stub.fail(withCode("undefinedField"));
    await fails("config", /set `apiVersion`/);
    shop.stub.fail(withCode("MAX_COST_EXCEEDED"));
    await fails("refused", /MAX_COST_EXCEEDED/);
    shop.stub.fail(withCode("INTERNAL_SERVER_ERROR"));
    await fails("outage", /INTERNAL_SERVER_ERROR/, true);
    shop.stub.fail(withCode("NEW_CODE"));
    await fails("outage", /an error/, true);
    shop.stub.fail(
      withCode("ACCESS_DENIED", "This app is not approved to access the Order object."),
    );
    await fails("config", /protected customer data/);
    await works();
  });

  it("in user errors, with or without a code", async () => {
    shop.stub.fail(withUserError({ message: "is no good" }));
    await fails("refused", /orderUpdate note/);
    shop.stub.fail(withUserError({ message: "Order does not exist" }));
    await fails("outage", /is gone/);
    shop.stub.fail(withUserError({ message: "no", code: "APP_NOT_AUTHORIZED" }));
    await fails("config", /APP_NOT_AUTHORIZED/);
    shop.stub.fail(withUserError({ message: "no", code: "STALE_OBJECT" }));
    await fails("outage", /STALE_OBJECT/);
    await works();
  });

  it("in statuses of its own", async () => {
    for (const [status, verdict] of [
      [402, "config"],
      [423, "outage"],
      [430, "outage"],
    ] as const) {
      shop.stub.fail({ status });
      assert.equal((await failure()).verdict, verdict);
    }
  });

  it("THROTTLED: again when the points have come back", async () => {
    const throttleStatus = { maximumAvailable: 1_000, currentlyAvailable: 10, restoreRate: 50 };
    const errors = [{ message: "Throttled", extensions: { code: "THROTTLED" } }];
    const cost = { requestedQueryCost: 110, actualQueryCost: null, throttleStatus };
    shop.stub.fail(json(200, { errors, extensions: { cost } }));
    const { verdict, maybeDone, afterMs } = await failure();
    assert.deepEqual([verdict, maybeDone, afterMs], ["outage", false, 2_000]);
  });
});

describe("credentials", () => {
  it("a scope that is missing is named; with it everything works", async () => {
    shop.world.scopes.delete("write_orders");
    await fails("config", /add the scope read_orders/);
    shop.world.scopes.add("read_orders");
    await fails("config", /add the scope write_orders/);
    shop.world.scopes.add("write_orders");
    await works();
  });

  it("a token that was revoked is replaced; a secret that is wrong pauses", async () => {
    await works();
    shop.revoke();
    await works();
    assert.equal(shop.tokens.issued, 2);
    await destination.close();
    destination = create({ clientSecret: "wrong", order: "#1001", note: "x" });
    await fails("config", /400 invalid_client/);
    assert.equal(order.note?.split("\n").length, 2);
  });
});

describe("the options of a shop", () => {
  const problem = (options: object) => {
    try {
      void create(options).close();
      return "none";
    } catch (error) {
      return String(error);
    }
  };

  it("that do not fit are told in words", () => {
    assert.match(problem({ on: "customer", order: "#1" }), /the customer is written to/);
    assert.match(problem({ baseUrl: "nowhere" }), /baseUrl is not an address/);
    assert.match(problem({ note: "{{ x" }), /note is not a template/);
    for (const name of ["acme", "acme.myshopify.com", "https://Acme.myshopify.com/"]) {
      assert.equal(problem({ shop: name, baseUrl: undefined }), "none");
    }
  });
});
