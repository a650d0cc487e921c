import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type Destination } from "../../../src/contracts.ts";
import { createShopify } from "../../../src/destinations/shopify/shopify.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { type ShopifyStub, startShopifyStub } from "./stub.ts";
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
