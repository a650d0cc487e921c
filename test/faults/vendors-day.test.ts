import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { auditVendor } from "./day/audit.ts";
import { phonesOf, runDay } from "./day/run-day.ts";
import type { Vendor } from "./day/vendor.ts";
import { startVendors } from "./day/vendors.ts";

/** An hour with a kill each minute where `npm run faults -- --full` asks for it. */
const minutes = Number(process.env["FAULTS_MINUTES"] ?? 0);
const rate = 10;
const day =
  minutes > 0
    ? { count: minutes * 60 * rate, kills: minutes, people: minutes * 40, downMs: 30_000 }
    : { count: 200, kills: 2, people: 20, downMs: 1_500 };

describe("a day with every vendor at once", { timeout: (minutes * 2 + 20) * 60_000 }, () => {
  let vendors: Vendor[] = [];
  before(async () => {
    vendors = await startVendors(phonesOf(day).slice(0, 5), minutes > 0);
  });
  after(() => Promise.all(vendors.map((vendor) => vendor.close())));

  it("ends with log, ledger and books agreeing, each vendor away once and the program killed again and again", async () => {
    // A ticket that has had its 30 updates waits for the rest of Zendesk's ten minutes.
    const withinMs = minutes > 0 ? 900_000 : 180_000;
    const end = await runDay({ vendors, ...day, rate, withinMs });
    for (const vendor of vendors) auditVendor(vendor, end);
    const types = new Set(end.events.map(({ type }) => type));
    for (const type of [
      "business.handoff.requested",
      "business.lead.captured",
      "whatsapp.status.failed",
    ]) {
      assert.ok(types.has(type), `the day had ${type}`);
    }
    for (const [name, rows] of end.rows) assert.ok(rows.length > 100, `${name}: ${rows.length}`);
  });
});
