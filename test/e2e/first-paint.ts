import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "./on-call.ts";
import type { Visitors } from "./visitors.ts";

const places = ".rail .brand, .rail > a.nav-item, .top input, .bottom > *";

/** Each thing that is seen of the shell: its words, and where they stand. */
async function seen(page: Page): Promise<readonly string[]> {
  return await page.locator(places).evaluateAll((all) =>
    all
      .map((each) => ({ each: each as HTMLElement, box: each.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0)
      .map(({ each, box }) => {
        // How many wait is known later.
        const words = each.innerText.replace(/\s*\d+\+?$/, "").trim();
        return `${words} ${box.x} ${box.y} ${box.width} ${box.height}`;
      }),
  );
}

export function describeFirstPaint(world: () => World & Visitors): void {
  describe("what is painted first", () => {
    it("is the shell, before any script of the console has run, and nothing of it moves when the page is there", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.goto("about:blank");
      await page.goto(`${program.url}/console#login=${await program.newCode()}`);
      await page.locator(".shell .search kbd").waitFor({ state: "attached" });
      for (const width of [1280, 375]) {
        await page.setViewportSize({ width, height: 800 });
        let begin = () => {};
        const begun = new Promise<void>((resolve) => {
          begin = resolve;
        });
        await page.route("**/console/main-*.js", async (route) => {
          await begun;
          await route.continue();
        });
        await page.goto("about:blank");
        await page.goto(`${program.url}/console#/settings`, { waitUntil: "commit" });
        await page.locator(".shell .brand").waitFor({ state: "attached" });
        const margin = () => page.evaluate("getComputedStyle(document.body).margin");
        await waitFor("its looks are there", async () => (await margin()) === "0px");
        const before = await seen(page);
        begin();
        await page.getByRole("heading", { name: "Settings" }).waitFor();
        await page.unroute("**/console/main-*.js");
        assert.ok(before.length > 4);
        assert.deepEqual(before, await seen(page), `${width} px`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    it("is nothing of the console for who is not logged in", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.context().clearCookies();
      const html = await (await page.request.get(`${program.url}/console`)).text();
      assert.doesNotMatch(html, /class="shell"|Conversations/);
    });
  });
}
