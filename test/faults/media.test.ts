import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type GraphStub, jpeg, startGraph } from "../destinations/media/graph-stub.ts";
import { base64Of, hexOf } from "../destinations/media/rig.ts";
import { messagesPost } from "../support/meta-post.ts";
import { sign } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

const count = 30;
const bytesOf = (n: number) => jpeg(400_000, n);

describe("a program that is killed while it fetches files", () => {
  let folder: string;
  let graph: GraphStub;
  let program: Program;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-media-kill-"));
    graph = await startGraph();
    await writeFile(join(folder, "waypost.yaml"), "retention: { media: 14d }\n");
    program = await createProgram(["start"], {
      DATA_DIR: folder,
      WAYPOST_CONFIG: join(folder, "waypost.yaml"),
      META_ACCESS_TOKEN: graph.accessToken,
      META_GRAPH_URL: graph.url,
    });
  });
  after(async () => {
    await program.kill();
    await graph.close();
    await rm(folder, { recursive: true, force: true });
  });

  const get = async (n: number) => {
    const headers = { authorization: `Bearer ${opsToken}` };
    const answer = await fetch(`${program.opsUrl}/api/media/${810 + n}`, { headers });
    const body = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, body };
  };

  it("gives out no half file, and has each in the end", async () => {
    await program.start();
    for (let n = 0; n < count; n += 1) {
      // Each is under way when a kill comes, at the latest in its first try.
      graph.files.set(String(810 + n), { bytes: bytesOf(n), faults: n % 3 === 0 ? ["drip"] : [] });
      const image = { id: String(810 + n), mime_type: "image/jpeg", sha256: base64Of(bytesOf(n)) };
      const message = {
        from: "15555550123",
        id: `wamid.${n}`,
        timestamp: "1790000000",
        type: "image",
        image,
      };
      const body = JSON.stringify(messagesPost([message]));
      const headers = { "x-hub-signature-256": sign(body, appSecret) };
      const answer = await fetch(program.webhookUrl, { method: "POST", headers, body });
      assert.equal(answer.status, 200);
      if (n % 10 !== 9) continue;
      await waitFor("some are on their way", () => graph.running() > 0);
      await program.kill();
      graph.release();
      await program.start();
    }
    const missing = new Set(Array.from({ length: count }, (_, n) => n));
    await waitFor("all are there", async () => {
      graph.release();
      for (const n of missing) {
        const { status, body } = await get(n);
        assert.ok(status === 200 || status === 404, String(status));
        if (status !== 200) continue;
        assert.equal(hexOf(body), hexOf(bytesOf(n)), "whole or not at all");
        missing.delete(n);
      }
      return missing.size === 0;
    });
    const kept = (await readdir(join(folder, "media"), { recursive: true })).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    );
    assert.equal(kept.length, count);
  });
});
