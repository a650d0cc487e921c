import type { Page } from "playwright-core";

/** Keys one after the other, as somebody presses them. */
export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Into the search box, from wherever one is, until something is found. */
export async function search(page: Page, words: string): Promise<void> {
  const hits = page.locator(".hit");
  const failed = hits.filter({ has: page.locator(".failed") });
  for (;;) {
    await press(page, "/");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("Delete");
    await page.keyboard.type(words);
    // The last says what was typed; those before it are what was found of it, or that nobody could look.
    await hits.filter({ hasText: `“${words}”` }).waitFor();
    await hits.nth(1).waitFor();
    if ((await failed.count()) === 0) return;
  }
}

/** What a key of the menu "Copy" puts on the clipboard. */
export async function copied(page: Page, as: string): Promise<string> {
  await press(page, "c");
  const item = page.locator("details[open] .menu-items button", { hasText: as });
  const chosen = page.locator("details[open] .menu-items button:focus", { hasText: as });
  await item.waitFor();
  while ((await chosen.count()) === 0) await press(page, "ArrowDown");
  await press(page, "Enter");
  await page.locator(".toast").last().waitFor();
  return String(await page.evaluate("navigator.clipboard.readText()"));
}
