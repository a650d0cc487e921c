import assert from "node:assert/strict";
import { it } from "node:test";
import type { Claim, Contact, Once } from "../../../src/contracts.ts";
import type { Circumstances } from "../../../src/deliver/flows/circumstances.ts";
import { isClaimed, isTheOne } from "../../../src/deliver/flows/once.ts";
import { makeText, second } from "../../store/make-events.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";
import { createMemoryLedger } from "../memory-ledger.ts";

const minute = 60_000;
const now = Date.parse(second(0));
const contact = { id: "ctc_2", formerIds: ["ctc_1"] } as unknown as Contact;
const perContact: Once = { per: "contact", for: minute };

/** Deliveries of one person's messages, who is known by two conversations. */
function start() {
  const ledger = createMemoryLedger(
    true,
    createMemoryTables(() => now),
  );
  const event = (at: number) => makeText("hi", { at, id: `evt_${at}` });
  const { conversationId = "" } = event(0).data;
  const aliases = async () => (id: string) => (id === conversationId ? [id, "cnv_0"] : [id]);
  const known = { ...ledger, aliases, claims: ledger.claims, claim: ledger.claim };
  const about = (at: number) =>
    ({
      ...{ event: event(at), now, at },
      contact: async () => contact,
      lastBefore: async () => undefined,
    }) as unknown as Circumstances;
  const claimant = (n: number, once = perContact, destination = "crm", route = "r") => ({
    ...{ id: `${destination}:evt_${n}:${route}`, destination, route, once },
  });
  const keep = (key: string, claim: Claim, expireAt = new Date(now + 9 * minute)) =>
    ledger.claim(key, { ...claim, expireAt });
  return { ledger: known, about, claimant, keep, conversationId };
}

it("gives it to who was given it again, and says so without asking anything else", async () => {
  const { ledger, about, claimant } = start();
  assert.equal(await isClaimed(claimant(1), about(1), ledger), false);
  assert.equal(await isTheOne(claimant(1), about(1), ledger), true);
  assert.equal(await isClaimed(claimant(1), about(1), ledger), true);
  assert.equal(await isClaimed(claimant(2), about(2), ledger), false);
  assert.equal(await isTheOne(claimant(2), about(2), ledger), false);
  assert.equal(await isTheOne(claimant(1), about(1), ledger), true);
});

it("is for each route and each destination by itself", async () => {
  const { ledger, about, claimant } = start();
  for (const [destination, route] of [
    ["crm", "r"],
    ["desk", "r"],
    ["crm", "s"],
  ] as const) {
    const asking = claimant(1, perContact, destination, route);
    assert.equal(await isTheOne(asking, about(1), ledger), true, `${destination} ${route}`);
  }
});

it("lasts as long as it says, to the millisecond", async () => {
  const { ledger, about, claimant } = start();
  assert.equal(await isTheOne(claimant(0), about(0), ledger), true);
  assert.equal(await isTheOne(claimant(59), about(59), ledger), false);
  assert.equal(await isTheOne(claimant(60), about(60), ledger), true);
});

it("counts what the person was given by an id of before", async () => {
  const { ledger, about, claimant, keep } = start();
  await keep("r:crm:ctc_1", { by: "crm:evt_0:r", at: second(0) });
  assert.equal(await isTheOne(claimant(1), about(1), ledger), false);
});

it("counts what another of the conversation's ids was given", async () => {
  const { ledger, about, claimant, keep } = start();
  const once: Once = { per: "conversation", for: minute };
  await keep("r:crm:cnv_0", { by: "crm:evt_0:r", at: second(0) });
  assert.equal(await isTheOne(claimant(1, once), about(1), ledger), false);
});

it("goes by the newest of several that stand", async () => {
  const { ledger, about, claimant, keep } = start();
  await keep("r:crm:ctc_1", { by: "crm:evt_9:r", at: second(50) });
  await keep("r:crm:ctc_2", { by: "crm:evt_8:r", at: second(0) });
  assert.equal(await isTheOne(claimant(70), about(70), ledger), false);
  assert.equal(await isTheOne(claimant(110), about(110), ledger), true);
});

it("keeps a claim for deliveries that ask a month later, by the time of their events", async () => {
  const { ledger, about, claimant } = start();
  const kept: Date[] = [];
  const claim: typeof ledger.claim = (key, given, seen) => {
    kept.push(given.expireAt);
    return ledger.claim(key, given, seen);
  };
  await isTheOne(claimant(0), about(0), { ...ledger, claim });
  assert.ok((kept[0]?.getTime() ?? 0) >= now + minute + 30 * 24 * 60 * minute);
});
