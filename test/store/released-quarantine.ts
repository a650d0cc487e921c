import assert from "node:assert/strict";
import type { Store } from "../../src/contracts.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";
import { makeText, phoneNumberId, second } from "./make-events.ts";

/** What the version before left: two POSTs in quarantine, and an account. This one answers the same, and goes on. */
export async function assertQuarantineGoesOn(store: Store): Promise<void> {
  const page = { limit: 10 };
  const problems = [{ path: "$", reason: "not JSON" }];
  const left = [
    {
      id: "qrn_a3vx22tj5ym6l667osibru6svp5ajpf5",
      n: 3,
      bytes: Buffer.from([0, 255]),
      problems: [],
    },
    { id: "qrn_aip3lfw3qhtnak7t2jmg5y4yd7srt4tv", n: 1, bytes: Buffer.from("{"), problems },
  ].map(({ id, n, bytes, problems: own }, at) => ({
    id,
    receivedAt: second(n),
    postId: `pst_${2 - at}`,
    bytes: bytes.length,
    problems: own,
    dataBase64: bytes.toString("base64"),
  }));
  assert.deepEqual((await store.quarantine({}, page)).items, left);
  assert.deepEqual(await store.quarantineEntry(left[1]?.id ?? ""), left[1]);
  assert.equal(await store.quarantinedSince(new Date(second(2))), 1);
  assert.deepEqual((await store.stats()).lastEventAt, { [phoneNumberId]: second(2) });

  const again = quarantinedPost(Buffer.from("{"), [], { receivedAt: second(8), postId: "pst_8" });
  const other = quarantinedPost(Buffer.from("["), [], { receivedAt: second(9), postId: "pst_9" });
  await store.append([makeText("older", { at: 0 }), again, other]);
  const { items } = await store.quarantine({}, page);
  assert.deepEqual(items.slice(1), left);
  assert.equal(items[0]?.postId, "pst_9");
  assert.deepEqual((await store.stats()).lastEventAt, { [phoneNumberId]: second(2) });
  await store.append([makeText("newer", { at: 9 })]);
  const { lastEventAt, quarantine } = await store.stats();
  assert.deepEqual([lastEventAt, quarantine], [{ [phoneNumberId]: second(9) }, 3]);
}
