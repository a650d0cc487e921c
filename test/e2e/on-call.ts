import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../support/wait-for.ts";
import type { ConsolePage } from "./console-page.ts";
import { settle } from "./console-page.ts";
import type { ConsoleProgram } from "./console-program.ts";
import { ada, adas, ticket } from "./history.ts";
import { copied, press, search } from "./keyboard.ts";

export interface World {
  readonly console: ConsolePage;
  readonly program: ConsoleProgram;
}

interface Items<T> {
  readonly items: readonly T[];
}
interface Delivery {
  readonly id: string;
  readonly destination: string;
  readonly state: string;
  readonly eventId: string;
}

/** What whoever is on call does, each from the keyboard. */
export function describeOnCall(world: () => World): void {
  describe("on call", () => {
    it("1: one box finds a phone in any writing, a name, every id, a vendor's and words", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const { items } = await program.ask<Items<Delivery>>("/api/deliveries?state=dead");
      const [{ id, eventId } = assert.fail()] = items;
      const chat = new RegExp(`#/(conversations/${adas}|conversations\\?contact=ctc_)`);
      const cases: readonly (readonly [string, RegExp])[] = [
        ["+49 1515 6967-718", chat],
        [ada.name, chat],
        ["wamid.g1", /#\/events\/evt_.*messageId=wamid.g1/],
        [eventId, new RegExp(`#/events/${eventId}`)],
        [id, new RegExp(`#/deliveries/${encodeURIComponent(id)}`)],
        [ticket, chat],
        ["broken zip", /#\/events\/evt_/],
      ];
      await open("#/overview");
      for (const [words, place] of cases) {
        await search(page, words);
        if (words === "broken zip") {
          const who = page.locator(".hit .detail-of").filter({ hasText: /./ });
          const widths = await who.evaluateAll((all) => all.map((each) => each.clientWidth));
          assert.ok(widths.length > 0 && Math.min(...widths) > 60, `who wrote it: ${widths} px`);
          await console.check("search");
          // It leaves the page narrow, where each has a line.
          const cells = page.locator(".hit .clip").filter({ hasText: /My parcel|Priya/ });
          const narrow = await cells.evaluateAll((all) => all.map((each) => each.clientWidth));
          assert.ok(Math.min(...narrow) > 200, `what was written and who wrote it: ${narrow} px`);
        }
        await press(page, "Enter");
        await waitFor(`${words} is open`, () => place.test(page.url()));
      }
    });

    it("2: from the POST to each attempt, in the vendor's words, and why not elsewhere", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const dead = "/api/deliveries?state=dead&destination=desk";
      const { items } = await program.ask<Items<Delivery>>(dead);
      await open("#/events");
      await search(page, items[0]?.eventId ?? "");
      await press(page, "Enter");
      const steps = page.locator(".timeline");
      await steps.getByText("Not sent to refunds").waitFor();
      const told = await steps.innerText();
      for (const words of ["Received in the POST", "Stored in the log", "422 not now"])
        assert.match(told, new RegExp(words));
      assert.match(told, /Not sent to refunds: .*money-back/s);
      assert.doesNotMatch(told, /spool|\d{4}-\d\d-\d\dT/);
    });

    it("3: what a filter finds is sent again: a plan and a sample, then progress, and a stop", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const more = "route=help&verdict=refused&type=whatsapp.message.text";
      await open(`#/deliveries?state=gave-up&destination=desk&${more}`);
      await press(page, "r");
      const dialog = page.locator("dialog[open]");
      await dialog.getByText("will be sent").waitFor();
      assert.ok((await dialog.locator(".plan-sample li").count()) > 0);
      await console.check("send-again");
      await dialog.locator("input").press("Enter");
      await page.locator(".detail").getByText("done").waitFor();
      const filter = { type: ["whatsapp.message.*"] };
      const long = { filter, to: "erp", again: true, rate: 1 };
      const { id } = await program.act<{ id: string }>("/api/replays", long);
      await open(`#/deliveries/${id}?show=replays`);
      await page
        .locator(".detail")
        .getByText(/^\d+ (so far|of \d+)$/)
        .waitFor();
      const stop = page.getByRole("button", { name: "Stop" });
      await stop.press("Enter");
      await dialog.getByRole("button", { name: "Stop" }).press("Enter");
      await page.locator(".detail").getByText("stopped").waitFor();
      const { state } = await program.ask<{ state: string }>(`/api/replays/${id}`);
      assert.equal(state, "aborted");
    });

    it("4: the live tail shows what comes in; paused it counts, and moves nothing", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open("#/events?type=whatsapp.message.contacts");
      await page.locator(".pill.live").waitFor();
      const rows = page.locator("a.row");
      const before = await rows.count();
      await program.simulate("--type", "contacts", "--count", "2", "--seed", "live");
      await waitFor("they are shown", async () => (await rows.count()) > before);
      await press(page, "p");
      const held = await rows.count();
      await program.simulate("--type", "contacts", "--count", "2", "--seed", "held");
      await page.locator(".new-ones").waitFor();
      assert.equal(await rows.count(), held);
      await page.locator(".new-ones").press("Enter");
      await waitFor("they are shown too", async () => (await rows.count()) > held);
      await press(page, "p");
      await page.locator(".pill.live").waitFor();
    });

    it("5: a destination says what waits and since when, and is paused and resumed", async () => {
      const { page, open } = world().console;
      await open("#/destinations");
      const [first] = await page.locator("a.row").allInnerTexts();
      assert.match(first ?? "", /^crm.*out.*\d+ (s|min)/s);
      await press(page, "j", "j", "j", "Enter");
      const detail = page.locator(".detail");
      await detail.getByRole("heading", { name: "erp" }).waitFor();
      await press(page, "p");
      await page.locator("dialog input").fill("release of the ERP");
      await press(page, "Enter");
      await detail.getByText("release of the ERP").first().waitFor();
      await press(page, "p");
      await detail.locator(".pill.good").waitFor();
    });

    it("6: every filter stands in the address, and is copied as curl and as a command", async () => {
      const { console, program } = world();
      const { page, open } = console;
      // What was sent again before gives up one by one.
      await waitFor("all of it was tried", async () => {
        const waiting = "/api/deliveries?state=waiting&destination=desk";
        return (await program.ask<Items<Delivery>>(waiting)).items.length === 0;
      });
      await open("#/deliveries?state=gave-up&destination=desk", "data", { anew: true });
      await page.locator("a.row").first().waitFor();
      const shown = await page.locator("a.row").count();
      const curl = await copied(page, "As curl");
      const [, url = ""] = /'(http[^']+)'/.exec(curl) ?? [];
      const path = url.slice(program.url.length);
      const { items } = await program.ask<Items<Delivery>>(path);
      assert.equal(items.length, shown);
      assert.ok(items.every((each) => each.state === "dead" && each.destination === "desk"));
      const command = (await copied(page, "As a command")).split(" ").slice(1);
      const listed = (await program.cli([...command, "--json"])).trim().split("\n");
      assert.deepEqual(
        listed.map((line) => (JSON.parse(line) as Delivery).id).sort(),
        items.map(({ id }) => id).sort(),
      );
    });

    it("7: charts say what came in, how fast Meta was answered, 401s, who is silent, what lags", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await waitFor("the day is counted", async () => {
        type Point = { readonly inbound: number };
        const { accounts } = await program.ask<{ accounts: { points: Point[] }[] }>("/api/series");
        const counted = accounts.flatMap(({ points }) => points);
        return counted.reduce((sum, { inbound }) => sum + inbound, 0) > 300;
      });
      await open("#/overview?range=day", "data", { anew: true });
      const said = (words: RegExp) => page.getByRole("img", { name: words }).waitFor();
      await said(/^\d{3} messages came in, and \d{3} statuses/);
      await said(/^Meta was answered within [\d.]+ m?s/);
      await said(/^3 POSTs were answered 401/);
      const rowOf = (table: string, words: string) =>
        page.getByRole("region", { name: table }).locator("tr", { hasText: words });
      assert.match(await rowOf("Numbers", "700700700700700").innerText(), /\d+ (s|min)$/);
      assert.match(await rowOf("Destinations", "crm").innerText(), /out\s+\d+\s+\d+ (s|min)/);
      await rowOf("Templates", "order_update").waitFor();
      await console.check("overview-day");
    });

    it("8: what is shown is saved under a name, opened, renamed, shared and deleted", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const filter = "type=whatsapp.status.failed&from=24h";
      await open("#/events?type=whatsapp.status.failed");
      await page.getByLabel("How far back").selectOption("24h");
      await waitFor("it stands in the address", () => page.url().endsWith(`#/events?${filter}`));
      await page.locator("a.row").first().waitFor();
      await page.locator(".pill.live").waitFor();
      await press(page, "v");
      const dialog = page.locator("dialog[open]");
      await dialog.locator("input[required]").fill("Failed");
      await press(page, "Enter");
      const atHand = page.locator(".rail .view");
      await atHand.getByText("Failed").waitFor();
      assert.match(await program.cli(["events", "--view", "Failed"]), /131026/);
      await open("#/overview");
      await press(page, "v");
      await dialog.locator(".views a").waitFor();
      await console.check("views");
      await press(page, "j", "Enter");
      await waitFor("it is open", () => page.url().endsWith(`#/events?${filter}`));
      await settle(page);
      await press(page, "v");
      await dialog.getByRole("button", { name: "Rename" }).press("Enter");
      await dialog.locator(".view-name input").fill("Not sent");
      await press(page, "Enter");
      await dialog.getByRole("button", { name: "Copy the link to Not sent" }).press("Enter");
      await waitFor("it is copied", async () =>
        /type=whatsapp.status.failed&from=24h$/.test(
          String(await page.evaluate("navigator.clipboard.readText()")),
        ),
      );
      await dialog.getByRole("button", { name: "Delete Not sent" }).press("Enter");
      await dialog.getByRole("button", { name: "Delete", exact: true }).press("Enter");
      await atHand.waitFor({ state: "detached" });
      await press(page, "Escape");
    });

    it("9: what nobody knows of is sent by whoever has looked, and says so first", async () => {
      const { console, program } = world();
      const { page, open } = console;
      type Rows = Items<Delivery & { readonly unknown?: true }>;
      const found = async () => (await program.ask<Rows>("/api/deliveries?event=evt_2")).items[0];
      const { id = "", unknown } = (await found()) ?? {};
      assert.equal(unknown, true);
      await open(`#/deliveries/${encodeURIComponent(id)}`);
      const words = "It was not done: send";
      await console.check("delivery-unsure");
      await page.locator(".detail").getByRole("button", { name: words }).press("Enter");
      const dialog = page.locator("dialog[open]");
      await dialog.getByText("Nobody knows whether it has taken effect").waitFor();
      await dialog.getByRole("button", { name: words }).press("Enter");
      await waitFor("it is known not to be done", async () => {
        const { state, unknown: still } = (await found()) ?? {};
        return state !== "dead" && still === undefined;
      });
    });
  });
}
