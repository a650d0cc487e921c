import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { waitFor } from "../support/wait-for.ts";
import { press } from "./keyboard.ts";
import type { World } from "./on-call.ts";

/** What asks again by itself, while somebody reads it. */
export function describeStill(world: () => World): void {
  describe("what somebody reads stays where it is", () => {
    it("new rows show by themselves, but wait to be asked for while a row is in hand", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const sendAgain = async () => {
        const filter = { type: ["business.none"] };
        return (await program.act<{ id: string }>("/api/replays", { filter, to: "erp" })).id;
      };
      const isFirst = async (id: string) =>
        (await page.locator("a.row").first().getAttribute("data-id")) === id;
      const before = await sendAgain();
      await open("#/deliveries?show=replays", "data", { anew: true });
      await waitFor("it is there", () => isFirst(before));
      const shown = await sendAgain();
      await waitFor("what came is shown", () => isFirst(shown));
      await press(page, "j");
      const above = await sendAgain();
      const button = page.getByRole("button", { name: "1 new" });
      await button.waitFor();
      await page.getByRole("status").getByText("New ones wait").waitFor();
      assert.ok(await isFirst(shown));
      await console.check("new-ones");
      // It leaves the page narrow.
      const [row, over] = [
        await page.locator("a.row").first().boundingBox(),
        await button.boundingBox(),
      ];
      assert.ok(row && over && over.y >= row.y + row.height, "it covers nothing of the first row");
      await button.press("Enter");
      await page.locator(`a.row[data-id="${above}"]:focus`).waitFor();
      assert.ok(await isFirst(above));
      assert.equal(await button.count(), 0);
      await page.evaluate("document.activeElement.blur()");
      const last = await sendAgain();
      await waitFor("it is shown by itself again", () => isFirst(last));
    });

    it("live events that waited come in order when nobody reads any more", async () => {
      const { console, program } = world();
      const { page, open } = console;
      const filter = "type=whatsapp.message.contacts";
      await open(`#/events?${filter}`);
      await page.locator(".pill.live").waitFor();
      const rows = page.locator("a.row");
      await press(page, "j", "Enter");
      await page.locator(".detail .facts").waitFor();
      const before = await rows.count();
      await program.simulate("--type", "contacts", "--count", "2", "--seed", "read");
      await page.getByRole("button", { name: "2 new" }).waitFor();
      assert.equal(await rows.count(), before);
      await press(page, "Escape");
      await page.locator(".detail").waitFor({ state: "detached" });
      // The row has the focus again with the next frame.
      await page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
        document.activeElement.blur();
        done();
      }))`);
      await program.simulate("--type", "contacts", "--count", "1", "--seed", "unread");
      await waitFor("all are shown", async () => (await rows.count()) === before + 3);
      const asked = `/api/events?${filter}&limit=4`;
      const { items } = await program.ask<{ items: readonly { id: string }[] }>(asked);
      const shown = `[...document.querySelectorAll("a.row")].slice(0, 4).map((row) => row.dataset.id)`;
      assert.deepEqual(
        await page.evaluate(shown),
        items.map(({ id }) => id),
      );
    });

    it("more new rows than a page are shown from the first on, with all that lies behind them", async () => {
      const { console, program } = world();
      const { page, open } = console;
      await open("#/deliveries?destination=erp", "data", { anew: true });
      const shown = async () =>
        (await page.evaluate(
          `[...document.querySelectorAll("a.row")].map((row) => row.dataset.id)`,
        )) as readonly string[];
      await press(page, "j");
      const before = await shown();
      await program.simulate("--type", "contacts", "--count", "70", "--seed", "pages");
      const button = page.getByRole("button", { name: `${before.length}+ new` });
      await button.waitFor();
      assert.deepEqual(await shown(), before);
      const asked = "/api/deliveries?destination=erp&limit=200";
      const ids = async () =>
        (await program.ask<{ items: readonly { id: string }[] }>(asked)).items.map(({ id }) => id);
      await waitFor("all have come", async () => (await ids()).indexOf(before[0] ?? "") === 70);
      await button.press("Enter");
      const all = await ids();
      await page.locator(`a.row[data-id="${all[0]}"]:focus`).waitFor();
      await page.getByRole("button", { name: "Show more" }).press("Enter");
      await waitFor("the next page is there", async () => (await shown()).length > before.length);
      assert.deepEqual(await shown(), all.slice(0, (await shown()).length));
      assert.ok((await shown()).includes(before[0] ?? ""));
    });

    it("destinations are sorted anew when none is in hand", async () => {
      const { page, open } = world().console;
      await open("#/destinations", "data", { anew: true });
      const names = async () => {
        const rows = `[...document.querySelectorAll("a.row")].map((row) => row.dataset.id)`;
        return String(await page.evaluate(rows));
      };
      assert.equal(await names(), "crm,desk,erp,refunds,helpdesk");
      await press(page, "j", "j");
      await change<{ items: Named[] }>(page, "destinations", ({ items }) => {
        for (const each of items) if (each.name === "refunds") each.state = "out";
      });
      const refunds = page.locator(`a.row[data-id="refunds"]`);
      await refunds.locator(".pill.bad").waitFor();
      assert.equal(await names(), "crm,desk,erp,refunds,helpdesk");
      await page.evaluate("document.activeElement.blur()");
      await waitFor(
        "they are sorted",
        async () => (await names()) === "crm,refunds,desk,erp,helpdesk",
      );
      await page.unroute("**/api/destinations");
    });

    it("a problem that comes, goes or counts on moves neither the focus nor what has it", async () => {
      const { page, open } = world().console;
      await open("#/overview", "data", { anew: true });
      const problems = page.locator(".problems > li");
      const count = await problems.count();
      const link = page.getByRole("region", { name: "Destinations" }).getByRole("link").last();
      await link.focus();
      // The focus of a keyboard.
      await press(page, "Shift+Tab", "Tab");
      const top = async () => (await link.boundingBox())?.y;
      const was = await top();
      assert.ok(was);
      const comes = { kind: "bus_not_ready", level: "error", what: "The bus is not ready: 1." };
      let said = 1;
      await change<{ problems: object[] }>(page, "status", (status) => {
        said += 1;
        const remedy = "See whether it runs.";
        const what = `The bus is not ready: ${said}.`;
        status.problems.unshift({ ...comes, what, remedy, runbook: "/docs/runbooks/bus.md" });
      });
      await waitFor("it is told", async () => (await problems.count()) === count + 1);
      assert.equal(await top(), was);
      const runbook = problems.first().getByRole("link", { name: "Runbook" });
      await runbook.focus();
      const told = await problems.first().innerText();
      await waitFor("it counts on", async () => (await problems.first().innerText()) !== told);
      assert.equal(await page.locator(".problems > li:first-child a:focus").count(), 1);
      await page.unroute("**/api/status");
    });
  });
}

interface Named {
  readonly name: string;
  state: string;
}

/** What the API says from now on. */
async function change<T>(page: Page, path: string, by: (answer: T) => void): Promise<void> {
  await page.route(`**/api/${path}`, async (route) => {
    const response = await route.fetch();
    const json = (await response.json()) as T;
    by(json);
    await route.fulfill({ response, json });
  });
}
