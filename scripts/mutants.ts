/**
 * A test of the tests: each mutant breaks one promise by changing one place, in a copy of the tree, and the named
 * test file must then fail. A place that is no longer there, or a mutant that lives, ends this with 1.
 *
 *   npm run mutants                 all of scripts/mutants/
 *   npm run mutants -- spool lease  those whose promise or file holds one of the words, also of the vendors (vendor-mutants.ts)
 */
import { spawn, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutant, mutants } from "./mutants-list.ts";
import { vendorMutants } from "./vendor-mutants.ts";

const longestMs = 180_000;
const words = process.argv.slice(2);
const chosen =
  words.length === 0
    ? mutants
    : [...mutants, ...vendorMutants].filter(({ promise, file }) =>
        words.some((word) => `${promise} ${file}`.includes(word)),
      );

const copy = await mkdtemp(join(tmpdir(), "waypost-mutants-"));
let survivors = 0;
try {
  await copyTree(copy);
  for (const mutant of chosen) {
    const { promise, file, from, to, test } = mutant;
    const path = join(copy, file);
    const source = await readFile(path, "utf8");
    if (source.split(from).length !== 2) {
      report("GONE    ", promise, `${file} does not hold exactly once: ${from}`);
      survivors += 1;
      continue;
    }
    await writeFile(
      path,
      source.replace(from, () => to),
    );
    const died = !(await passes(mutant));
    await writeFile(path, source);
    if (!died) survivors += 1;
    report(died ? "killed  " : "SURVIVED", promise, `${file}, by ${test}`);
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
report(`\n${chosen.length - survivors} of ${chosen.length} killed`, "", "");
process.exit(survivors === 0 ? 0 : 1);

function report(outcome: string, promise: string, where: string): void {
  process.stdout.write(`${outcome} ${promise}${where && `\n           ${where}`}\n`);
}

/** What git knows and does not ignore; the packages are shared. */
async function copyTree(to: string): Promise<void> {
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    await cp(file, join(to, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
  await symlink(join(process.cwd(), "node_modules"), join(to, "node_modules"));
  await symlink(join(process.cwd(), ".services"), join(to, ".services")).catch(() => undefined);
}

/** A test that hangs has noticed too. */
function passes({ test, only }: Mutant): Promise<boolean> {
  const pattern = only === undefined ? [] : ["--test-name-pattern", only];
  return new Promise((resolve) => {
    const flags = ["--import", "tsx", "--test-force-exit", ...pattern];
    const child = spawn(process.execPath, [...flags, test], {
      cwd: copy,
      stdio: "ignore",
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), longestMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
