import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBucket } from "../../src/media/bucket.ts";
import { hexOf } from "../destinations/media/rig.ts";
import { needsS3, type S3, startS3 } from "../services/s3.ts";
import { testVault } from "./files.ts";

let s3: S3;
before(async () => {
  if (!needsS3.skip) s3 = await startS3();
});
after(() => s3?.cleanup());

// moto fails by itself where an object is written twice at once.
testVault(
  "an S3 bucket",
  needsS3,
  async (folder) => {
    const vault = await openBucket({ ...s3.bucket, scratch: join(folder, "tmp") });
    return { vault, close: () => vault.close() };
  },
  { atOnce: false },
);

describe("an S3 bucket", needsS3, () => {
  const bytes = Buffer.from("some bytes");
  const file = { sha256: hexOf(bytes), bytes: bytes.length, type: "text/plain" };
  const openWith = async (changes: Partial<S3["bucket"]>) => {
    const scratch = await mkdtemp(join(tmpdir(), "waypost-scratch-"));
    const vault = await openBucket({ ...s3.bucket, ...changes, scratch });
    const path = join(scratch, "a.part");
    await writeFile(path, bytes);
    const close = async () => {
      await vault.close();
      await rm(scratch, { recursive: true });
    };
    return { vault, path, close };
  };

  for (const [what, changes] of [
    ["a wrong secret", { secretAccessKey: "wrong" }],
    ["keys that nobody has", { accessKeyId: "AKIAIOSFODNN7EXAMPLE" }],
    ["a bucket that is not there", { bucket: "no-such-bucket" }],
  ] as const) {
    it(`with ${what} is a fault of the configuration, and says so`, async () => {
      const { vault, path, close } = await openWith(changes);
      await assert.rejects(vault.keep(path, file), (error: Error) => {
        assert.match(error.message, /check MEDIA_S3_\*/);
        assert.equal((error as Error & { verdict: string }).verdict, "config");
        return true;
      });
      await close();
    });
  }

  it("that is not there is an outage", async () => {
    const { vault, path, close } = await openWith({ endpoint: "http://127.0.0.1:9" });
    await assert.rejects(vault.keep(path, file), { verdict: "outage" });
    await assert.rejects(vault.has(file.sha256), { verdict: "outage" });
    await close();
  });

  it("gives out an address for each file that anybody may read, to be saved under its name", async () => {
    const { vault, path, close } = await openWith({});
    await vault.keep(path, file);
    const link = await vault.link?.(
      { sha256: file.sha256, name: "Über uns.txt", type: "text/plain" },
      600,
    );
    await s3.checkSignatures(false);
    const answer = await fetch(String(link));
    await s3.checkSignatures(true);
    assert.equal(answer.status, 200);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
    assert.match(
      String(answer.headers.get("content-disposition")),
      /^attachment; .*%C3%9Cber%20uns\.txt/,
    );
    await close();
  });
});
