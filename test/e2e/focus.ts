import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settle } from "./console-page.ts";
import { press } from "./keyboard.ts";
import type { World } from "./on-call.ts";

/** Where the keyboard is after something was opened, closed or chosen. */
export function describeFocus(world: () => World): void {
  describe("the focus", () => {
    it("goes from the row that is open into it, and back to the row when it is closed, at every width", async () => {
      const { page, open } = world().console;
      for (const width of [1280, 390]) {
        await open("#/events?type=whatsapp.message.text", "data", { anew: true });
        await page.setViewportSize({ width, height: 800 });
        await press(page, "j", "j");
        const row = page.locator("a.row:focus");
        const [, id] = /#\/events\/([^?]+)/.exec((await row.getAttribute("href")) ?? "") ?? [];
        await press(page, "Enter");
        await page.locator(".detail .facts").waitFor();
        if (width === 1280) await press(page, "Enter");
        await page.locator(".detail:focus").waitFor();
        await press(page, "Tab");
        await page.locator(".detail summary:focus").waitFor();
        await press(page, "Escape");
        await page.locator(`a.row[href*="${id}"]:focus`).waitFor();
      }
    });

    it("comes back from the search and from a menu to where it was", async () => {
      const { page, open } = world().console;
      await open("#/events", "data", { anew: true });
      await press(page, "j", "j", "/");
      await page.keyboard.type("zip");
      await page.locator(".hit").first().waitFor();
      const place = page.url();
      await press(page, "Escape");
      await page.locator("a.row:focus").waitFor();
      assert.equal(await page.locator(".search input").inputValue(), "");
      await press(page, "c");
      await page.locator(".menu-items button:focus").waitFor();
      await press(page, "Enter");
      await page.locator(".toast").first().waitFor();
      await page.locator("summary:focus", { hasText: "Copy" }).waitFor();
      assert.equal(page.url(), place);
    });

    it("is where a key can be pressed as soon as anything is seen of it", async () => {
      const { page, open } = world().console;
      await open("#/destinations", "data", { anew: true });
      // As soon as the detail stands in the page, before anything else can run.
      await page.evaluate(`new MutationObserver((_, observer) => {
        if (!document.querySelector(".detail h2")) return;
        observer.disconnect();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", bubbles: true }));
      }).observe(document.body, { childList: true, subtree: true })`);
      await press(page, "j", "Enter");
      await page.locator("dialog[open] input:focus").waitFor({ timeout: 8_000 });
      await press(page, "Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    });

    it("stays in a dialog, which a button closes as well", async () => {
      const { page, open } = world().console;
      await open("#/events");
      await settle(page);
      await press(page, "j", "?");
      await page.locator("dialog[open]").waitFor();
      await page.getByRole("button", { name: "Close (Esc)" }).press("Enter");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await page.locator("a.row:focus").waitFor();
    });
  });
}
