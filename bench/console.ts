/**
 * The console in a browser that is four times slower than this machine, with nothing cached, over an embedded log of 100,000 events:
 * when its first words are painted (the shell), when a page has its title, when all its data, and how much it loads. The least of
 * several rounds counts: what else runs on the machine only adds. Run alone, after a build: `node --import tsx bench/console.ts [events]`.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { needsBrowser, openBrowser } from "../test/e2e/browser.ts";
import { writeHistory } from "../test/e2e/history.ts";
import { createProgram, opsToken } from "../test/faults/program.ts";
import { buildLog } from "./log/build-log.ts";

const rounds = 5;
const slower = 4;
const bar = { paintMs: 1_000, bytes: 60_000 };
const pages = ["overview", "events", "conversations", "deliveries", "settings"] as const;
const print = (line: string) => process.stdout.write(`${line}\n`);
const least = (values: readonly number[]) => Math.min(...values);

interface Figures {
  readonly paintMs: number;
  readonly titleMs: number;
  readonly thereMs: number;
}

async function measure(page: Page, url: string): Promise<Figures> {
  await page.goto("about:blank");
  await page.goto(url);
  await page.locator("h1:visible").first().waitFor();
  const titleMs = Number(await page.evaluate("performance.now()"));
  await page.waitForFunction("document.querySelector('[aria-busy=true]') === null");
  const thereMs = await page.evaluate("performance.now()");
  const paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
  return { paintMs: Number(await page.evaluate(paint)), titleMs, thereMs: Number(thereMs) };
}

async function gzipped(): Promise<number> {
  const folder = join(import.meta.dirname, "../dist/console");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".gz"));
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

async function measurePages(page: Page, opsUrl: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  for (const name of pages) {
    const runs: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) {
      runs.push(await measure(page, `${opsUrl}/console?round=${round}#/${name}`));
    }
    const paint = least(runs.map(({ paintMs }) => paintMs));
    const title = least(runs.map(({ titleMs }) => titleMs));
    const there = least(runs.map(({ thereMs }) => thereMs));
    const told = `first paint ${paint.toFixed(0)} ms (bar ${bar.paintMs}), title ${title.toFixed(0)} ms, all there ${there.toFixed(0)} ms`;
    print(`  ${name.padEnd(14)} ${told}`);
  }
}

async function benchConsole(events: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "waypost-bench-"));
  const env = { DATA_DIR: join(dir, "data"), LOG_LEVEL: "error" };
  await writeHistory(env.DATA_DIR);
  await buildLog(env.DATA_DIR, events);
  const { start, stop, opsUrl } = await createProgram(["start"], env);
  await start();
  const browser = await openBrowser();
  try {
    const headers = { Authorization: `Bearer ${opsToken}` };
    const answer = await fetch(`${opsUrl}/api/session/codes`, { method: "POST", headers });
    const { code } = (await answer.json()) as { code: string };
    // The page's policy forbids what the browser is asked with as well.
    const page = await browser.newPage({ bypassCSP: true });
    await page.goto(`${opsUrl}/console#login=${code}`);
    await page.locator(".shell").waitFor();
    print(
      `the machine slowed down ${slower} ×, nothing cached, ${events.toLocaleString("en")} events, the least of ${rounds}:`,
    );
    await measurePages(page, opsUrl);
    print(`  ${(await gzipped()).toLocaleString("en")} bytes gzipped in all (bar ${bar.bytes})`);
  } finally {
    await browser.close();
    await stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const { skip } = needsBrowser();
if (skip) print(`  ${skip}`);
else await benchConsole(Number(process.argv[2] ?? 100_000));
