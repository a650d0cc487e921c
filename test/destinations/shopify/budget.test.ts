import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBudget } from "../../../src/destinations/shopify/budget.ts";
import { createFakeClock } from "../../deliver/fake-clock.ts";

describe("Shopify's points", () => {
  it("a query that costs more than there can ever be is sent, for Shopify to refuse", async () => {
    const budget = createBudget(createFakeClock());
    await budget.take(5_000, AbortSignal.timeout(5_000));
    const next = budget.take(1_000, AbortSignal.timeout(5_000));
    await assert.rejects(next, /the points of this app are used up/);
  });
});
