import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { newVisitor, settle } from "./console-page.ts";
import type { ConsoleProgram } from "./console-program.ts";

interface World {
  readonly browser: Browser;
  readonly program: ConsoleProgram;
}

export function describeLogin(world: () => World): void {
  describe("logging in", () => {
    it("a wrong token is refused in words, the right one opens the page that was asked for", async () => {
      const { browser, program } = world();
      const { page } = await newVisitor(browser, program);
      await page.goto(`${program.url}/console#/destinations`);
      const token = page.locator("input[type=password]");
      await token.fill("not-a-token");
      await token.press("Enter");
      await page.getByRole("alert").waitFor();
      await token.fill(program.token);
      await token.press("Enter");
      await page.getByRole("heading", { name: "Destinations" }).first().waitFor();
      assert.doesNotMatch(String(await page.evaluate("JSON.stringify(localStorage)")), /token/);
      await page.getByRole("button", { name: "Log out" }).click();
      await token.waitFor();
      await page.reload();
      await token.waitFor();
      await page.context().close();
    });

    it("a link works once, and its code is gone from the address", async () => {
      const { browser, program } = world();
      const link = `${program.url}/console#login=${await program.newCode()}`;
      const first = await newVisitor(browser, program);
      await first.page.goto(link);
      await first.page.locator(".shell").waitFor();
      assert.doesNotMatch(first.page.url(), /login/);
      const second = await newVisitor(browser, program);
      await second.page.goto(link);
      await second.page.getByRole("alert").waitFor();
      await first.page.context().close();
      await second.page.context().close();
    });

    it("with a token what people wrote is hidden until a reason is given, which goes with the request", async () => {
      const { browser, program } = world();
      const { page } = await newVisitor(browser, program);
      const { items } = await program.ask<{ items: [Message] }>(
        "/api/events?text=order&type=whatsapp.message.text",
      );
      const [{ id, data }] = items;
      const said = page.locator(".card", { hasText: data.message.text.body });
      await page.goto(`${program.url}/console#/events/${id}`);
      await page.locator("input[type=password]").fill(program.token);
      await page.keyboard.press("Enter");
      await page.getByText("Names and texts are hidden").waitFor();
      await settle(page);
      assert.equal(await said.count(), 0);
      await page.getByRole("button", { name: "Reveal" }).click();
      await page.locator("dialog input").fill("ticket 4711");
      const asked = page.waitForRequest(
        (request) => request.headers()["x-waypost-reveal"] === "ticket%204711",
      );
      await page.locator("dialog").getByRole("button", { name: "Reveal" }).click();
      await asked;
      await said.waitFor();
      await page.context().close();
    });
  });
}

interface Message {
  readonly id: string;
  readonly data: { readonly message: { readonly text: { readonly body: string } } };
}
