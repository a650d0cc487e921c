import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { needsBrowser, openBrowser } from "./browser.ts";
import { type ConsolePage, openConsole, states } from "./console-page.ts";
import { type ConsoleProgram, startConsoleProgram } from "./console-program.ts";
import { describeLogin } from "./log-in.ts";
import { findIds, type Ids, pages } from "./pages.ts";
import { describeUse } from "./use.ts";

describe("the console in a browser", needsBrowser(), () => {
  let program: ConsoleProgram;
  let browser: Browser;
  let console: ConsolePage;
  let ids: Ids;
  before(async () => {
    [program, browser] = await Promise.all([startConsoleProgram(), openBrowser()]);
    console = await openConsole(browser, program);
    ids = await findIds(program);
  });
  after(async () => {
    await browser?.close();
    await program?.end();
  });

  for (const [name, fragment] of Object.entries(pages)) {
    for (const state of states) {
      it(`${name} with ${state}: as wide as the screen, for everyone to use, and silent`, async () => {
        await console.open(fragment(ids), state);
        await console.check(name);
        assert.deepEqual(console.complaints(), []);
      });
    }
  }

  describeUse(() => ({ console, program }));
  describeLogin(() => ({ browser, program }));
});
