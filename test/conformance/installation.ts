import assert from "node:assert/strict";
import { after, before, describe, it, type TestOptions } from "node:test";
import type { Store } from "../../src/contracts.ts";

/** What an installation makes for itself, in any store. */
export function testInstallation(
  name: string,
  options: TestOptions,
  open: () => Promise<{ readonly store: Pick<Store, "installation">; close(): Promise<void> }>,
): void {
  describe(`the installation in the ${name} store`, options, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());

    it("has one key of pseudonyms, whoever asks first", async () => {
      const { installation } = opened.store;
      const keys = await Promise.all([1, 2, 3, 4].map(() => installation.pseudonymKey()));
      keys.push(await installation.pseudonymKey());
      const [first] = keys;
      assert.equal(first?.byteLength, 32);
      for (const key of keys) assert.deepEqual(key, first);
    });

    it("is not that of another", async () => {
      const other = await open();
      const keys = [
        await opened.store.installation.pseudonymKey(),
        await other.store.installation.pseudonymKey(),
      ];
      await other.close();
      assert.notDeepEqual(keys[0], keys[1]);
    });
  });
}
