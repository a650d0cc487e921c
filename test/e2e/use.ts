import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../support/wait-for.ts";
import type { ConsolePage } from "./console-page.ts";
import type { ConsoleProgram } from "./console-program.ts";

interface World {
  readonly console: ConsolePage;
  readonly program: ConsoleProgram;
}

/** What people do all day, by keyboard where they can. */
export function describeUse(world: () => World): void {
  describe("used by keyboard", () => {
    it("j and k go through the rows, Enter opens one, Escape and the back button close it", async () => {
      const { page, open } = world().console;
      await open("#/events");
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("k");
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

    it("/ searches: words are found, an id leads to what it is of", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open("#/overview");
      await page.keyboard.press("/");
      await page.keyboard.type("order");
      await page.locator(".hit").nth(1).waitFor();
      await console.check("search");
      const { items } = await program.ask<{ items: [{ id: string }] }>("/api/events");
      await page.locator(".search input").fill(items[0].id);
      await page.locator(".hit").nth(1).waitFor();
      await page.keyboard.press("Enter");
      await waitFor("the event is open", () => page.url().endsWith(`#/events/${items[0].id}`));
    });

    it("g and a letter go to a page, ? lists them, and typing in a field does neither", async () => {
      const { console } = world();
      const { page, open } = console;
      await open("#/overview");
      await page.keyboard.press("g");
      await page.keyboard.press("d");
      await waitFor("deliveries are shown", () => page.url().endsWith("#/deliveries"));
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await console.check("help");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await page.locator(".search input").fill("");
      await page.locator(".search input").pressSequentially("g o?");
      assert.equal(await page.locator("dialog[open]").count(), 0);
      assert.ok(page.url().endsWith("#/deliveries"));
    });
  });

  describe("the live tail", () => {
    it("shows what comes in; paused it counts, and moves nothing", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open("#/events?type=whatsapp.message.contacts");
      await page.locator(".pill.live").waitFor();
      const rows = page.locator("a.row");
      const before = await rows.count();
      await program.simulate("--type", "contacts", "--count", "2", "--seed", "live");
      await waitFor("they are shown", async () => (await rows.count()) > before);
      await page.getByRole("button", { name: "Pause" }).click();
      const held = await rows.count();
      await program.simulate("--type", "contacts", "--count", "2", "--seed", "held");
      await page.locator(".new-ones").waitFor();
      assert.equal(await rows.count(), held);
      await page.locator(".new-ones").click();
      await waitFor("they are shown too", async () => (await rows.count()) > held);
      await page.getByRole("button", { name: "Resume" }).click();
    });
  });

  describe("what is copied", () => {
    it("for Slack says how it stands, and nothing of who it is about", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const { items } = await program.ask<{ items: [Event] }>("/api/events?text=order");
      const [{ id, data }] = items;
      await open(`#/events/${id}`);
      await page.locator(".detail summary").click();
      await page.getByRole("button", { name: "For Slack" }).click();
      const copied = String(await page.evaluate("navigator.clipboard.readText()"));
      assert.match(copied, new RegExp(id));
      const personal = [data.contact?.name, data.contact?.waId, data.message?.text?.body];
      for (const each of personal.filter((value) => value !== undefined)) {
        assert.ok(!copied.includes(each), each);
      }
    });
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
}

interface Event {
  readonly id: string;
  readonly data: {
    readonly contact?: { readonly name?: string; readonly waId?: string };
    readonly message?: { readonly text?: { readonly body: string } };
  };
}
