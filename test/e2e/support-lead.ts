import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../support/wait-for.ts";
import { settle } from "./console-page.ts";
import { ada, adas, ticket, tomas } from "./history.ts";
import { copied, press, search } from "./keyboard.ts";
import type { World } from "./on-call.ts";
import { logInWithToken, type Visitors } from "./visitors.ts";

/** What whoever leads support does, each from the keyboard. */
export function describeSupportLead(world: () => World & Visitors): void {
  describe("leading support", () => {
    it("9: the chat, both sides, with who wrote, statuses, quotes, reactions and files", async () => {
      const { page, open } = world().console;
      await open(`#/conversations/${adas}`);
      const chat = page.locator(".chat");
      const turn = (words: string) => chat.locator(".turn", { hasText: words });
      await turn("Sorry to hear that").getByText("Bot", { exact: true }).waitFor();
      assert.equal(await turn("Sorry to hear that").locator(".ticks.read").count(), 1);
      await turn("a new one is on its way").getByText("WhatsApp app", { exact: true }).waitFor();
      await turn("a new one is on its way").locator(".reactions", { hasText: "❤️" }).waitFor();
      await turn("Wonderful").locator("blockquote", { hasText: "Hi Ada" }).waitFor();
      await turn("The zip is broken").locator(".file", { hasText: "image/jpeg" }).waitFor();
      assert.equal(await turn("My parcel").locator(".bubble").count(), 1);
      assert.ok((await chat.locator(".turn.in").count()) >= 4);
    });

    it("10: a failure is told in plain words, with the next step", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open(`#/conversations/${adas}`);
      const bubble = page.locator(".bubble.failed");
      await bubble.getByText("only a template may open the conversation again").waitFor();
      await bubble.getByText("131047").waitFor();
      type Delivery = { readonly id: string };
      const { items } = await program.ask<{ items: Delivery[] }>("/api/deliveries?state=dead");
      await open(`#/deliveries/${encodeURIComponent(items[0]?.id ?? "")}`);
      const detail = page.locator(".detail");
      await detail.getByText("Mend what the answer complains about").waitFor();
      await detail.getByText("422 not now").first().waitFor();
    });

    it("11: who waits for an answer, whose window closes first on top", async () => {
      const { page, open } = world().console;
      await open("#/conversations?show=closing");
      const [only, ...more] = await page.locator("a.row").allInnerTexts();
      assert.match(only ?? "", new RegExp(`^${tomas.name}.*window closes in \\d+ min`, "s"));
      assert.deepEqual(more, []);
      await press(page, "g", "c");
      await page.locator("a.row").nth(1).waitFor();
      await settle(page);
      const [first] = await page.locator("a.row").allInnerTexts();
      assert.match(first ?? "", new RegExp(tomas.name));
      await press(page, "j", "Enter");
      await page.locator(".detail").getByText("When do you open on Saturday?").waitFor();
    });

    it("12: masked until a reason is given; then the conversation is shown everywhere, and the audit says why", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      const { items } = await program.ask<{ items: { id: string }[] }>(
        `/api/events?conversation=${adas}&type=whatsapp.message.image`,
      );
      const kinds = "type=whatsapp.message.image&type=whatsapp.outgoing.text";
      await page.goto(`${program.url}/console#/events/${items[0]?.id}?${kinds}`);
      await logInWithToken(page, program.token);
      const said = page.locator(".detail .card", { hasText: "The zip is broken" });
      await page.getByText("Names and texts are hidden").waitFor();
      await settle(page);
      assert.equal(await said.count(), 0);
      await page.getByRole("button", { name: "Reveal" }).press("Enter");
      await page.locator("dialog input").fill("ticket 4711");
      await press(page, "Enter");
      await said.waitFor();
      const rows = page.locator("a.row", { hasText: ada.name });
      await rows.first().waitFor();
      assert.ok((await page.locator("a.row .masked").count()) > 0, "others stay masked");
      await program.act("/api/events", {
        type: "whatsapp.outgoing.text",
        account: { phoneNumberId: "700700700700700" },
        contact: { waId: ada.waId },
        message: { id: "wamid.live", text: { body: "Yes, the same blue." } },
      });
      await page.getByRole("button", { name: "1 new" }).press("Enter");
      await page.locator("a.row", { hasText: "the same blue" }).waitFor();
      await search(page, "zip is broken");
      await page.locator(".hit", { hasText: "The zip is broken" }).first().waitFor();
      await press(page, "Escape");
      await press(page, "g", "c");
      await page.getByRole("button", { name: "Open", exact: true }).press("Enter");
      await page.locator("a.row", { hasText: ada.name }).waitFor();
      await press(page, "g", "s");
      await page.getByRole("tab", { name: "Tokens" }).press("ArrowRight");
      await page
        .getByRole("row", { name: /ticket 4711/ })
        .first()
        .waitFor();
    });
  });

  describe("a person", () => {
    it("has what destinations made of them, a link only where a destination gave it, and is marked as spam", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open(`#/conversations/${adas}?tab=person`);
      const records = page.locator(".records");
      const link = records.getByRole("link", { name: `ticket ${ticket}` });
      assert.equal(await link.getAttribute("href"), `https://desk.example/tickets/${ticket}`);
      await records.getByText("ticket 77").waitFor();
      assert.equal(await records.getByRole("link", { name: "ticket 77" }).count(), 0);
      const mark = page.getByRole("button", { name: "Mark as spam" });
      await mark.press("Enter");
      await console.check("spam");
      await page
        .locator("dialog[open]")
        .getByRole("button", { name: "Mark as spam" })
        .press("Enter");
      const marked = page.locator(".notice", { hasText: "Marked as spam" });
      await marked.waitFor();
      assert.match(await program.cli(["contact", ada.waId]), /spam/);
      await console.check("person-spam");
      await marked.getByRole("button").press("Enter");
      await mark.waitFor();
    });
  });

  describe("what is copied for Slack", () => {
    it("says how it stands, and nothing of who it is about", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const { items } = await program.ask<{ items: { id: string }[] }>(
        `/api/events?conversation=${adas}&text=parcel`,
      );
      const id = items[0]?.id ?? "";
      await open(`#/events/${id}`);
      const text = await copied(page, "For Slack");
      assert.match(text, new RegExp(id));
      for (const each of [ada.name, ada.waId, "parcel", adas]) {
        assert.ok(!text.includes(each), each);
      }
    });
  });

  describe("what goes wrong meanwhile", () => {
    it("a connection that is lost is said, what is shown stays, and it goes on by itself", async () => {
      const { page, open } = world().console;
      await open("#/events?type=whatsapp.message.%23");
      await page.locator(".pill.live").waitFor();
      const rows = await page.locator("a.row").count();
      await page.context().setOffline(true);
      await press(page, "g", "d");
      await page.getByText("Waypost does not answer").or(page.getByRole("alert")).first().waitFor();
      await page.context().setOffline(false);
      await page.getByRole("button", { name: "Try again" }).press("Enter");
      await page.locator("a.row").first().waitFor();
      await press(page, "g", "e");
      await page.locator("a.row").first().waitFor();
      assert.ok(rows > 0);
    });

    it("a live tail whose first connection fails is made again", async () => {
      const { page, open } = world().console;
      const stream = "**/api/events/stream*";
      await page.route(stream, (route) => route.fulfill({ status: 503, body: "{}" }));
      await open("#/events?type=whatsapp.message.text", "data", { anew: true });
      await page.locator(".pill.wait", { hasText: "reconnecting" }).waitFor();
      await page.unroute(stream);
      await page.locator(".pill.live").waitFor();
    });

    it("a session that ended asks to log in, and goes on where it was", async () => {
      const { visitor, program } = world();
      const { page } = visitor;
      await page.goto(`${program.url}/console#/deliveries?state=gave-up`);
      await page.locator("a.row").first().waitFor();
      await page.context().clearCookies();
      await press(page, "j", "Enter");
      await page.getByRole("heading", { name: "Log in" }).waitFor();
      await logInWithToken(page, program.token);
      await page
        .locator(".detail")
        .getByText("422 not now")
        .or(page.locator(".detail .masked"))
        .first()
        .waitFor();
      await waitFor("it is where it was", () => /#\/deliveries\/desk/.test(page.url()));
    });
  });
}
