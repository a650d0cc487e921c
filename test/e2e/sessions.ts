import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { waitFor } from "../support/wait-for.ts";
import { newVisitor } from "./console-page.ts";
import { press } from "./keyboard.ts";
import type { World } from "./on-call.ts";
import { logInWithToken, type Visitors } from "./visitors.ts";

export function describeSessions(world: () => World & Visitors): void {
  describe("logging in and out", () => {
    it("a wrong token is refused in words, the right one opens the page that was asked for", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.context().clearCookies();
      await page.goto("about:blank");
      await page.goto(`${program.url}/console#/destinations`);
      const token = page.locator("input[type=password]");
      await page.locator("input[type=password]:focus").waitFor();
      await token.fill("not-a-token");
      await token.press("Enter");
      await page.getByRole("alert").waitFor();
      await logInWithToken(page, program.token);
      await page.getByRole("heading", { name: "Destinations" }).first().waitFor();
      assert.doesNotMatch(String(await page.evaluate("JSON.stringify(localStorage)")), /token/);
      await page.getByRole("button", { name: "Log out" }).press("Enter");
      await token.waitFor();
      await page.reload();
      await token.waitFor();
    });

    it("a link works once, and its code is gone from the address", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      const link = `${program.url}/console#login=${await program.newCode()}`;
      await page.goto("about:blank");
      await page.goto(link);
      await page.locator(".shell").waitFor();
      assert.doesNotMatch(page.url(), /login/);
      await page.context().clearCookies();
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByRole("alert").waitFor();
    });

    it("a link logs in also where the console is open", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.goto(`${program.url}/console#/events`);
      await page.locator("input[type=password]").waitFor();
      await page.goto(`${program.url}/console#login=${await program.newCode()}`);
      await page.locator(".shell").waitFor();
      assert.doesNotMatch(page.url(), /login/);
    });
  });

  describe("a session that ends", () => {
    it("keeps what is open and typed, and what was asked for, until one has logged in again", async () => {
      const { visitor, program } = world();
      const { page } = await newVisitor(visitor.page.context().browser() as Browser, program);
      await page.clock.install();
      await page.goto(`${program.url}/console#/destinations/refunds`);
      await logInWithToken(page, program.token);
      const detail = page.locator(".detail");
      await detail.locator(".pill").first().waitFor();
      const reason = page.locator("dialog:not(.login-again) input");
      // Who has just logged in may pause when the page knows what they may.
      await waitFor("one is asked why", async () => {
        await press(page, "p");
        return (await reason.count()) === 1;
      });
      await reason.fill("the books are closed");
      await endSession(page);
      await page.clock.fastForward(21_000);
      const again = page.locator("dialog.login-again");
      await again.waitFor();
      await press(page, "Escape", "Escape");
      await logInAgain(page, program.token);
      assert.equal(await reason.inputValue(), "the books are closed");
      // And while it is on its way.
      await endSession(page);
      await reason.press("Enter");
      await logInAgain(page, program.token);
      await detail.getByText("the books are closed").first().waitFor();
      await press(page, "p");
      await detail.locator(".pill.good").waitFor();
      await page.context().close();
    });
  });

  describe("a long list", () => {
    it("is not cut back to its first page by asking again", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.clock.install();
      await page.goto("about:blank");
      await page.goto(`${program.url}/console#login=${await program.newCode()}`);
      await page.locator(".shell .search kbd").waitFor({ state: "attached" });
      const rows = page.locator("a.row");
      await page.goto(`${program.url}/console#/deliveries`);
      await rows.nth(49).waitFor();
      await page.getByRole("button", { name: "Show more" }).press("Enter");
      await rows.nth(99).waitFor();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      // The navigation is asked every 20 s, and this list, while it is short, every 10.
      await page.clock.fastForward(10_000);
      await page.clock.fastForward(11_000);
      await waitFor("the page has asked again", () => asked.includes("/api/status"));
      assert.ok(!asked.includes("/api/deliveries"), asked.join(" "));
      assert.equal(await rows.count(), 100);
    });
  });

  describe("by keyboard", () => {
    it("j and k go through the rows, Enter opens one, Escape and the back button close it", async () => {
      const { page, open } = world().console;
      await open("#/events", "data", { anew: true });
      for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
      const focused = page.locator("a.row:focus");
      assert.equal(await focused.count(), 1);
      await focused.press("Enter");
      await page.locator(".detail").waitFor();
      const first = page.url();
      await page.keyboard.press("j");
      await waitFor("the next is open", () => page.url() !== first);
      await page.keyboard.press("Escape");
      await page.locator(".detail").waitFor({ state: "detached" });
      await page.goBack();
      await page.locator(".detail").waitFor();
    });

    it("g and a letter go to a page, ? lists them, and typing in a field does neither", async () => {
      const { console } = world();
      const { page, open } = console;
      await open("#/overview");
      for (const key of ["g", "d"]) await page.keyboard.press(key);
      await waitFor("deliveries are shown", () => page.url().endsWith("#/deliveries"));
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await console.check("help");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await page.locator(".search input").fill("");
      await page.locator(".search input").pressSequentially("g o?v");
      assert.equal(await page.locator("dialog[open]").count(), 0);
      assert.ok(page.url().endsWith("#/deliveries"));
    });

    it("a violation of the policy does not go unnoticed", async () => {
      const { console } = world();
      await console.open("#/events");
      await console.page.evaluate(
        `document.body.append(Object.assign(document.createElement("img"), { src: "data:,x" }))`,
      );
      await waitFor("the browser complains", () => console.complaints().length > 0);
      assert.match(console.complaints()[0] ?? "", /Content Security Policy/);
    });
  });
}

/** As if its twelve hours were over. */
async function endSession(page: Page): Promise<void> {
  const options = `{ method: "DELETE", headers: { "X-Waypost": "1" } }`;
  assert.equal(
    await page.evaluate(`fetch("/api/session", ${options}).then(({ status }) => status)`),
    200,
  );
}

async function logInAgain(page: Page, token: string): Promise<void> {
  const again = page.locator("dialog.login-again");
  await again.locator("input").fill(token);
  await again.locator("input").press("Enter");
  await again.waitFor({ state: "detached" });
}
