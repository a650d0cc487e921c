import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { makeText } from "../../store/make-events.ts";
import { type AccessHarness, berlin, munich, startAccess } from "./access-harness.ts";

interface Answer {
  readonly items: readonly { readonly id: string; readonly conversationId?: string }[];
  readonly errors: readonly { readonly parameter: string; readonly reason: string }[];
}
const of = (phoneNumberId: string, at: number) =>
  makeText(`of ${phoneNumberId}`, { at, account: { wabaId: "900100200300400", phoneNumberId } });
const [ours, theirs] = [of(berlin, 1), of(munich, 2)];

describe("an account by its name of waypost.yaml", () => {
  let ops: AccessHarness;
  before(async () => {
    ops = await startAccess({ fromStore: true });
    ops.destinations.set("crm", { kind: "webhook" });
    await ops.store.append([ours, theirs]);
  });
  after(() => ops.ops.close());
  const asked = async (path: string, as?: string) => {
    const answer = as === undefined ? await ops.get(path) : await ops.ask("GET", path, { as });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };

  it("finds what its id finds, in every list", async () => {
    for (const list of ["events", "conversations", "deliveries"]) {
      const [byName, byId] = [`/api/${list}?account=berlin`, `/api/${list}?account=${berlin}`];
      assert.deepEqual(await asked(byName), await asked(byId), list);
    }
    const { body } = await asked("/api/events?account=munich");
    assert.deepEqual(
      body.items.map(({ id }) => id),
      [theirs.id],
    );
  });

  it("finds what is to be replayed", async () => {
    const request = { filter: { account: "berlin" }, to: "crm", dryRun: true };
    const plan = await ops.post("/api/replays", request);
    assert.deepEqual([plan.status, ((await plan.json()) as { opened: number }).opened], [200, 1]);
  });

  it("refuses a name that is none, and says which there are to whom may see them", async () => {
    const wrong = await asked("/api/events?account=paris");
    assert.equal(wrong.status, 400);
    assert.deepEqual(
      wrong.body.errors.map(({ parameter }) => parameter),
      ["account"],
    );
    assert.match(wrong.body.errors[0]?.reason ?? "", /there are berlin, munich$/);
    const body = { filter: { account: "constructor" }, to: "crm" };
    const replay = await ops.post("/api/replays", body);
    assert.equal(replay.status, 400);
    assert.equal(((await replay.json()) as Answer).errors[0]?.parameter, "filter.account");

    const token = await ops.make("anna", ["read", "content"], { accounts: ["berlin"] });
    assert.equal((await asked("/api/events?account=berlin", token)).body.items.length, 1);
    const other = await asked("/api/events?account=munich", token);
    assert.equal(other.status, 400);
    assert.match(other.body.errors[0]?.reason ?? "", /there are berlin$/);
  });
});
