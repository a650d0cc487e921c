import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What tests are made of; all else beside it is only linked. */
const sources = ["bench", "console", "examples", "scripts", "src", "test"];

/**
 * The tree as JavaScript, in a new folder: without a loader a test file starts in half the time. Types are not checked, and
 * stack traces lead to the sources with `--enable-source-maps`. What does not compile fails when it runs.
 */
export function compileTests(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "waypost-tests-"));
  try {
    compileInto(folder, root);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return folder;
}

function compileInto(folder: string, root: string): void {
  for (const name of readdirSync(root)) {
    if (name === ".git") continue;
    if (sources.includes(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
    else symlinkSync(join(root, name), join(folder, name));
  }
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["--noEmit", "false", "--noCheck", "--inlineSourceMap", "--rootDir", root];
  const args = [tsc, "-p", join(root, "tsconfig.json"), ...flags, "--outDir", folder];
  const { stdout, error } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (error) throw error;
  process.stdout.write(stdout);
  if (!existsSync(join(folder, "test"))) throw new Error(`No tests were compiled in ${folder}`);
}
