import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What tests are made of; all else beside it is only linked. */
const sources = ["bench", "console", "examples", "scripts", "src", "test"];

/**
 * The tree as JavaScript, in a new folder: without a loader a test file starts in half the time. Types are not checked, and
 * stack traces lead to the sources with `--enable-source-maps`. What does not compile fails when it runs.
 */
export async function compileTests(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "waypost-tests-"));
  try {
    await compileInto(folder, root);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return folder;
}

async function compileInto(folder: string, root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    if (name === ".git") continue;
    if (sources.includes(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
    else symlinkSync(join(root, name), join(folder, name));
  }
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["--noEmit", "false", "--noCheck", "--inlineSourceMap", "--rootDir", root];
  const args = [tsc, "-p", join(root, "tsconfig.json"), ...flags, "--outDir", folder];
  await once(spawn(process.execPath, args, { stdio: ["ignore", "inherit", "ignore"] }), "close");
  if (!existsSync(join(folder, "test"))) throw new Error(`No tests were compiled in ${folder}`);
}
