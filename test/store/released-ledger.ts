import assert from "node:assert/strict";
import type { Delivery, Ledger } from "../../src/contracts.ts";
import { reserveSeq } from "../support/reserve-seq.ts";

/** What the version before declared tables answered of the ledger that it left. */
export interface LeftLedger {
  readonly destinations: Awaited<ReturnType<Ledger["destinations"]>>;
  readonly deliveries: Awaited<ReturnType<Ledger["deliveries"]>>["items"];
  /** Ids. */
  readonly dead: readonly string[];
  readonly givenUp: readonly string[];
  /** Of evt_1. */
  readonly ofEvent: readonly string[];
  readonly links: Readonly<Record<string, object | null>>;
  readonly bodies: readonly (readonly [string, string])[];
}

/** Without what is told of rows of before as soon as it has been looked up. */
function asLeft({ account: _, ...row }: Delivery): Delivery {
  return row;
}

/** This version answers the same, and goes on where the other was. */
export async function assertGoesOn(ledger: Ledger, left: LeftLedger): Promise<void> {
  // Nothing was scheduled then.
  const destinations = left.destinations.map((each) => ({ ...each, scheduled: 0 }));
  assert.deepEqual(await ledger.destinations(), destinations);
  const { items } = await ledger.deliveries({}, { limit: 50 });
  assert.deepEqual(items.map(asLeft), left.deliveries);
  const ids = async (filter: Parameters<Ledger["deliveries"]>[0]) =>
    (await ledger.deliveries(filter, { limit: 50 })).items.map(({ id }) => id);
  assert.deepEqual(await ids({ state: "dead" }), left.dead);
  assert.deepEqual(await ledger.givenUp("crm"), left.givenUp);
  assert.deepEqual(
    (await ledger.deliveriesOf("evt_1")).map(({ id }) => id),
    left.ofEvent,
  );
  for (const [conversation, link] of Object.entries(left.links)) {
    assert.deepEqual((await ledger.link("crm", conversation)) ?? null, link, conversation);
  }
  const bodies = await ledger.bodies(["evt_1", "evt_2", "evt_3", "evt_4"]);
  const found = [...bodies].map(([id, body]) => [id, typeof body === "string" ? body : "event"]);
  assert.deepEqual(found.sort(), [...left.bodies].sort());

  const seen = await ledger.lease("crm");
  assert.ok(await ledger.renewLease("crm", seen.epoch), "who holds it goes on");
  const taken = await ledger.takeLease("crm", await ledger.lease("crm"), "this version");
  const epoch = taken?.epoch ?? assert.fail("nobody else is there");
  assert.equal(await ledger.renewLease("crm", seen.epoch), undefined);
  await ledger.claimOpen("crm", epoch);
  const open = left.deliveries.filter(
    ({ id, state }) => id.startsWith("crm") && /g|op/.test(state),
  );
  assert.deepEqual(
    (await ledger.openRows("crm", epoch, { limit: 50 })).map(asLeft),
    [...open].sort((a, b) => a.seq - b.seq),
  );
  assert.equal(await reserveSeq(ledger, "crm", epoch, 1), seen.seq + 1);
  const doneAt = new Date().toISOString();
  const done = { id: "crm:evt_1", state: "delivered", nextAt: null, doneAt } as const;
  assert.equal(await ledger.write(epoch, [done]), 1);
  assert.equal(await ledger.reopen("crm:evt_5"), true);
  assert.deepEqual(await ledger.givenUp("crm"), []);
  assert.equal(await ledger.saveLink("crm", "cnv_other", { ticket: "9" }, 0), false);
  assert.equal(await ledger.saveLink("crm", "cnv_other", { ticket: "9" }, epoch), true);
  assert.deepEqual(await ledger.link("crm", "cnv_other"), { ticket: "9" });
}
