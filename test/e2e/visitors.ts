import type { Page } from "playwright-core";

/** Somebody beside who is logged in by a link: a browser of their own. */
export interface Visitors {
  readonly visitor: { readonly page: Page };
}

/** On the page that asks for one. */
export async function logInWithToken(page: Page, token: string): Promise<void> {
  await page.locator("input[type=password]").fill(token);
  await page.keyboard.press("Enter");
  await page.locator(".shell").waitFor();
}
