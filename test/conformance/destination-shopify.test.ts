import { createShopify } from "../../src/destinations/shopify/shopify.ts";
import { clientId, clientSecret, startShopifyStub } from "../destinations/shopify/stub.ts";
import { addCustomer, addOrder } from "../destinations/shopify/world.ts";
import type { Fault } from "../destinations/stub.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

async function open(): Promise<HttpDestinationUnderTest> {
  const { stub, world, options, bucket } = await startShopifyStub();
  // Hundreds of answers in a second: points are another test's.
  Object.assign(bucket, { maximumAvailable: 1_000_000, restoreRate: 100_000 });
  const order = addOrder(world, "#1001", addCustomer(world));
  const destination = createShopify("shop", {
    ...options,
    order: "#1001",
    note: "{{ message | text }}",
  });
  // The token is there, as it nearly always is.
  await destination.check(AbortSignal.timeout(5_000));
  return {
    destination,
    stub: {
      ...stub,
      // What is looked up before something is written takes no part.
      get requests() {
        return stub.requests.filter(({ body }) => body.includes("mutation"));
      },
      // A token that is refused is replaced once: only the second refusal speaks of the credentials.
      fail: (...faults) =>
        stub.fail(...faults.flatMap((fault) => (is401(fault) ? [fault, fault] : [fault]))),
    },
    effects: () => [...(order.note ?? "").matchAll(/\[(evt_\w+)\]/g)].map(([, id = ""]) => id),
    secrets: [clientId, clientSecret, "shpat_invented-1"],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
}

function is401(fault: Fault): boolean {
  return typeof fault === "object" && fault.status === 401;
}

destinationConformance("shopify", open);
httpConformance("shopify", { bodyDecides: true, conflict: "refused" }, open);
shadowConformance("shopify", open);
