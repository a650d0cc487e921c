import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { newVisitor, settle } from "./console-page.ts";
import { tomas } from "./history.ts";
import type { World } from "./on-call.ts";
import { logInWithToken, type Visitors } from "./visitors.ts";

/** States that are there for a moment, or that few get to see. */
export function describeSeldom(world: () => World & Visitors): void {
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
      await dialog.getByRole("button", { name: "Copy the token" }).press("Enter");
      // In the dialog: what is outside is dimmed, and no screen reader tells of it.
      await dialog.getByText("Copied the token").waitFor();
      await dialog.getByRole("button", { name: "Done" }).press("Enter");
      await page.getByRole("cell", { name: "crm-sync" }).waitFor();
    });

    it("who is revealed from the list of conversations is shown as a person, too", async () => {
      const { visitor, program } = world();
      const { page } = await newVisitor(visitor.page.context().browser() as Browser, program);
      await page.goto(`${program.url}/console#/conversations`);
      await logInWithToken(page, program.token);
      await page.locator("a.row").first().press("Enter");
      await page.getByRole("tab", { name: "Chat" }).press("ArrowRight");
      await page.getByText("Reveal the conversation to see who it is").waitFor();
      await page.getByRole("button", { name: "Reveal" }).press("Enter");
      await page.locator("dialog input").fill("ticket 4711");
      await page.keyboard.press("Enter");
      await page.locator(".facts").getByText(`+${tomas.waId}`).waitFor();
      await page.getByRole("button", { name: "Mark as spam" }).waitFor();
      await page.context().close();
    });

    it("where the browser's clock is days off, times go by the server's", async () => {
      const { visitor, program } = world();
      const { page } = await newVisitor(visitor.page.context().browser() as Browser, program);
      for (const days of [-3, 2]) {
        await page.clock.install({ time: Date.now() + days * 86_400_000 });
        await page.goto("about:blank");
        await page.goto(`${program.url}/console#login=${await program.newCode()}`);
        await page.locator(".shell .search kbd").waitFor({ state: "attached" });
        const url = `${program.url}/console?days=${days}`;
        await page.goto(`${url}#/deliveries?from=24h`);
        const row = page.locator("a.row").first();
        await row.waitFor();
        const times = await page.locator("a.row time").allInnerTexts();
        assert.ok(times.length > 0);
        for (const time of times) assert.match(time, /^(now|\d+ (s|min) ago)$/);
      }
      await page.context().close();
    });

    it("set-up is filled from above, whatever is there first: nothing that is seen moves", async () => {
      const { page, open } = world().console;
      await open("#/overview", "data", { anew: true });
      const paths = ["connect", "doctor", "configuration", "processes"];
      const gates = paths.map((path) => ({ path, gate: createGate() }));
      for (const { path, gate } of gates) {
        await page.route(`**/api/${path}`, async (route) => {
          await gate.opened;
          await route.fallback();
        });
      }
      await page.evaluate(watchShifts);
      await page.evaluate(`location.hash = "#/setup"`);
      await page.getByRole("heading", { name: "Set-up" }).waitFor();
      for (const { path, gate } of gates) {
        const answered = page.waitForResponse(`**/api/${path}`);
        gate.open();
        await (await answered).finished();
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
      }
      await settle(page);
      await page.getByText("App secrets").first().waitFor();
      for (const { path } of gates) await page.unroute(`**/api/${path}`);
      assert.deepEqual(await page.evaluate("shifts"), []);
    });

    it("filters that leave nothing are said to be what does", async () => {
      const { page, open } = world().console;
      await open("#/deliveries?state=taken&destination=crm&from=1h");
      await page.getByRole("heading", { name: "No delivery fits" }).waitFor();
      await page.getByRole("link", { name: "Show all deliveries" }).press("Enter");
      await page.locator("a.row").first().waitFor();
    });

    it("the audit on a phone has every time and every result at the right edge", async () => {
      const { page, open } = world().console;
      await open("#/settings?tab=audit");
      await page.setViewportSize({ width: 390, height: 844 });
      const cells = `document.querySelectorAll("[aria-label=Audit] td:is(:first-child, :last-child)")`;
      const edges = `[...${cells}].map((each) => Math.round(each.getBoundingClientRect().right))`;
      const found = (await page.evaluate(edges)) as number[];
      assert.ok(found.length > 10);
      assert.deepEqual([...new Set(found)], [378]);
    });
  });
}

/** What moved on the page although nobody did anything. */
const watchShifts = `{
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries())
      shifts.push(sources.map(({ node }) => node?.textContent.slice(0, 40)).join(", "));
  }).observe({ type: "layout-shift" });
}`;

function createGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
