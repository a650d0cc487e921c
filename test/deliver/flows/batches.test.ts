import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBatchStub } from "../batch-stub.ts";
import { event, startEngine } from "../engine.ts";
import { startFlows } from "./flow-engine.ts";

const ids = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);

describe("batches of deliveries whose routes are asked at their turn", () => {
  it("go together, without those that are skipped", async () => {
    const crm = createBatchStub({ along: true, waitMs: 15_000, most: 10 });
    const world = await startFlows(
      [{ name: "texts", to: ["crm"], only: { not: { tag: ["spam"] } } }],
      { destinations: { crm } },
    );
    const { clock, receive, states } = world;
    const events = [event("cnv_a"), event("cnv_a"), event("cnv_a")];
    await receive(...events);
    await clock.advance(20_000);
    assert.deepEqual(crm.batches, [ids(events)]);
    assert.deepEqual(await states("crm"), ["delivered", "delivered", "delivered"]);
    await world.engine.end();
  });

  it("leave out one whose route has options of its own: it goes alone, in its place", async () => {
    const crm = createBatchStub({ along: true, across: true, waitMs: 5_000, most: 10 });
    const loud = createBatchStub({ along: true, across: true });
    const special = event("cnv_a", { message: { id: "wamid.x", type: "image" } });
    const engine = await startEngine(
      { crm },
      {
        byRoute: { crm: new Map([["loud", loud]]) },
        routes: {
          patternsFor: () => ["#"],
          matchFor: (_, { id }) => [
            {
              destination: "crm",
              ...(id === special.id ? { route: "loud", routes: ["loud"] } : { route: "all" }),
            },
          ],
        },
        decider: {
          decide: async ({ routes }) => ({ is: "go", routes }),
          opensAt: () => undefined,
          circumstances: () => assert.fail("nobody asks"),
          examine: async () => [],
          knows: () => true,
          maxAgeMs: () => undefined,
        },
      },
    );
    const before = [event("cnv_a"), event("cnv_a")];
    const behind = [event("cnv_a"), event("cnv_a")];
    const other = event("cnv_b");
    await engine.publish(...before, special, ...behind, other);
    await engine.clock.advance(30_000);
    assert.deepEqual(
      crm.effects.filter((id) => id !== other.id),
      ids([...before, ...behind]),
    );
    assert.deepEqual(loud.effects, [special.id]);
    assert.deepEqual(loud.batches, []);
    const order = [...crm.calls, ...loud.calls].map(({ event: { id } }) => id);
    assert.equal(order.length, 6);
    assert.ok(
      crm.batches.some(
        (batch) => batch.includes(before[0]?.id ?? "") && batch.includes(before[1]?.id ?? ""),
      ),
    );
    assert.ok(!crm.batches.flat().includes(special.id));
    // The one behind it did not overtake it.
    const at = (id: string) => engine.ledger.delivery(`crm:${id}`);
    const [own, next] = await Promise.all([at(special.id), at(behind[0]?.id ?? "")]);
    assert.ok((own?.doneAt ?? "") <= (next?.doneAt ?? ""));
    await engine.end();
  });
});
