import { after, before, describe, it } from "node:test";
import { startStub } from "../destinations/stub.ts";
import { auditVendor } from "./day/audit.ts";
import { runDay } from "./day/run-day.ts";
import type { Vendor } from "./day/vendor.ts";

async function webhookVendor(name: string): Promise<Vendor> {
  const effects: string[] = [];
  const stub = await startStub((request) => {
    const id = String(request.headers["webhook-id"]);
    if (!effects.includes(id)) effects.push(id);
    return { status: 204 };
  });
  return {
    name,
    url: stub.url,
    block: (baseUrl) => ({
      kind: "webhook",
      url: `${baseUrl}/in`,
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      allowPrivateAddresses: true,
    }),
    writes: () => true,
    effects: () => effects,
    close: stub.close,
  };
}

describe("a day with every vendor at once", { timeout: 300_000 }, () => {
  const vendors: Vendor[] = [];
  before(async () => {
    vendors.push(await webhookVendor("one"), await webhookVendor("two"));
  });
  after(() => Promise.all(vendors.map((vendor) => vendor.close())));

  it("ends with log, ledger and books agreeing, each vendor away once and the program killed twice", async () => {
    const end = await runDay({
      vendors,
      count: 300,
      people: 25,
      rate: 30,
      kills: 2,
      downMs: 1_500,
      withinMs: 120_000,
    });
    for (const vendor of vendors) auditVendor(vendor, end);
  });
});
