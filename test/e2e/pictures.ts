import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";

const wanted = process.env["SCREENSHOTS"];
/** What the docs show. */
const shown = new Set([
  "overview",
  "overview-narrow-dark",
  "conversation",
  "event",
  "send-again-dark",
]);

export const arePicturesWanted = wanted !== undefined;

/** `SCREENSHOTS=1`: what the docs show, into docs/console. `SCREENSHOTS=<folder>`: every page in every state, to be looked at. */
export async function takePicture(page: Page, name: string, look: string, state: string) {
  if (wanted === undefined) return;
  if (wanted === "1") {
    if (state !== "data" || !shown.has(name + look)) return;
    return await writePicture(page, join("docs/console", `${name}${look}.webp`), webp);
  }
  const file = state === "data" ? name : `${name}-${state}`;
  await writePicture(page, join(wanted, `${file}${look}.png`), async (png) => png);
}

type Convert = (png: Buffer, page: Page) => Promise<Buffer>;

async function writePicture(page: Page, path: string, convert: Convert): Promise<void> {
  const png = await page.screenshot({ timeout: 60_000 });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await convert(png, page));
}

/** A quarter of the size. The browser that painted it writes it too. */
async function webp(png: Buffer, page: Page): Promise<Buffer> {
  const blank = await page.context().newPage();
  const url = await blank.evaluate(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
  })()`);
  await blank.close();
  return Buffer.from(`${url}`.split(",")[1] ?? "", "base64");
}
