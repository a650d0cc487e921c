import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** The first paints the same for a sixth less processor time, and is half of what there is to install. */
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

function installed(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

/** The options of a suite that needs a browser: skipped with a reason, but never where CI is set. */
export function needsBrowser(): { skip: string | false } {
  const missing = installed() === undefined && "needs chromium, as Debian packages it";
  return { skip: (!process.env["CI"] && missing) || false };
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = installed();
  if (executablePath === undefined) throw new Error("There is no chromium on the path.");
  // Root may not use its sandbox, and a container has little shared memory.
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}
