import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SavedView } from "../../../src/contracts.ts";
import { type Harness, startOps } from "../harness.ts";

let ops: Harness;
before(async () => {
  ops = await startOps();
});
after(() => ops.ops.close());

const tokenOf = async (name: string, scopes: string[]) => {
  const made = (await (await ops.post("/api/tokens", { name, scopes })).json()) as {
    secret: string;
  };
  return { authorization: `Bearer ${made.secret}` };
};
const namesFor = async (headers: Record<string, string>) => {
  const { items } = (await (await ops.get("/api/views", headers)).json()) as { items: SavedView[] };
  return items.map(({ name }) => name);
};

describe("saved views", () => {
  it("are seen by who made them, and by all where they are shared; words only with the scope content", async () => {
    const anna = await tokenOf("anna", ["read", "content"]);
    const ben = await tokenOf("ben", ["read"]);
    const save = (body: object, headers = anna) => ops.post("/api/views", body, headers);
    const page = "events";
    const made = await save({ name: "mine", page, filter: "type=whatsapp.%23&contact=ctc_0a" });
    assert.equal(made.status, 201);
    const mine = (await made.json()) as SavedView;
    assert.deepEqual([mine.owner, mine.shared, mine.personal], ["anna", false, false]);
    await save({ name: "ours", page, filter: "state=dead", shared: true });
    const words = (await (
      await save({ name: "words", page, filter: "text=refund", shared: true })
    ).json()) as SavedView;
    assert.equal(words.personal, true);
    assert.deepEqual(await namesFor(anna), ["mine", "ours", "words"]);
    assert.deepEqual(await namesFor(ben), ["ours"]);
    assert.equal((await save({ name: "b", page, filter: "text=refund" }, ben)).status, 400);

    const remove = (id: string, headers: Record<string, string>) =>
      fetch(`${ops.url}/api/views/${id}`, { method: "DELETE", headers });
    const seen = (await (await ops.get("/api/views", ben)).json()) as { items: [SavedView] };
    const [ours] = seen.items;
    assert.equal((await remove(ours.id, ben)).status, 403);
    const change = (id: string, body: object, headers: Record<string, string>) =>
      ops.patch(`/api/views/${id}`, body, headers);
    assert.equal((await change(ours.id, { name: "his" }, ben)).status, 403);
    assert.equal((await change(mine.id, {}, anna)).status, 400);
    const renamed = await change(mine.id, { name: "my own", shared: true }, anna);
    assert.deepEqual(await renamed.json(), { ...mine, name: "my own", shared: true });
    assert.deepEqual(await namesFor(ben), ["my own", "ours"]);
    assert.equal((await change(mine.id, { shared: false }, anna)).status, 200);
    assert.equal((await remove(mine.id, ben)).status, 404);
    assert.equal((await remove(mine.id, anna)).status, 200);
    assert.deepEqual(await namesFor(anna), ["ours", "words"]);
  });

  it("name people as ctc_ alone, and never echo what was sent", async () => {
    const filter = "contact=%2B4915112345678";
    const refused = await ops.post("/api/views", { name: "x", page: "events", filter });
    assert.equal(refused.status, 400);
    const text = await refused.text();
    assert.match(text, /otherwise than as ctc_/);
    assert.doesNotMatch(text, /4915112345678/);
  });
});
