import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { needsBrowser, openBrowser } from "./browser.ts";
import { type ConsolePage, newVisitor, openConsole, states } from "./console-page.ts";
import { type ConsoleProgram, startConsoleProgram } from "./console-program.ts";
import { describeFirstPaint } from "./first-paint.ts";
import { describeFocus } from "./focus.ts";
import { describeOnCall } from "./on-call.ts";
import { findIds, type Ids, pages } from "./pages.ts";
import { describeSeldom } from "./seldom.ts";
import { describeSessions } from "./sessions.ts";
import { describeStill } from "./still.ts";
import { describeSupportLead } from "./support-lead.ts";

describe("the console in a browser", needsBrowser(), () => {
  let program: ConsoleProgram;
  let browser: Browser;
  let console: ConsolePage;
  let visitor: Awaited<ReturnType<typeof newVisitor>>;
  let ids: Ids;
  before(async () => {
    [program, browser] = await Promise.all([startConsoleProgram(), openBrowser()]);
    console = await openConsole(browser, program);
    visitor = await newVisitor(browser, program);
    ids = await findIds(program);
  });
  after(async () => {
    await browser?.close();
    await program?.end();
  });

  for (const state of states) {
    for (const [name, fragment] of Object.entries(pages)) {
      it(`${name} with ${state}: as wide as the screen, for everyone to use, and silent`, async () => {
        await console.open(fragment(ids), state);
        await console.check(name);
        assert.deepEqual(console.complaints(), []);
      });
    }
  }

  const world = () => ({ console, program, visitor });
  describeOnCall(world);
  describeSupportLead(world);
  describeFocus(world);
  describeSeldom(world);
  describeStill(world);
  describeSessions(world);
  describeFirstPaint(world);
});
