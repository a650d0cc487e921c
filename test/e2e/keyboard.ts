import type { Page } from "playwright-core";

/** Keys one after the other, as somebody presses them. */
export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Into the search box, from wherever one is, until something is found. */
export async function search(page: Page, words: string): Promise<void> {
  await press(page, "/");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(words);
  // The last says what was typed; those before it are what was found of it.
  await page.locator(".hit", { hasText: `“${words}”` }).waitFor();
  await page.locator(".hit").nth(1).waitFor();
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
