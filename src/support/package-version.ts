import { readFile } from "node:fs/promises";

/** Waypost's own. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String(JSON.parse(text).version);
}
