import assert from "node:assert/strict";
import { DeliveryError } from "../../../src/contracts.ts";
import { createShopify } from "../../../src/destinations/shopify/shopify.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import { json, startShopifyStub } from "./stub.ts";
import { addCustomer, addOrder } from "./world.ts";

/** GraphQL answers 200, whatever is wrong. */
const coded = (code: string, message = "No", more: object = {}) =>
  json(200, { errors: [{ message, extensions: { code } }], ...more });
const ofUser = (error: object) =>
  json(200, { data: { orderUpdate: { userErrors: [{ field: ["note"], ...error }] } } });

const throttleStatus = { maximumAvailable: 1_000, currentlyAvailable: 10, restoreRate: 50 };
const cost = { requestedQueryCost: 110, actualQueryCost: null, throttleStatus };

const maybeDone = true;
const limited = true;
const answers: readonly DocumentedAnswer[] = [
  {
    on: "`THROTTLED`",
    answer: coded("THROTTLED", "Throttled", { extensions: { cost } }),
    ...{ limited, verdict: "outage", words: /points/, afterMs: 2_000 },
  },
  { on: "429", answer: { status: 429 }, limited, verdict: "outage", words: /answered 429$/ },
  { on: "5xx", answer: { status: 500 }, maybeDone, verdict: "outage", words: /answered 500$/ },
  { on: "423", answer: { status: 423 }, verdict: "outage", words: /answered 423$/ },
  { on: "430", answer: { status: 430 }, verdict: "outage", words: /430: refused as suspicious/ },
  {
    ...{ on: "`INTERNAL_SERVER_ERROR`", answer: coded("INTERNAL_SERVER_ERROR"), maybeDone },
    ...{ verdict: "outage", words: /^Shopify: INTERNAL_SERVER_ERROR$/ },
  },
  {
    ...{ on: "a code that is not known", answer: coded("NEW_CODE"), maybeDone },
    ...{ verdict: "outage", words: /^Shopify: an error$/ },
  },
  { on: "2xx", answer: json(200, {}), maybeDone, verdict: "outage", words: /without data/ },
  {
    on: "`ACCESS_DENIED`",
    answer: coded("ACCESS_DENIED", "Required access: `write_orders` access scope."),
    ...{ verdict: "config", words: /add the scope write_orders to the app's version/ },
  },
  {
    on: "`ACCESS_DENIED` of personal data",
    answer: coded("ACCESS_DENIED", "This app is not approved to access the Order object."),
    ...{ verdict: "config", words: /give the app access to protected customer data/ },
  },
  { on: "401", answer: { status: 401 }, verdict: "config", words: /with a new access token/ },
  {
    ...{ on: "`invalid_client`", answer: () => undefined },
    ...{ verdict: "config", words: /400 invalid_client: check the client id and its secret/ },
  },
  { on: "402", answer: { status: 402 }, verdict: "config", words: /must settle the bill/ },
  {
    ...{ on: "`SHOP_INACTIVE`", answer: coded("SHOP_INACTIVE") },
    ...{ verdict: "config", words: /the shop is closed or frozen/ },
  },
  { on: "403", answer: { status: 403 }, verdict: "config", words: /check its access scopes/ },
  { on: "404", answer: { status: 404 }, verdict: "config", words: /no such shop, .*check `shop`/ },
  ...[
    ...["undefinedField", "undefinedType", "argumentNotAccepted", "variableMismatch"],
    ...["argumentLiteralsIncompatible", "missingRequiredArguments"],
  ].map(
    (code): DocumentedAnswer => ({
      ...{ on: `\`${code}\``, answer: coded(code), verdict: "config" },
      words: /does not know a field of the query: set `apiVersion`/,
    }),
  ),
  {
    ...{ on: "`MAX_COST_EXCEEDED`", answer: coded("MAX_COST_EXCEEDED") },
    ...{ verdict: "refused", words: /MAX_COST_EXCEEDED/ },
  },
  {
    on: "`INVALID_TYPE`",
    answer: ofUser({ message: "no", code: "INVALID_TYPE" }),
    ...{ verdict: "config", words: /another type in the shop: give its `type`/ },
  },
  {
    on: "`APP_NOT_AUTHORIZED`",
    answer: ofUser({ message: "no", code: "APP_NOT_AUTHORIZED" }),
    ...{ verdict: "config", words: /may not write this metafield: use a namespace of its own/ },
  },
  {
    on: "`UNSTRUCTURED_RESERVED_NAMESPACE`",
    answer: ofUser({ message: "no", code: "UNSTRUCTURED_RESERVED_NAMESPACE" }),
    ...{ verdict: "config", words: /Shopify's own: use another/ },
  },
  {
    on: "`STALE_OBJECT`",
    answer: ofUser({ message: "no", code: "STALE_OBJECT" }),
    ...{ verdict: "outage", words: /somebody else changed it/ },
  },
  {
    on: "`INTERNAL_ERROR`",
    answer: ofUser({ message: "no", code: "INTERNAL_ERROR" }),
    ...{ verdict: "outage", words: /an error of its own/ },
  },
  {
    on: "what was written to is gone",
    answer: ofUser({ message: "Order does not exist" }),
    ...{ verdict: "outage", words: /what it was to be written to is gone/ },
  },
  {
    ...{ on: "a user error without a code", answer: ofUser({ message: "hello is no good" }) },
    ...{ verdict: "refused", words: /refuses what is written: orderUpdate note$/ },
  },
  {
    ...{ on: "a user error with a code", answer: ofUser({ message: "no", code: "TOO_LONG" }) },
    ...{ verdict: "refused", words: /refuses what is written: orderUpdate TOO_LONG note$/ },
  },
  { on: "400", answer: { status: 400 }, verdict: "refused", words: /answered 400$/ },
];

documentedAnswers("shopify", answers, async (answer) => {
  const shop = await startShopifyStub();
  addOrder(shop.world, "#1001", addCustomer(shop.world));
  const secret = typeof answer === "function" ? { clientSecret: "wrong" } : {};
  const given = { ...shop.options, order: "#1001", note: "{{ message | text }}", ...secret };
  const destination = createShopify("shop", given);
  try {
    if (typeof answer !== "function") shop.stub.fail(answer, answer);
    const outcome = await attempt(destination, makeText("hello", {}));
    assert.ok(outcome instanceof DeliveryError, "delivered");
    return outcome;
  } finally {
    await destination.close();
    await shop.close();
  }
});
