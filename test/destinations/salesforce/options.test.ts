import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSalesforce } from "../../../src/destinations/salesforce/salesforce.ts";

describe("Salesforce's options", () => {
  it("have no newAfter that is shorter than reopenWithin, where there are Cases", async () => {
    const given = {
      ...{
        loginUrl: "https://acme.my.salesforce.com",
        clientId: "an-id",
        clientSecret: "a-secret",
      },
      newAfter: "1d",
    };
    const cases = { case: { when: ["business.handoff.requested"] } };
    assert.throws(
      () => createSalesforce("crm", { ...given, ...cases }),
      /newAfter is shorter than reopenWithin/,
    );
    await createSalesforce("crm", given).close();
  });
});
