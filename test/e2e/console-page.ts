import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page, Route } from "playwright-core";
import { waitFor } from "../support/wait-for.ts";
import { failure, madeEmpty, madeHostile } from "./answers.ts";
import type { ConsoleProgram } from "./console-program.ts";
import { arePicturesWanted, takePicture } from "./pictures.ts";

/** What the API says to a page: what it has, nothing, an error, or what strangers could have written. */
export type State = "data" | "empty" | "failing" | "hostile";
export const states: readonly State[] = ["data", "empty", "failing", "hostile"];

const looks = [
  { name: "", width: 1280, height: 800, colorScheme: "light" },
  { name: "-dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "-narrow", width: 375, height: 760, colorScheme: "light" },
  { name: "-narrow-dark", width: 375, height: 760, colorScheme: "dark" },
] as const;

/** Each width and each theme, once; what is not seen with data is seen with the other states. */
const looksOfData = looks.filter(({ name }) => name === "" || name === "-narrow-dark");
const looksOfOthers = looks.filter((look) => !looksOfData.includes(look));

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

export interface ConsolePage {
  readonly page: Page;
  /** Logged in, and everything that is asked for is there. Loaded anew where another state is wanted than before, or told so. */
  open(fragment: string, state?: State, options?: { readonly anew?: boolean }): Promise<void>;
  /** At both widths, light and dark: nothing scrolls sideways and axe has nothing to say. */
  check(name: string): Promise<void>;
  /** What the browser complained of since the last `open`, but for answers that were to fail. */
  complaints(): readonly string[];
}

export async function openConsole(browser: Browser, program: ConsoleProgram): Promise<ConsolePage> {
  const { page, logIn } = await newVisitor(browser, program);
  let state: State = "data";
  let complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(program.url)) complaints.push(`asked ${request.url()}`);
  });
  await page.route("**/api/**", (route) => answer(route, state));
  let loads = 0;
  return {
    page,
    open: async (fragment, to = "data", { anew = false } = {}) => {
      await page.setViewportSize(looks[0]);
      if (loads > 0 && to === state && !anew && (await goTo(page, fragment))) {
        complaints = [];
        return await settle(page);
      }
      loads += 1;
      await page.goto("about:blank");
      complaints = [];
      state = to;
      if (loads === 1) await logIn();
      await page.goto(`${program.url}/console?load=${loads}${fragment}`);
      await settle(page);
    },
    check: (name) => check(page, name, state),
    complaints: () =>
      complaints.filter(
        (text) => state !== "failing" || !/Failed to load resource.* 503/.test(text),
      ),
  };
}

/** As a link does. False where it is there already. */
async function goTo(page: Page, fragment: string): Promise<boolean> {
  const drawn = "requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
  return await page.evaluate(`new Promise((done) => {
    if (location.hash === ${JSON.stringify(fragment)}) return done(false);
    addEventListener("hashchange", () => ${drawn}, { once: true });
    location.hash = ${JSON.stringify(fragment)};
  })`);
}

async function answer(route: Route, state: State): Promise<void> {
  const path = new URL(route.request().url()).pathname;
  if (state === "data" || path.startsWith("/api/session")) return await route.continue();
  if (state === "failing") return await route.fulfill(failure);
  if (path.endsWith("/stream")) {
    return await route.fulfill({ contentType: "text/event-stream", body: ": nothing\n\n" });
  }
  const response = await route.fetch();
  const change = state === "empty" ? madeEmpty : madeHostile;
  await route.fulfill({ response, json: change(await response.json()) });
}

interface Visitor {
  readonly page: Page;
  /** By a link that works once: what the log holds is shown as it is. */
  logIn(): Promise<void>;
}

/** A browser of their own, that nobody is logged in with yet. */
export async function newVisitor(browser: Browser, program: ConsoleProgram): Promise<Visitor> {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  // Longer than a crowded machine takes.
  page.setDefaultTimeout(60_000);
  const logIn = async () => {
    await page.goto(`${program.url}/console#login=${await program.newCode()}`);
    await page.locator(".shell").waitFor();
  };
  return { page, logIn };
}

/** Nothing is being loaded any more. */
export async function settle(page: Page): Promise<void> {
  await page.locator("h1:visible").first().waitFor();
  const loading = page.locator("[aria-busy=true]");
  await waitFor("all is loaded", async () => (await loading.count()) === 0);
}

function looksOf(state: State): readonly (typeof looks)[number][] {
  if (state !== "data") return looksOfOthers;
  return arePicturesWanted ? looks : looksOfData;
}

async function check(page: Page, name: string, state: State): Promise<void> {
  for (const look of looksOf(state)) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.colorScheme });
    // Layout follows the size; axe and screenshots look at what is then drawn.
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
    const where = `${name}${look.name}, ${state}`;
    assert.deepEqual(await page.evaluate(tooWide), [], `scrolls sideways: ${where}`);
    assert.deepEqual(await violations(page), [], `axe: ${where}`);
    await takePicture(page, name, look.name, state);
  }
}

/** The page itself, and whatever stands out of what has no scroll bar of its own. */
const tooWide = `["html", "body", ".shell", ".content", ".master-body", ".detail", ".page", ".dialog"].filter((selector) =>
  [...document.querySelectorAll(selector)].some((each) => each.scrollWidth > each.clientWidth + 1))`;

async function violations(page: Page): Promise<readonly string[]> {
  const loaded = await page.evaluate("typeof axe");
  if (loaded === "undefined") await page.evaluate(axeSource);
  const { violations: found } = (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] })",
  )) as AxeResults;
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html} ${failureSummary}`)
        .join(" | ")}`,
  );
}
