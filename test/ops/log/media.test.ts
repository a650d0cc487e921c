import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { type AbsentFile, DeliveryError, type KeptFile } from "../../../src/contracts.ts";
import { type Harness, startOps } from "../harness.ts";

const bytes = Buffer.from("<html><script>alert(1)</script>");
const file = (mediaId: string, changes: Partial<KeptFile> = {}): KeptFile => ({
  ...{ mediaId, name: 'Über "uns".html', type: "text/plain", bytes: bytes.length, sha256: "ab" },
  open: async () => Readable.from([bytes]),
  link: async () => undefined,
  ...changes,
});
const cut = () =>
  Readable.from(
    (async function* () {
      yield bytes.subarray(0, 5);
      throw new Error("the disk is gone");
    })(),
  );
const files: Record<string, KeptFile | AbsentFile> = {
  "810": file("810"),
  cut: file("cut", { open: async () => cut() }),
  gone: { mediaId: "gone", name: "a.jpg", absent: "the file has expired at Meta" },
  away: file("away", { open: () => Promise.reject(new DeliveryError("outage", "away")) }),
};

let ops: Harness;
before(async () => {
  ops = await startOps({ findFile: async (id) => files[id] });
});
after(() => ops.ops.close());

describe("GET /api/media/{id}", () => {
  it("answers with the bytes, to be saved under their name and never shown", async () => {
    const answer = await ops.get("/api/media/810");
    assert.equal(answer.status, 200);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
    const header = (name: string) => answer.headers.get(name);
    assert.equal(
      header("content-disposition"),
      `attachment; filename="_ber _uns_.html"; filename*=UTF-8''%C3%9Cber%20%22uns%22.html`,
    );
    assert.equal(header("content-type"), "text/plain");
    assert.equal(header("content-length"), String(bytes.length));
    assert.equal(header("x-content-type-options"), "nosniff");
    assert.match(String(header("content-security-policy")), /default-src 'none'; sandbox/);
    assert.match(String(header("cache-control")), /no-store/);
  });

  it("says why there is none", async () => {
    for (const [id, detail] of [
      ["gone", "The file has expired at Meta."],
      ["999", "It was never fetched, or its time is over."],
    ] as const) {
      const answer = await ops.get(`/api/media/${id}`);
      assert.equal(answer.status, 404);
      assert.match(String(answer.headers.get("content-type")), /^application\/problem\+json/);
      assert.equal(((await answer.json()) as { detail: string }).detail, detail);
    }
  });

  it("is 503 where the files do not answer, and breaks off where they end early", async () => {
    assert.equal((await ops.get("/api/media/away")).status, 503);
    const answer = await ops.get("/api/media/cut");
    await assert.rejects(answer.arrayBuffer());
  });

  it("is not for those without a token, nor for what is no id", async () => {
    assert.equal((await fetch(`${ops.url}/api/media/810`)).status, 401);
    assert.equal((await ops.get("/api/media/..%2F..%2Fetc")).status, 400);
  });

  it("leaves no id in the log", () => {
    assert.ok(!JSON.stringify(ops.logged).includes("/810"), JSON.stringify(ops.logged));
  });

  it("says so where no files are fetched", async () => {
    const without = await startOps();
    const answer = await without.get("/api/media/810");
    assert.equal(answer.status, 404);
    assert.match(((await answer.json()) as { detail: string }).detail, /META_ACCESS_TOKEN/);
    await without.ops.close();
  });
});
