import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** No fetch takes so long: what is older was left by a process that ended. */
const leftOverMs = 60 * 60_000;

/** Makes the folder, and takes away what processes that ended have left in it. */
export async function openScratch(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs > leftOverMs) await rm(path, { force: true });
  }
}
