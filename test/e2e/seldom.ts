import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { World } from "./on-call.ts";

/** States that are there for a moment, or that few get to see. */
export function describeSeldom(world: () => World): void {
  describe("what is seldom seen", () => {
    it("a token that was just made is shown whole, at every width", async () => {
      const { console } = world();
      const { page, open } = console;
      await open("#/settings", "data", { anew: true });
      await page.getByRole("button", { name: "New token" }).press("Enter");
      const dialog = page.locator("dialog[open]");
      await dialog.locator("input[name=name]").fill("crm-sync");
      await dialog.locator("input[name=name]").press("Enter");
      await dialog.locator(".copy-id").waitFor();
      await console.check("token-made");
      const secret = `document.querySelector("dialog .copy-id .id")`;
      assert.equal(await page.evaluate(`${secret}.scrollWidth > ${secret}.clientWidth`), false);
      await dialog.getByRole("button", { name: "Done" }).press("Enter");
      await page.getByRole("cell", { name: "crm-sync" }).waitFor();
    });
  });
}
