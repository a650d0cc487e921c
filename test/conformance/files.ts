import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import type { FileVault } from "../../src/contracts.ts";
import { hexOf } from "../destinations/media/rig.ts";

/** What every place of files promises. */
export function testVault(
  name: string,
  options: { skip: string | false },
  open: (folder: string) => Promise<{ vault: FileVault; close(): Promise<void> }>,
  { atOnce = true }: { readonly atOnce?: boolean } = {},
): void {
  describe(`files in ${name}`, options, () => {
    let folder: string;
    let vault: FileVault;
    let close: () => Promise<void>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "waypost-files-"));
      ({ vault, close } = await open(folder));
    });
    after(async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    });
    const written = async (bytes: Buffer) => {
      const path = join(vault.scratch, `${randomBytes(8).toString("hex")}.part`);
      await writeFile(path, bytes);
      return { path, file: { sha256: hexOf(bytes), bytes: bytes.length, type: "image/png" } };
    };
    const keep = async (bytes: Buffer) => {
      const { path, file } = await written(bytes);
      await vault.keep(path, file);
      return file.sha256;
    };
    const read = async (sha256: string) => {
      const stream = await vault.open(sha256);
      return stream && buffer(stream);
    };

    it("are there as they were, and leave nothing where they were written", async () => {
      const bytes = randomBytes(300_000);
      const sha256 = await keep(bytes);
      assert.equal(await vault.has(sha256), true);
      assert.deepEqual(await read(sha256), bytes);
      assert.deepEqual(await readdir(vault.scratch), []);
    });

    it("may be empty", async () => {
      const sha256 = await keep(Buffer.alloc(0));
      assert.deepEqual(await read(sha256), Buffer.alloc(0));
    });

    it(`may be kept twice${atOnce ? ", also at once," : ""} and are there once`, async () => {
      const bytes = randomBytes(10_000);
      const [sha256] = atOnce
        ? await Promise.all([keep(bytes), keep(bytes), keep(bytes)])
        : [await keep(bytes), await keep(bytes)];
      assert.deepEqual(await read(String(sha256)), bytes);
      await vault.remove(String(sha256));
      assert.equal(await vault.has(String(sha256)), false);
    });

    it("are not there before they are kept, nor after they are removed; removing what is not there changes nothing", async () => {
      const bytes = randomBytes(100);
      const { path, file } = await written(bytes);
      assert.equal(await vault.has(file.sha256), false);
      assert.equal(await read(file.sha256), undefined);
      await vault.keep(path, file);
      await vault.remove(file.sha256);
      await vault.remove(file.sha256);
      assert.equal(await vault.has(file.sha256), false);
      assert.equal(await read(file.sha256), undefined);
    });

    it("that are being read are read to their end, whoever removes them", async () => {
      const bytes = randomBytes(2_000_000);
      const sha256 = await keep(bytes);
      const stream = await vault.open(sha256);
      await vault.remove(sha256);
      assert.ok(stream);
      assert.deepEqual(await buffer(stream), bytes);
    });

    it("that are written aside by a process that ended are taken away an hour later", async () => {
      const old = join(vault.scratch, "left.part");
      const young = join(vault.scratch, "young.part");
      await mkdir(vault.scratch, { recursive: true });
      await Promise.all([writeFile(old, "x"), writeFile(young, "x")]);
      const before = new Date(Date.now() - 61 * 60_000);
      await utimes(old, before, before);
      const again = await open(folder);
      await again.close();
      await assert.rejects(access(old));
      await access(young);
      await rm(young);
    });
  });
}
