import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diagnose } from "../../src/contracts.ts";
import { googleSheets } from "../../src/destinations/google-sheets/google-sheets.ts";
import { createShopify } from "../../src/destinations/shopify/shopify.ts";
import { startEngine } from "../deliver/engine.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createMemoryLedger } from "../deliver/memory-ledger.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { json } from "./google-sheets/answers.ts";
import { textsOf } from "./google-sheets/grid.ts";
import { startSheetsStub } from "./google-sheets/stub.ts";
import { passUntil, watchCalls } from "./real-calls.ts";
import { startShopifyStub } from "./shopify/stub.ts";
import { addCustomer } from "./shopify/world.ts";
import { type Door, ticketDesks } from "./ticket-desks.ts";

const people = Array.from({ length: 6 }, (_, at) => `4915550000${100 + at}`);

async function openSheet(): Promise<Door> {
  const google = await startSheetsStub();
  const destination = googleSheets.create("desk", google.options, { log: createArrayLog() });
  return {
    destination,
    shut() {
      google.tokens.refuse = json(400, { error: "invalid_grant" });
    },
    mend() {
      delete google.tokens.refuse;
    },
    says: /400 invalid_grant/,
    texts: () => Math.max(0, textsOf(google.grid).length - 1),
    close: () => Promise.all([destination.close(), google.close()]).then(() => undefined),
  };
}

async function openShop(): Promise<Door> {
  const shop = await startShopifyStub();
  const customers = people.map((waId) => addCustomer(shop.world, { phone: `+${waId}` }));
  const given = { ...shop.options, note: "{{ message | text }}" };
  const destination = createShopify("desk", given);
  return {
    destination,
    shut: () => void shop.world.scopes.delete("write_customers"),
    mend: () => void shop.world.scopes.add("write_customers"),
    says: /add the scope (read|write)_customers/,
    texts: () => customers.filter(({ note }) => note?.includes("[evt_")).length,
    close: () => Promise.all([destination.close(), shop.close()]).then(() => undefined),
  };
}

const doors: Record<string, () => Promise<Door>> = { sheets: openSheet, shopify: openShop };
for (const [kind, open] of Object.entries(ticketDesks)) {
  doors[kind] = async () => {
    const { door, close } = await open();
    assert.ok(door, kind);
    return { ...door, close };
  };
}
// Its own test has it: test/destinations/salesforce/engine.test.ts.
delete doors["salesforce"];

describe("a vendor that does not let Waypost in any more", () => {
  for (const [kind, open] of Object.entries(doors)) {
    it(`pauses it once, with the remedy, and everything arrives after resume: ${kind}`, async () => {
      const door = await open();
      const [clock, ledger] = [createFakeClock(), createMemoryLedger()];
      const calls = watchCalls(door.destination);
      const config = { concurrency: 2, timeoutMs: 20_000 };
      const engine = await startEngine({ desk: calls.destination }, { clock, ledger, config });
      const texts = people.map((waId) => makeText("hello", { contact: { waId, name: "Mia" } }));
      const paused = () => engine.notices().filter(({ notice }) => notice === "paused");
      const pass = (what: string, isSo: () => boolean) => passUntil(what, { clock, calls }, isSo);
      door.shut();
      await engine.publish(...texts.slice(0, 3));
      await pass("it is paused", () => paused().length > 0);
      await engine.publish(...texts.slice(3));
      await clock.advance(60_000);
      assert.deepEqual([paused().length, door.texts()], [1, 0]);
      const { pause } = await ledger.lease("desk");
      assert.ok(pause?.by === "config");
      const alert = diagnose({ kind: "destination_paused", name: "desk", pause });
      assert.match(alert.what, door.says);
      const own = () => [...ledger.rows.values()].filter(({ eventType }) => !isMade(eventType));
      assert.deepEqual(
        own().map(({ state }) => state),
        texts.map(() => "open"),
      );
      door.mend();
      await ledger.setPause("desk", undefined);
      const isDone = () => own().every(({ state }) => state === "delivered");
      await pass("all have arrived", isDone);
      assert.equal(door.texts(), texts.length);
      await engine.end();
      await door.close();
    });
  }
});

/** What a vendor's record is told by comes back, for the engine's route takes all. */
function isMade(type: string): boolean {
  return type.startsWith("business.");
}
