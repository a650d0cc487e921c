import { spawn } from "node:child_process";

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
  linux: ["xdg-open"],
};

/** False where there is nobody to look at it, or nothing that opens it is known. */
export function openInBrowser(url: string): boolean {
  const [command, ...args] = openers[process.platform] ?? [];
  if (command === undefined || !process.stdout.isTTY) return false;
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.once("error", () => undefined);
  child.unref();
  return true;
}
