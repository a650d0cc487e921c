import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Route, When } from "../../../src/contracts.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { textEvent } from "../../support/sample-events.ts";

const hello = textEvent(1, "hello");
const route = (name: string, when: When, more: Partial<Route> = {}): Route => ({
  ...{ name, when, to: ["crm"], test: false },
  ...more,
});
const ask = (routes: readonly Route[], event = hello, destinations = ["crm"]) =>
  compileRoutes({ accounts: { rome: { phoneNumberId: "1" } }, routes }).whyNot(event, destinations);

describe("whyNot", () => {
  it("names the route of which the most keys hold, and of equals the first in the file", () => {
    const routes = [
      route("none", { type: ["business.#"] }),
      route("near", { type: ["whatsapp.#"], messageType: ["text"], account: ["rome"] }),
      route("as near", { type: ["whatsapp.#"], messageType: ["text"], from: "business" }),
      route("elsewhere", { type: ["whatsapp.#"] }, { to: ["erp"] }),
    ];
    assert.deepEqual(ask(routes), [
      {
        destination: "crm",
        route: "near",
        because: "account",
        says: "the route near comes closest: another account",
      },
    ]);
  });

  for (const [because, when] of [
    ["text.contains", { text: { matches: ["h"], contains: ["agent"] } }],
    ["text.equals", { text: { contains: ["hell"], equals: ["hell"] } }],
    ["data.order.total", { data: { "order.total": { atLeast: 1 } } }],
    ["referral.ctwaClid", { referral: { ctwaClid: ["x"] } }],
    ["referral", { referral: true }],
    ["not.type", { not: { type: ["whatsapp.#"] } }],
    ["not", { not: { type: ["whatsapp.#"], from: "contact" } }],
  ] as const) {
    it(`names the part of a key that says no: ${because}`, () => {
      const [no] = ask([route("r", when)]);
      assert.equal(no?.because, because);
      assert.match(no?.says ?? "", because.includes(".") ? new RegExp(`\\(${because}\\)$`) : /: /);
    });
  }

  it("says so when no route leads there", () => {
    assert.deepEqual(ask([route("r", {})], hello, ["erp"]), [
      { destination: "erp", says: "no route leads to it" },
    ]);
  });

  it("says so when a route takes such events now", () => {
    const [no] = ask([route("other", { type: ["business.#"] }), route("new", {})]);
    assert.deepEqual([no?.route, no?.because], ["new", undefined]);
    assert.match(no?.says ?? "", /came before it did, or is on its way/);
  });

  it("knows that a test event goes to no route that does not ask for it, whatever else holds", () => {
    const test = { ...hello, data: { ...hello.data, test: true as const } };
    assert.equal(ask([route("r", {})], test)[0]?.because, "test");
  });

  it("counts for `flows` the routes that emit or set", () => {
    const tags = { tag: { add: ["vip"], remove: [] } };
    const routes = [
      route("plain", { type: ["whatsapp.#"] }),
      route("acts", { type: ["business.#"] }, { set: tags }),
    ];
    const [no] = ask(routes, hello, ["flows"]);
    assert.deepEqual([no?.route, no?.because], ["acts", "type"]);
  });

  it("says of `media`, to which no route leads, what it does not fetch", () => {
    const shop = { phoneNumberId: "700700700700700" };
    const message = { id: "wamid.1", type: "image", image: { id: "810" } } as const;
    const image = { ...hello, type: "whatsapp.message.image", data: { ...hello.data, message } };
    const test = { ...image, data: { ...image.data, test: true as const } };
    const says = (event: typeof hello, media?: "off") => {
      const accounts = { shop: { ...shop, ...(media && { media }) } };
      const routes = compileRoutes({ accounts, routes: [], media: true });
      const [no] = routes.whyNot(event, ["media"]);
      assert.equal(no?.route, undefined);
      return no?.says;
    };
    assert.equal(says(hello), "it has no file of a message to fetch");
    assert.equal(says(test), "files of test events are not fetched");
    assert.equal(says(image, "off"), "files of its account are not fetched (`media: off`)");
    assert.match(says(image) ?? "", /^files of such events are fetched now: .* on its way$/);
  });
});
